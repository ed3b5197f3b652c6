"""A field: one value of the document as people edit it, read off its schema and its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.forms.branches import NONE, Way, chooser_of, chosen_of, read_ways, unused_keys
from playground.forms.kinds import (
    ABSENT,
    Schema,
    find_kind,
    is_text_list,
    kind_by_value,
    list_choices,
    list_types,
    takes,
)
from playground.jsontext import parsing, pointers, printing

__all__ = ["ABSENT", "Beside", "Field", "Schema", "find_kind", "read_field", "read_fields"]


SECRET = re.compile(r"\s*\{\{\s*secret:([^{}]+?)\s*\}\}\s*")
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
GROUPS = ("group", "key-value")
# Widgets that draw their value row by row, from the document itself.
DRAWN_APART = frozenset({"grid", "steps"})


@dataclass(frozen=True)
class Beside:
    """What a draft keeps beside its document, by pointer."""

    off: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    half: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One value and how it is edited.

    `pointer` is where it stands now, `at` the part below its row, from which the browser
    computes the pointer anew when rows have moved. `kind` is one of `text`, `lines`,
    `integer`, `number`, `toggle`, `choice`, `json`, `group` or the name of a widget.
    `state` is `sent`, `null`, `absent` (no value) or `off` (switched off, value kept).
    `shown` is the text in the input; `start` the JSON text that switching on begins with.
    `ways` are the ways that exclude each other which this field chooses from; `holds` says
    of what type a value is that may be of several; `read_as` is the name that the API's own
    templates know the value by.
    """

    pointer: str
    at: str
    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    known: bool = True
    nullable: bool = False
    default: str | None = None
    start: str = "null"
    unit: str = ""
    words: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    state: str = "absent"
    shown: str = ""
    note: str = ""
    schema: Schema = field(default_factory=dict, repr=False)
    fields: tuple[Field, ...] = ()
    ways: tuple[Way, ...] = ()
    holds: str = ""
    suggestions: tuple[str, ...] = ()
    read_as: str = ""

    @property
    def lists(self) -> bool:
        """Whether the API lists values to choose from."""
        return "x-list" in self.schema

    @property
    def tags(self) -> list[str]:
        """The tags in a text that lists several; none in any other."""
        listed = self.kind == "tags" and self.holds == "text" and "," in self.shown
        return [tag.strip() for tag in self.shown.split(",")] if listed else []

    @property
    def secret_name(self) -> str:
        """The name of the secret that stands here; empty where another value or none does."""
        found = SECRET.fullmatch(self.shown) if self.kind == "secret" else None
        return found[1] if found else ""

    @property
    def takes_cookies(self) -> bool:
        """Whether pasted cookies can be taken apart into this group."""
        return self.schema.get("x-paste") == "cookies"

    @property
    def optional(self) -> bool:
        return not self.required

    @property
    def is_on(self) -> bool:
        return self.state in ("sent", "null")


def read_field(
    key: str,
    schema: Schema,
    value: Any,
    pointer: str,
    at: str,
    beside: Beside,
    *,
    required: bool = False,
    known: bool = True,
) -> Field:
    """The field for one key of an object; `value` is a tree with Digits, or ABSENT."""
    kept = _read_kept(beside.off.get(pointer))
    kind = find_kind(schema, value if value is not ABSENT else kept)
    inner, ways = (
        _inner_fields(schema, value, kept, pointer, at, beside) if kind in GROUPS else ((), ())
    )
    return Field(
        pointer=pointer,
        at=at,
        key=key,
        kind=kind,
        label=str(schema.get("title", "")) or key,
        help=str(schema.get("description", "")),
        required=required,
        known=known,
        nullable=takes(schema, "null"),
        default=printing.dump(schema["default"]) if "default" in schema else None,
        start=printing.dump(start_value(schema)),
        unit=str(schema.get("x-unit", "")),
        words=str(schema.get("x-words", "")),
        example=_first_example(schema),
        choices=list_choices(schema),
        state=_state(value, kept),
        shown=beside.half.get(pointer) or show(value if value is not ABSENT else kept, kind),
        note=beside.notes.get(pointer, ""),
        schema=schema,
        fields=inner,
        ways=ways,
        holds="" if value is ABSENT else kind_by_value(value),
        suggestions=_suggestions(schema, kind),
    )


def read_fields(
    schema: Schema, tree: Any, pointer: str, at: str, beside: Beside
) -> tuple[Field, ...]:
    """A field for each key an object has by its schema, in the schema's order, then the
    keys that only the document has."""
    known = schema.get("properties", {})
    needed = schema.get("required", ())
    values = tree if isinstance(tree, dict) else {}
    extra = schema.get("additionalProperties")
    free = extra if isinstance(extra, Mapping) else {}
    kept = _kept_below(beside.off, pointer)
    ways = read_ways(schema, values)
    unused, way = unused_keys(schema, ways), chosen_of(ways)
    needed = [*needed, *(way.fields if way else ())]
    listed = dict.fromkeys(k for k in [*known, *values, *kept] if k in values or k not in unused)
    fields = (
        read_field(
            key,
            known.get(key, free),
            values.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            beside,
            required=key in needed,
            known=key in known,
        )
        for key in listed
    )
    chooser = chooser_of(schema)
    if not chooser:
        return tuple(fields)
    return tuple(choose_from(f, ways, schema) if f.key == chooser else f for f in fields)


def choose_from(field: Field, ways: tuple[Way, ...], schema: Schema) -> Field:
    """The field that chooses the way; only the default way may leave it out."""
    way, default = chosen_of(ways), schema["x-modes"]["default"]
    fixed = way is not None and way.value != default
    return replace(field, kind="ways", ways=ways, required=fixed)


def show(value: Any, kind: str) -> str:
    """The text that stands in an input for a value."""
    if value is ABSENT or value is None or kind in DRAWN_APART:
        return ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(value)
    if kind in ("toggle", "choice", "json") or isinstance(value, bool):
        return printing.dump(value)
    if isinstance(value, str):
        return str(value)
    return printing.dump(value)


def _suggestions(schema: Schema, kind: str) -> tuple[str, ...]:
    """Values to pick from or type past, where a field of text has several examples."""
    texts = [each for each in schema.get("examples") or () if isinstance(each, str)]
    return tuple(texts) if kind == "text" and len(texts) > 2 else ()


def _first_example(schema: Schema) -> str:
    examples = schema.get("examples") or []
    return str(examples[0]) if examples and isinstance(examples[0], str | int | float) else ""


def _state(value: Any, kept: Any) -> str:
    if value is None:
        return "null"
    if value is not ABSENT:
        return "sent"
    return "absent" if kept is ABSENT else "off"


def _read_kept(text: str | None) -> Any:
    return ABSENT if text is None else parsing.parse(text)


def _kept_below(off: Mapping[str, str], pointer: str) -> list[str]:
    below = [pointers.split(p[len(pointer) :]) for p in off if p.startswith(pointer + "/")]
    return [segments[0] for segments in below if len(segments) == 1]


def _inner_fields(
    schema: Schema, value: Any, kept: Any, pointer: str, at: str, beside: Beside
) -> tuple[tuple[Field, ...], tuple[Way, ...]]:
    """A group that is not sent shows what switching it on would send."""
    tree: Any = next((each for each in (value, kept) if isinstance(each, dict)), None)
    if tree is None:
        tree = parsing.parse(printing.dump(start_value(schema)))
    if schema.get("x-widget") == "key-value" and not schema.get("properties"):
        return _read_pairs(schema, tree, pointer, at, beside), ()
    ways = read_ways(schema, tree) if "x-one-of" in schema else ()
    if ways and value is ABSENT:
        ways = tuple(replace(way, chosen=False) for way in ways)
    none = (Way(NONE, (), None, value is ABSENT),) if ways else ()
    return read_fields(schema, tree, pointer, at, beside), (*none, *ways)


def _read_pairs(
    schema: Schema, tree: Any, pointer: str, at: str, beside: Beside
) -> tuple[Field, ...]:
    """Keys of one's own, each edited as what it holds: text, a list of texts, else JSON."""
    keys = dict.fromkeys([*tree, *_kept_below(beside.off, pointer)])
    found = (
        read_field(
            key,
            TEXTS if is_text_list(tree.get(key)) else {},
            tree.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            beside,
        )
        for key in keys
    )
    name = str(schema.get("x-read-as", ""))
    return tuple(replace(each, read_as=name.replace("KEY", each.key)) for each in found)


def start_value(schema: Schema) -> Any:
    """What a field begins with when it is switched on: its default, else an example, else
    the least that fits its type."""
    if schema.get("x-widget") == "key-value":
        return schema.get("default", {})
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    types = [name for name in list_types(schema) if name != "null"]
    if types == ["object"]:
        properties = schema.get("properties", {})
        told = [key for key, part in properties.items() if part.get("x-explicit")]
        keys = dict.fromkeys([*schema.get("required", ()), *told])
        return {key: start_value(properties.get(key, {})) for key in keys}
    starts = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0)}
    starts |= {"boolean": False, "array": []}
    return starts.get(types[0], "") if types else ""
