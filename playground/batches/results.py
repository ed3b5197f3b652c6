"""Files about a batch: its rows with what became of them, its bad rows, and JUnit."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any
from xml.sax.saxutils import quoteattr

from django.db.models import QuerySet

from playground.batches.models import Batch, Row
from playground.calls.spreadsheets import write_csv

# Rows that are read at a time: memory doesn't grow with the file.
CHUNK = 1000
RESULT_TITLES = ("outcome", "status", "message", "job", "time", "attempt")
REASONS = "problems"
BOM = "\ufeff"


def write_result(batch: Batch, rows: QuerySet[Row] | None = None) -> Iterator[str]:
    """Yield the result file as CSV: the rows of the input in their order, and their outcome."""
    yield from _write_csv(
        [*batch.columns, *_make_titles(batch.columns, RESULT_TITLES)],
        ([*_fill(row, batch), *_describe(row)] for row in page_rows(batch, rows)),
    )


def write_result_lines(batch: Batch, rows: QuerySet[Row] | None = None) -> Iterator[str]:
    """Yield the result as JSON Lines: one object per row with its cells by title."""
    for row in page_rows(batch, rows):
        cells = dict(zip(batch.columns, row.cells, strict=False))
        outcome: dict[str, object] = dict(zip(RESULT_TITLES, _describe(row), strict=True))
        outcome["attempt"] = row.attempt
        problems = [each["message"] for each in row.problems]
        found = {"row": row.number, "line": row.line, "cells": cells, **outcome}
        yield json.dumps({**found, "problems": problems}, ensure_ascii=False) + "\n"


def describe_row(row: Row, batch: Batch) -> dict[str, Any]:
    """What scripts get of a row: its outcome and its problems, whose columns count from 1."""
    problems = []
    for each in row.problems:
        index = each["column"]
        is_cell = index is not None and index < len(row.cells)
        problems.append(
            {
                **each,
                "column": None if index is None else index + 1,
                "title": batch.columns[index] if is_cell and index < len(batch.columns) else "",
                "value": row.cells[index] if is_cell else None,
            }
        )
    return {
        "row": row.number,
        "line": row.line,
        "request": row.request,
        "outcome": row.state,
        "code": row.code,
        "sentence": _describe(row)[2],
        "status": row.status,
        "exchange": str(row.exchange_id) if row.exchange_id else None,
        "job": row.job_uid,
        "attempt": row.attempt,
        "seconds": row.seconds,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "problems": problems,
    }


def write_bad_rows(batch: Batch) -> Iterator[str]:
    """Yield the bad rows as CSV with a column of reasons, to correct and check again."""
    bad = Row.objects.filter(state=Row.State.BAD)
    yield from _write_csv(
        [*batch.columns, *_make_titles(batch.columns, (REASONS,))],
        ([*_fill(row, batch), _list_reasons(row, batch)] for row in page_rows(batch, bad)),
    )


def write_junit(batch: Batch) -> Iterator[str]:
    """Yield a JUnit report with a test case per request, for build servers."""
    failed = sum(batch.counts.get(each, 0) for each in (Row.State.REFUSED, Row.State.NOT_SENT))
    errors, bad = batch.counts.get(Row.State.UNKNOWN, 0), batch.bad_row_count
    skipped = batch.counts.get(Row.State.WAITING, 0) + batch.counts.get(Row.State.SENDING, 0)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        f'<testsuite name={_quote(batch.name)} tests="{batch.request_count + bad}" '
        f'failures="{failed + bad}" errors="{errors}" skipped="{skipped}">\n'
    )
    for row in page_rows(batch, Row.objects.filter(leader=True) | Row.objects.filter(request=None)):
        yield _write_case(row, batch)
    yield "</testsuite>\n"


def _write_case(row: Row, batch: Batch) -> str:
    head = f'  <testcase name="row {row.number}" classname={_quote(batch.name)}'
    head += f' time="{row.seconds or 0:.3f}"'
    message = _quote(row.message or _list_reasons(row, batch))
    kinds = {
        Row.State.ACCEPTED: "",
        Row.State.DONE: "",
        Row.State.WAITING: "<skipped/>",
        Row.State.SENDING: "<skipped/>",
        Row.State.UNKNOWN: f"<error message={message}/>",
    }
    inner = kinds.get(Row.State(row.state), f"<failure message={message}/>")
    return f"{head}>{inner}</testcase>\n" if inner else f"{head}/>\n"


def page_rows(batch: Batch, rows: QuerySet[Row] | None = None) -> Iterator[Row]:
    """Yield rows by number, some at a time: no cursor stays open while somebody downloads."""
    # Not `iterator`: on SQLite an open cursor blocks what others want to write back.
    own, last = (Row.objects.all() if rows is None else rows).filter(batch=batch), 0
    while found := list(own.filter(number__gt=last).order_by("number")[:CHUNK]):
        yield from found
        last = found[-1].number


def _fill(row: Row, batch: Batch) -> list[str]:
    cells = [*row.cells, *[None] * (len(batch.columns) - len(row.cells))]
    return ["" if cell is None else cell for cell in cells]


def _describe(row: Row) -> tuple[str, str, str, str, str, str]:
    message = row.message
    if row.state == Row.State.BAD:
        message = " ".join(str(each["message"]) for each in row.problems)
    time = row.ended_at.isoformat(timespec="seconds") if row.ended_at else ""
    status = "" if row.status is None else str(row.status)
    return str(row.state), status, message, row.job_uid, time, str(row.attempt or "")


def _list_reasons(row: Row, batch: Batch) -> str:
    reasons = []
    for each in row.problems:
        column = each["column"]
        is_known = isinstance(column, int) and column < len(batch.columns)
        name = f"{batch.columns[column]}: " if is_known else ""
        reasons.append(f"{name}{each['message']}")
    return f"Line {row.line}. {' '.join(reasons)}" if reasons else ""


def _make_titles(columns: Iterable[str], titles: Iterable[str]) -> list[str]:
    """Return titles for added columns that the file doesn't have already."""
    taken, made = set(columns), []
    for title in titles:
        while title in taken:
            title += "_"
        taken.add(title)
        made.append(title)
    return made


def _write_csv(titles: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    left = chain([titles], rows)
    # Excel reads UTF-8 only with the mark.
    mark = BOM
    while part := list(islice(left, CHUNK)):
        yield mark + write_csv(part)
        mark = ""


def _quote(text: str) -> str:
    # XML has no way to write control characters.
    kept = "".join(each if each >= " " or each in "\t\n\r" else "\ufffd" for each in text)
    return quoteattr(kept)
