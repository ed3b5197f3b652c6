"""Who may see and change a schedule: its runs are as private as the person's own sends."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from playground.payload_templates.templates import may_manage, visible_templates
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot


class ScheduleRefused(ValueError):
    """Nothing was changed; the text is a sentence for people.

    `confirm` is the name of a protected connection that has to be typed.
    """

    def __init__(self, message: str, confirm: str = "") -> None:
        super().__init__(message)
        self.confirm = confirm


class InvalidSchedule(ScheduleRefused):
    """What was entered isn't valid; `fields` has a sentence for each field that is wrong."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class ScheduleConflict(ScheduleRefused):
    """Somebody else saved another version in the meantime."""

    def __init__(self, latest: int) -> None:
        text = _("Somebody saved version %(number)d of this schedule meanwhile. Reload the page.")
        super().__init__(text % {"number": latest})
        self.latest = latest


def visible_schedules(person: Person) -> QuerySet[Schedule]:
    """The person's own schedules, those of templates shared with them, and those that sync.

    Owners see all.
    """
    if person.is_owner:
        return Schedule.objects.all()
    own_or_shared = Q(person=person) | Q(template__in=visible_templates(person).values("pk"))
    # Everybody sees what a sync reads.
    return Schedule.objects.filter(own_or_shared | Q(kind=Schedule.Kind.SYNC))


def find_senders(
    person: Person, exchange_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID, str]]:
    """The ID and name of the schedule that sent each of these exchanges, as far as it's visible."""
    slots = Slot.objects.filter(
        exchange_id__in=list(exchange_ids), schedule__in=visible_schedules(person)
    )
    rows = slots.values_list("exchange_id", "schedule_id", "schedule__name")
    return {exchange: (key, name) for exchange, key, name in rows if exchange is not None}


def list_sent(person: Person, schedule_id: uuid.UUID) -> QuerySet[Any, Any]:
    """The IDs of the exchanges of a schedule, to filter by; none if it isn't visible."""
    runs = Slot.objects.filter(schedule=schedule_id, schedule__in=visible_schedules(person))
    return runs.filter(exchange_id__isnull=False).values("exchange_id")


def get_schedule(person: Person, schedule_id: uuid.UUID) -> Schedule:
    """The schedule, if this person may see it. Raises Schedule.DoesNotExist otherwise."""
    rows = visible_schedules(person).select_related("person", "connection", "template")
    return rows.get(pk=schedule_id)


def may_change_schedule(person: Person, schedule: Schedule) -> bool:
    """Whether the person may edit, resume and run it: it sends with the secrets of who made it."""
    return person.may_edit and schedule.person_id == person.pk


def may_stop_schedule(person: Person, schedule: Schedule) -> bool:
    """Whether the person may pause, end and delete it."""
    if may_change_schedule(person, schedule) or person.is_owner:
        return True
    return schedule.template is not None and may_manage(person, schedule.template)
