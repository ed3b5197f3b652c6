"""Which schedules a list, a calendar or a timeline is about, as its address says."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from playground.pages.parameters import read_number, read_uuid
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.people.search import contain_words
from playground.schedules.access import visible_schedules
from playground.schedules.models import Schedule

# Choices of a filter: of more, people search by name.
MOST_CHOICES = 200
# Schedules on the page of their template.
MOST_LISTED = 20


@dataclass(frozen=True)
class ScheduleFilter:
    """Each part narrows the schedules; empty ones don't."""

    text: str = ""
    state: str = ""
    kind: str = ""
    connection: uuid.UUID | None = None
    template: uuid.UUID | None = None
    person: int = 0

    @property
    def is_set(self) -> bool:
        return self != ScheduleFilter()

    @property
    def query(self) -> str:
        """The filter as part of an address."""
        parts = {
            "text": self.text,
            "state": self.state,
            "kind": self.kind,
            "connection": str(self.connection or ""),
            "template": str(self.template or ""),
            "person": str(self.person or ""),
        }
        return urlencode({name: value for name, value in parts.items() if value})


def read_filter(request: HttpRequest) -> ScheduleFilter:
    query = request.GET
    state, kind = query.get("state", ""), query.get("kind", "")
    return ScheduleFilter(
        text=query.get("text", "").replace("\0", "").strip()[:200],
        state=state if state in Schedule.State.values else "",
        kind=kind if kind in Schedule.Kind.values else "",
        connection=read_uuid(query.get("connection", "")),
        template=read_uuid(query.get("template", "")),
        person=read_number(query.get("person", "")),
    )


def find_schedules(person: Person, wanted: ScheduleFilter) -> QuerySet[Schedule]:
    """The visible schedules that match."""
    columns = {
        "state": wanted.state,
        "kind": wanted.kind,
        "connection": wanted.connection,
        "template": wanted.template,
        "person": wanted.person,
    }
    filters: dict[str, Any] = {name: value for name, value in columns.items() if value}
    words = contain_words(wanted.text, "name", "person_name", "connection_name", "template__name")
    return visible_schedules(person).filter(words, **filters)


def describe_filters(person: Person, wanted: ScheduleFilter) -> dict[str, Any]:
    """The context of `schedules/_filters.html`: what there is to choose from."""
    rows = visible_schedules(person).order_by()
    return {
        "filter": wanted,
        "states": Schedule.State.choices,
        "kinds": Schedule.Kind.choices,
        "connections": _choices(rows, "connection", "connection__name"),
        "templates": _choices(rows, "template", "template__name"),
        "people": _choices(rows, "person", "person_name"),
    }


def _choices(rows: QuerySet[Schedule], key: str, name: str) -> list[tuple[str, str]]:
    known: dict[str, Any] = {f"{key}__isnull": False}
    found = rows.filter(**known).values_list(key, name).distinct().order_by(name)
    return [(str(value), text) for value, text in found[:MOST_CHOICES]]


def list_template_schedules(person: Person, template: Template) -> list[Schedule]:
    """The schedules of a template that have runs ahead or are paused, those that run first."""
    found = visible_schedules(person).filter(template=template)
    return list(found.exclude(state=Schedule.State.ENDED).order_by("next_at", "name")[:MOST_LISTED])
