"""Pasting into an open draft: its document gives way or takes it in; undo takes that back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.drafts.changes import Conflict, apply_edit
from playground.drafts.editing import Edit, Impossible, perform
from playground.drafts.pasting import host_in, ignored_headers, take_credentials
from playground.importers import Imported, Note, Rejected, import_text, operation_shapes
from playground.jsontext.diff import compare_texts
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.merging import MergeEdit, plan_merge
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.builder.edit_requests import BadEdit
from playground.pages.builder.edits import describe_change, read_sent_state
from playground.pages.pasting import mask_changes, step_edit, tell_credentials
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.policy import current_origin

SHOWN = 100


@needs(Role.EDITOR)
@require_POST
def paste_into(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """`{text, revision, tab, digest}` → what an edit answers, and `told`: the lines as HTML.

    With `merge` the pasted document is merged into the draft's (RFC 7396); with `look` nothing
    changes, and `told` has the differences that merging would make.
    """
    opened = open_draft(request, draft_id)
    try:
        sent = read_sent_state(request)
        found = import_text(str(sent.get("text", "")), operation_shapes())
        if isinstance(found, Rejected):
            return _refuse(found.message)
        if sent.get("look") and not found.step_uid:
            return _look(opened, found)
        merging = bool(sent.get("merge"))
        edit = (
            _step(opened, found) if found.step_uid else _document(request, opened, found, merging)
        )
        done = apply_edit(
            person_of(request),
            draft_id,
            edit,
            int(sent.get("revision", 0)),
            str(sent.get("tab", ""))[:40],
        )
    except RequestDataTooBig:
        return _refuse(_("That is too large to be pasted."), 413)
    except JSONSyntaxError as error:
        return _refuse(error.message)
    except (Impossible, BadEdit) as reason:
        return _refuse(str(reason))
    if isinstance(done, Conflict):
        return _refuse(_("Another tab changed this draft. Paste once more."))
    context = {"lines": _lines(opened, found), "changes": mask_changes(found)}
    told = render_to_string("pasting/_lines.html", context)
    return JsonResponse({**describe_change(done, {**sent, "part": "changed"}), "told": told})


def _step(opened: Opened, found: Imported) -> Edit:
    if not any(each.widget == "steps" for each in opened.sections):
        raise BadEdit(_("This draft takes no steps."))
    return step_edit(opened, found.step_uid or "")


def _look(opened: Opened, found: Imported) -> JsonResponse:
    """What merging would change, and nothing done; credentials stand as references already."""
    if found.document is None:
        raise BadEdit(_("There is no JSON document in this."))
    steps = plan_merge(opened.draft.text, found.document)
    after = opened.state
    for edit in _merging(opened, steps):
        after = perform(after, edit)
    differences = compare_texts(opened.draft.text, after.text)
    context = {
        "lines": _lines(opened, found),
        "changes": mask_changes(found),
        "differences": differences[:SHOWN],
        "more": max(0, len(differences) - SHOWN),
    }
    return JsonResponse({"told": render_to_string("builder/_merging.html", context)})


def _merging(opened: Opened, steps: Sequence[MergeEdit]) -> list[Edit]:
    order = list((opened.operation.body_schema or {}).get("properties", {}))
    return [_edit_of(each, order) for each in steps]


def _edit_of(step: MergeEdit, order: list[str]) -> Edit:
    if not step.pointer:
        return Edit("replace", value=step.value or "{}")
    if step.value is None:
        return Edit("remove", step.pointer)
    return Edit("set", step.pointer, step.value, order=order)


def _document(request: HttpRequest, opened: Opened, found: Imported, merging: bool) -> Edit:
    """The document, and the path values that the pasted address names."""
    if found.document is None:
        raise BadEdit(_("There is no JSON document in this."))
    person, origin = person_of(request), current_origin()
    text = take_credentials(person, opened.draft, opened.operation, found, origin)
    names = {each.name for each in opened.operation.path_fields}
    path = [
        Edit("path", name, value)
        for name, value in found.path_values.items()
        if name in names and value != opened.draft.path_values.get(name)
    ]
    if merging:
        return Edit("all", parts=[*_merging(opened, plan_merge(opened.draft.text, text)), *path])
    return Edit("all", parts=[Edit("replace", value=text), *path])


def _lines(opened: Opened, found: Imported) -> list[Note]:
    lines = [*found.notes, *tell_credentials(found, host_in(found.url))]
    if found.operation and found.operation != opened.operation.id:
        names = {"theirs": _title(found.operation), "ours": opened.operation.title}
        sentence = _("It is for %(theirs)s; this draft stays one for %(ours)s.") % names
        lines.append(Note("ignored", sentence))
    if headers := ignored_headers(opened.operation, found):
        sentence = _("Headers left out, as the connection sends its own: %(names)s.")
        lines.append(Note("ignored", sentence % {"names": ", ".join(headers[:20])}))
    return lines


def _title(operation: str) -> str:
    try:
        return get_operation(operation).title
    except UnknownOperation:
        return operation


def _refuse(sentence: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"sentence": sentence}, status=status)
