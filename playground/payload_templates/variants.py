"""Variants: the differences from the shared payload, stored as an ordered list of edits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from playground.drafts.editing import perform
from playground.drafts.incomplete import text_at
from playground.drafts.states import LEAVE_OUT, SEND, Edit, InvalidEdit, State
from playground.jsontext import parsing, pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken

MAX_VARIANTS, MAX_NAME_LENGTH = 100, 100
# Part of the stored format and of template files: a kind may be added, never renamed.
KINDS = {"set", "remove", "replace", "off", "away", "back", "note", "half"}
KINDS |= {"variable", "path", "leave-out", "media-type", "body", "connect"}


@dataclass(frozen=True)
class Variant:
    """A name, and the edits that turn the shared payload into this variant's."""

    name: str
    edits: tuple[Edit, ...] = ()


class InvalidVariant(ValueError):
    """The variant can't be stored; the message says why."""


def read_variants(text: str) -> tuple[Variant, ...]:
    """Parse what `write_variants` wrote. Raises ValueError, KeyError, TypeError."""
    return tuple(map(read_variant, json.loads(text or "[]")))


def read_variant(row: Mapping[str, Any]) -> Variant:
    """One variant of those. Raises ValueError, KeyError, TypeError."""
    return Variant(row["name"], tuple(_read_edit(edit) for edit in row["edits"]))


def _read_edit(row: Mapping[str, Any]) -> Edit:
    kind, pointer, value = row["kind"], row.get("pointer", ""), row.get("value", "")
    # Template files come from anywhere: only what `derive_edits` produces is accepted.
    if kind not in KINDS or not isinstance(pointer, str) or not isinstance(value, str):
        raise ValueError("not an edit that a variant can have")
    return Edit(kind, pointer, value, order=tuple(str(key) for key in row.get("order", ())))


def write_variants(variants: Sequence[Variant]) -> str:
    rows = [{"name": v.name, "edits": [_write_edit(e) for e in v.edits]} for v in variants]
    return json.dumps(rows, ensure_ascii=False)


def _write_edit(edit: Edit) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": edit.kind, "pointer": edit.pointer}
    if edit.value or edit.kind in ("set", "path", "media-type", "connect"):
        row["value"] = edit.value
    return {**row, "order": list(edit.order)} if edit.order else row


def find_variant(variants: Sequence[Variant], name: str) -> Variant | None:
    return next((each for each in variants if each.name == name), None)


def clean_variant_name(variants: Sequence[Variant], name: str) -> str:
    """The name of a new variant, trimmed. Raises InvalidVariant."""
    name = name.strip()
    if not name:
        raise InvalidVariant(_("Enter a name for the variant."))
    if len(name) > MAX_NAME_LENGTH:
        limit = {"limit": MAX_NAME_LENGTH}
        raise InvalidVariant(_("The name can have at most %(limit)s characters.") % limit)
    if find_variant(variants, name):
        raise InvalidVariant(_("A variant named %(name)s already exists.") % {"name": name})
    if len(variants) >= MAX_VARIANTS:
        limit = {"limit": MAX_VARIANTS}
        raise InvalidVariant(_("A template can have at most %(limit)s variants.") % limit)
    return name


def replace_variant(variants: Sequence[Variant], changed: Variant) -> tuple[Variant, ...]:
    """The variants with the changed one at its old position, or at the end."""
    if find_variant(variants, changed.name) is None:
        return (*variants, changed)
    return tuple(changed if each.name == changed.name else each for each in variants)


def apply_variant(shared: State, variant: Variant) -> State:
    """The shared payload with the variant's edits."""
    state = shared
    for edit in variant.edits:
        try:
            state, _ = perform(state, edit)
        except (InvalidEdit, JSONSyntaxError, AssertionError):
            # The shared part may have lost the edit's pointer since: the rest still applies.
            continue
    return State(state.text, state.metadata, state.path_values, state.connection, variant.name)


def overridden_pointers(edits: Sequence[Edit]) -> list[str]:
    """The pointers a variant overrides, and such places as `#path/NAME` outside the document."""
    return list(dict.fromkeys(map(_find_place, edits)))


def _find_place(edit: Edit) -> str:
    match edit.kind:
        case "path" | "leave-out":
            place, colon, name = edit.pointer.partition(":")
            is_elsewhere = colon and place in ("query", "header", "cookie")
            return f"#{place}/{name}" if is_elsewhere else f"#path/{edit.pointer}"
        case "variable":
            return f"#variable/{edit.pointer}"
        case "connect" | "media-type" | "body":
            return f"#{edit.kind}{edit.pointer}"
    return edit.pointer


def derive_edits(shared: State, varied: State) -> tuple[Edit, ...]:
    """The edits that lead from one state to the other, such that `apply_variant` repeats them."""
    paths, connection = varied.path_values.items(), varied.connection
    left_out = [key for key in shared.path_values if key not in varied.path_values]
    media_type = varied.metadata.media_type
    is_left_out = varied.metadata.is_body_left_out
    body = [Edit("body", "", LEAVE_OUT if is_left_out else SEND)]
    return (
        *_document_edits(shared.text, varied.text),
        *_metadata_edits(shared, varied),
        *(Edit("path", k, value) for k, value in paths if shared.path_values.get(k) != value),
        *(Edit("leave-out", key) for key in left_out),
        *([Edit("media-type", "", media_type)] if shared.metadata.media_type != media_type else ()),
        *(body if shared.metadata.is_body_left_out != is_left_out else ()),
        *([Edit("connect", "", connection)] if shared.connection != connection else ()),
    )


def _document_edits(before: str, after: str) -> Iterator[Edit]:
    if before == after:
        return
    old, new = parsing.parse(before), parsing.parse(after)
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _object_edits(old, new, after, "")
    elif not same_tokens(old, new):
        yield Edit("replace", "", after)


def _object_edits(
    old: Mapping[str, Any], new: Mapping[str, Any], after: str, at: str
) -> Iterator[Edit]:
    """Descends into objects only: an array that differs is replaced as a whole.

    Elements have no identity of their own. Edits by index would hit other rows as soon as the
    shared part gains or loses one.
    """
    for key in old:
        if key not in new:
            yield Edit("remove", pointers.child(at, key))
    for key, value in new.items():
        pointer = pointers.child(at, key)
        former = old.get(key)
        if key in old and isinstance(former, dict) and isinstance(value, dict):
            yield from _object_edits(former, value, after, pointer)
        elif key not in old or not same_tokens(former, value):
            # A new key is inserted where it belongs, which needs the order of its siblings.
            order = () if key in old else tuple(new)
            yield Edit("set", pointer, text_at(after, pointer), order=order)


def same_tokens(a: Any, b: Any) -> bool:
    """Whether two trees hold the same tokens: `1` isn't `"1"`, and `1.0` isn't `1.00`."""
    # `Digits` is a str and bool an int: plain equality would mix them up.
    if isinstance(a, NumberToken) != isinstance(b, NumberToken) or isinstance(
        a, bool
    ) != isinstance(b, bool):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_tokens(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_tokens(x, y) for x, y in zip(a, b, strict=True))
    return bool(type(a) is type(b) and a == b)


def _metadata_edits(shared: State, varied: State) -> Iterator[Edit]:
    old, new = shared.metadata, varied.metadata
    # No edit writes to `off` or `away` directly: the value is set in the document, then moved.
    for pointer, value in new.off.items():
        if old.off.get(pointer) != value:
            yield Edit("set", pointer, value)
            yield Edit("off", pointer)
    for pointer, value in old.off.items():
        if pointer not in new.off and not text_at(varied.text, pointer):
            yield Edit("set", pointer, value)
            yield Edit("remove", pointer)
    for pointer, value in new.away.items():
        if old.away.get(pointer) != value and _is_in_object(varied, pointer):
            yield Edit("set", pointer, value)
            yield Edit("away", pointer)
    for pointer in old.away:
        if pointer not in new.away and _is_in_object(varied, pointer):
            # "back" needs a free pointer, and what it brings back isn't the varied value.
            value = text_at(varied.text, pointer)
            yield Edit("remove", pointer)
            yield Edit("back", pointer)
            yield Edit("set", pointer, value) if value else Edit("remove", pointer)
    for pointer in dict.fromkeys([*old.notes, *new.notes]):
        if old.notes.get(pointer) != new.notes.get(pointer):
            yield Edit("note", pointer, new.notes.get(pointer, ""))
    for name in dict.fromkeys([*old.variables, *new.variables]):
        if old.variables.get(name) != new.variables.get(name):
            yield Edit("variable", name, new.variables.get(name, ""))
    for pointer, typed in new.incomplete.items():
        if old.incomplete.get(pointer) != typed:
            yield Edit("half", pointer, typed)


def _is_in_object(state: State, pointer: str) -> bool:
    # For a union of another alternative, the value may be absent or a string.
    return text_at(state.text, pointers.parent(pointer))[:1] == "{"
