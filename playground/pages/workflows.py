"""Workflows and accounts of connections, and the sync that reads both from the API."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.drafts import start_draft
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_account_payload
from playground.pages.account_limits import draw_limits
from playground.pages.lists import ListColumn, ListShape
from playground.pages.parameters import read_tries
from playground.pages.responses import breadcrumbs, poll_delay
from playground.pages.schedules.opening import read_browser_zone, schedule_draft
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.people.search import contain_words
from playground.sending.sync import can_sync
from playground.sending.sync_runs import find_sync, start_sync, wait_for_sync
from playground.workspace.accounts import count_accounts, search_accounts
from playground.workspace.models import Connection, SyncRun, Workflow
from playground.workspace.workflows import LONGEST_UID, read_definition

WORKFLOWS = ListShape(
    "name",
    (
        ListColumn("name", gettext_lazy("Workflow"), (Lower("name"),)),
        ListColumn("uid", gettext_lazy("UID"), ("uid",)),
        ListColumn("connection", gettext_lazy("Connection"), (Lower("connection__name"),)),
        ListColumn("read", gettext_lazy("Read"), ("synced_at",), descends=True, has_nulls=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s workflow", "%(n)s workflows", "n"),
)
ACCOUNTS = ListShape(
    "name",
    (
        ListColumn("name", gettext_lazy("Name"), (Lower("name"),)),
        ListColumn("integration", gettext_lazy("Integration"), ("integration",)),
        ListColumn("uid", gettext_lazy("UID"), ("uid",)),
        # Those to reconnect first.
        ListColumn("status", gettext_lazy("Status"), ("valid",), has_nulls=True),
        ListColumn("limits", gettext_lazy("Limits used")),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s account", "%(n)s accounts", "n"),
)
UPDATE_ACCOUNT = "update-account"
SYNC_WAIT = 0.4
MAX_SYNC_LINES = 30
SYNC_KINDS = {
    SyncRun.Outcome.COMPLETE: "accepted",
    SyncRun.Outcome.PARTLY: "warning",
    SyncRun.Outcome.FAILED: "refused",
}


@needs(Role.VIEWER)
@require_safe
def show_workflows(request: HttpRequest) -> HttpResponse:
    """The workflows, searchable by name, UID and step; only the list for htmx."""
    text = request.GET.get("find", "").strip()
    # Steps have no table of their own: their names are searched in the definition.
    found = Workflow.objects.filter(contain_words(text, "name", "uid", "details"))
    listed = WORKFLOWS.read(request, found.select_related("connection"))
    # The only API with workflows.
    connections = Connection.objects.filter(api="captain-data")
    context = {
        "list": listed,
        "rows": [(row, read_definition(row)) for row in listed.rows],
        "find": text,
        "connections": connections,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "workflows/_list.html", context)
    context["syncs"] = [describe_sync(each) for each in connections]
    return render(request, "workflows/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_accounts(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The accounts of a connection, page by page; only the list for htmx."""
    connection = get_object_or_404(Connection, pk=connection_id)
    filters = {
        name: request.GET.get(name, "").strip()[:200] for name in ("integration", "find", "valid")
    }
    found = search_accounts(connection, filters["integration"], filters["find"], filters["valid"])
    listed = ACCOUNTS.read(request, found)
    context = {
        "connection": connection,
        "list": listed,
        "rows": [(account, draw_limits(account)) for account in listed.rows],
        "integrations": count_accounts(connection),
        "filters": filters,
        "sync": describe_sync(connection),
        "trail": breadcrumbs(
            (_("Connections"), reverse("connections")),
            (connection.name, reverse("connection", args=[connection.id])),
            _("Accounts"),
        ),
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "accounts/_list.html" if is_part else "accounts/page.html", context)


@needs(Role.EDITOR)
@require_POST
def create_account_draft(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Create a draft that updates this account or, without a UID, adds one; or schedule it."""
    connection = get_object_or_404(Connection, pk=connection_id)
    integration = request.POST.get("integration", "").strip()
    uid = request.POST.get("uid", "").strip()
    if max(len(integration), len(uid)) > LONGEST_UID:
        # A truncated UID could belong to another account.
        limit = {"limit": LONGEST_UID}
        messages.error(request, _("A UID can have at most %(limit)s characters.") % limit)
        return redirect("accounts", connection_id)
    operation = get_operation(UPDATE_ACCOUNT)
    account = connection.accounts.filter(integration=integration, uid=uid).first() if uid else None
    if account:
        name = _("Update %(name)s") % {"name": account.name or uid}
    else:
        name = _("Add an account to %(name)s") % {"name": integration or _("an integration")}
    draft = start_draft(
        person_of(request),
        operation.id,
        build_account_payload(operation, integration, uid),
        name=name[:200],
        # Accounts belong to the launch API; other connections can't update them.
        connection=connection if connection.api == operation.api.id else None,
        path_values={"integration_uid": integration},
    )
    if request.POST.get("do") != "schedule":
        return redirect("builder", draft.id)
    text = _("It is kept as the template %(name)s. Enter what to send, then select Schedule.")
    messages.info(request, text % {"name": draft.name})
    opened = schedule_draft(person_of(request), draft, read_browser_zone(request))
    return redirect("schedule_form", opened.draft_id)


@needs(Role.EDITOR)
@require_POST
def sync_connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    if can_sync(connection):
        run = start_sync(connection, person_of(request))
        # A small workspace is read within this time: its page then shows the result at once.
        wait_for_sync(run, SYNC_WAIT)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("connection", connection.id)
    return render(request, "sync/_sync.html", {"sync": describe_sync(connection)})


@needs(Role.VIEWER)
@require_safe
def show_sync(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The fragment, which polls for itself while the sync runs."""
    connection = get_object_or_404(Connection, pk=connection_id)
    context = {"sync": describe_sync(connection, read_tries(request))}
    return render(request, "sync/_sync.html", context)


def describe_sync(connection: Connection, tries: int = 0) -> dict[str, Any] | None:
    """What `sync/_sync.html` draws, or None for an API that has nothing to sync."""
    if not can_sync(connection):
        return None
    # The sync runs on another thread: the caller's row may be older than its end.
    connection.refresh_from_db(fields=["synced_at"])
    run = find_sync(connection)
    changes, failures = (run.changes, run.failures) if run else ([], [])
    return {
        "connection": connection,
        "run": run,
        "kind": SYNC_KINDS.get(SyncRun.Outcome(run.outcome), "running") if run else "",
        "changes": changes[:MAX_SYNC_LINES],
        "failures": failures[:MAX_SYNC_LINES],
        "more_changes": max(0, len(changes) - MAX_SYNC_LINES),
        "more_failures": max(0, len(failures) - MAX_SYNC_LINES),
        "delay": poll_delay(tries),
        "next_try": tries + 1,
    }
