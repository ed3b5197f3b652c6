"""Switching the branch of an object, as edits of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit, State
from playground.forms.branches import (
    NO_BRANCH,
    chosen_branch,
    initial_text,
    mode_property,
    read_branches,
    switch_branch,
)
from playground.forms.kinds import start_value
from playground.forms.schemas import Schema
from playground.jsontext import parsing, pointers, printing


def list_branch_edits(schema: Schema, state: State, edit: Edit) -> list[Edit]:
    """The parts of a `choose` edit, whose value is the title of a branch.

    Its pointer names either a mode property, such as Altcraft's `matching`, or an object without
    one, whose branch shows in the keys it has. Raises LookupError if there are no branches.
    """
    segments = pointers.split(edit.pointer)
    parent_schema = _schema_at(schema, segments[:-1])
    if segments and mode_property(parent_schema) == segments[-1]:
        return _switch(parent_schema, state, pointers.parent(edit.pointer), edit.value)
    object_schema = _schema_at(schema, segments)
    if "x-one-of" not in object_schema:
        raise LookupError(edit.pointer)
    # Off, not removed: choosing a branch again brings the values back.
    if edit.value == NO_BRANCH:
        return [Edit("off", edit.pointer)]
    # The object may be switched off or absent; its fields need it to exist first.
    switch_on = Edit(
        "on",
        edit.pointer,
        printing.dump(start_value(object_schema)),
        order=_key_order(parent_schema),
    )
    return [switch_on, *_switch(object_schema, state, edit.pointer, edit.value)]


def empty_field(schema: Schema, state: State, edit: Edit) -> Edit:
    """Clearing a field removes its key, unless the key itself decides which branch is taken.

    Such a key gets its initial value instead: nobody means to switch branches by clearing an
    input.
    """
    above, key = pointers.parent(edit.pointer), pointers.split(edit.pointer)[-1]
    object_schema = _schema_at(schema, pointers.split(above))
    branch = chosen_branch(read_branches(object_schema, _values_at(object_schema, state, above)))
    initial = initial_text(object_schema, branch, key) if branch else ""
    if not initial:
        return edit
    return Edit("set", edit.pointer, initial, order=_key_order(object_schema))


def _switch(schema: Schema, state: State, above: str, title: str) -> list[Edit]:
    return [
        Edit(part.kind, pointers.child(above, part.key), part.value, order=_key_order(schema))
        for part in switch_branch(schema, _values_at(schema, state, above), title)
    ]


def _key_order(schema: Schema) -> list[str]:
    return list(schema.get("properties", ()))


def _values_at(schema: Schema, state: State, pointer: str) -> Mapping[str, Any]:
    """The object as it is now, or as switching it on would set it."""
    text = text_at(state.text, pointer) or state.metadata.off.get(pointer)
    tree = parsing.parse(text or printing.dump(start_value(schema)))
    # The JSON editor accepts anything here; the form then shows the object without values.
    return tree if isinstance(tree, dict) else {}


def _schema_at(schema: Schema, segments: list[str]) -> Schema:
    # A key that no schema describes has no branches either, hence the empty schema.
    for segment in segments:
        schema = schema.get("properties", {}).get(segment, {})
    return schema
