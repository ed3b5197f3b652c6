"""The work on schedules that nobody asks for: planning twice a second, recovery."""

from playground.engine.periodic import periodic, watch
from playground.schedules.planning import insert_due_slots
from playground.schedules.slot_recovery import recover_slots

RECOVERY_SECONDS = 15.0

watch(insert_due_slots)
periodic(RECOVERY_SECONDS)(recover_slots)
