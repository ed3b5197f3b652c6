"""The rows of a batch as a table: filtered by outcome, searched, sorted, a page at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.batches.access import may_run
from playground.batches.models import Batch, Row
from playground.pages.batches.access import LARGE, get_batch_or_404
from playground.pages.batches.progress import ROW_KINDS
from playground.pages.lists import ListColumn, ListPage, ListShape, change_address
from playground.pages.parameters import read_number
from playground.pages.selection import Action
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import fold_words
from playground.workspace.jobs import is_followable

SEND_AGAIN = Action("again", gettext_lazy("Send again"), "reset")
MARK_DONE = Action("done", gettext_lazy("Mark as done"), "check")
# The harmless one is first: browsers press it at Enter.
ACTIONS = (MARK_DONE, SEND_AGAIN)
LIST = ListShape(
    "number",
    (
        ListColumn("number", gettext_lazy("Row"), ("number",), is_figure=True),
        ListColumn("cells", gettext_lazy("Values")),
        ListColumn("outcome", gettext_lazy("Outcome"), ("state",)),
        ListColumn("message", gettext_lazy("Message")),
        ListColumn(
            "duration",
            gettext_lazy("Duration"),
            ("seconds",),
            descends=True,
            has_nulls=True,
            is_figure=True,
        ),
        ListColumn("attempt", gettext_lazy("Attempt"), ("attempt",), descends=True, is_figure=True),
        ListColumn("ended", gettext_lazy("Ended"), ("ended_at",), descends=True, has_nulls=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s row", "%(n)s rows", "n"),
    page_size=50,
)
# Rows are sealed, so the database can't search them: at most so many are looked through.
SEARCHED, CHUNK = 5000, 500
SHOWN_CELLS, LONGEST_CELL, SHOWN_UID = 3, 60, 8


@dataclass(frozen=True)
class RowView:
    """A row as its table shows it. `job` and `exchange` are addresses, empty for none."""

    row: Row
    kind: str
    cells: Sequence[tuple[str, str]]
    message: str
    job: str
    exchange: str
    may_choose: bool


def describe_rows(request: HttpRequest, batch: Batch) -> dict[str, object]:
    """The context of `batch/_rows.html` and `batch/_row_table.html`."""
    person = person_of(request)
    state, text = request.GET.get("state", ""), request.GET.get("text", "").strip()[:200]
    state = state if state in Row.State.values else ""
    first = read_number(request.GET.get("from", ""))
    found = find_rows(batch, state, first)
    listed = _search(request, found, text) if text else LIST.read(request, found)
    has_unknown = bool(batch.counts.get(Row.State.UNKNOWN))
    may_decide = may_run(person, batch) and has_unknown
    return {
        "list": listed,
        "rows": [_view(row, batch, person, may_decide) for row in listed.rows],
        "text": text,
        "state": state,
        "from": first or "",
        "states": Row.State.choices,
        "is_filtered": bool(text or state or first),
        "actions": ACTIONS if may_decide else (),
        "act": reverse("decide_rows", args=[batch.pk]),
        "is_grouped": batch.request_count < batch.row_count - batch.bad_row_count,
    }


def find_rows(batch: Batch, state: str, first: int) -> QuerySet[Row]:
    found = Row.objects.filter(batch=batch)
    if state:
        found = found.filter(state=state)
    return found.filter(number__gte=first) if first else found


def _search(request: HttpRequest, found: QuerySet[Row], text: str) -> ListPage:
    """The rows with each word of the text, in their order; a page may end early."""
    words, matches = fold_words(text), list[Row]()
    after, searched = read_number(request.GET.get("after", "")), 0
    last, has_more = after, False
    while searched < SEARCHED and not has_more:
        chunk = list(found.filter(number__gt=last).order_by("number")[:CHUNK])
        for row in chunk:
            if _contains(row, words):
                if len(matches) == LIST.page_size:
                    has_more = True
                    break
                matches.append(row)
            last, searched = row.number, searched + 1
        if len(chunk) < CHUNK:
            break
    else:
        has_more = has_more or found.filter(number__gt=last).exists()
    note = ""
    if has_more and searched >= SEARCHED:
        note = _("Searched up to row %(row)s. Select “Next” to search on.") % {"row": f"{last:,}"}
    return LIST.make_page(
        request,
        matches,
        is_sortable=False,
        position=LIST.describe_count(len(matches)),
        previous=change_address(request, after="") if after else "",
        next=change_address(request, after=str(last)) if has_more else "",
        note=note,
    )


def _contains(row: Row, words: Sequence[str]) -> bool:
    parts = [*(each for each in row.cells if each), row.message, row.job_uid]
    parts += [str(each.get("message", "")) for each in row.problems]
    text = "\n".join(parts).casefold()
    return all(word in text for word in words)


def _view(row: Row, batch: Batch, person: Person, may_decide: bool) -> RowView:
    is_own = person.is_owner or batch.person_id == person.pk
    job = ""
    if is_own and row.job_uid and batch.connection_id and is_followable(row.job_uid):
        job = reverse("job", args=[batch.connection_id, row.job_uid])
    exchange = reverse("exchange", args=[row.exchange_id]) if is_own and row.exchange_id else ""
    problems = " ".join(str(each.get("message", "")) for each in row.problems)
    return RowView(
        row=row,
        kind=ROW_KINDS[Row.State(row.state)],
        cells=_choose_cells(row, batch.columns),
        message=_shorten(row.message, row.job_uid) or problems,
        job=job,
        exchange=exchange,
        may_choose=may_decide and row.state == Row.State.UNKNOWN,
    )


def _shorten(message: str, uid: str) -> str:
    """The message with the beginning of a job's UID: its link stands beside it."""
    return message.replace(uid, f"{uid[:SHOWN_UID]}…") if len(uid) > SHOWN_UID + 1 else message


def _choose_cells(row: Row, columns: Sequence[str]) -> list[tuple[str, str]]:
    """The first cells that say something, with the titles of their columns."""
    filled = [
        (columns[at], cell) for at, cell in enumerate(row.cells) if cell and at < len(columns)
    ]
    return [
        (title, cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…")
        for title, cell in filled[:SHOWN_CELLS]
    ]


@needs(Role.VIEWER)
@require_safe
def show_batch_rows(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The table alone, which the page of a running batch fetches again now and then."""
    batch = get_batch_or_404(request, batch_id, *LARGE)
    return render(
        request, "batch/_row_table.html", {"batch": batch, **describe_rows(request, batch)}
    )
