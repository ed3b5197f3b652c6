"""Drafts as a list: begin one, go on with one, name it, put it away."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.drafts.drafts import (
    begin,
    discard_draft,
    drafts_of,
    find_draft,
    rename_draft,
    restore_draft,
)
from playground.drafts.models import Draft
from playground.openapi.operations import UnknownOperation, get_operation, list_operations
from playground.openapi.payloads import build_default_payload
from playground.payload_templates.drift import find_broken_drafts
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Connection
from playground.workspace.workflows import read_workflow

PAGE = 50


@needs(Role.EDITOR)
@require_safe
def show_drafts(request: HttpRequest) -> HttpResponse:
    found = drafts_of(person_of(request))
    wanted = request.GET.get("find", "").strip()
    if wanted:
        found = found.filter(name__icontains=wanted)
    titles = {each.id: each.title for each in list_operations()}
    drafts = [(draft, titles.get(draft.operation, draft.operation)) for draft in found[: PAGE + 1]]
    return render(
        request,
        "drafts/page.html",
        {
            "drafts": drafts[:PAGE],
            "more": len(drafts) > PAGE,
            "find": wanted,
            "drifted": find_broken_drafts(draft for draft, _title in drafts[:PAGE]),
        },
    )


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def begin_draft(request: HttpRequest) -> HttpResponse:
    """Which operation, asked; then a draft with the complete default payload of a workflow, or
    a blank one."""
    if request.method != "POST":
        return render(request, "drafts/new.html", {"beginnings": list_beginnings()})
    try:
        operation = get_operation(request.POST.get("operation", ""))
    except UnknownOperation as unknown:
        raise Http404(str(unknown)) from None
    connection = _find_connection(request.POST.get("connection", ""), operation.api.id)
    uid = request.POST.get("workflow_uid", "").strip()
    workflow = read_workflow(connection, uid)
    names = [each.name for each in operation.path_fields]
    name = workflow.name if workflow else request.POST.get("name", "").strip()
    draft = begin(
        person_of(request),
        operation.id,
        build_default_payload(operation, workflow),
        name=name[:200],
        connection=connection,
        path_values={**dict.fromkeys(names, ""), **({"workflow_uid": uid} if uid else {})},
    )
    return redirect("builder", draft.id)


def list_beginnings() -> list[dict[str, Any]]:
    """The operations that people fill in, each with the connections it can go over and
    whether a workflow fills it."""
    connections = list(Connection.objects.order_by("-practice", "name"))
    return [
        {
            "operation": each,
            "connections": [c for c in connections if c.api == each.api.id],
            "by_workflow": any(field.name == "workflow_uid" for field in each.path_fields),
        }
        for each in list_operations()
        if each.body_schema is not None and not each.harmless
    ]


@needs(Role.EDITOR)
@require_POST
def rename(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    rename_draft(_own(request, draft_id), request.POST.get("name", ""))
    return HttpResponse(status=204)


@needs(Role.EDITOR)
@require_POST
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Away from the list; a toast offers to take that back."""
    draft = _own(request, draft_id)
    discard_draft(draft)
    response = HttpResponse()
    response["HX-Trigger"] = _toast(
        _("Discarded %(name)s.") % {"name": draft.name or draft.operation},
        reverse("restore_draft", args=[draft.id]),
    )
    return response


@needs(Role.EDITOR)
@require_POST
def restore(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    if not restore_draft(person_of(request), draft_id):
        raise Http404(_("There is no such draft of yours."))
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("drafts")
    return response


def _own(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    try:
        return find_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        raise Http404(_("There is no such draft of yours.")) from None


def _find_connection(sent: str, api: str) -> Connection | None:
    """The one chosen, else the practice connection, else any of this API."""
    fitting = Connection.objects.filter(api=api)
    try:
        return fitting.get(id=uuid.UUID(sent))
    except (ValueError, Connection.DoesNotExist):
        return fitting.order_by("-practice", "name").first()


def _toast(text: str, undo: str) -> str:
    return json.dumps({"toast": {"text": text, "undo": undo}})
