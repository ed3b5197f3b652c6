"""Finding exchanges again: only what a person may see, newest first, a page at a time."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet

from playground.calls.masking import format_masked
from playground.calls.values import Outcome
from playground.history.bodies import read_body, read_start
from playground.history.masked import read_masked
from playground.history.models import Exchange, Mention
from playground.history.search_words import words_of
from playground.people.models import Person

PAGE = 50
MOST_WORDS = 10
OPENED = 500
LONGEST_SEARCHED = 200_000


@dataclass(frozen=True)
class Search:
    """What somebody looks for; an empty part asks for nothing. `before` is a number, `since`
    and `until` are days, both included. `bodies` looks into what was sent and answered too.
    """

    outcome: str = ""
    operation: str = ""
    connection: uuid.UUID | None = None
    person: int | None = None
    text: str = ""
    bodies: bool = False
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @property
    def asks(self) -> bool:
        """Whether anything is asked for, the place in the list apart."""
        return replace(self, before=None, bodies=False) != Search()


@dataclass(frozen=True)
class Page:
    """One page of the list, and the number to ask the next one with. `looked_through` says
    how many exchanges were opened to search their bodies."""

    rows: tuple[Exchange, ...]
    next_before: int | None
    looked_through: int = 0


def visible_to(person: Person) -> QuerySet[Exchange]:
    """Owners see every exchange, everybody else their own.

    A payload comes from a draft, and a draft belongs to one person; who answers for the
    connections (the owner) sees all that went out over them.
    """
    if person.is_owner:
        return Exchange.objects.all()
    return Exchange.objects.filter(person=person)


def find_exchange(person: Person, exchange_id: uuid.UUID) -> Exchange | None:
    """The exchange with its bodies, or None when there is none this person may see.

    One that was shared opens for everybody who signs in and has its address.
    """
    rows = Exchange.objects.select_related("request", "reply_head", "reply_body", "person")
    mine = Q() if person.is_owner else Q(person=person) | Q(shared=True)
    return rows.filter(mine, id=exchange_id).first()


def find_under_way(person: Person, draft_id: uuid.UUID) -> Exchange | None:
    """The newest send of this draft that has not ended yet."""
    rows = visible_to(person).filter(draft_id=draft_id, outcome=Outcome.SENDING)
    return rows.order_by("-number").first()


def list_exchanges(person: Person, search: Search, size: int = PAGE) -> Page:
    """Newest first. Paged by key: page 2,000 costs what page 1 costs."""
    rows = _matching(visible_to(person), search).order_by("-number")
    if search.bodies and search.text:
        return _search_bodies(rows, search.text, size)
    found = tuple(_with_words(rows, search.text)[: size + 1])
    more = len(found) > size
    return Page(found[:size], found[size - 1].number if more else None)


def _matching(rows: QuerySet[Exchange], search: Search) -> QuerySet[Exchange]:
    wanted = {
        "outcome": search.outcome,
        "operation": search.operation,
        "connection_id": search.connection,
        "person_id": search.person,
        "number__lt": search.before,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return _between(rows, search.since, search.until)


def _between(
    rows: QuerySet[Exchange], since: date | None, until: date | None
) -> QuerySet[Exchange]:
    """Numbers grow with time: the bounds are found once, so that the list stays in its order."""
    oldest = Exchange.objects.order_by("started_at").values_list("number", flat=True)
    if since:
        first = oldest.filter(started_at__gte=_midnight(since)).first()
        rows = rows.filter(number__gte=first) if first else rows.none()
    if until:
        last = oldest.filter(started_at__lt=_midnight(until) + timedelta(days=1)).last()
        rows = rows.filter(number__lte=last) if last else rows.none()
    return rows


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _with_words(rows: QuerySet[Exchange], text: str) -> QuerySet[Exchange]:
    """Those that mention every word; the narrow table is read once."""
    words = text.casefold().split()[:MOST_WORDS]
    if not words:
        return rows
    mentions = Mention.objects.all()
    for word in words:
        mentions = mentions.filter(text__contains=word)
    return rows.filter(number__in=mentions.values("exchange_id"))


def _search_bodies(rows: QuerySet[Exchange], text: str, size: int) -> Page:
    """Opens the newest `OPENED` that fit the other filters; the next page goes on there."""
    words = text.casefold().split()[:MOST_WORDS]
    opened = list(rows.select_related("request", "reply_body")[:OPENED])
    found: list[Exchange] = []
    for looked, row in enumerate(opened, 1):
        said = _everything_said(row)
        if all(word in said for word in words):
            found.append(row)
        if len(found) == size:
            return Page(tuple(found), row.number, looked)
    more = len(opened) == OPENED
    return Page(tuple(found), opened[-1].number if more else None, len(opened))


def _everything_said(row: Exchange) -> str:
    """The row's words, what was sent, what came back; only the first part of long bodies."""
    said = [words_of(row)]
    if row.request is not None and row.request.size <= LONGEST_SEARCHED:
        sent = read_masked(read_body(row.request).decode())
        said.append(format_masked(sent.body or ()))
    if row.reply_body is not None:
        said.append(read_start(row.reply_body, LONGEST_SEARCHED).decode("utf-8", "replace"))
    return "\n".join(said).casefold()
