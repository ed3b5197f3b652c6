"""Schedules as people make them: created, changed, restored, paused, resumed, run and ended.

Each function locks the schedule, so that two clicks at once do one thing. They raise
ScheduleRefused with a sentence for people. Only saving a version changes what is sent.
"""

import uuid
from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.files import remove_file
from playground.payload_templates.models import Template
from playground.payload_templates.templates import visible_templates
from playground.people.audit import record_event
from playground.people.models import Person
from playground.schedules.access import (
    ScheduleConflict,
    ScheduleRefused,
    may_change_schedule,
    may_stop_schedule,
)
from playground.schedules.content import (
    ScheduleInput,
    check_timing,
    clean_input,
    read_input,
)
from playground.schedules.models import ACTIVE_STATES, OPEN_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.own_secrets import Source, copy_own_secrets
from playground.schedules.pausing import get_schedule_version, hold, locked_schedule
from playground.schedules.slot_running import enqueue_slots
from playground.schedules.targets import set_target
from playground.schedules.version_saving import create_version
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.models import File

COPY = "%(name)s (copy)"


def create_schedule(
    person: Person,
    template: Template,
    wanted: ScheduleInput,
    confirm: str = "",
    note: str = "",
    key: uuid.UUID | None = None,
    source: Source = None,
) -> Schedule:
    """Make a schedule of a template that the person may use, and begin at once.

    With `key` as its ID, it is made only once: the second call raises IntegrityError. `source` is
    the draft with the secrets that its own values refer to.
    """
    if not visible_templates(person).filter(pk=template.pk).exists():
        raise ScheduleRefused(_("The template was deleted, or it isn't shared with you."))
    schedule = Schedule(pk=key or uuid.uuid4(), template=template)
    return save_new_schedule(person, schedule, wanted, confirm, note, source)


def save_new_schedule(
    person: Person,
    schedule: Schedule,
    wanted: ScheduleInput,
    confirm: str = "",
    note: str = "",
    source: Source = None,
) -> Schedule:
    """Store a schedule of this person with its first version, and begin at once."""
    if not person.may_edit:
        raise ScheduleRefused(_("Viewers can't send. An owner can make you an editor."))
    now, wanted = timezone.now(), clean_input(wanted)
    timing = check_timing(wanted, now, None)
    schedule.person, schedule.person_name = person, person.get_username()
    set_target(schedule, wanted, confirm)
    schedule.name, schedule.next_at = wanted.name, timing.find_next(now)
    with transaction.atomic():
        schedule.save(force_insert=True)
        create_version(person, schedule, 1, wanted, timing, note, source)
    record_event(person, "schedule", schedule.name, "created")
    return schedule


def edit_schedule(
    person: Person,
    schedule_id: uuid.UUID,
    wanted: ScheduleInput,
    base: int,
    confirm: str = "",
    note: str = "",
    source: Source = None,
) -> ScheduleVersion:
    """Save a new version, if `base` is still the newest. A paused schedule stays paused.

    Its secrets are copied from `source`, else from the version before.
    """
    now, wanted = timezone.now(), clean_input(wanted)
    with locked_schedule(schedule_id) as schedule:
        _require_change(person, schedule)
        if schedule.latest_version != base:
            raise ScheduleConflict(schedule.latest_version)
        former = get_schedule_version(schedule)
        timing = check_timing(wanted, now, former)
        set_target(schedule, wanted, confirm)
        schedule.name, schedule.latest_version = wanted.name, base + 1
        schedule.changed_at = now
        if schedule.state == Schedule.State.ENDED:
            schedule.state, schedule.reason = Schedule.State.PAUSED, _("Changed after its end.")
        if schedule.state == Schedule.State.ACTIVE:
            schedule.next_at = timing.find_next(now)
        schedule.save()
        version = create_version(person, schedule, base + 1, wanted, timing, note, source, former)
    record_event(person, "schedule", schedule.name, f"version {version.number}")
    return version


def restore_schedule(
    person: Person, schedule_id: uuid.UUID, number: int, confirm: str = ""
) -> ScheduleVersion:
    """Save an old version again as the newest."""
    schedule = Schedule.objects.get(pk=schedule_id)
    old = schedule.versions.get(number=number)
    wanted, base = read_input(old), schedule.latest_version
    note = _("Restored version %(number)s") % {"number": number}
    return edit_schedule(person, schedule_id, wanted, base, confirm, note, old)


def duplicate_schedule(person: Person, schedule_id: uuid.UUID) -> Schedule:
    """Make a paused copy that belongs to this person."""
    source = Schedule.objects.select_related("template").get(pk=schedule_id)
    if source.kind == Schedule.Kind.TEMPLATE and source.template is None:
        raise ScheduleRefused(_("The template of this schedule was deleted."))
    wanted = read_input(get_schedule_version(source))
    name = (COPY % {"name": wanted.name})[:200]
    copied = Schedule(
        person=person,
        person_name=person.get_username(),
        name=name,
        kind=source.kind,
        template=source.template,
        connection=source.connection,
        connection_name=source.connection_name,
        base_url=source.base_url,
        state=Schedule.State.PAUSED,
        reason=_("A copy that hasn't been started."),
    )
    origin, version = get_schedule_version(source), get_schedule_version(source)
    version.pk, version.number, version.name, version.note = None, 1, name, ""
    version.person, version.person_name = person, person.get_username()
    if source.person_id != person.pk:
        # Its address may be a secret of who made the schedule.
        version.webhook = ""
    with transaction.atomic():
        copied.save(force_insert=True)
        version.schedule = copied
        version.save(force_insert=True)
        # Those of somebody else stay with them.
        copy_own_secrets(person, version, wanted.values, None, origin)
    return copied


def pause_schedule(person: Person, schedule_id: uuid.UUID, reason: str = "") -> Schedule:
    """Plan nothing for now; runs that are under way finish."""
    with locked_schedule(schedule_id) as schedule:
        _require_stop(person, schedule)
        if schedule.state != Schedule.State.ACTIVE:
            raise ScheduleRefused(_("This schedule isn't active."))
        said = _("Paused by %s.") % person.get_username()
        hold(schedule, f"{said} {reason.strip()}".strip())
    record_event(person, "schedule", schedule.name, "paused")
    return schedule


def resume_schedule(person: Person, schedule_id: uuid.UUID, confirm: str = "") -> Schedule:
    """Go on with the next run from now on; those during the pause are left out."""
    now = timezone.now()
    with locked_schedule(schedule_id) as schedule:
        _require_change(person, schedule)
        if schedule.state == Schedule.State.ACTIVE:
            return schedule
        version = get_schedule_version(schedule)
        wanted = read_input(version)
        timing = check_timing(wanted, now, version)
        set_target(schedule, wanted, confirm)
        schedule.state, schedule.reason, schedule.failures = Schedule.State.ACTIVE, "", 0
        schedule.is_failure_known = False
        schedule.next_at = timing.find_next(now)
        schedule.save()
    record_event(person, "schedule", schedule.name, "resumed")
    return schedule


def end_schedule(person: Person, schedule_id: uuid.UUID) -> Schedule:
    """End it for good; what was sent stays."""
    with locked_schedule(schedule_id) as schedule:
        _require_stop(person, schedule)
        if schedule.state != Schedule.State.ENDED:
            reason = _("Ended by %s.") % person.get_username()
            hold(schedule, reason, Schedule.State.ENDED)
            record_event(person, "schedule", schedule.name, "ended")
    return schedule


def run_now(person: Person, schedule_id: uuid.UUID, press: uuid.UUID | None = None) -> Slot:
    """Run it once now, also while it is paused; its plan stays as it is.

    The same `press` runs it once: later calls return that slot.
    """
    with locked_schedule(schedule_id) as schedule:
        _require_change(person, schedule)
        if press and (found := Slot.objects.filter(schedule=schedule, press=press).first()):
            return found
        version = get_schedule_version(schedule)
        going = Slot.objects.filter(schedule=schedule, state__in=OPEN_STATES)
        if version.overlap != ScheduleVersion.Overlap.BESIDE and going.exists():
            raise ScheduleRefused(_explain_going(going))
        now = timezone.now()
        slot = Slot.objects.create(
            schedule=schedule, planned_at=now, due_at=now, manual=True, press=press
        )
        enqueue_slots(1)
    record_event(person, "schedule", schedule.name, "run now")
    return slot


def delete_schedule(person: Person, schedule_id: uuid.UUID) -> None:
    """Delete it with its slots and versions; exchanges stay in the history."""
    with locked_schedule(schedule_id) as schedule:
        _require_stop(person, schedule)
        # Jobs are the API's: one that goes on needs nothing of the schedule.
        sending = Slot.objects.filter(schedule=schedule, state__in=ACTIVE_STATES, job_uid="")
        if sending.exists():
            raise ScheduleRefused(_("A run of this schedule is still going. Pause it first."))
        name = schedule.name
        files = list(File.objects.filter(schedule_versions__schedule=schedule).distinct())
        schedule.delete()
    for file in files:
        with suppress(FilesUnavailable):  # the clean-up of files removes it later
            remove_file(file)
    record_event(person, "schedule", name, "deleted")


def _explain_going(going: QuerySet[Slot]) -> str:
    if going.filter(job_uid__gt="").exists():
        return _(
            "A run of this schedule is still going: its job hasn't ended. To stop waiting for the "
            "job, stop following it under Jobs."
        )
    return _("A run of this schedule is still going.")


def _require_change(person: Person, schedule: Schedule) -> None:
    if not may_change_schedule(person, schedule):
        raise ScheduleRefused(_("Only the person who made this schedule can change or run it."))


def _require_stop(person: Person, schedule: Schedule) -> None:
    if not may_stop_schedule(person, schedule):
        text = _("Only the person who made this schedule or an owner can do that.")
        raise ScheduleRefused(text)
