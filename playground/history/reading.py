"""Finding exchanges again: only what a person may see, newest first, a page at a time."""

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from playground.history.models import Exchange
from playground.people.models import Person

PAGE = 50


@dataclass(frozen=True)
class Search:
    """What somebody looks for; an empty part asks for nothing. `before` is a number."""

    outcome: str = ""
    operation: str = ""
    text: str = ""
    before: int | None = None


@dataclass(frozen=True)
class Page:
    """One page of the list, and the number to ask the next one with."""

    rows: tuple[Exchange, ...]
    next_before: int | None


def visible_to(person: Person) -> QuerySet[Exchange]:
    """Owners see every exchange, everybody else their own.

    A payload comes from a draft, and a draft belongs to one person; who answers for the
    connections (the owner) sees all that went out over them.
    """
    if person.is_owner:
        return Exchange.objects.all()
    return Exchange.objects.filter(person=person)


def find_exchange(person: Person, exchange_id: uuid.UUID) -> Exchange | None:
    """The exchange with its bodies, or None when there is none this person may see."""
    rows = visible_to(person).select_related("request", "reply_head", "reply_body", "person")
    return rows.filter(id=exchange_id).first()


def list_exchanges(person: Person, search: Search, size: int = PAGE) -> Page:
    """Newest first. Paged by key: page 2,000 costs what page 1 costs."""
    rows = _matching(visible_to(person), search).order_by("-number")[: size + 1]
    found = tuple(rows)
    more = len(found) > size
    return Page(found[:size], found[size - 1].number if more else None)


def _matching(rows: QuerySet[Exchange], search: Search) -> QuerySet[Exchange]:
    if search.outcome:
        rows = rows.filter(outcome=search.outcome)
    if search.operation:
        rows = rows.filter(operation=search.operation)
    if search.before is not None:
        rows = rows.filter(number__lt=search.before)
    for word in search.text.split():
        rows = rows.filter(_mentions(word))
    return rows


def _mentions(word: str) -> Q:
    fields = ("name", "sentence", "url", "job_uid", "connection_name", "person_name")
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": word})
    return found
