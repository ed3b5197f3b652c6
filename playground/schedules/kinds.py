"""What is run at a slot if it isn't one request of a template: a module for each kind."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.schedules import batch_slots, sync_slots
from playground.schedules.claiming import Claimed
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.preparing import CannotRun


@dataclass(frozen=True)
class Kind:
    """The functions of a kind. All but `settle` raise CannotRun for what would fail every run.

    `start` begins a claimed slot, whose state is then running, and returns at once. `settle`
    ends a running slot if its work has ended, and then returns True. `describe` says what a run
    does.
    """

    judge: Callable[[Schedule, ScheduleVersion], object]
    start: Callable[[Claimed], None]
    settle: Callable[[Slot], bool]
    describe: Callable[[Schedule, ScheduleVersion], str]


KINDS = {
    Schedule.Kind.BATCH: Kind(
        batch_slots.judge_batch,
        batch_slots.start_batch_run,
        batch_slots.settle_batch,
        batch_slots.describe_batch_run,
    ),
    Schedule.Kind.SYNC: Kind(
        sync_slots.judge_sync,
        sync_slots.start_sync_run,
        sync_slots.settle_sync,
        sync_slots.describe_sync_run,
    ),
}


def start_run(claimed: Claimed) -> None:
    """Begin what a claimed slot is for. Raises CannotRun."""
    KINDS[Schedule.Kind(claimed.slot.schedule.kind)].start(claimed)


def settle_run(slot: Slot) -> bool:
    """Go on with a running slot, which comes with its schedule; True if it has ended."""
    return KINDS[Schedule.Kind(slot.schedule.kind)].settle(slot)


def explain_kind(schedule: Schedule, version: ScheduleVersion) -> tuple[str, str]:
    """What a run does, and why it couldn't do so as things are now."""
    kind, obstacle = KINDS[Schedule.Kind(schedule.kind)], ""
    try:
        kind.judge(schedule, version)
    except CannotRun as reason:
        obstacle = str(reason)
    return kind.describe(schedule, version), obstacle
