"""Import the schedules of template files: plan what each would do, then store it, paused."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.drafts.states import Edit
from playground.payload_templates.models import Template
from playground.payload_templates.template_files import TemplateFile
from playground.people.audit import record_event
from playground.people.models import Person
from playground.schedules.access import InvalidSchedule, visible_schedules
from playground.schedules.content import ScheduleInput, read_input
from playground.schedules.models import Schedule
from playground.schedules.pausing import get_schedule_version, hold
from playground.schedules.schedule_files import (
    CONNECT,
    FileSchedule,
    find_own_connection,
    read_file_schedules,
    serialize_content,
    serialize_schedule,
)
from playground.schedules.targets import note_target
from playground.schedules.version_saving import create_version


@dataclass(frozen=True)
class ScheduleStep:
    """What importing one schedule does: `new`, `same`, `changed`, `conflict` or `foreign`.

    A foreign one belongs to somebody else, who alone can change it. `remark` is what the person
    should know, or why it was left out.
    """

    read: FileSchedule
    kind: str
    schedule: Schedule | None = None
    remark: str = ""

    @property
    def name(self) -> str:
        return self.read.wanted.name

    @property
    def is_stored(self) -> bool:
        """Whether importing it changes anything, unless a conflict is left."""
        return self.kind in ("new", "changed", "conflict")


def plan_schedules(
    person: Person, file: TemplateFile, template: Template | None
) -> list[ScheduleStep]:
    """What importing the schedules of a file would do. Raises InvalidTemplateFile.

    `template` is the one that they are of; none for one that is new as well.
    """
    return [_plan(person, each, template) for each in read_file_schedules(file)]


def import_schedules(
    person: Person, file: TemplateFile, template: Template, steps: Sequence[ScheduleStep]
) -> list[ScheduleStep]:
    """Store these steps; return them as they went. Nothing begins to send by an import.

    A conflict becomes the next version, which loses nothing: the one before can be restored.
    """
    done = []
    for step in steps:
        if step.is_stored:
            step = _store(person, file, template, step)
        done.append(step)
    return done


def _plan(person: Person, read: FileSchedule, template: Template | None) -> ScheduleStep:
    found = _find_existing(person, read, template) if template else None
    remark = _explain_connection(read)
    if found is None:
        return ScheduleStep(read, "new", None, remark)
    version = get_schedule_version(found)
    stored = serialize_schedule(found, version)
    imported = serialize_content(read.wanted, read.timing, read.connection)
    if _comparable(stored, remark) == _comparable(imported, remark):
        return ScheduleStep(read, "same", found)
    if found.person_id != person.pk:
        text = _("It belongs to %(name)s, who alone can change it.") % {"name": found.person_name}
        return ScheduleStep(read, "foreign", found, text)
    is_newest = read.version == found.latest_version
    return ScheduleStep(read, "changed" if is_newest else "conflict", found, remark)


def _find_existing(person: Person, read: FileSchedule, template: Template) -> Schedule | None:
    """The schedule with the file's ID, else the person's own one with its name."""
    rows = visible_schedules(person).filter(template=template, kind=Schedule.Kind.TEMPLATE)
    try:
        found = rows.filter(pk=uuid.UUID(read.id)).first()
    except ValueError:
        found = None
    own = rows.filter(person=person, name=read.wanted.name).order_by("created_at", "pk")
    return found or own.first()


def _explain_connection(read: FileSchedule) -> str:
    if not read.connection or find_own_connection(read) is not None:
        return ""
    text = _("There is no connection named %(name)s. Choose one before you resume it.")
    return text % {"name": read.connection}


def _comparable(row: dict[str, Any], remark: str) -> dict[str, Any]:
    ignored = {"id", "version"}
    # An unknown connection can't be imported, so it isn't a change.
    if remark:
        ignored.add("connection")
    return {key: value for key, value in row.items() if key not in ignored}


def _store(
    person: Person, file: TemplateFile, template: Template, step: ScheduleStep
) -> ScheduleStep:
    reason = _("Imported from %(path)s. Check it, then resume it.") % {"path": file.path[-300:]}
    wanted, remark = step.read.wanted, step.remark
    number = wanted.template_version
    if number and not template.versions.filter(number=number).exists():
        text = _("The template has no version %(number)d here, so it follows the newest one.")
        remark = f"{remark} {text % {'number': number}}".strip()
        wanted = replace(wanted, template_version=0)
    try:
        with transaction.atomic():
            stored = _save(
                person, template, replace(step, read=replace(step.read, wanted=wanted)), reason
            )
    except InvalidSchedule as error:
        return replace(step, kind="left-out", remark=str(error))
    record_event(person, "schedule", stored.name, "imported")
    return replace(step, schedule=stored, remark=remark)


def _save(person: Person, template: Template, step: ScheduleStep, reason: str) -> Schedule:
    former = None
    if step.schedule is None:
        name = person.get_username()
        schedule = Schedule(person=person, person_name=name, template=template)
    else:
        schedule = Schedule.objects.select_for_update().get(pk=step.schedule.pk)
        former = get_schedule_version(schedule)
        schedule.latest_version, schedule.changed_at = former.number + 1, timezone.now()
    wanted = _add_kept(step.read, read_input(former) if former else None)
    # Where it sends is agreed on by resuming it.
    schedule.name, schedule.confirmed = wanted.name, False
    note_target(schedule, wanted)
    schedule.save()
    hold(schedule, reason)
    number, timing = schedule.latest_version, step.read.timing
    create_version(person, schedule, number, wanted, timing, reason, former)
    return schedule


def _add_kept(read: FileSchedule, former: ScheduleInput | None) -> ScheduleInput:
    """What the file says, with what files don't hold: the webhook, an unknown connection."""
    wanted = read.wanted
    if former is not None:
        webhook = former.policies.webhook
        wanted = replace(wanted, policies=replace(wanted.policies, webhook=webhook))
    if read.connection is None:
        return wanted
    connection = find_own_connection(read)
    own: tuple[Edit, ...]
    if connection is not None:
        own = (Edit(CONNECT, "", str(connection.pk)),)
    elif read.connection and former is not None:
        own = tuple(each for each in former.values if each.kind == CONNECT)
    else:
        # None, rather than the template's: it would send there unasked.
        own = (Edit(CONNECT, "", ""),)
    return replace(wanted, values=(*wanted.values, *own))
