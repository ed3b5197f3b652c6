"""Versions of schedules as they are saved, with the secrets that their own values refer to."""

from playground.people.models import Person
from playground.schedules.content import ScheduleInput, Timing, write_columns
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.own_secrets import Source, copy_own_secrets
from playground.schedules.targets import find_template_version


def create_version(
    person: Person,
    schedule: Schedule,
    number: int,
    wanted: ScheduleInput,
    timing: Timing,
    note: str,
    *sources: Source,
) -> ScheduleVersion:
    """Store a version. Raises InvalidSchedule if the template doesn't have its variant."""
    is_template = schedule.kind == Schedule.Kind.TEMPLATE
    version = ScheduleVersion.objects.create(
        schedule=schedule,
        number=number,
        # A batch has a copy of its payload.
        template=schedule.template if is_template else None,
        template_name=schedule.template.name if schedule.template else "",
        **write_columns(wanted, timing),
        note=note.strip()[:500],
        person=person,
        person_name=person.get_username(),
    )
    if is_template and schedule.template is not None:
        of_template = find_template_version(schedule.template, wanted)
        copy_own_secrets(person, version, wanted.values, of_template, *sources)
    return version
