"""Edits of unions, lists and objects: initial values, and which old values are preserved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from playground.calls.file_parts import read_form_schema
from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit
from playground.forms.containers import branch_pointer
from playground.forms.field import Field
from playground.forms.fitting import find_alternative, map_tags
from playground.forms.kinds import start_value
from playground.forms.schemas import (
    Schema,
    item_schema,
    list_members,
    list_value_types,
    member_schema,
    open_schema,
)
from playground.forms.unions import Alternative, Union, list_values, read_union
from playground.jsontext import parsing, pointers, printing
from playground.pages.builder.draft_context import DraftContext


class ImpossiblePart(ValueError):
    """The document has no such part; the message is shown to users."""


def complete_part_edit(opened: DraftContext, edit: Edit) -> Edit:
    """The edit completed with values from the schema, for the kinds in PART_KINDS."""
    return PART_KINDS[edit.kind](opened, edit)


def choose_alternative(opened: DraftContext, edit: Edit) -> Edit:
    """The edit that switches the value at a pointer to the alternative titled `value`. Values of
    the old alternative are set aside; keys that both have stay."""
    field = _find(opened, edit.pointer)
    while edit.value not in {each.title for each in field.alternatives}:
        if field.inner is None:
            raise ImpossiblePart(_("This value has no such option."))
        field = field.inner
    union, pointer = read_union(field.schema), edit.pointer
    by_title = {each.title: each for each in union.alternatives}
    chosen, old = by_title[edit.value], by_title.get(field.chosen_title)
    if chosen is old:
        return Edit("all", pointer)
    state = opened.state
    before = text_at(state.text, pointer) or state.metadata.off.get(pointer, "")
    kept = state.metadata.away.get(branch_pointer(pointer, chosen.title))
    after = _start_alternative(union, chosen, old, kept, parsing.parse(before or "null"))
    parts = [Edit("keep", branch_pointer(pointer, old.title), before)] if old else []
    aside = [old.title] if old else []
    parts += _set_rivals_aside(union, chosen, after, pointer, aside)
    parts.append(Edit("set", pointer, printing.dump(after), order=_order_at(opened, pointer)))
    parts.append(Edit("take", branch_pointer(pointer, chosen.title)))
    return Edit("all", pointer, parts=parts)


def _start_alternative(
    union: Union, chosen: Alternative, old: Alternative | None, kept: str | None, before: Any
) -> Any:
    """The initial value of a newly chosen alternative."""
    after = parsing.parse(kept or printing.dump(start_value(chosen.schema, blank=True)))
    if not isinstance(after, dict):
        return after
    members = list_members(chosen.schema)
    if old is not None and isinstance(before, dict):
        shared = list_members(old.schema)
        after |= {
            key: value
            for key, value in before.items()
            if key in members and _is_same_field(shared.get(key), members[key])
        }
    tag = after.get(union.discriminator)
    if union.discriminator and (not kept or not isinstance(tag, str)):
        after[union.discriminator] = _tag_of(union, chosen)
    return {key: after[key] for key in dict.fromkeys([*members, *after]) if key in after}


def _is_same_field(old: Schema | None, new: Schema) -> bool:
    # Constants tell alternatives apart, so they must not be carried over.
    return old is not None and len(list_values(new)) != 1 and (old is new or old == new)


def _tag_of(union: Union, chosen: Alternative) -> str:
    """The discriminator value of an alternative."""
    named = map_tags(union.schema, union.discriminator).items()
    tags = [tag for tag, name in named if name in chosen.tags]
    return next(iter([*tags, *chosen.tags]), chosen.title)


def _set_rivals_aside(
    union: Union, chosen: Alternative, after: Any, pointer: str, aside: list[str]
) -> list[Edit]:
    """Edits that make a value match only the chosen alternative if it matches several."""
    edits: list[Edit] = []
    for _each in union.alternatives:
        found = find_alternative(union, after, aside)
        if found is None or found is chosen:
            break
        aside.append(found.title)
        start = printing.dump(start_value(found.schema, blank=True))
        edits.append(Edit("keep", branch_pointer(pointer, found.title), start))
    return edits


def choose_media_type(opened: DraftContext, edit: Edit) -> Edit:
    """The edit that sends the body as the media type `value`. A document that can't be one of
    the new type, such as an object for plain text, is kept aside until its type is chosen."""
    operation, state = opened.operation, opened.state
    old, new = operation.find_body(state.metadata.media_type), operation.find_body(edit.value)
    if old is None or new is None or old is new:
        return edit
    schema = read_form_schema(new)
    union = read_union(schema)
    types = [] if union.alternatives else list_value_types(union.schema)
    if not types or _may_have_type(parsing.parse(state.text), types):
        return edit
    aside = branch_pointer("", new.media_type)
    start = printing.dump(start_value(schema, blank=True))
    parts = [
        edit,
        Edit("keep", branch_pointer("", old.media_type), state.text),
        Edit("set", "", state.metadata.away.get(aside, start)),
        Edit("take", aside),
    ]
    return Edit("all", "", parts=parts)


def _may_have_type(tree: Any, types: list[str]) -> bool:
    if isinstance(tree, dict):
        return "object" in types
    if isinstance(tree, list):
        return "array" in types
    return any(each not in ("object", "array") for each in types)


def add_field(opened: DraftContext, edit: Edit) -> Edit:
    """The edit that adds a key to an object, or a value where there is none yet. `value` may be
    its JSON text; by default, it starts with the schema's initial value."""
    if not edit.pointer:
        raise ImpossiblePart(_("An edit must have a kind and a pointer."))
    state, schema = opened.state, _object_schema(opened, pointers.parent(edit.pointer))
    if text_at(state.text, edit.pointer) not in ("", "null"):
        key = pointers.last(edit.pointer)
        raise ImpossiblePart(_("%(key)s already exists.") % {"key": key})
    part = open_schema(member_schema(schema, pointers.last(edit.pointer)))
    start = edit.value or printing.dump(start_value(part, blank=True))
    value = state.metadata.off.get(edit.pointer) or start
    return Edit("set", edit.pointer, value, order=list(list_members(schema)))


def add_item(opened: DraftContext, edit: Edit) -> Edit:
    """The edit that inserts an item into a list and creates the list if it is absent. A `value`
    (JSON text) is appended as the item."""
    field = _find(opened, edit.pointer).innermost
    if edit.value:
        edit = replace(edit, index=field.count)
    part = open_schema(item_schema(field.schema, edit.index))
    value = edit.value or printing.dump(start_value(part, blank=True))
    order = _order_at(opened, edit.pointer)
    if text_at(opened.state.text, edit.pointer) == "null":
        return Edit("set", edit.pointer, f"[{value}]", order=order)
    return replace(edit, kind="insert", value=value, order=order)


def check_item(opened: DraftContext, edit: Edit) -> Edit:
    """The edit that appends a value (JSON text) to a list or removes it.

    All other items stay as they are.
    """
    wanted = printing.dump(parsing.parse(edit.value))
    text, order = text_at(opened.state.text, edit.pointer), _order_at(opened, edit.pointer)
    stored = opened.state.metadata.off.get(edit.pointer, "")
    # A list that was switched off comes back with its other values.
    back = [Edit("on", edit.pointer, stored, order=order)] if stored and not text else []
    text = text or stored
    value = parsing.parse(text) if text else None
    items = value if isinstance(value, list) else []
    found = [index for index, each in enumerate(items) if printing.dump(each) == wanted]
    if edit.kind == "exclude":
        removed = [Edit("remove", pointers.child(edit.pointer, index)) for index in found[::-1]]
        return Edit("all", edit.pointer, parts=[*back, *removed])
    if value is None and text:
        return Edit("set", edit.pointer, f"[{wanted}]", order=order)
    if found or not isinstance(value, list | None):
        return Edit("all", edit.pointer, parts=back)
    insert = Edit("insert", edit.pointer, wanted, len(items), order=order)
    return Edit("all", edit.pointer, parts=[*back, insert]) if back else insert


def _find(opened: DraftContext, pointer: str) -> Field:
    field = opened.find_field(pointer)
    if field is None:
        raise ImpossiblePart(_("This value no longer exists. Reload to see the current draft."))
    return field


def _object_schema(opened: DraftContext, pointer: str) -> Schema:
    """The schema of the object at a pointer; in a union, that of the matching alternative."""
    whole = opened.schema
    if not pointer and not read_union(whole).alternatives:
        return read_union(whole).schema
    return _find(opened, pointer).innermost.schema


def _order_at(opened: DraftContext, pointer: str) -> list[str]:
    """The schema order of the keys in the object that has the one at a pointer."""
    if not pointer or isinstance(_above(opened, pointer), list):
        return []
    return list(list_members(_object_schema(opened, pointers.parent(pointer))))


def _above(opened: DraftContext, pointer: str) -> Any:
    text = text_at(opened.state.text, pointers.parent(pointer))
    return parsing.parse(text) if text[:1] == "[" else None


# The kinds that scripts send, and the functions that turn them into edits of a draft.
PART_KINDS: Mapping[str, Callable[[DraftContext, Edit], Edit]] = {
    "alternative": choose_alternative,
    "add-field": add_field,
    "add-item": add_item,
    "include": check_item,
    "exclude": check_item,
}
