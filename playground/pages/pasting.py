"""The page on which pasted text or a file becomes a draft, with a note for each part of it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.changes import Conflict, apply_edit
from playground.drafts.drafts import find_draft, list_drafts, start_draft
from playground.drafts.editing import Edit, InvalidEdit
from playground.drafts.models import Draft
from playground.drafts.pasting import (
    build_environment_edit,
    create_pasted_draft,
    find_connection,
    find_host,
    list_ignored_headers,
)
from playground.forms.sections import Section
from playground.forms.steps import default_step
from playground.importers import (
    Imported,
    Note,
    Rejected,
    RequestChoice,
    decode_pasted,
    import_text,
    operation_shapes,
)
from playground.jsontext.printing import quote
from playground.openapi.operations import (
    Operation,
    UnknownOperation,
    get_operation,
    list_operations,
)
from playground.pages.builder.draft_context import DraftContext
from playground.pages.parameters import read_optional_number
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.policy import current_origin
from playground.workspace.models import Connection

MAX_DRAFTS = 12
# Far longer than any UID: the rest of a wrong value isn't worth storing.
MAX_UID = 300
MAX_HEADERS = 20


@dataclass(frozen=True)
class StepTarget:
    """A draft that takes steps, and the names of those it has."""

    draft: Draft
    steps: tuple[str, ...]


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
        targets = _list_step_targets(request)
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
        notes=_list_notes(found, operation, connection),
        changes=found.changes,
    )


def describe_requests(found: Imported) -> list[tuple[RequestChoice, str]]:
    """The requests of a text with several, each with the title of the operation it matches."""
    titles = {each.id: each.title for each in list_operations()}
    return [(each, titles.get(each.operation or "", "")) for each in found.requests]


@needs(Role.EDITOR)
@require_POST
def use_step(request: HttpRequest) -> HttpResponse:
    """Put the step UID of a job's URL where the person chose."""
    uid = request.POST.get("step_uid", "").strip()
    if not uid or len(uid) > MAX_UID:
        raise Http404(_("This URL has no step."))
    # `new`, `<draft>/end` for a new step, or `<draft>/<index>` for an existing one.
    draft_id, _slash, index = request.POST.get("place", "new").partition("/")
    draft = _create_draft_for_steps(request) if draft_id == "new" else _get_draft(request, draft_id)
    opened = DraftContext(draft)
    if find_steps_section(opened) is None:
        raise Http404(_("This draft has no steps."))
    edit = build_step_edit(opened, uid, index)
    return _edit_and_open(request, draft, edit)


def find_steps_section(opened: DraftContext) -> Section | None:
    """The section of the form with the steps; None if the operation has none."""
    return next((each for each in opened.sections if each.widget == "steps"), None)


def build_step_edit(opened: DraftContext, uid: str, index: str = "") -> Edit:
    """The edit that adds a step at the end, or changes the UID of an existing one."""
    section = find_steps_section(opened)
    if section is None:
        raise InvalidEdit(_("This draft has no steps."))
    number = read_optional_number(index)
    if number is not None:
        pointer = f"{section.pointer}/{number}/step_uid"
        return Edit("set", pointer, quote(uid), order=["step_uid"])
    steps = opened.tree.get(section.fields[0].key) if isinstance(opened.tree, dict) else None
    value = default_step(section.fields[0].schema.get("items", {}), opened.facts, uid)
    return Edit("insert", section.pointer, value, index=len(steps or []))


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


def _list_notes(found: Imported, operation: Operation, connection: Connection | None) -> list[Note]:
    host = find_host(found.url)
    notes = [*found.notes, *note_credentials(found)]
    if connection is None:
        message = _("No connection goes to %(host)s. Choose or add one before you send.")
        notes.append(Note("ignored", message % {"host": host or operation.api.title}))
    else:
        message = _("Uses the connection %(name)s.")
        notes.append(Note("understood", message % {"name": connection.name}))
    return [*notes, *note_ignored_headers(found, operation)]


def note_credentials(found: Imported) -> list[Note]:
    """Where the credentials of a pasted text went, as a note; none without credentials."""
    names = ", ".join(dict.fromkeys(each.name for each in found.credentials))
    if not names:
        return []
    # Bound to the host they were pasted with, if the text named one.
    host = find_host(found.url)
    message = _("Saved as secrets of this draft, never shown again: %(names)s.")
    if host:
        message = _("Saved as secrets of this draft, for %(host)s only: %(names)s.")
    return [Note("understood", message % {"names": names, "host": host})]


def note_ignored_headers(found: Imported, operation: Operation) -> list[Note]:
    """Which headers were left out, as a note; none if all are used."""
    names = ", ".join(list_ignored_headers(operation, found)[:MAX_HEADERS])
    if not names:
        return []
    message = _("Left out headers, because the connection sends its own: %(names)s.")
    return [Note("ignored", message % {"names": names})]


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


def _list_step_targets(request: HttpRequest) -> list[StepTarget]:
    """The newest drafts that take steps."""
    targets = []
    for draft in list_drafts(person_of(request))[:MAX_DRAFTS]:
        try:
            opened = DraftContext(find_draft(person_of(request), draft.id))
        except UnknownOperation:
            # The OpenAPI document that the draft was made for has been removed.
            continue
        section = find_steps_section(opened)
        if section is not None and isinstance(opened.tree, dict):
            rows = opened.tree.get(section.fields[0].key) or []
            targets.append(StepTarget(draft, _name_steps(opened, rows)))
    return targets


def _name_steps(opened: DraftContext, rows: list[Any]) -> tuple[str, ...]:
    names = {step.uid: step.name for step in opened.facts.steps or ()}
    uids = [str(row.get("step_uid") or "") if isinstance(row, dict) else "" for row in rows]
    return tuple(names.get(uid) or uid for uid in uids)


def _create_draft_for_steps(request: HttpRequest) -> Draft:
    """A new draft of the operation that takes steps, with an empty list of them."""
    operation = next(each for each in list_operations() if _takes_steps(each))
    connection = find_connection(operation, None, current_origin())
    names = dict.fromkeys((each.name for each in operation.path_fields), "")
    # Laid out as the builder does, so that the first step is added on lines of its own.
    text = '{\n  "steps": []\n}'
    return start_draft(
        person_of(request), operation.id, text, connection=connection, path_values=names
    )


def _takes_steps(operation: Operation) -> bool:
    properties = (operation.body_schema or {}).get("properties", {}).values()
    return any(each.get("x-widget") == "steps" for each in properties)


def _get_draft(request: HttpRequest, sent: str) -> Draft:
    try:
        return find_draft(person_of(request), uuid.UUID(sent))
    except (ValueError, Draft.DoesNotExist):
        raise Http404(_("This draft doesn't exist, or isn't yours.")) from None
