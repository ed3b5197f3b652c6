"""Pasting into an open draft, as one edit: replaces its document or is merged into it."""

from __future__ import annotations

import uuid

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.drafts.changes import Conflict, apply_edit
from playground.drafts.editing import perform
from playground.drafts.pasting import build_environment_edit, store_credentials
from playground.drafts.states import Edit, InvalidEdit
from playground.importers import Imported, Note, Rejected, import_text, operation_shapes
from playground.jsontext.diff import compare_texts
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.merging import MergeEdit, plan_merge
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.edit_requests import InvalidEditRequest, read_edit_request
from playground.pages.builder.edits import describe_applied
from playground.pages.pasted_notes import (
    describe_requests,
    note_credentials,
    note_ignored_headers,
)
from playground.pages.pasted_steps import build_step_edit
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.policy import current_origin

MAX_DIFFERENCES = 100


@needs(Role.EDITOR)
@require_POST
def paste_into(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`{text, revision, tab, digest}` → what an edit answers, and `report`: the notes as HTML.

    With `merge` the pasted document is merged into the draft's (RFC 7396). With `preview`
    nothing changes, and `report` shows what merging would change. If the text has
    several requests, `request` is the number of one; without it, `choices` lists them as HTML.
    """
    opened = open_draft(request, draft_id)
    try:
        sent = read_edit_request(request)
        chosen = sent.get("request")
        number = chosen if isinstance(chosen, int) else None
        found = import_text(str(sent.get("text", "")), operation_shapes(), number)
        if isinstance(found, Rejected):
            return _refuse(found.message)
        if found.requests and number is None:
            # A request of this draft's operation is more likely than the first known one.
            own = (e.number for e in found.requests if e.operation == opened.operation.id)
            likely = next(own, found.number)
            context = {"requests": describe_requests(found), "number": likely}
            return JsonResponse({"choices": render_to_string("pasting/_requests.html", context)})
        # A job URL always adds a step, and an environment its variables: there is nothing to
        # preview.
        if sent.get("preview") and not found.step_uid and not found.variables:
            return _preview_merge(opened, found)
        if found.variables:
            edit = build_environment_edit(person_of(request), opened.draft, found)
        elif found.step_uid:
            edit = build_step_edit(opened, found.step_uid)
        else:
            edit = _build_edit(request, opened, found, merge=bool(sent.get("merge")))
        done = apply_edit(
            person_of(request),
            draft_id,
            edit,
            int(sent.get("revision", 0)),
            str(sent.get("tab", ""))[:40],
        )
    except RequestDataTooBig:
        return _refuse(_("This text is too large to paste."), 413)
    except JSONSyntaxError as error:
        return _refuse(error.message)
    except (InvalidEdit, InvalidEditRequest) as reason:
        return _refuse(str(reason))
    if isinstance(done, Conflict):
        return _refuse(_("Another tab changed this draft. Paste again."))
    context = {"notes": _list_notes(opened, found), "changes": found.changes}
    report = render_to_string("pasting/_notes.html", context)
    return JsonResponse({**describe_applied(done, {**sent, "part": "changed"}), "report": report})


def _preview_merge(opened: DraftContext, found: Imported) -> JsonResponse:
    # Nothing is stored, not even credentials: references have already replaced them.
    after = opened.state
    for edit in _build_merge(opened, _get_document(found)):
        after = perform(after, edit)[0]
    differences = compare_texts(opened.draft.text, after.text)
    context = {
        "notes": _list_notes(opened, found),
        "changes": found.changes,
        "differences": differences[:MAX_DIFFERENCES],
        "more": max(0, len(differences) - MAX_DIFFERENCES),
    }
    return JsonResponse({"report": render_to_string("builder/_merging.html", context)})


def _build_edit(request: HttpRequest, opened: DraftContext, found: Imported, merge: bool) -> Edit:
    """The edit for the document, and for the path values in the pasted URL."""
    # Before anything is stored: a text without a document must leave no secrets behind.
    _get_document(found)
    text = store_credentials(
        person_of(request), opened.draft, opened.operation, found, current_origin()
    )
    names = {each.name for each in opened.operation.path_fields}
    # An edit that changes nothing would still be one more step to undo.
    path = [
        Edit("path", name, value)
        for name, value in found.path_values.items()
        if name in names and value != opened.draft.path_values.get(name)
    ]
    document = _build_merge(opened, text) if merge else [Edit("replace", value=text)]
    return Edit("all", parts=[*document, *path])


def _get_document(found: Imported) -> str:
    if found.document is None:
        raise InvalidEditRequest(_("The pasted text has no JSON document."))
    return found.document


def _build_merge(opened: DraftContext, document: str) -> list[Edit]:
    # New keys go where the schema lists them, as those added by the form do.
    order = list(opened.schema.get("properties", {}))
    return [_convert(each, order) for each in plan_merge(opened.draft.text, document)]


def _convert(merge: MergeEdit, order: list[str]) -> Edit:
    # An empty pointer is the whole document.
    if not merge.pointer:
        return Edit("replace", value=merge.value or "{}")
    if merge.value is None:
        return Edit("remove", merge.pointer)
    return Edit("set", merge.pointer, merge.value, order=order)


def _list_notes(opened: DraftContext, found: Imported) -> list[Note]:
    notes = [*found.notes, *note_credentials(found)]
    if found.operation and found.operation != opened.operation.id:
        message = _("The pasted request is for %(theirs)s; this draft remains one for %(ours)s.")
        titles = {"theirs": _title_of(found.operation), "ours": opened.operation.title}
        notes.append(Note("ignored", message % titles))
    return [*notes, *note_ignored_headers(found, opened.operation)]


def _title_of(operation: str) -> str:
    try:
        return get_operation(operation).title
    except UnknownOperation:
        return operation


def _refuse(message: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"sentence": message}, status=status)
