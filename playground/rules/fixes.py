"""Fixes: the common ones to offer, and how a fix is applied to the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.edits import remove_value, rename_key, set_value
from playground.jsontext.printing import dump, quote
from playground.jsontext.splices import Splice, apply
from playground.rules.context import Context, Schema, is_blank, schema_at
from playground.rules.problems import Fix, FixEdit
from playground.rules.wording import abbreviate, types_of

# RFC 8259, section 6: no leading zeros, no plus sign, ASCII digits only.
_whole = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.0+)?").fullmatch
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


def apply_fix(text: str, fix: Fix, schema: Schema | None = None) -> str:
    """The text after a fix; `schema` decides where among its siblings a new key goes.

    Raises what `jsontext.edits` raises if the text changed since the problem was found.
    """
    for edit in fix.edits:
        text = apply(text, _splice(text, edit, schema or {}))
    return text


def _splice(text: str, edit: FixEdit, schema: Schema) -> Splice:
    if edit.kind == "remove":
        return remove_value(text, edit.pointer)
    if edit.kind == "rename":
        return rename_key(text, edit.pointer, edit.value)
    above = schema_at(schema, pointers.parent(edit.pointer))
    return set_value(text, edit.pointer, edit.value, tuple(above.get("properties", ())))


def fix_by_setting(pointer: str, value: str, label: str) -> Fix:
    """Set one value to this JSON text."""
    return Fix(label, (FixEdit("set", pointer, value),))


def fix_by_removing(pointer: str, label: str = "Remove") -> Fix:
    """Delete one value with its key."""
    return Fix(label, (FixEdit("remove", pointer),))


def fix_by_renaming(pointer: str, similar: str | None, siblings: Mapping[str, Any]) -> Fix:
    """Give a field the name that was meant if that key is free or blank; else remove it."""
    if similar is None or not is_blank(siblings.get(similar)):
        return fix_by_removing(pointer)
    edits = [FixEdit("rename", pointer, similar)]
    if similar in siblings:
        edits.insert(0, FixEdit("remove", pointers.child(pointers.parent(pointer), similar)))
    return Fix(f"Rename to {abbreviate(similar)}", tuple(edits))


def fix_by_converting(context: Context, pointer: str, value: Any, schema: Schema) -> Fix | None:
    """The first way to turn a value of the wrong type into the right one, if there is one."""
    for label, text in _conversions(context, pointer, value, schema):
        return fix_by_setting(pointer, text, label)
    if "default" in schema:
        default = dump(schema["default"])
        return fix_by_setting(pointer, default, f"Use the default, {abbreviate(default)}")
    return None


def _conversions(
    context: Context, pointer: str, value: Any, schema: Schema
) -> Iterator[tuple[str, str]]:
    """Labels and JSON texts. Digits are taken from the source, so that 1.50 stays 1.50."""
    types = types_of(schema)
    if isinstance(value, str):
        bare = value.strip()
        if _is_scalar_text(bare, types):
            yield "Remove the quotes", bare
    elif "string" in types and isinstance(value, int | float | Decimal):
        yield "Add quotes", quote(context.source(pointer))
    if "string" in types and _is_list_of_text(value):
        # Altcraft takes several tags as one text: "tag-1, tag-2".
        yield "Join into one text", quote(", ".join(value))
    if "array" in types and _fits_item(value, types_of(schema.get("items", {}))):
        yield "Make it a list", f"[{context.source(pointer)}]"


def _is_scalar_text(bare: str, types: Sequence[str]) -> bool:
    if "integer" in types and _whole(bare):
        return True
    if "number" in types and _number(bare):
        return True
    return "boolean" in types and bare in ("true", "false")


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _fits_item(value: Any, types: Sequence[str]) -> bool:
    if isinstance(value, dict):
        return "object" in types
    return "string" in types and isinstance(value, str) and not is_blank(value)
