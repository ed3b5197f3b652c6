"""The last edits of a draft in words: where, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from playground.drafts.change_log import changes_more_than_text, editor_splice_of
from playground.drafts.models import Change
from playground.forms.schemas import is_secret
from playground.importers.credentials import is_secret_pointer
from playground.openapi.parameters import Parameter
from playground.pages.builder.draft_context import DraftContext
from playground.workspace.models import Connection

# Characters shown per change; somebody may have pasted a whole document.
LOGGED_TEXT = 200
MASK = "••••"


@dataclass(frozen=True)
class OtherChange:
    """What an edit changed outside the document; `before` and `after` may be empty."""

    title: str
    before: str = ""
    after: str = ""


def describe_logged_change(change: Change, opened: DraftContext) -> dict[str, Any]:
    """An edit as `builder/_change_log.html` shows it."""
    detail = json.loads(change.detail)
    splice = editor_splice_of(detail)
    others = [
        OtherChange(
            each.title,
            _mask(each.before, change, opened)[:LOGGED_TEXT],
            _mask(each.after, change, opened)[:LOGGED_TEXT],
        )
        for each in _list_others(detail, opened)
    ]
    return {
        # Places outside the document are named below.
        "pointer": "" if change.pointer.startswith("#") and others else change.pointer or "/",
        "time": change.made_at,
        "undone": change.state == Change.State.UNDONE,
        "before": _mask(splice.removed[:LOGGED_TEXT], change, opened),
        "after": _mask(splice.inserted[:LOGGED_TEXT], change, opened),
        "others": others,
        "is_elsewhere": not others and not splice.changes and changes_more_than_text(detail),
    }


def _list_others(detail: Mapping[str, Any], opened: DraftContext) -> Iterator[OtherChange]:
    if "path" in detail:
        old, new = detail["path"]
        known = {each.key: each for each in opened.operation.parameters}
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                parameter = known.get(key)
                values = (_show_typed(parameter, each.get(key)) for each in (old, new))
                yield OtherChange(_name_parameter(parameter, key), *values)
    if "media_type" in detail:
        # The default is the first one.
        usual = opened.operation.find_body()
        types = [each or (usual.media_type if usual else "") for each in detail["media_type"]]
        yield OtherChange(_("Media type"), *types)
    if "body" in detail:
        names = {False: _("sent"), True: _("left out")}
        yield OtherChange(_("Body"), *(names[bool(each)] for each in detail["body"]))
    if "connection" in detail:
        rows = Connection.objects.in_bulk([each for each in detail["connection"] if each])
        names_by_id = {str(id): each.name for id, each in rows.items()}
        names_of = [names_by_id.get(each, "–") for each in detail["connection"]]
        yield OtherChange(_("Connection"), *names_of)
    entries = detail.get("metadata", {})
    for name, (before, after) in entries.get("variables", {}).items():
        yield OtherChange(_("Variable %(name)s") % {"name": name}, before or "–", after or "–")
    for pointer, (before, after) in entries.get("notes", {}).items():
        yield OtherChange(_("Note on %(field)s") % {"field": pointer}, before or "–", after or "–")
    for pointer, (_before, after) in entries.get("off", {}).items():
        switched = _("%(field)s switched off") if after is not None else _("%(field)s switched on")
        yield OtherChange(switched % {"field": pointer})


def _name_parameter(parameter: Parameter | None, key: str) -> str:
    if parameter is None:
        return _("Parameter %(name)s") % {"name": key}
    # The title of a parameter may be a whole sentence, so use the name that is sent.
    names = {"name": parameter.name, "place": parameter.place}
    return _("Parameter %(name)s (%(place)s)") % names


def _show_typed(parameter: Parameter | None, value: str | None) -> str:
    if value is None:
        return _("left out")
    is_hidden = parameter is not None and is_secret(parameter.schema)
    return MASK if is_hidden and value and "{{" not in value else value or _("empty")


def _mask(text: str, change: Change, opened: DraftContext) -> str:
    """Hide values of credential fields, and known secrets anywhere."""
    # Path values, variables and the connection are logged under names such as
    # `#path/workflow_uid`, which aren't JSON Pointers into the document.
    is_pointer = change.pointer.startswith("/")
    is_secret = is_pointer and is_secret_pointer(opened.schema, change.pointer)
    if is_secret and text and "{{secret:" not in text:
        return MASK
    for secret in opened.draft.secrets.all():
        text = text.replace(secret.value, MASK)
    return text
