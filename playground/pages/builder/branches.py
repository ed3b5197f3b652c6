"""Choosing another way to fill an object, as edits of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.drafts.editing import Edit, State, text_at
from playground.forms.branches import (
    NONE,
    beginning_of,
    change_way,
    chooser_of,
    chosen_of,
    read_ways,
)
from playground.forms.fields import start_value
from playground.jsontext import parsing, pointers, printing

Schema = Mapping[str, Any]


def list_way_edits(schema: Schema, state: State, edit: Edit) -> list[Edit]:
    """The parts of `choose`: its pointer names the field that chooses, or an object whose
    fields tell; its value is the title of the way. LookupError where there is no such way."""
    segments = pointers.split(edit.pointer)
    holder = _schema_at(schema, segments[:-1])
    if segments and chooser_of(holder) == segments[-1]:
        return _change(holder, state, pointers.parent(edit.pointer), edit.value)
    groups = _schema_at(schema, segments)
    if "x-one-of" not in groups:
        raise LookupError(edit.pointer)
    if edit.value == NONE:
        return [Edit("off", edit.pointer)]
    begin = Edit(
        "on",
        edit.pointer,
        printing.dump(start_value(groups)),
        order=list(holder.get("properties", ())),
    )
    return [begin, *_change(groups, state, edit.pointer, edit.value)]


def empty_field(schema: Schema, state: State, edit: Edit) -> Edit:
    """Emptying a field takes its key away; where the key itself tells which way is taken it
    begins anew, so that nobody changes the way by clearing a box."""
    above, key = pointers.parent(edit.pointer), pointers.split(edit.pointer)[-1]
    holder = _schema_at(schema, pointers.split(above))
    way = chosen_of(read_ways(holder, _values_at(holder, state, above)))
    begin = beginning_of(holder, way, key) if way else ""
    order = list(holder.get("properties", ()))
    return Edit("set", edit.pointer, begin, order=order) if begin else edit


def _change(schema: Schema, state: State, above: str, title: str) -> list[Edit]:
    order = list(schema.get("properties", ()))
    return [
        Edit(move.kind, pointers.child(above, move.key), move.value, order=order)
        for move in change_way(schema, _values_at(schema, state, above), title)
    ]


def _values_at(schema: Schema, state: State, pointer: str) -> Mapping[str, Any]:
    """The object as it stands, or as switching it on would bring it."""
    text = text_at(state.text, pointer) or state.metadata.off.get(pointer)
    tree = parsing.parse(text or printing.dump(start_value(schema)))
    return tree if isinstance(tree, dict) else {}


def _schema_at(schema: Schema, segments: list[str]) -> Schema:
    for segment in segments:
        schema = schema.get("properties", {}).get(segment, {})
    return schema
