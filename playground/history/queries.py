"""Finding exchanges: only what a person may see, newest first, a page at a time."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from playground.calls.masking import format_masked
from playground.calls.values import Outcome
from playground.history.bodies import load_masked_call, read_body, read_body_start
from playground.history.models import Exchange, IgnoredPointer, SearchText
from playground.history.recording import describe_for_search
from playground.people.models import Person
from playground.people.search import contain_folded, fold_words

PAGE = 50
# Numbers of exchanges that are searched first: enough to fill a page with one match in 200.
RECENT = 10_000
# Exchanges whose bodies one request searches, and how much of a long body.
MOST_BODIES = 500
LONGEST_SEARCHED = 200_000
REQUEST, REPLY = "request", "reply"
MOST_IGNORED = 200
LONGEST_PATTERN = 500


@dataclass(frozen=True)
class ExchangeSearch:
    """The filters of the list; an empty one filters nothing. `since` and `until` are included,
    `before` is the number that the page ends before, `bodies` searches them too. `among` selects
    the IDs of all that may match, by what other packages know of them."""

    outcome: str = ""
    operation: str = ""
    connection: uuid.UUID | None = None
    person: int | None = None
    text: str = ""
    bodies: bool = False
    since: date | None = None
    until: date | None = None
    before: int | None = None
    among: QuerySet[Any, Any] | None = None

    @property
    def has_filters(self) -> bool:
        return replace(self, before=None, bodies=False) != ExchangeSearch()


@dataclass(frozen=True)
class ExchangePage:
    """`next_before` is the `before` of the next page, None at the end of the list; `searched`
    is the number of exchanges whose bodies were searched."""

    rows: tuple[Exchange, ...]
    next_before: int | None
    searched: int = 0


def visible_exchanges(person: Person) -> QuerySet[Exchange]:
    """Return every exchange for owners, who answer for the connections; else the person's own."""
    if person.is_owner:
        return Exchange.objects.all()
    return Exchange.objects.filter(person=person)


def openable_exchanges(person: Person) -> QuerySet[Exchange]:
    """Return the exchanges that this person can open, including shared ones."""
    visible = Q() if person.is_owner else Q(person=person) | Q(shared=True)
    return Exchange.objects.filter(visible)


def find_exchange(person: Person, exchange_id: uuid.UUID) -> Exchange | None:
    """Return the exchange with its bodies; None if it does not exist or is private.

    Shared exchanges can be found by id, but appear in no list of other people.
    """
    # One query for the row and its bodies: every page that shows an exchange needs them all.
    rows = openable_exchanges(person).filter(id=exchange_id)
    return rows.select_related("request", "reply_head", "reply_body", "person").first()


def find_running_exchange(person: Person, draft_id: uuid.UUID) -> Exchange | None:
    """Return the newest send of this draft that has not ended."""
    rows = visible_exchanges(person).filter(draft_id=draft_id, outcome=Outcome.SENDING)
    return rows.order_by("-number").first()


def find_last_exchange(person: Person, draft_id: uuid.UUID) -> Exchange | None:
    """Return the newest send of this draft, with its bodies."""
    rows = visible_exchanges(person).filter(draft_id=draft_id).order_by("-number")
    return rows.select_related("request", "reply_head", "reply_body", "person").first()


def list_exchanges(person: Person, search: ExchangeSearch, size: int = PAGE) -> ExchangePage:
    """Return one page of what matches, newest first."""
    rows = _filter(visible_exchanges(person), search).order_by("-number")
    words = fold_words(search.text)
    if search.bodies and words:
        return _search_bodies(rows, words, size)
    # Paged by key, not by offset: page 2,000 costs what page 1 costs. One more row than
    # shown tells whether there is another page without counting.
    found = _find_words(rows, words, size + 1) if words else tuple(rows[: size + 1])
    return ExchangePage(found[:size], found[size - 1].number if len(found) > size else None)


def match_exchanges(person: Person, search: ExchangeSearch) -> QuerySet[Exchange]:
    """Return all pages of what matches, in no order, to be counted.

    Of bodies only the newest `MOST_BODIES` are searched.
    """
    rows = _filter(visible_exchanges(person), replace(search, before=None))
    words = fold_words(search.text)
    if not words:
        return rows
    if search.bodies:
        page = _search_bodies(rows.order_by("-number"), words, MOST_BODIES)
        return rows.filter(number__in=[row.number for row in page.rows])
    under_way = [row.number for row in _find_under_way(rows, words)]
    ended = SearchText.objects.filter(contain_folded(words, "text")).values("exchange")
    return rows.filter(Q(number__in=ended) | Q(number__in=under_way))


def list_ignored_pointers(person: Person, operation: str, side: str) -> list[str]:
    """Return the patterns this person leaves out of comparisons of this operation."""
    rows = IgnoredPointer.objects.filter(person=person, operation=operation, side=side)
    return list(rows.order_by("pattern").values_list("pattern", flat=True))


def ignore_pointers(person: Person, operation: str, side: str, patterns: Iterable[str]) -> None:
    """Leave these patterns out from now on; invalid and surplus ones are dropped."""
    room = MOST_IGNORED - len(list_ignored_pointers(person, operation, side))
    # The patterns come from the form of a page: anything but a pointer was made up.
    valid = [p for p in patterns if p.startswith("/") and len(p) <= LONGEST_PATTERN]
    IgnoredPointer.objects.bulk_create(
        [
            IgnoredPointer(person=person, operation=operation, side=side, pattern=pattern)
            for pattern in valid[: max(0, room)]
        ],
        ignore_conflicts=True,
    )


def stop_ignoring_pointers(
    person: Person, operation: str, side: str, patterns: Iterable[str]
) -> None:
    """Compare these patterns again."""
    rows = IgnoredPointer.objects.filter(person=person, operation=operation, side=side)
    rows.filter(pattern__in=list(patterns)).delete()


def _filter(rows: QuerySet[Exchange], search: ExchangeSearch) -> QuerySet[Exchange]:
    filters = {
        "outcome": search.outcome,
        "operation": search.operation,
        "connection_id": search.connection,
        "person_id": search.person,
        "number__lt": search.before,
    }
    rows = rows.filter(**{name: value for name, value in filters.items() if value})
    if search.among is not None:
        rows = rows.filter(id__in=search.among)
    # Numbers grow with time. Bounds on the number let the database walk the index the list is
    # ordered by; bounds on the time would make it sort every match.
    by_time = Exchange.objects.order_by("started_at", "number")
    oldest_first = by_time.values_list("number", flat=True)
    if search.since:
        start = datetime.combine(search.since, time(), UTC)
        first = oldest_first.filter(started_at__gte=start).first()
        rows = rows.filter(number__gte=first) if first else rows.none()
    if search.until:
        end = datetime.combine(search.until, time(), UTC) + timedelta(days=1)
        last = oldest_first.filter(started_at__lt=end).last()
        rows = rows.filter(number__lte=last) if last else rows.none()
    return rows


def _find_words(rows: QuerySet[Exchange], words: list[str], limit: int) -> tuple[Exchange, ...]:
    """Return the newest of these rows, newest first, whose search texts contain all words."""
    newest = rows.values_list("number", flat=True).first()
    if newest is None:
        return ()
    under_way = _find_under_way(rows, words)
    texts = SearchText.objects.filter(contain_folded(words, "text"))
    # A common word fills a page from few exchanges, but SQLite would read the texts of all.
    recent = texts.filter(exchange__number__range=(newest - RECENT, newest))
    for searched in (recent, texts):
        ended = rows.filter(number__in=searched.values("exchange"))[:limit]
        if len(ended) == limit:
            break
    # By number, as one may have ended between the queries.
    found = {row.number: row for row in (*under_way, *ended)}
    return tuple(found[number] for number in sorted(found, reverse=True)[:limit])


def _find_under_way(rows: QuerySet[Exchange], words: list[str]) -> list[Exchange]:
    # Few at any time, and their search texts are written when they end. Their numbers come from
    # an index; with the other filters in one query, SQLite would choose a worse one.
    sending = Exchange.objects.filter(outcome=Outcome.SENDING).values_list("number", flat=True)
    numbers = list(sending)
    under_way = rows.filter(number__in=numbers) if numbers else ()
    return [row for row in under_way if all(word in describe_for_search(row) for word in words)]


def _search_bodies(rows: QuerySet[Exchange], words: list[str], size: int) -> ExchangePage:
    """Search the newest `MOST_BODIES` that match the filters; the next page continues there."""
    # The database cannot search what is sealed. A bounded number keeps one request
    # short; `next_before` is where the next one continues, even if nothing was found.
    opened = list(rows.select_related("request", "reply_body")[:MOST_BODIES])
    found: list[Exchange] = []
    for searched, row in enumerate(opened, 1):
        text = _read_everything(row)
        if all(word in text for word in words):
            found.append(row)
        if len(found) == size:
            return ExchangePage(tuple(found), row.number, searched)
    more = len(opened) == MOST_BODIES
    return ExchangePage(tuple(found), opened[-1].number if more else None, len(opened))


def _read_everything(row: Exchange) -> str:
    """Return search text, message and bodies, case-folded; only the start of long bodies."""
    texts = [describe_for_search(row), row.message]
    if row.request is not None and row.request.size <= LONGEST_SEARCHED:
        texts.append(format_masked(load_masked_call(read_body(row.request).decode()).body or ()))
    if row.reply_body is not None:
        texts.append(read_body_start(row.reply_body, LONGEST_SEARCHED).decode("utf-8", "replace"))
    return "\n".join(texts).casefold()
