"""The page on which pasted text or a file becomes a draft, with a note for each part of it."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.changes import Conflict, apply_edit
from playground.drafts.drafts import find_draft, list_drafts
from playground.drafts.models import Draft
from playground.drafts.pasting import (
    build_environment_edit,
    create_pasted_draft,
    find_connection,
)
from playground.drafts.states import Edit, InvalidEdit
from playground.importers import (
    Imported,
    Rejected,
    decode_pasted,
    import_text,
    operation_shapes,
)
from playground.openapi.operations import (
    Operation,
    UnknownOperation,
    get_operation,
    list_operations,
)
from playground.pages.builder.draft_context import DraftContext
from playground.pages.parameters import read_optional_number
from playground.pages.pasted_notes import describe_requests, list_notes
from playground.pages.pasted_steps import (
    build_step_edit,
    create_draft_for_steps,
    find_steps_section,
    list_step_targets,
)
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.policy import current_origin

MAX_DRAFTS = 12
# Far longer than any UID: the rest of a wrong value isn't worth storing.
MAX_UID = 300


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """The box for anything; a draft made from it is reported on the same page."""
    if request.method != "POST":
        return _show(request)
    text = _read_text(request)
    if text is None:
        return _show(request, "", 422, rejected=_("This file isn't text in UTF-8 or UTF-16."))
    number = _read_number(request, text)
    found = import_text(text, operation_shapes(), number)
    # Every answer without a draft keeps the text in the box, to be corrected.
    if isinstance(found, Rejected):
        return _show(request, text, 422, rejected=found.message)
    if found.step_uid:
        targets = list_step_targets(person_of(request), MAX_DRAFTS)
        return _show(request, text, found=found, step=found.step_uid, targets=targets)
    if found.variables:
        return _paste_environment(request, text, found)
    listed: dict[str, Any] = {
        "found": found,
        "requests": describe_requests(found),
        "number": found.number,
        "digest": _digest(text),
    }
    if found.requests and number is None:
        return _show(request, text, **listed)
    # Without the body the draft would be empty, and the text would be lost.
    if found.document is None and (found.body or "").strip():
        message = _("The body of this request isn't JSON. Paste its payload as JSON.")
        return _show(request, text, 422, rejected=message, **listed)
    operation = _choose_operation(request, found)
    if operation is None:
        # The person chooses, and the form sends the text once more.
        choices = [each for each in list_operations() if each.body_schema is not None]
        return _show(request, text, 422, choices=choices, **listed)
    # The builder edits payloads; a request without one has nothing in it to edit.
    if operation.body_schema is None:
        message = _("%(title)s has no payload, so there is nothing to build.")
        return _show(request, text, 422, rejected=message % {"title": operation.title}, **listed)
    connection = find_connection(operation, found.url, current_origin())
    draft = create_pasted_draft(person_of(request), operation, found, connection, current_origin())
    return _show(
        request,
        found=found,
        draft=draft,
        operation=operation,
        notes=list_notes(found, operation, connection),
        changes=found.changes,
    )


@needs(Role.EDITOR)
@require_POST
def use_step(request: HttpRequest) -> HttpResponse:
    """Put the step UID of a job's URL where the person chose."""
    uid = request.POST.get("step_uid", "").strip()
    if not uid or len(uid) > MAX_UID:
        raise Http404(_("This URL has no step."))
    # `new`, `<draft>/end` for a new step, or `<draft>/<index>` for an existing one.
    draft_id, _slash, index = request.POST.get("place", "new").partition("/")
    if draft_id == "new":
        draft = create_draft_for_steps(person_of(request))
    else:
        draft = _get_draft(request, draft_id)
    opened = DraftContext(draft)
    if find_steps_section(opened) is None:
        raise Http404(_("This draft has no steps."))
    edit = build_step_edit(opened, uid, index)
    return _edit_and_open(request, draft, edit)


def _paste_environment(request: HttpRequest, text: str, found: Imported) -> HttpResponse:
    """Add variables to the draft that the person chose, or list the drafts to choose from."""
    if not request.POST.get("draft"):
        drafts = list_drafts(person_of(request))[:MAX_DRAFTS]
        return _show(request, text, found=found, variables=found.variables, drafts=drafts)
    draft = _get_draft(request, request.POST["draft"])
    edit = build_environment_edit(person_of(request), draft, found)
    return _edit_and_open(request, draft, edit, text)


def _edit_and_open(request: HttpRequest, draft: Draft, edit: Edit, text: str = "") -> HttpResponse:
    """Show the edited draft in the builder; where the edit fails, say why and keep the text."""
    try:
        done = apply_edit(person_of(request), draft.id, edit, draft.revision, "paste")
    except InvalidEdit as reason:
        return _show(request, text, 422, rejected=str(reason))
    if isinstance(done, Conflict):
        message = _("Another tab changed the same part of this draft. Try again.")
        return _show(request, text, 422, rejected=message)
    return redirect("builder", draft.id)


def _show(request: HttpRequest, text: str = "", status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "pasting/page.html", {"text": text, **context}, status=status)


def _read_text(request: HttpRequest) -> str | None:
    # A chosen or dropped file counts more than what is still in the box.
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return decode_pasted(file.read())
    return request.POST.get("text", "")


def _read_number(request: HttpRequest, text: str) -> int | None:
    """The number of the request chosen from the list for this same text."""
    digest = _digest(text)
    if request.POST.get("digest", "") not in ("", digest):
        return None
    return read_optional_number(request.POST.get("request", ""))


def _digest(text: str) -> str:
    # A form changes line endings, and a text area drops a leading line break.
    return hashlib.sha256("\n".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def _choose_operation(request: HttpRequest, found: Imported) -> Operation | None:
    # A choice made on the page wins over what was recognised.
    try:
        return get_operation(request.POST.get("operation") or found.operation or "")
    except UnknownOperation:
        return None


def _get_draft(request: HttpRequest, sent: str) -> Draft:
    try:
        return find_draft(person_of(request), uuid.UUID(sent))
    except (ValueError, Draft.DoesNotExist):
        raise Http404(_("This draft doesn't exist, or isn't yours.")) from None
