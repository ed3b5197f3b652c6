"""Paste anything: text or a file becomes a draft, with a line for each thing done to it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.changes import Conflict, apply_edit
from playground.drafts.drafts import begin, drafts_of, find_draft
from playground.drafts.editing import Edit, Impossible
from playground.drafts.models import Draft
from playground.drafts.pasting import begin_pasted, find_fitting, host_in, ignored_headers
from playground.forms.steps import default_step
from playground.importers import (
    Imported,
    LineChange,
    Note,
    Rejected,
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
from playground.pages.builder.draft_context import Opened
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.policy import current_origin
from playground.workspace.models import Connection

DRAFTS_OFFERED = 12
LONGEST_UID = 300
MASK = "••••"


@dataclass(frozen=True)
class StepsOf:
    """A draft that takes steps, with those it has."""

    draft: Draft
    steps: tuple[str, ...]


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """One box for anything; what becomes of it is said on the same page."""
    if request.method != "POST":
        return _show(request)
    text = _read_text(request)
    if text is None:
        return _show(request, "", 422, refused=_("This file is no text in UTF-8 or UTF-16."))
    found = import_text(text, operation_shapes())
    if isinstance(found, Rejected):
        return _show(request, text, 422, refused=found.message)
    if found.step_uid:
        return _show(request, text, found=found, step=found.step_uid, offers=_offers(request))
    operation = _chosen(request, found)
    if operation is None:
        choose = [each for each in list_operations() if each.body_schema is not None]
        return _show(request, text, 422, found=found, choose=choose)
    if operation.body_schema is None:
        sentence = _("%(title)s is called without a payload: there is nothing to build.")
        return _show(request, text, 422, refused=sentence % {"title": operation.title})
    connection = find_fitting(operation, found.url, current_origin())
    draft = begin_pasted(person_of(request), operation, found, connection, current_origin())
    return _show(
        request,
        "",
        found=found,
        draft=draft,
        operation=operation,
        lines=list_lines(found, operation, connection),
        changes=mask_changes(found),
    )


@needs(Role.EDITOR)
@require_POST
def use_step(request: HttpRequest) -> HttpResponse:
    """The step UID of a job address, put where the person chose."""
    uid = request.POST.get("step_uid", "").strip()[:LONGEST_UID]
    place = request.POST.get("place", "new")
    if not uid:
        raise Http404(_("There is no step in this address."))
    draft_id, _mark, index = place.partition("/")
    draft = _blank(request) if draft_id == "new" else _own(request, draft_id)
    opened = Opened(draft)
    section = next((each for each in opened.sections if each.widget == "steps"), None)
    if section is None:
        raise Http404(_("This draft takes no steps."))
    edit = step_edit(opened, uid, index)
    try:
        done = apply_edit(person_of(request), draft.id, edit, draft.revision, "paste")
    except Impossible as reason:
        return _show(request, "", 422, refused=str(reason))
    if isinstance(done, Conflict):
        return _show(request, "", 422, refused=_("Another tab changed this place too."))
    return redirect("builder", draft.id)


def step_edit(opened: Opened, uid: str, index: str = "") -> Edit:
    """A new step at the end, or the UID of one that is there."""
    section = next(each for each in opened.sections if each.widget == "steps")
    if index.isdecimal():
        return Edit(
            "set", f"{section.pointer}/{int(index)}/step_uid", quote(uid), order=["step_uid"]
        )
    steps = opened.tree.get(section.fields[0].key) if isinstance(opened.tree, dict) else None
    value = default_step(section.fields[0].schema.get("items", {}), opened.facts, uid)
    return Edit("insert", section.pointer, value, index=len(steps or []))


def list_lines(found: Imported, operation: Operation, connection: Connection | None) -> list[Note]:
    """One line each for what was understood, repaired and ignored."""
    host = host_in(found.url)
    lines = [*found.notes, *tell_credentials(found, host)]
    if connection is None:
        sentence = _("No connection goes to %(host)s. Choose or add one before sending.")
        lines.append(Note("ignored", sentence % {"host": host or operation.api.title}))
    else:
        sentence = _("It goes over the connection %(name)s.")
        lines.append(Note("understood", sentence % {"name": connection.name}))
    headers = ignored_headers(operation, found)
    if headers:
        sentence = _("Headers left out, as the connection sends its own: %(names)s.")
        lines.append(Note("ignored", sentence % {"names": ", ".join(headers[:20])}))
    return lines


def tell_credentials(found: Imported, host: str = "") -> list[Note]:
    """Where the credentials went."""
    names = ", ".join(dict.fromkeys(each.name for each in found.credentials))
    if not names:
        return []
    sentence = _("Kept as a secret of this draft, never shown again: %(names)s.")
    if host:
        sentence = _("Kept as a secret of this draft, only for %(host)s: %(names)s.")
    return [Note("understood", sentence % {"names": names, "host": host})]


def mask_changes(found: Imported) -> list[LineChange]:
    """The repairs without the credentials that stood in those lines."""
    return [
        LineChange(each.line, _mask(each.before, found), _mask(each.after, found))
        for each in found.changes
    ]


def _mask(text: str, found: Imported) -> str:
    for each in found.credentials:
        text = text.replace(each.value, MASK)
    return text


def _show(request: HttpRequest, text: str = "", status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "pasting/page.html", {"text": text, **context}, status=status)


def _read_text(request: HttpRequest) -> str | None:
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return decode_pasted(file.read())
    return request.POST.get("text", "")


def _chosen(request: HttpRequest, found: Imported) -> Operation | None:
    try:
        return get_operation(request.POST.get("operation") or found.operation or "")
    except UnknownOperation:
        return None


def _offers(request: HttpRequest) -> list[StepsOf]:
    """The newest drafts that take steps."""
    offers = []
    for draft in drafts_of(person_of(request))[:DRAFTS_OFFERED]:
        try:
            steps = _steps_of(Opened(find_draft(person_of(request), draft.id)))
        except UnknownOperation:
            continue
        if steps is not None:
            offers.append(StepsOf(draft, steps))
    return offers


def _steps_of(opened: Opened) -> tuple[str, ...] | None:
    section = next((each for each in opened.sections if each.widget == "steps"), None)
    if section is None or not isinstance(opened.tree, dict):
        return None
    rows = opened.tree.get(section.fields[0].key)
    uids = [row.get("step_uid") if isinstance(row, dict) else "" for row in rows or []]
    names = {step.uid: step.name for step in opened.facts.steps or ()}
    return tuple(names.get(str(uid)) or str(uid or "") for uid in uids)


def _blank(request: HttpRequest) -> Draft:
    """A new draft of the operation that takes steps, with nothing in it but them."""
    operation = next(each for each in list_operations() if _takes_steps(each))
    connection = find_fitting(operation, None, current_origin())
    names = dict.fromkeys((each.name for each in operation.path_fields), "")
    text = '{\n  "steps": []\n}'
    return begin(person_of(request), operation.id, text, connection=connection, path_values=names)


def _takes_steps(operation: Operation) -> bool:
    properties = (operation.body_schema or {}).get("properties", {}).values()
    return any(each.get("x-widget") == "steps" for each in properties)


def _own(request: HttpRequest, sent: str) -> Draft:
    try:
        return find_draft(person_of(request), uuid.UUID(sent))
    except (ValueError, Draft.DoesNotExist):
        raise Http404(_("There is no such draft of yours.")) from None
