"""A problem's fix, made: its edits one after the other, as one splice of the text."""

from __future__ import annotations

from playground.jsontext import pointers
from playground.jsontext.edits import Splice, apply, difference, remove, rename_key, set_value
from playground.rules.context import Schema
from playground.rules.labels import schema_at
from playground.rules.problems import Fix, FixEdit


def splice_of(text: str, fix: Fix, schema: Schema | None = None) -> Splice:
    """The one splice that makes a fix; `schema` gives new keys their place.

    Raises what `edits` raises where the text has changed since the problem was found.
    """
    return difference(text, mend(text, fix, schema))


def mend(text: str, fix: Fix, schema: Schema | None = None) -> str:
    """The text after a fix."""
    for edit in fix.edits:
        text = apply(text, _splice(text, edit, schema or {}))
    return text


def _splice(text: str, edit: FixEdit, schema: Schema) -> Splice:
    if edit.kind == "remove":
        return remove(text, edit.pointer)
    if edit.kind == "rename":
        return rename_key(text, edit.pointer, edit.value)
    above = schema_at(schema, pointers.parent(edit.pointer))
    return set_value(text, edit.pointer, edit.value, tuple(above.get("properties", ())))
