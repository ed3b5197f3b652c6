"""Typed credentials move to the draft's secrets, pasted data URIs to the files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.drafts.changes import Applied, apply_edit
from playground.drafts.credentials import store_draft_secret
from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit, InvalidEdit
from playground.importers.credentials import find_typed_secrets
from playground.importers.http_files import parse_cookies
from playground.jsontext import pointers
from playground.jsontext.printing import quote
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.edit_requests import InvalidEditRequest, read_edit_request
from playground.pages.builder.edits import describe_applied
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.rules.schema import explain_text
from playground.workspace.attachments import store_data_uris

# A browser stores about 180 cookies per site; one is at most 4 kB.
MAX_VALUES = 200
MAX_VALUE_LENGTH = 20_000

# Pointers into the document, each with a value.
Values = list[tuple[str, str]]


@needs(Role.EDITOR)
@require_POST
def store_secrets(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Replace credentials by references to secrets, in one edit that undo takes back.

    By default credentials are searched for in the document. Masked fields send theirs outside
    it, so that they are never part of it: `{"entered": {pointer: value}}`, or
    `{"cookies": pasted text, "pointer"}`. The response has what an edit responds with, `taken`
    (the pointers), `references` (their new JSON texts) and `sentence` for a toast.
    """
    opened = open_draft(request, draft_id)
    person = person_of(request)
    schema = opened.schema
    try:
        sent = read_edit_request(request)
        entered = read_entered(sent)
        found = find_typed_secrets(opened.tree, schema) if entered is None else entered
        # A secret is never shown again, so a mistake in it must be reported now.
        for pointer, value in entered or ():
            if message := explain_text(schema, pointer, value):
                raise InvalidEditRequest(message)
        files = store_data_uris(schema, "", opened.tree, person)
        if not found and not files:
            return JsonResponse({"taken": []})
        parts = [*_store(request, opened, found), *(Edit("set", *each) for each in files)]
        # Pages send a UUID as their tab; the column has 40 characters.
        tab = str(sent.get("tab", ""))[:40]
        done = apply_edit(person, draft_id, Edit("all", parts=parts), opened.draft.revision, tab)
    except (InvalidEdit, InvalidEditRequest) as error:
        return JsonResponse({"sentence": str(error)}, status=422)
    # Another tab was quicker. Its edit brings the document here, and leaving the field again
    # starts over.
    if not isinstance(done, Applied):
        return JsonResponse({"taken": []})
    taken = [pointer for pointer, _value in found]
    messages = [describe_taken(taken)] if taken else []
    messages += [_("The data URI is now stored as a file.")] if files else []
    return JsonResponse(
        {
            **describe_applied(done, {**sent, "part": "changed"}),
            "taken": [*taken, *(pointer for pointer, _reference in files)],
            "references": {pointer: text_at(done.after.text, pointer) for pointer in taken},
            "sentence": " ".join(messages),
        }
    )


def read_entered(sent: Mapping[str, Any]) -> Values | None:
    """The values that were sent outside the document, or None."""
    if "cookies" in sent:
        return _read_cookies(str(sent["cookies"]), str(sent.get("pointer", "")))
    entered = sent.get("entered")
    if entered is None:
        return None
    if not isinstance(entered, dict) or len(entered) > MAX_VALUES:
        raise InvalidEditRequest(_("Send credentials as an object of pointers and values."))
    for pointer, value in entered.items():
        if not pointer.startswith("/") or not isinstance(value, str):
            raise InvalidEditRequest(_("Send credentials as an object of pointers and values."))
        if len(value) > MAX_VALUE_LENGTH:
            raise InvalidEditRequest(_("A credential can have at most 20,000 characters."))
    return [(pointer, value) for pointer, value in entered.items() if value]


def _read_cookies(text: str, pointer: str) -> Values:
    # An empty cookie has been deleted.
    cookies = {name: value for name, value in parse_cookies(text).items() if value}
    if not cookies or not pointer.startswith("/"):
        raise InvalidEditRequest(
            _("No cookies found. Paste a Cookie header or cookies exported as JSON.")
        )
    return [(pointers.child(pointer, name), value) for name, value in cookies.items()]


def _store(request: HttpRequest, opened: DraftContext, found: Values) -> list[Edit]:
    edits = []
    # A value that is already a secret of this draft keeps its name, so that pasting the same
    # command twice doesn't create a second one.
    for pointer, value in found:
        name = pointers.split(pointer)[-1]
        reference = store_draft_secret(opened.draft, name, value, person_of(request))
        edits.append(Edit("set", pointer, quote(reference)))
    return edits


def describe_taken(taken: list[str]) -> str:
    names = ", ".join(pointers.split(each)[-1] for each in taken)
    message = ngettext(
        "The value of %(names)s is now a secret; the payload refers to it.",
        "The values of %(names)s are now secrets; the payload refers to them.",
        len(taken),
    )
    return message % {"names": names}
