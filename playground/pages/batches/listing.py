"""The list of batches."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.batches.access import visible_batches
from playground.batches.models import Batch
from playground.pages.batches.access import LARGE
from playground.pages.batches.progress import describe_progress
from playground.pages.lists import ListColumn, ListShape
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import contain_words

LIST = ListShape(
    "created",
    (
        ListColumn("name", gettext_lazy("Batch"), (Lower("name"),)),
        ListColumn("state", gettext_lazy("Status"), ("state",)),
        ListColumn("progress", gettext_lazy("Progress")),
        ListColumn("rows", gettext_lazy("Rows"), ("row_count",), descends=True, is_figure=True),
        ListColumn("person", gettext_lazy("By"), (Lower("person_name"),)),
        ListColumn("created", gettext_lazy("Created"), ("created_at",), descends=True),
    ),
    ngettext_lazy("%(n)s batch", "%(n)s batches", "n"),
    page_size=25,
)
BUSY = (Batch.State.RUNNING, Batch.State.CHECKING)


@needs(Role.VIEWER)
@require_safe
def show_batches(request: HttpRequest) -> HttpResponse:
    text, state = request.GET.get("text", "").strip()[:200], request.GET.get("state", "")
    state = state if state in Batch.State.values else ""
    listed = LIST.read(request, find_batches(person_of(request), text, state))
    context = {
        "list": listed,
        "batches": [(each, describe_progress(each)) for each in listed.rows],
        "is_busy": any(each.state in BUSY for each in listed.rows),
        "text": text,
        "state": state,
        "states": Batch.State.choices,
    }
    return render(request, "batches/page.html", context)


def find_batches(person: Person, text: str = "", state: str = "") -> QuerySet[Batch]:
    """The visible batches with each word of the text in their name, file or person."""
    found = visible_batches(person).filter(contain_words(text, "name", "file_name", "person_name"))
    filters: dict[str, Any] = {"state": state} if state else {}
    return found.filter(**filters).defer(*LARGE, "columns")
