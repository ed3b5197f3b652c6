"""Syncs at the times of a schedule: each slot runs one, and takes its outcome."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.people.models import Person
from playground.schedules.access import InvalidSchedule
from playground.schedules.claiming import Claimed, LostClaim, begin, give_back
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.preparing import CannotRun, find_slot_submission, judge_person
from playground.schedules.slot_ending import close_slot
from playground.sending.sync import can_sync
from playground.sending.sync_runs import start_sync
from playground.workspace.models import Connection, SyncRun

# When a slot is tried again that found another sync of its connection under way.
AFTER_ANOTHER = timedelta(seconds=15)
# A sync keeps up to 200 messages.
MOST_MESSAGES = 5
STATES = {
    SyncRun.Outcome.COMPLETE: Slot.State.COMPLETE,
    SyncRun.Outcome.PARTLY: Slot.State.PARTLY,
    SyncRun.Outcome.FAILED: Slot.State.FAILED,
}


def set_sync_target(schedule: Schedule) -> None:
    """Note which connection is synced. Raises InvalidSchedule."""
    connection = schedule.connection
    if connection is None:
        raise InvalidSchedule({"connection": _("The connection was deleted.")})
    if not can_sync(connection):
        text = _("The API of %(name)s has no workflows and accounts to sync.")
        raise InvalidSchedule({"connection": text % {"name": connection.name}})
    schedule.connection_name, schedule.base_url = connection.name, connection.base_url


def judge_sync(schedule: Schedule, _version: ScheduleVersion) -> tuple[Person, Connection]:
    """The person who syncs and the connection, as things are now. Raises CannotRun."""
    person = judge_person(schedule)
    # As it is now: the row of the schedule may be older.
    found = Connection.objects.filter(pk=schedule.connection_id) if schedule.connection_id else None
    connection = found.first() if found is not None else None
    if connection is None:
        name = schedule.connection_name or _("The connection")
        raise CannotRun(_("%s was deleted.") % name)
    if not can_sync(connection):
        raise CannotRun(_("The API of %s has nothing to sync.") % connection.name)
    # No address is compared: a sync only reads, and secrets go to their own hosts alone.
    return person, connection


def describe_sync_run(schedule: Schedule, _version: ScheduleVersion) -> str:
    text = _("Reads the workflows and accounts of %(name)s.")
    return text % {"name": schedule.connection_name}


def start_sync_run(claimed: Claimed) -> None:
    """Start the sync of a claimed slot; wait if somebody else's is under way."""
    slot = claimed.slot
    person, connection = judge_sync(slot.schedule, claimed.version)
    key = find_slot_submission(slot)
    try:
        with transaction.atomic():
            is_own = start_sync(connection, person, key).pk == key
            if is_own:
                begin(claimed)
    except LostClaim:
        # Another process, which took this one for dead, has it.
        return
    if not is_own:
        give_back([slot], AFTER_ANOTHER)


def settle_sync(slot: Slot) -> bool:
    """Give a running slot the outcome of its sync, if that has ended; True if it has."""
    run = SyncRun.objects.filter(pk=find_slot_submission(slot)).first()
    if run is None:
        reason = _("Unknown: the record of its sync was removed.")
        return close_slot(slot, Slot.State.UNKNOWN, "sync-removed", reason)
    if run.under_way:
        return False
    state = STATES[SyncRun.Outcome(run.outcome)]
    return close_slot(slot, state, f"sync-{run.outcome}", explain_sync(run), run.ended_at)


def explain_sync(run: SyncRun) -> str:
    """What became of a sync, in a few sentences."""
    if run.failures:
        more = len(run.failures) - MOST_MESSAGES
        said = [*run.failures[:MOST_MESSAGES]]
        if more > 0:
            said.append(ngettext("%(n)d more failure.", "%(n)d more failures.", more) % {"n": more})
        return " ".join(each if each.endswith(".") else f"{each}." for each in said)
    workflows, accounts = run.counts.get("workflows", 0), run.counts.get("accounts", 0)
    read = ngettext("Read %(n)d workflow", "Read %(n)d workflows", workflows) % {"n": workflows}
    others = ngettext("%(n)d account", "%(n)d accounts", accounts) % {"n": accounts}
    return _("%(workflows)s and %(accounts)s.") % {"workflows": read, "accounts": others}
