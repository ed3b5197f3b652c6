"""The work on schedules that nobody asks for: planning twice a second, recovery, jobs."""

from playground.engine.periodic import periodic, watch
from playground.schedules.event_mails import enqueue_due_mails
from playground.schedules.event_webhooks import recover_event_webhooks
from playground.schedules.notifying import purge_events
from playground.schedules.planning import insert_due_slots
from playground.schedules.retention import purge_slots
from playground.schedules.slot_jobs import settle_jobs
from playground.schedules.slot_recovery import recover_slots, settle_runs

RECOVERY_SECONDS = 15.0
# How late the end of a sync or a job may be seen. How long it took is known all the same.
SETTLE_SECONDS = 5.0
MAIL_SECONDS = 15.0
PURGE_SECONDS = 3600.0

watch(insert_due_slots)
periodic(RECOVERY_SECONDS)(recover_slots)
periodic(RECOVERY_SECONDS)(recover_event_webhooks)
# What happens within this time comes in one e-mail.
periodic(MAIL_SECONDS)(enqueue_due_mails)
periodic(SETTLE_SECONDS)(settle_runs)
periodic(SETTLE_SECONDS)(settle_jobs)
periodic(PURGE_SECONDS)(purge_events)
periodic(PURGE_SECONDS)(purge_slots)
