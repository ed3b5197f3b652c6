"""A workflow's definition: show, add, edit, export and import it."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.drafts.models import Draft
from playground.openapi.custom_workflows import (
    build_details,
    find_definition_errors,
    to_custom_steps,
)
from playground.pages.definition_form import (
    DefinitionInput,
    describe_definition_form,
    infer_definition,
    list_inference_sources,
    read_definition_form,
)
from playground.pages.parameters import read_uuid
from playground.pages.responses import breadcrumbs, respond_with_file
from playground.payload_templates.models import Template
from playground.payload_templates.templates import visible_templates
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import Person, Role
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflow_files import (
    InvalidDefinition,
    dump_definition_file,
    import_definition,
    parse_definition_file,
)
from playground.workspace.workflows import (
    confirm_edit,
    delete_workflow,
    describe_changes,
    discard_edit,
    edit_workflow,
    read_definition,
)

MAX_FILE_BYTES = 5_000_000
SHOWN_CHANGES = 10
# Changes named in the message after saving; the workflow's page lists all.
MAX_TOLD_CHANGES = 5
# Drafts and templates named before a definition is deleted.
MAX_NAMED_USES = 10


@needs(Role.VIEWER)
@require_safe
def show_workflow(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row, person = _get_workflow(connection_id, uid), person_of(request)
    definition = read_definition(row)
    # Synced again, a listed one would be back at once.
    may_delete = person.may_edit and (row.synced_at is None or row.gone_at is not None)
    context = {
        "row": row,
        "connection": row.connection,
        "workflow": definition,
        "steps": list(zip(definition.steps, to_custom_steps(definition), strict=True)),
        "differs": describe_changes(row.definition, row.details) if row.api_differs else [],
        "changes": row.changes.all()[:SHOWN_CHANGES],
        "trail": breadcrumbs((_("Workflows"), reverse("workflows")), row.name),
        "may_delete": may_delete,
        **(_describe_uses(person, row) if may_delete else {}),
    }
    return render(request, "workflow/page.html", context)


def _describe_uses(person: Person, row: Workflow) -> dict[str, object]:
    """The drafts and templates of the workflow: names this person may see, and how many more."""
    of_it = {"connection_id": row.connection_id, "path_values__workflow_uid": row.uid}
    drafts = Draft.objects.filter(discarded_at=None, **of_it)
    templates = {"connection_id": row.connection_id, "workflow_uid": row.uid}
    used = drafts.count() + Template.objects.filter(deleted_at=None, **templates).count()
    own = drafts.filter(person=person).order_by("-changed_at").values_list("name", flat=True)
    seen = visible_templates(person).filter(**templates).values_list("name", flat=True)
    uses = [(_("Template"), name) for name in seen[:MAX_NAMED_USES]]
    uses += [(_("Draft"), name or row.name) for name in own[:MAX_NAMED_USES]]
    uses = uses[:MAX_NAMED_USES]
    return {"uses": uses, "more_uses": used - len(uses)}


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_workflow(request: HttpRequest) -> HttpResponse:
    """A new definition: blank, or inferred from `?draft=` or `?exchange=`."""
    chosen = _find_connection(request.POST.get("connection") or request.GET.get("connection"))
    mistakes: list[str] = []
    if request.method == "POST":
        typed = read_definition_form(request.POST)
        mistakes = find_definition_errors(typed.uid, typed.name, typed.steps)
        if chosen is None:
            mistakes.insert(0, _("Choose the connection this workflow belongs to."))
        elif chosen.workflows.filter(uid=typed.uid).exists():
            mistakes.append(_("A workflow with this UID already exists. Edit it on its own page."))
        elif not mistakes:
            return _save(request, Workflow(connection=chosen, uid=typed.uid), typed)
    else:
        typed, inferred_from = infer_definition(person_of(request), request.GET)
        chosen = inferred_from or chosen
    context = {
        "connections": Connection.objects.filter(api="captain-data"),
        "chosen": chosen,
        "mistakes": mistakes,
        "sources": list_inference_sources(person_of(request)) if not typed.steps else [],
        "trail": breadcrumbs((_("Workflows"), reverse("workflows")), _("New")),
        **describe_definition_form(typed),
    }
    return render(request, "workflow/edit.html", context, status=422 if mistakes else 200)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_definition(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = _get_workflow(connection_id, uid)
    before = to_custom_steps(read_definition(row))
    typed, mistakes = DefinitionInput(row.uid, row.name, before), list[str]()
    stamp = _stamp(row)
    if request.method == "POST":
        form = read_definition_form(request.POST, before)
        # The UID identifies the workflow and can't be changed.
        typed = DefinitionInput(row.uid, form.name, form.steps)
        mistakes = find_definition_errors(typed.uid, typed.name, typed.steps)
        if request.POST.get("stamp", stamp) != stamp:
            message = _("Someone else changed this workflow. Save again to overwrite their change.")
            mistakes.insert(0, message)
        if not mistakes:
            return _save(request, row, typed)
    context = {
        "row": row,
        "stamp": stamp,
        "connection": row.connection,
        "mistakes": mistakes,
        "trail": breadcrumbs(
            (_("Workflows"), reverse("workflows")), (row.name, _address(row)), _("Edit")
        ),
        **describe_definition_form(typed),
    }
    return render(request, "workflow/edit.html", context, status=422 if mistakes else 200)


@needs(Role.EDITOR)
@require_POST
def resolve_difference(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    """Use the API's definition, or keep the one edited here until the API's changes again."""
    row = _get_workflow(connection_id, uid)
    if request.POST.get("choice") == "take" and row.details:
        discard_edit(row)
        record_event(request, "workflow-changed", row.name, "took the API's definition")
        messages.success(request, _("The API's definition is used again."))
    elif request.POST.get("choice") == "keep":
        confirm_edit(row)
        messages.success(
            request, _("Your definition is kept. You'll be told when the API's changes again.")
        )
    return redirect(_address(row))


@needs(Role.EDITOR)
@require_POST
def delete_definition(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = _get_workflow(connection_id, uid)
    delete_workflow(row)
    record_event(request, "workflow-deleted", row.name)
    messages.success(request, _("Deleted %(name)s.") % {"name": row.name})
    return redirect("workflows")


@needs(Role.VIEWER)
@require_safe
def export_workflow(request: HttpRequest, connection_id: uuid.UUID, uid: str) -> HttpResponse:
    row = _get_workflow(connection_id, uid)
    name = slugify(row.name) or "workflow"
    return respond_with_file(dump_definition_file(row), f"{name}.json", "application/json")


@needs(Role.EDITOR)
@require_POST
def import_workflow(request: HttpRequest) -> HttpResponse:
    # Checked after the file, whose message is the more useful one.
    connection = _find_connection(request.POST.get("connection"))
    try:
        file = parse_definition_file(_read_upload(request))
    except InvalidDefinition as error:
        messages.warning(request, _("Not imported: %(reason)s") % {"reason": error})
        return redirect("workflows")
    if connection is None:
        message = _("Not imported. Choose the connection this workflow belongs to.")
        messages.warning(request, message)
        return redirect("workflows")
    row = import_definition(connection, file)
    record_event(request, "workflow-changed", row.name, "imported")
    messages.success(request, _("Imported %(name)s.") % {"name": row.name})
    return redirect(_address(row))


def _get_workflow(connection_id: uuid.UUID, uid: str) -> Workflow:
    rows = Workflow.objects.select_related("connection")
    return get_object_or_404(rows, connection_id=connection_id, uid=uid)


def _save(request: HttpRequest, row: Workflow, typed: DefinitionInput) -> HttpResponse:
    before = json.loads(row.definition or "{}")
    # What the form doesn't show of the definition is kept.
    details = build_details(typed.uid, typed.name, typed.steps, before)
    changes = edit_workflow(row, json.dumps(details, ensure_ascii=False, indent=2), typed.name)
    record_event(request, "workflow-changed", row.name)
    message = " ".join([_("Saved %(name)s.") % {"name": row.name}, *changes[:MAX_TOLD_CHANGES]])
    messages.success(request, message)
    return redirect(_address(row))


def _stamp(row: Workflow) -> str:
    """Changes when somebody edits the definition, and when a sync reads another one."""
    # No single time covers both, and a sync that finds nothing new must not change it.
    both = f"{row.edited}\0{row.details}".encode("utf-8", "replace")
    return hashlib.sha256(both).hexdigest()[:16]


def _read_upload(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise InvalidDefinition(_("choose a file."))
    if (file.size or 0) > MAX_FILE_BYTES:
        raise InvalidDefinition(_("the file is larger than 5 MB."))
    return bytes(file.read())


def _find_connection(sent: str | None) -> Connection | None:
    id = read_uuid(sent or "")
    # Only this API has workflows.
    return Connection.objects.filter(api="captain-data", id=id).first() if id else None


def _address(row: Workflow) -> str:
    return reverse("workflow", args=[row.connection_id, row.uid])
