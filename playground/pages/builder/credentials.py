"""When the editor is left, typed credentials move to the secrets, data URIs to the files."""

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
from playground.drafts.editing import Edit, InvalidEdit
from playground.drafts.incomplete import text_at
from playground.importers.credentials import find_typed_secrets
from playground.importers.http_files import parse_cookies
from playground.jsontext import pointers
from playground.jsontext.printing import quote
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.builder.edit_requests import BadEdit
from playground.pages.builder.edits import describe_change, read_edit_request
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.attachments import store_data_uris

MOST_VALUES = 200
LONGEST_VALUE = 20_000


@needs(Role.EDITOR)
@require_POST
def keep_secrets(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Puts references in the place of credentials; `taken` names the places, `references` what
    stands there now. Those typed into the document, or those sent beside it, which never
    were in it: `{"entered": {pointer: value}}`, or `{"cookies": pasted text, "pointer"}`.
    """
    opened = open_draft(request, draft_id)
    schema = opened.operation.body_schema or {}
    try:
        sent = read_edit_request(request)
        entered = read_entered(sent)
        found = find_typed_secrets(opened.tree, schema) if entered is None else entered
        files = store_data_uris(schema, "", opened.tree, person_of(request))
        if not found and not files:
            return JsonResponse({"taken": []})
        done = apply_edit(
            person_of(request),
            draft_id,
            Edit("all", parts=[*_take(request, opened, found), *_attach(files)]),
            opened.draft.revision,
            str(sent.get("tab", ""))[:40],
        )
    except (InvalidEdit, BadEdit) as error:
        return JsonResponse({"sentence": str(error)}, status=422)
    if not isinstance(done, Applied):
        return JsonResponse({"taken": []})
    taken = [pointer for pointer, _ in found]
    changed = describe_change(done, {**sent, "part": "changed"})
    places = [*taken, *(place for place, _file in files)]
    references = {pointer: text_at(done.after.text, pointer) for pointer in taken}
    sentences = [tell_taken(taken)] if taken else []
    sentences += [_("The data URI is kept as a file now.")] if files else []
    told = {"taken": places, "references": references, "sentence": " ".join(sentences)}
    return JsonResponse({**changed, **told})


def _attach(files: list[tuple[str, str]]) -> list[Edit]:
    return [Edit("set", place, reference) for place, reference in files]


def read_entered(sent: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """Pointers and values that were sent beside the document; None when none were."""
    if "cookies" in sent:
        return _read_cookies(str(sent["cookies"]), str(sent.get("pointer", "")))
    entered = sent.get("entered")
    if entered is None:
        return None
    if not isinstance(entered, dict) or len(entered) > MOST_VALUES:
        raise BadEdit(_("Credentials are sent as an object of pointers and values."))
    for pointer, value in entered.items():
        if not pointer.startswith("/") or not isinstance(value, str):
            raise BadEdit(_("Credentials are sent as an object of pointers and values."))
        if len(value) > LONGEST_VALUE:
            raise BadEdit(_("A credential has at most 20,000 characters."))
    return [(pointer, value) for pointer, value in entered.items() if value]


def _read_cookies(text: str, pointer: str) -> list[tuple[str, str]]:
    cookies = {name: value for name, value in parse_cookies(text).items() if value}
    if not cookies or not pointer.startswith("/"):
        raise BadEdit(_("No cookie was found in this: paste a Cookie header or exported JSON."))
    return [(pointers.child(pointer, name), value) for name, value in cookies.items()]


def _take(request: HttpRequest, opened: Opened, found: list[tuple[str, str]]) -> list[Edit]:
    edits = []
    for pointer, value in found:
        name = pointers.split(pointer)[-1]
        reference = store_draft_secret(opened.draft, name, value, person_of(request))
        edits.append(Edit("set", pointer, quote(reference)))
    return edits


def tell_taken(places: list[Any]) -> str:
    """One line for the person."""
    names = ", ".join(pointers.split(each)[-1] for each in places)
    sentence = ngettext(
        "The value of %(names)s is kept as a secret now; a reference stands in its place.",
        "The values of %(names)s are kept as secrets now; references stand in their places.",
        len(places),
    )
    return sentence % {"names": names}
