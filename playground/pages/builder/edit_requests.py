"""Edits as browsers send them: parse, check, and add what only the server knows."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.drafts.moving import plan_move
from playground.drafts.states import LEAVE_OUT, SEND, Edit
from playground.forms.kinds import IncompleteInput, parse_input
from playground.forms.steps import default_step
from playground.pages.builder.branches import empty_field, list_branch_edits
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.parameters import describe_media_type
from playground.pages.builder.part_edits import (
    PART_KINDS,
    ImpossiblePart,
    choose_media_type,
    complete_part_edit,
)
from playground.people.access import person_of
from playground.workspace.attachments import store_attachments
from playground.workspace.models import Connection

LONGEST_POINTER = 5000
# The start of escapes that can leave half a surrogate pair in a string.
SURROGATE_ESCAPE = re.compile(r"\\u[dD]")
# Others, such as `connect`, need to be completed, which is done for single edits only.
KINDS_OF_PARTS = ("set", "remove", "rename", "replace")


class InvalidEditRequest(ValueError):
    """The request isn't an edit; the text is a message for people."""


def read_edit_request(request: HttpRequest) -> dict[str, Any]:
    """The object that a page sent; its `revision` is a whole number."""
    try:
        text = request.body.decode() or "{}"
        sent = json.loads(text)
        # Half a surrogate pair can't be stored or sent: it becomes a question mark.
        if SURROGATE_ESCAPE.search(text):
            sent = json.loads(json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise InvalidEditRequest(_("An edit must be sent as JSON.")) from None
    if not isinstance(sent, dict):
        raise InvalidEditRequest(_("An edit must be a JSON object."))
    revision = sent.setdefault("revision", 0)
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise InvalidEditRequest(_("The revision must be a whole number."))
    return sent


def read_origin(sent: Mapping[str, Any]) -> tuple[str, str]:
    """The tab that an edit comes from, and the undo step that it belongs to."""
    return str(sent.get("tab", ""))[:40], str(sent.get("step", ""))[:80]


def read_edit(sent: Mapping[str, Any]) -> Edit:
    """The edit in a request: `value` is JSON text, `typed` the text of a field of kind `as`."""
    kind, pointer = sent.get("kind", "set"), sent.get("pointer", "")
    if not isinstance(kind, str) or not isinstance(pointer, str) or len(pointer) > LONGEST_POINTER:
        raise InvalidEditRequest(_("An edit must have a kind and a pointer."))
    # Only these name something else, and what is typed is never one of them.
    is_name = kind in ("path", "leave-out", "variable") and "typed" not in sent
    if pointer and not pointer.startswith("/") and not is_name:
        raise InvalidEditRequest(_("A JSON Pointer must start with a slash."))
    # Anything may arrive here: scripts can send what no page would.
    order, parts = sent.get("order"), sent.get("parts")
    if not isinstance(order, list | None) or not isinstance(parts, list | None):
        raise InvalidEditRequest(_("The order and the parts of an edit must be lists."))
    edit = Edit(
        kind,
        pointer,
        value=_text(sent.get("value")),
        index=_whole(sent.get("index")),
        to=_whole(sent.get("to")),
        order=[key for key in order or () if isinstance(key, str)],
        parts=[_read_part(part) for part in parts or ()],
        removed=_text(sent.get("removed")),
    )
    if "typed" not in sent:
        return edit
    typed = _text(sent["typed"])
    try:
        value = parse_input(_text(sent.get("as")) or "text", typed)
    except IncompleteInput:
        return Edit("half", pointer, typed)
    if value is None:
        return Edit("remove", pointer)
    return Edit("set", pointer, value, order=edit.order)


def _read_part(sent: Any) -> Edit:
    kinds = KINDS_OF_PARTS
    if not isinstance(sent, dict) or sent.get("kind", "set") not in kinds or "parts" in sent:
        message = _("Parts of an edit can only set, remove, rename or replace.")
        raise InvalidEditRequest(message)
    return read_edit(sent)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def complete_edit(
    request: HttpRequest, draft_id: uuid.UUID, edit: Edit, *, emptied: bool = False
) -> Edit:
    """Add what the page doesn't know: definitions, schemas and stored files.

    `emptied` means that a JSON field was cleared.
    """
    if ";base64," in edit.value:
        edit = _store_files(request, draft_id, edit)
    if emptied and edit.kind == "remove" and edit.pointer.startswith("/"):
        opened = open_draft(request, draft_id)
        return empty_field(opened.schema, opened.state, edit)
    # Every other edit, and so every keystroke, is complete and needs no query here.
    if edit.kind not in ("add-step", "connect", "choose", "media-type", "body", *PART_KINDS):
        return edit
    opened = open_draft(request, draft_id)
    if edit.kind == "media-type":
        if edit.value not in {each.media_type for each in opened.operation.bodies}:
            raise InvalidEditRequest(describe_media_type(edit.value))
        return choose_media_type(opened, edit)
    if edit.kind == "body":
        if edit.value not in (SEND, LEAVE_OUT) or opened.operation.body_required:
            raise InvalidEditRequest(_("This operation needs a body."))
        return edit
    if edit.kind in PART_KINDS:
        try:
            return complete_part_edit(opened, edit)
        except ImpossiblePart as error:
            raise InvalidEditRequest(str(error)) from None
    if edit.kind == "choose":
        return _choose_branch(opened, edit)
    if edit.kind == "connect":
        move = plan_move(opened.draft, _find_connection(opened, edit.value))
        # The page reloads after this edit and shows them then.
        for message in move.messages:
            messages.info(request, message)
        return move.edit
    section = opened.section_of(edit.pointer)
    if section is None or section.widget != "steps":
        raise InvalidEditRequest(_("Steps can't be added here."))
    schema = section.fields[0].schema.get("items", {})
    return replace(edit, kind="insert", value=default_step(schema, opened.facts, edit.value))


def _store_files(request: HttpRequest, draft_id: uuid.UUID, edit: Edit) -> Edit:
    """Store the data URIs in a value as files; references take their place."""
    pointers = {"set": edit.pointer, "insert": f"{edit.pointer}/{edit.index}", "replace": ""}
    if edit.kind not in pointers:
        return edit
    schema = open_draft(request, draft_id).schema
    value = store_attachments(schema, pointers[edit.kind], edit.value, person_of(request))
    return replace(edit, value=value)


def _choose_branch(opened: DraftContext, edit: Edit) -> Edit:
    try:
        parts = list_branch_edits(opened.schema, opened.state, edit)
    except LookupError:
        raise InvalidEditRequest(_("This value has no such option.")) from None
    return Edit("all", edit.pointer, parts=parts)


def _find_connection(opened: DraftContext, sent: str) -> Connection:
    """A connection to the API of the draft's operation."""
    connections = Connection.objects.filter(api=opened.operation.api.id)
    try:
        return connections.get(id=uuid.UUID(sent))
    except (ValueError, Connection.DoesNotExist):
        raise InvalidEditRequest(_("There is no such connection for this operation.")) from None
