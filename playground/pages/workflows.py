"""Workflows to choose from: each begins a draft with its complete default payload."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground.pages.syncs import describe_sync
from playground.people.models import Role
from playground.people.permissions import needs
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import read_definition

PAGE = 100


@needs(Role.VIEWER)
@require_safe
def show_workflows(request: HttpRequest) -> HttpResponse:
    """The list, searchable by name, UID and step; a fragment while somebody types."""
    wanted = request.GET.get("find", "").strip()
    found = Workflow.objects.select_related("connection").order_by("connection__name", "name")
    for word in wanted.split():
        found = found.filter(
            Q(name__icontains=word) | Q(uid__icontains=word) | Q(details__icontains=word)
        )
    rows = [(row, read_definition(row)) for row in found[: PAGE + 1]]
    is_part = request.htmx  # type: ignore[attr-defined]
    connections = Connection.objects.filter(api="captain-data")
    context = {
        "rows": rows[:PAGE],
        "more": len(rows) > PAGE,
        "find": wanted,
        "connections": connections,
        "syncs": [] if is_part else [describe_sync(each) for each in connections],
    }
    page = "workflows/_list.html" if is_part else "workflows/page.html"
    return render(request, page, context)
