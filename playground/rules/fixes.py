"""A problem's fix, made: its edits one after the other, as one splice of the text."""

from __future__ import annotations

from playground.jsontext import pointers
from playground.jsontext.edits import Splice, apply, remove, rename_key, set_value
from playground.jsontext.splices import combine
from playground.rules.context import Schema
from playground.rules.labels import schema_at
from playground.rules.problems import Fix, FixEdit


def splice_of(text: str, fix: Fix, schema: Schema | None = None) -> Splice:
    """The one splice that makes a fix; `schema` gives new keys their place.

    Raises what `edits` raises where the text has changed since the problem was found.
    """
    splices, after = [], text
    for edit in fix.edits:
        splices.append(_splice(after, edit, schema or {}))
        after = apply(after, splices[-1])
    return combine(text, splices)


def mend(text: str, fix: Fix, schema: Schema | None = None) -> str:
    """The text after a fix."""
    return apply(text, splice_of(text, fix, schema))


def _splice(text: str, edit: FixEdit, schema: Schema) -> Splice:
    if edit.kind == "remove":
        return remove(text, edit.pointer)
    if edit.kind == "rename":
        return rename_key(text, edit.pointer, edit.value)
    above = schema_at(schema, pointers.parent(edit.pointer))
    return set_value(text, edit.pointer, edit.value, tuple(above.get("properties", ())))
