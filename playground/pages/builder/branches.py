"""Switching the branch of an object, as edits of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.drafts.editing import Edit, State
from playground.drafts.incomplete import text_at
from playground.forms.branches import (
    NO_BRANCH,
    chosen_branch,
    initial_text,
    mode_property,
    read_branches,
    switch_branch,
)
from playground.forms.kinds import Schema, start_value
from playground.jsontext import parsing, pointers, printing


def list_branch_edits(schema: Schema, state: State, edit: Edit) -> list[Edit]:
    """The parts of `choose`: its pointer names the mode property, or an object whose fields
    tell; its value is the title of the branch. Raises LookupError if there is none."""
    segments = pointers.split(edit.pointer)
    holder = _schema_at(schema, segments[:-1])
    if segments and mode_property(holder) == segments[-1]:
        return _change(holder, state, pointers.parent(edit.pointer), edit.value)
    groups = _schema_at(schema, segments)
    if "x-one-of" not in groups:
        raise LookupError(edit.pointer)
    if edit.value == NO_BRANCH:
        return [Edit("off", edit.pointer)]
    begin = Edit(
        "on",
        edit.pointer,
        printing.dump(start_value(groups)),
        order=list(holder.get("properties", ())),
    )
    return [begin, *_change(groups, state, edit.pointer, edit.value)]


def empty_field(schema: Schema, state: State, edit: Edit) -> Edit:
    """Clearing a field removes its key; where the key itself tells which branch is taken, it
    gets its initial value, so that nobody switches branches by clearing an input."""
    above, key = pointers.parent(edit.pointer), pointers.split(edit.pointer)[-1]
    holder = _schema_at(schema, pointers.split(above))
    branch = chosen_branch(read_branches(holder, _values_at(holder, state, above)))
    begin = initial_text(holder, branch, key) if branch else ""
    order = list(holder.get("properties", ()))
    return Edit("set", edit.pointer, begin, order=order) if begin else edit


def _change(schema: Schema, state: State, above: str, title: str) -> list[Edit]:
    order = list(schema.get("properties", ()))
    return [
        Edit(part.kind, pointers.child(above, part.key), part.value, order=order)
        for part in switch_branch(schema, _values_at(schema, state, above), title)
    ]


def _values_at(schema: Schema, state: State, pointer: str) -> Mapping[str, Any]:
    """The object as it is now, or as switching it on would set it."""
    text = text_at(state.text, pointer) or state.metadata.off.get(pointer)
    tree = parsing.parse(text or printing.dump(start_value(schema)))
    return tree if isinstance(tree, dict) else {}


def _schema_at(schema: Schema, segments: list[str]) -> Schema:
    for segment in segments:
        schema = schema.get("properties", {}).get(segment, {})
    return schema
