"""What a check found: the first payloads exactly, and the rows with a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.batches.documents import Builder
from playground.batches.mapping import InvalidMapping
from playground.batches.models import Batch, Row
from playground.batches.reading import make_checker
from playground.openapi.operations import UnknownOperation
from playground.pages.lists import change_address
from playground.pages.parameters import read_number, read_optional_number
from playground.people.search import fold_words

PAYLOADS = 3
# Of a request with more rows, only the beginning is built and shown.
MOST_ROWS, LONGEST_PAYLOAD = 500, 100_000
PAGE_SIZE, SEARCHED, CHUNK, LONGEST_VALUE = 25, 5000, 500, 200
BAD: dict[str, Any] = {"state": Row.State.BAD}
WARNED: dict[str, Any] = {"warned": True}


@dataclass(frozen=True)
class Payload:
    """A request as it will be sent; of one with very many rows, its beginning."""

    number: int
    lines: str
    row_count: int
    text: str
    path_values: Mapping[str, str]
    is_cut: bool


@dataclass(frozen=True)
class ProblemRow:
    """A problem of a row: where it is, the value, and the message."""

    number: int
    line: int
    column: str
    value: str | None
    message: str
    is_error: bool


@dataclass(frozen=True)
class ProblemPage:
    """A page of problems: those of bad rows, or the warnings about good ones.

    `searched` is the number of rows that were looked through, `others` leads to the other ones.
    """

    problems: Sequence[ProblemRow]
    columns: Sequence[str]
    text: str
    column: int | None
    first: str
    next: str
    searched: int
    shows_warnings: bool
    others: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.text) or self.column is not None


def describe_checked(request: HttpRequest, batch: Batch) -> dict[str, object]:
    """The context of `batch/_checked.html`."""
    if batch.state != Batch.State.CHECKED:
        return {"payloads": (), "problems": None, "checked_words": ""}
    has_problems = batch.bad_row_count or batch.warned_row_count
    problems = find_problems(request, batch) if has_problems else None
    try:
        checker = make_checker(batch)
    except (UnknownOperation, InvalidMapping):
        return {"payloads": (), "problems": problems, "checked_words": say_checked(batch)}
    return {
        "payloads": build_payloads(batch, checker.builder),
        # The payload's own problems, which no row repeats.
        "faults": checker.faults,
        "problems": problems,
        "checked_words": say_checked(batch),
        "is_grouped": is_grouped(batch),
    }


def build_payloads(batch: Batch, builder: Builder) -> list[Payload]:
    """The first requests of a checked batch, built as they will be sent."""
    rows = Row.objects.filter(batch=batch, request__lte=PAYLOADS).order_by("request", "number")
    found = []
    # One more than is shown says that there are more.
    for number, group in groupby(_read_beginnings(rows), lambda row: row.request or 0):
        found.append(_build_payload(builder, number, list(group)))
    return found


def _read_beginnings(rows: QuerySet[Row]) -> Iterator[Row]:
    for number in range(1, PAYLOADS + 1):
        yield from rows.filter(request=number)[: MOST_ROWS + 1]


def _build_payload(builder: Builder, number: int, rows: Sequence[Row]) -> Payload:
    shown = rows[:MOST_ROWS]
    built = builder.build(shown)
    first, last = shown[0].line, shown[-1].line
    lines = str(first) if first == last else f"{first}–{last}"
    return Payload(
        number=number,
        lines=lines,
        row_count=len(rows),
        text=built.text[:LONGEST_PAYLOAD],
        path_values=built.path_values,
        is_cut=len(rows) > MOST_ROWS or len(built.text) > LONGEST_PAYLOAD,
    )


def find_problems(request: HttpRequest, batch: Batch) -> ProblemPage:
    """The problems in the address of the page: filtered by text and column, a page at a time.

    Rows are sealed, so the database can't search them: at most `SEARCHED` are looked through.
    """
    text = request.GET.get("problem", "").strip()[:200]
    column = read_optional_number(request.GET.get("column", ""), digits=4)
    after, words = read_number(request.GET.get("after", "")), fold_words(text)
    shows_warnings = not batch.bad_row_count or request.GET.get("show", "") == "warnings"
    rows = Row.objects.filter(batch=batch, **(WARNED if shows_warnings else BAD))
    found: list[ProblemRow] = []
    last, searched, is_filtered = after, 0, bool(words) or column is not None
    most = SEARCHED if is_filtered else PAGE_SIZE
    for row in _read_from(rows, after, most):
        if len(found) >= PAGE_SIZE:
            break
        found += [
            each
            for each in _list_problems(row, batch.columns)
            if _matches(each, words) and (column is None or _is_at(each, column, batch.columns))
        ]
        last, searched = row.number, searched + 1
    has_more = rows.filter(number__gt=last).exists()
    show = "" if shows_warnings else "warnings"
    has_others = bool(batch.bad_row_count and batch.warned_row_count)
    return ProblemPage(
        problems=found,
        columns=batch.columns,
        text=text,
        column=column,
        first=change_address(request, after="") if after else "",
        next=change_address(request, after=str(last)) if has_more else "",
        searched=searched if is_filtered and has_more else 0,
        shows_warnings=shows_warnings,
        others=change_address(request, after="", show=show) if has_others else "",
    )


def _read_from(rows: QuerySet[Row], after: int, most: int) -> Iterator[Row]:
    left = most
    while left > 0:
        chunk = list(rows.filter(number__gt=after).order_by("number")[: min(left, CHUNK)])
        if not chunk:
            return
        yield from chunk
        after, left = chunk[-1].number, left - len(chunk)


def _list_problems(row: Row, columns: Sequence[str]) -> Iterator[ProblemRow]:
    for each in row.problems or [{}]:
        at = each.get("column")
        is_known = isinstance(at, int) and 0 <= at < len(columns)
        value = row.cells[at] if is_known and at < len(row.cells) else None
        yield ProblemRow(
            number=row.number,
            line=row.line,
            column=columns[at] if is_known else "",
            value=value if value is None or len(value) <= LONGEST_VALUE else f"{value[:200]}…",
            message=str(each.get("message", "")),
            is_error=each.get("severity", "error") == "error",
        )


def _matches(problem: ProblemRow, words: Sequence[str]) -> bool:
    text = f"{problem.line} {problem.column} {problem.value or ''} {problem.message}".casefold()
    return all(word in text for word in words)


def _is_at(problem: ProblemRow, column: int, columns: Sequence[Any]) -> bool:
    return column < len(columns) and problem.column == columns[column]


def is_grouped(batch: Batch) -> bool:
    """Whether requests have several rows."""
    return batch.request_count < batch.row_count - batch.bad_row_count


def say_checked(batch: Batch) -> str:
    """What the check found, in one sentence."""
    if batch.warned_row_count and not batch.bad_row_count:
        return _("Every row can be sent. Look through the warnings first.")
    if not batch.bad_row_count:
        return _("Every row can be sent.")
    if not batch.request_count:
        return _("No row can be sent. Correct the file and choose it again.")
    return _("Rows with a problem aren't sent. Correct the file, or send the others.")
