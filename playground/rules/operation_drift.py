"""Find what a newer document of an API breaks in a payload, and repair it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from playground.jsontext.edits import KeyExists, PointerNotFound
from playground.jsontext.errors import JSONSyntaxError
from playground.openapi.operations import Operation
from playground.openapi.parameters import Parameter, find_parameter_key
from playground.rules.body_drift import find_body_drift, list_only_values
from playground.rules.facts import NO_FACTS
from playground.rules.fixes import apply_fix
from playground.rules.parameters import check_typed_values
from playground.rules.problems import ERROR, WARNING, Fix, FixEdit, Problem
from playground.rules.wording import abbreviate

# Each round applies the fixes of all listed problems; some problems hide others.
MOST_ROUNDS = 5
# Places of fixes outside the document, like those of parameters.
OPERATION, MEDIA_TYPE = "#operation", "#media-type"


@dataclass(frozen=True)
class OperationPayload:
    """What an operation sends; `values` are those of its parameters, by key.

    An empty media type means the operation's first.
    """

    operation: str
    text: str
    values: Mapping[str, str]
    media_type: str = ""


def find_operation_drift(
    payload: OperationPayload, before: Operation, after: Operation
) -> list[Problem]:
    """The problems that `after` causes in a payload made for `before`, with fixes if possible.

    Problems that it already had are left out.
    """
    found = [*_check_id(payload, after), *_check_media_type(payload, before, after)]
    return [*found, *_check_body(payload, before, after), *_check_values(payload, before, after)]


def realign_payload(
    payload: OperationPayload, before: Operation, after: Operation
) -> OperationPayload:
    """The payload after every fix that `find_operation_drift` offers; all other bytes stay."""
    for _ in range(MOST_ROUNDS):
        fixed = payload
        for each in find_operation_drift(payload, before, after):
            fixed = _apply(fixed, each.fix, after) if each.fix else fixed
        if fixed == payload:
            break
        payload = fixed
    return payload


def _apply(payload: OperationPayload, fix: Fix, after: Operation) -> OperationPayload:
    """The payload after a fix; unchanged if another fix has removed its place."""
    for edit in fix.edits:
        if edit.pointer == OPERATION:
            payload = replace(payload, operation=edit.value)
        elif edit.pointer == MEDIA_TYPE:
            payload = replace(payload, media_type=edit.value)
        elif (key := find_parameter_key(edit.pointer)) is not None:
            payload = replace(payload, values=_edit_values(payload.values, key, edit))
        else:
            return _apply_to_text(payload, fix, after)
    return payload


def _apply_to_text(payload: OperationPayload, fix: Fix, after: Operation) -> OperationPayload:
    body = after.find_body(payload.media_type)
    try:
        return replace(payload, text=apply_fix(payload.text, fix, body.schema if body else None))
    except (PointerNotFound, KeyExists, JSONSyntaxError):
        return payload


def _edit_values(values: Mapping[str, str], key: str, edit: FixEdit) -> Mapping[str, str]:
    kept = {each: value for each, value in values.items() if each != key}
    if edit.kind == "set":
        return {**kept, key: edit.value}
    if edit.kind == "rename" and key in values:
        return {**kept, edit.value: values[key]}
    return kept


def _check_id(payload: OperationPayload, after: Operation) -> Iterator[Problem]:
    if payload.operation != after.id:
        name = after.id.rpartition(":")[2]
        fix = Fix(f"Use {abbreviate(name)}", (FixEdit("replace", OPERATION, after.id),))
        message = f"The operation's id is `{name}` now."
        yield Problem("drift-operation-renamed", OPERATION, 1, ERROR, message, {"name": name}, fix)


def _check_media_type(
    payload: OperationPayload, before: Operation, after: Operation
) -> Iterator[Problem]:
    """The body's media type, if it was removed or if the default is now another one."""
    types = [each.media_type for each in after.bodies]
    former = payload.media_type or (before.bodies[0].media_type if before.bodies else "")
    now = payload.media_type or (types[0] if types else "")
    if not former or not types or (former == now and now in types):
        return
    if former in types:
        message, chosen = f"The body would be sent as {now} now.", former
    else:
        message, chosen = f"The body can no longer be {former}.", types[0]
    value = "" if chosen == types[0] else chosen
    # Without a chosen type, there is nothing to change: the first one is sent.
    fix = Fix(f"Send it as {chosen}", (FixEdit("replace", MEDIA_TYPE, value),))
    offered = fix if value != payload.media_type else None
    params = {"former": former, "now": chosen}
    yield Problem("drift-media-type", MEDIA_TYPE, 1, WARNING, message, params, offered)


def _check_body(payload: OperationPayload, before: Operation, after: Operation) -> list[Problem]:
    text = payload.text
    old, new = before.find_body(payload.media_type), after.find_body(payload.media_type)
    if new is None:
        # The draft of an operation without a body contains an empty object.
        if old is None or text.strip() in ("", "{}"):
            return []
        message = "The operation no longer has a body, so none is sent."
        return [Problem("drift-body-gone", "", 1, WARNING, message)]
    if not text.strip() and not after.body_required:
        return []
    return find_body_drift(text, old.schema if old else {}, new.schema)


def _check_values(
    payload: OperationPayload, before: Operation, after: Operation
) -> Iterator[Problem]:
    values = payload.values
    known = {(p.code, p.pointer) for p in check_typed_values(before.parameters, values, NO_FACTS)}
    old = {each.key: each for each in before.parameters}
    new = {each.key: each for each in after.parameters}
    free = [each for key, each in new.items() if key not in old and key not in values]
    taken = set()
    for key in values:
        if key in old and key not in new:
            target = _find_target(old[key], free)
            if target is not None:
                free.remove(target)
                taken.add(target.key)
            yield _report_lost(old[key], target)
    for each in check_typed_values(after.parameters, values, NO_FACTS):
        key = find_parameter_key(each.pointer) or ""
        if (each.code, each.pointer) in known or key in taken:
            continue
        text = _default_text(new[key]) if key in new and not values.get(key) else None
        if text is not None:
            edit = FixEdit("set", each.pointer, text)
            yield replace(each, fix=Fix(f"Add {abbreviate(text)}", (edit,)))
        else:
            yield each


def _find_target(lost: Parameter, free: list[Parameter]) -> Parameter | None:
    """The parameter that replaces a removed one: it was moved or renamed."""
    same_name = [each for each in free if each.name == lost.name]
    found = same_name or [each for each in free if each.place == lost.place]
    return found[0] if len(found) == 1 and found[0].types == lost.types else None


def _report_lost(lost: Parameter, target: Parameter | None) -> Problem:
    message = f"The {lost.place} parameter `{lost.name}` is no longer documented, so it isn't sent."
    edit, label = FixEdit("remove", lost.pointer), "Remove"
    if target is not None:
        edit = FixEdit("rename", lost.pointer, target.key)
        is_moved = target.place != lost.place
        label = f"Send in the {target.place}" if is_moved else f"Rename to {target.name}"
    params = {"name": lost.name}
    fix = Fix(label, (edit,))
    return Problem("drift-parameter-gone", lost.pointer, 1, WARNING, message, params, fix)


def _default_text(parameter: Parameter) -> str | None:
    """The default of a parameter as people would type it; None if there is none."""
    values = [parameter.schema["default"]] if "default" in parameter.schema else []
    values = values or list_only_values(parameter.schema)
    if len(values) != 1:
        return None
    return values[0] if isinstance(values[0], str) else json.dumps(values[0], ensure_ascii=False)
