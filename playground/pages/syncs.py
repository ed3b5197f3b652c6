"""The sync of a connection as a part of a page: its button, its progress, what changed."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.pool import get_pool
from playground.sending.sync import can_sync, find_sync, start_sync
from playground.workspace.models import Connection, SyncRun

SHORT_WAIT = 0.4
DELAYS = (0.5, 0.5, 1, 1, 1, 2, 2, 3)
LONGEST_DELAY = 5
SHOWN = 30
KINDS = {
    SyncRun.Outcome.COMPLETE: "accepted",
    SyncRun.Outcome.PARTLY: "warning",
    SyncRun.Outcome.FAILED: "refused",
}


@needs(Role.EDITOR)
@require_POST
def begin(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if can_sync(connection):
        run = start_sync(connection, person_of(request))
        get_pool().wait(run.id, SHORT_WAIT)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("connection", connection.id)
    return render(request, "sync/_sync.html", {"sync": describe_sync(connection)})


@needs(Role.VIEWER)
@require_safe
def show_state(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The fragment alone; each answer says when to ask again."""
    connection = get_object_or_404(Connection, pk=connection_id)
    return render(
        request,
        "sync/_sync.html",
        {"sync": describe_sync(connection, read_tries(request))},
    )


def describe_sync(connection: Connection, tries: int = 0) -> dict[str, Any] | None:
    """What `sync/_sync.html` draws; None for an API that has nothing to sync."""
    if not can_sync(connection):
        return None
    connection.refresh_from_db(fields=["synced_at"])
    run = find_sync(connection)
    return {
        "connection": connection,
        "run": run,
        "kind": KINDS.get(SyncRun.Outcome(run.outcome), "running") if run else "",
        "changes": run.changes[:SHOWN] if run else [],
        "failures": run.failures[:SHOWN] if run else [],
        "hidden": max(0, len(run.changes) - SHOWN) if run else 0,
        "untold": max(0, len(run.failures) - SHOWN) if run else 0,
        "delay": delay_of(tries),
        "next_try": tries + 1,
    }


def delay_of(tries: int) -> float:
    """Seconds until a page asks again: soon at first, then more and more seldom."""
    return DELAYS[tries] if tries < len(DELAYS) else LONGEST_DELAY


def read_tries(request: HttpRequest) -> int:
    said = request.GET.get("tries", "0")
    return min(int(said), 1000) if said.isdecimal() and len(said) < 6 else 0
