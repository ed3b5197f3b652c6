"""What the browser leaves unsaid in an edit: definitions, schemas and files know the rest."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from playground.drafts.editing import Edit
from playground.drafts.moving import plan_move
from playground.forms.steps import default_step
from playground.pages.builder.branches import empty_field, list_branch_edits
from playground.pages.builder.draft_context import Opened, open_draft
from playground.people.permissions import person_of
from playground.workspace.attachments import store_attachments
from playground.workspace.models import Connection


class BadEdit(ValueError):
    """The request is no edit; the sentence says why."""


def complete(
    request: HttpRequest, draft_id: uuid.UUID, edit: Edit, *, emptied: bool = False
) -> Edit:
    """`add-step` names a UID and `choose` a way; the definition and the schema know the rest.
    `emptied` says that nothing stands in a JSON field any more."""
    if ";base64," in edit.value:
        edit = _take_in_files(request, draft_id, edit)
    if emptied and edit.kind == "remove" and edit.pointer.startswith("/"):
        opened = open_draft(request, draft_id)
        return empty_field(opened.operation.body_schema or {}, opened.state, edit)
    if edit.kind not in ("add-step", "connect", "choose"):
        return edit
    opened = open_draft(request, draft_id)
    if edit.kind == "choose":
        return _choose_way(opened, edit)
    if edit.kind == "connect":
        move = plan_move(opened.draft, _find_connection(opened, edit.value))
        for sentence in move.messages:  # shown after the page has been loaded anew
            messages.info(request, sentence)
        return move.edit
    section = opened.section_of(edit.pointer)
    if section is None or section.widget != "steps":
        raise BadEdit(_("There are no steps at this place."))
    schema = section.fields[0].schema.get("items", {})
    return replace(edit, kind="insert", value=default_step(schema, opened.facts, edit.value))


def _take_in_files(request: HttpRequest, draft_id: uuid.UUID, edit: Edit) -> Edit:
    """A data URI that comes in becomes a file and its reference."""
    place = {"set": edit.pointer, "insert": f"{edit.pointer}/{edit.index}", "replace": ""}
    if edit.kind not in place:
        return edit
    schema = open_draft(request, draft_id).operation.body_schema or {}
    value = store_attachments(schema, place[edit.kind], edit.value, person_of(request))
    return replace(edit, value=value)


def _choose_way(opened: Opened, edit: Edit) -> Edit:
    """Another way to fill an object: the values of the former one are put away."""
    try:
        parts = list_branch_edits(opened.operation.body_schema or {}, opened.state, edit)
    except LookupError:
        raise BadEdit(_("There is no such choice at this place.")) from None
    return Edit("all", edit.pointer, parts=parts)


def _find_connection(opened: Opened, sent: str) -> Connection:
    """A connection of the draft's own API."""
    fitting = Connection.objects.filter(api=opened.operation.api.id)
    try:
        return fitting.get(id=uuid.UUID(sent))
    except (ValueError, Connection.DoesNotExist):
        raise BadEdit(_("There is no such connection for this operation.")) from None
