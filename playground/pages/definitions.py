"""A workflow's definition: look at it, make or change it by hand, infer, export, import."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.openapi.custom_workflows import (
    build_details,
    find_definition_errors,
    to_custom_steps,
)
from playground.pages.definition_form import Typed, describe_typed, read_typed
from playground.pages.inferring import infer_from, list_sources
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflow_files import BadFile, import_file, read_file, write_file
from playground.workspace.workflows import (
    edit_workflow,
    keep_own_definition,
    read_definition,
    take_api_definition,
    tell_difference,
)

LARGEST_FILE = 5_000_000
SHOWN_CHANGES = 10


@needs(Role.VIEWER)
@require_safe
def show_workflow(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = find_row(connection_id, uid)
    definition = read_definition(row)
    context = {
        "row": row,
        "connection": row.connection,
        "workflow": definition,
        "steps": list(zip(definition.steps, to_custom_steps(definition), strict=True)),
        "differs": tell_difference(row.definition, row.details) if row.api_differs else [],
        "changes": row.changes.all()[:SHOWN_CHANGES],
        "trail": _trail(row.name),
    }
    return render(request, "workflow/page.html", context)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new definition: blank, or inferred from `?draft=` or `?exchange=`."""
    connections = Connection.objects.filter(api="captain-data")
    chosen = _choose(connections, request.POST.get("connection") or request.GET.get("connection"))
    if request.method == "POST":
        typed = read_typed(request.POST)
        taken = chosen is not None and chosen.workflows.filter(uid=typed.uid).exists()
        mistakes = find_definition_errors(typed.uid, typed.name, typed.steps)
        if chosen is None:
            mistakes.insert(0, _("Choose the connection that has this workflow."))
        if taken:
            mistakes.append(_("This workflow is known already: change it on its own page."))
        if chosen is not None and not mistakes:
            return _save(request, Workflow(connection=chosen, uid=typed.uid), typed)
    else:
        mistakes = []
        typed, from_connection = infer_from(person_of(request), request.GET)
        chosen = from_connection or chosen
    context = {
        "connections": connections,
        "chosen": chosen,
        "mistakes": mistakes,
        "sources": list_sources(person_of(request)) if not typed.steps else [],
        "trail": _trail(_("New")),
        **describe_typed(typed),
    }
    return render(request, "workflow/edit.html", context, status=422 if mistakes else 200)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = find_row(connection_id, uid)
    definition = read_definition(row)
    before = to_custom_steps(definition)
    typed, mistakes = Typed(row.uid, row.name, before), list[str]()
    stamp = _stamp(row)
    if request.method == "POST":
        typed = read_typed(request.POST, before)
        typed = Typed(row.uid, typed.name, typed.steps)
        mistakes = find_definition_errors(typed.uid, typed.name, typed.steps)
        if request.POST.get("stamp", stamp) != stamp:
            mistakes.insert(0, _("It was changed elsewhere meanwhile. Save again to replace that."))
        if not mistakes:
            return _save(request, row, typed)
    context = {
        "row": row,
        "stamp": stamp,
        "connection": row.connection,
        "mistakes": mistakes,
        "trail": _trail(row.name, _address(row), _("Change")),
        **describe_typed(typed),
    }
    return render(request, "workflow/edit.html", context, status=422 if mistakes else 200)


@needs(Role.EDITOR)
@require_POST
def settle(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    """The API says something else than the edit by hand: take it, or keep one's own."""
    row = find_row(connection_id, uid)
    if request.POST.get("choice") == "take" and row.details:
        take_api_definition(row)
        record_event(request, "workflow-changed", row.name, "took the API's definition")
        messages.info(request, _("The API's definition counts again."))
    elif request.POST.get("choice") == "keep":
        keep_own_definition(row)
        messages.info(
            request, _("Your definition stays. The next change of the API is told again.")
        )
    return redirect(_address(row))


@needs(Role.EDITOR)
@require_POST
def delete(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = find_row(connection_id, uid)
    row.delete()
    record_event(request, "workflow-deleted", row.name)
    messages.info(request, _("%(name)s is no longer known here.") % {"name": row.name})
    return redirect("workflows")


@needs(Role.VIEWER)
@require_safe
def export(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = find_row(connection_id, uid)
    response = HttpResponse(write_file(row), content_type="application/json")
    name = slugify(row.name) or "workflow"
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@needs(Role.EDITOR)
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """A definition from a file."""
    chosen = _choose(Connection.objects.filter(api="captain-data"), request.POST.get("connection"))
    try:
        file = read_file(_uploaded(request))
    except BadFile as error:
        messages.warning(request, _("Not imported: %(reason)s") % {"reason": error})
        return redirect("workflows")
    if chosen is None:
        messages.warning(request, _("Not imported: choose the connection that has it."))
        return redirect("workflows")
    row = import_file(chosen, file)
    record_event(request, "workflow-changed", row.name, "imported")
    messages.info(request, _("%(name)s is imported.") % {"name": row.name})
    return redirect(_address(row))


def find_row(connection_id: uuid.UUID, uid: str) -> Workflow:
    rows = Workflow.objects.select_related("connection")
    return get_object_or_404(rows, connection_id=connection_id, uid=uid)


def _save(request: HttpRequest, row: Workflow, typed: Typed) -> HttpResponse:
    before = json.loads(row.definition or "{}")
    details = build_details(typed.uid, typed.name, typed.steps, before)
    changes = edit_workflow(row, json.dumps(details, ensure_ascii=False, indent=2), typed.name)
    record_event(request, "workflow-changed", row.name)
    told = " ".join(changes[:5])
    messages.info(
        request, _("%(name)s is saved.") % {"name": row.name} + (f" {told}" if told else "")
    )
    return redirect(_address(row))


def _stamp(row: Workflow) -> str:
    """Of what is edited and of what the API said: changes with either."""
    both = f"{row.edited}\0{row.details}".encode("utf-8", "replace")
    return hashlib.sha256(both).hexdigest()[:16]


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadFile(_("choose a file."))
    if (file.size or 0) > LARGEST_FILE:
        raise BadFile(_("the file is larger than 5 MB."))
    return bytes(file.read())


def _choose(connections: Any, sent: str | None) -> Connection | None:
    try:
        found: Connection | None = connections.filter(id=uuid.UUID(sent or "")).first()
    except ValueError:
        return None
    return found


def _address(row: Workflow) -> str:
    return reverse("workflow", args=[row.connection_id, row.uid])


def _trail(name: str, href: str = "", more: str = "") -> list[dict[str, str]]:
    trail = [{"href": "/workflows/", "text": _("Workflows")}, {"href": href, "text": name}]
    return [*trail, {"text": more}] if more else trail
