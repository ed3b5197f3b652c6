"""The fields of unions, maps and lists, which follow the document rather than the schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from django.utils.translation import gettext as _

from playground.forms.branches import Branch
from playground.forms.field import Field, FieldMetadata
from playground.forms.fitting import find_alternative
from playground.forms.kinds import ABSENT, find_kind
from playground.forms.previews import preview_value
from playground.forms.schemas import (
    CONTAINERS,
    GROUPS,
    Schema,
    item_schema,
    member_schema,
    open_schema,
)
from playground.forms.unions import Union
from playground.jsontext import pointers

# Parts nested deeper are collapsed at first and drawn when somebody opens them.
DEEPEST_OPEN = 7
# Longer lists have all cards collapsed, and only this many are drawn at first.
MOST_OPEN_CARDS, MOST_CARDS = 3, 50
MOST_ENTRIES = 100
ANY_VALUE: Schema = {"x-widget": "json"}


class ReadField(Protocol):
    """`fields.read_field`, which reads the fields inside those of this module."""

    def __call__(
        self,
        key: str,
        schema: Schema,
        value: Any,
        pointer: str,
        at: str,
        metadata: FieldMetadata,
        *,
        required: bool = False,
        known: bool = True,
    ) -> Field: ...


def is_open(pointer: str, metadata: FieldMetadata) -> bool:
    """Whether the fields inside the value at a pointer are drawn with it."""
    is_on_the_way = bool(metadata.focus) and pointers.overlaps(pointer, metadata.focus)
    depth = pointer.count("/") - metadata.focus.count("/")
    return depth < DEEPEST_OPEN or (is_on_the_way and depth <= 0)


def branch_pointer(pointer: str, title: str) -> str:
    """The pointer at which the value of an alternative that isn't chosen is set aside."""
    return pointers.child(pointer, f"({title})")


def read_union_fields(
    field: Field, union: Union, shown: Any, metadata: FieldMetadata, read_field: ReadField
) -> Field:
    """The field of a union: its alternatives, and the value as the matching one."""
    aside = [
        each.title
        for each in union.alternatives
        if branch_pointer(field.pointer, each.title) in metadata.away
    ]
    is_there = shown is not ABSENT and shown is not None
    chosen = find_alternative(union, shown, aside) if is_there else None
    branches = tuple(Branch(each.title, (), None, each is chosen) for each in union.alternatives)
    field = replace(field, alternatives=union.alternatives, branches=branches)
    if not is_there:
        return field
    if not field.is_open:
        title = chosen.title if chosen else ""
        return replace(field, preview=" · ".join(filter(None, [title, preview_value(shown)])))
    # A value that matches no alternative is shown as is.
    schema = chosen.schema if chosen else ANY_VALUE
    value = ABSENT if field.state in ("off", "absent") else shown
    inner = read_field(field.key, schema, value, field.pointer, field.at, metadata, required=True)
    return replace(field, fields=(replace(inner, label=field.label, note=""),))


def read_entries(
    field: Field, metadata: FieldMetadata, read_field: ReadField, start: int = 0
) -> tuple[Field, ...]:
    """A field for each key of a map, in the order of the document."""
    entries = field.tree if isinstance(field.tree, dict) else {}
    off = [pointers.last(each) for each in metadata.off if pointers.parent(each) == field.pointer]
    keys = list(dict.fromkeys([*entries, *off]))
    if metadata.focus.startswith(field.pointer + "/"):
        focused = pointers.split(metadata.focus[len(field.pointer) :])[0]
        keys = [key for key in keys if key == focused]
    return tuple(
        replace(
            read_field(
                key,
                open_schema(member_schema(field.schema, key)),
                entries.get(key, ABSENT),
                pointers.child(field.pointer, key),
                pointers.child(field.at, key),
                metadata,
                required=key in entries,
            ),
            label=key,
            is_entry=True,
        )
        for key in keys[start : start + MOST_ENTRIES]
    )


def read_cards(
    field: Field,
    metadata: FieldMetadata,
    read_field: ReadField,
    start: int = 0,
    count: int = MOST_CARDS,
) -> tuple[Field, ...]:
    """Fields for some items of a list; in long lists, items with fields are collapsed."""
    items = field.tree if isinstance(field.tree, list) else []
    focus = _focused_index(field.pointer, metadata.focus)
    indexes = range(start, min(start + count, len(items))) if focus is None else [focus]
    return tuple(
        _read_item(field, items, index, metadata, read_field)
        for index in indexes
        if index < len(items)
    )


def _focused_index(pointer: str, focus: str) -> int | None:
    """The only item to read, if one of them has the focus."""
    if not focus.startswith(pointer + "/"):
        return None
    index = pointers.parse_index(pointers.split(focus[len(pointer) :])[0])
    return -1 if index is None else index


def _read_item(
    field: Field, items: list[Any], index: int, metadata: FieldMetadata, read_field: ReadField
) -> Field:
    schema = open_schema(item_schema(field.schema, index))
    pointer, value = pointers.child(field.pointer, index), items[index]
    # Fields of an item are addressed relative to their row, since rows move.
    is_closed = len(items) > MOST_OPEN_CARDS and not metadata.focus.startswith(pointer)
    kind = find_kind(schema, value)
    if is_closed and isinstance(value, dict | list) and (kind in CONTAINERS or kind in GROUPS):
        item = Field(pointer, "", str(index), kind, "", schema=schema, is_open=False, state="sent")
        item = replace(item, preview=preview_value(value), tree=value)
    else:
        item = read_field(str(index), schema, value, pointer, "", metadata, required=True)
    title = str(schema.get("title", "")) if not field.item_word else ""
    number = f"{field.item_word or _('Item')} {index + 1}"
    return replace(item, label=title or number, required=True)


def find_within(fields: tuple[Field, ...], pointer: str) -> Field | None:
    """The outermost field for the value at a pointer, among these and those inside them."""
    for each in fields:
        if each.pointer == pointer:
            return each
        if each.fields and pointers.overlaps(each.pointer, pointer):
            found = find_within(each.fields, pointer)
            if found is not None:
                return found
    return None
