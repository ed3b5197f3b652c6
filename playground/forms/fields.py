"""A field: one value of the document as people edit it, read from its schema and its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.forms.branches import (
    NO_BRANCH,
    Branch,
    chosen_branch,
    mode_property,
    read_branches,
    unused_keys,
)
from playground.forms.kinds import (
    ABSENT,
    Schema,
    find_kind,
    format_value,
    is_text_list,
    kind_by_value,
    list_choices,
    start_value,
)
from playground.jsontext import parsing, pointers, printing

# More tolerant than references are: people edit the JSON by hand, with spaces.
SECRET = re.compile(r"\s*\{\{\s*secret:([^{}]+?)\s*\}\}\s*")
TEXT_LIST: Schema = {"type": "array", "items": {"type": "string"}}
GROUPS = ("group", "key-value")
# With one or two examples a placeholder is enough; more are worth a list to pick from.
MANY_EXAMPLES = 3


@dataclass(frozen=True)
class FieldMetadata:
    """What a draft stores outside its document for the form, by pointer: values that are
    switched off, notes, and input that doesn't parse yet."""

    off: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    incomplete: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One value and how it is edited.

    `pointer` is its place now; `at` is the part of it below its row, from which the browser
    computes the new pointer after rows move. `kind` is `text`, `lines`, `integer`,
    `number`, `toggle`, `choice`, `json`, `group`, `branches`, `secret` or the name of a widget.
    `state` is `sent`, `null`, `absent` (no value) or `off` (switched off, value stored).
    `text` is the content of the input; `start` the JSON text that switching on starts with;
    `summary` a sentence with {keys} of the group's fields. `branches` are the alternatives this
    field chooses from; `value_kind` is the kind of the value where it may be of several;
    `read_as` is the name by which the API's own templates read the value.
    """

    pointer: str
    at: str
    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    known: bool = True
    default: str | None = None
    start: str = "null"
    unit: str = ""
    summary: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    state: str = "absent"
    text: str = ""
    note: str = ""
    schema: Schema = field(default_factory=dict, repr=False)
    fields: tuple[Field, ...] = ()
    branches: tuple[Branch, ...] = ()
    value_kind: str = ""
    suggestions: tuple[str, ...] = ()
    read_as: str = ""

    @property
    def has_listing(self) -> bool:
        """Whether an operation of the API lists values to choose from."""
        return "x-list" in self.schema

    @property
    def tags(self) -> list[str]:
        """The tags of a text that lists several; empty for any other."""
        is_list = self.kind == "tags" and self.value_kind == "text" and "," in self.text
        return [tag.strip() for tag in self.text.split(",")] if is_list else []

    @property
    def secret_name(self) -> str:
        """The name of the secret that the value refers to, or an empty text."""
        found = SECRET.fullmatch(self.text) if self.kind == "secret" else None
        return found[1] if found else ""

    @property
    def accepts_cookies(self) -> bool:
        """Whether pasted cookies can be split into this group's fields."""
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
    metadata: FieldMetadata,
    *,
    required: bool = False,
    known: bool = True,
) -> Field:
    """The field for one key of an object; `value` is a tree with NumberToken, or ABSENT."""
    switched_off = metadata.off.get(pointer)
    stored = ABSENT if switched_off is None else parsing.parse(switched_off)
    # A value that is switched off is shown as it was, only greyed out.
    shown = stored if value is ABSENT else value
    kind = find_kind(schema, shown)
    inner, branches = (
        _inner_fields(schema, value, stored, pointer, at, metadata) if kind in GROUPS else ((), ())
    )
    examples = schema.get("examples") or []
    return Field(
        pointer=pointer,
        at=at,
        key=key,
        kind=kind,
        label=str(schema.get("title", "")) or key,
        help=str(schema.get("description", "")),
        required=required,
        known=known,
        default=printing.dump(schema["default"]) if "default" in schema else None,
        start=printing.dump(start_value(schema)),
        unit=str(schema.get("x-unit", "")),
        summary=str(schema.get("x-summary", "")),
        example=str(examples[0])
        if isinstance(next(iter(examples), None), str | int | float)
        else "",
        choices=list_choices(schema),
        state=_state(value, stored),
        text=metadata.incomplete.get(pointer) or format_value(shown, kind),
        note=metadata.notes.get(pointer, ""),
        schema=schema,
        fields=inner,
        branches=branches,
        value_kind="" if value is ABSENT else kind_by_value(value),
        suggestions=_suggestions(examples) if kind == "text" else (),
    )


def read_object_fields(
    schema: Schema, tree: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[Field, ...]:
    """A field for each key of an object: those of its schema in the schema's order, then those
    that only the document has."""
    known = schema.get("properties", {})
    values = tree if isinstance(tree, dict) else {}
    extra = schema.get("additionalProperties")
    other = extra if isinstance(extra, Mapping) else {}
    branches = read_branches(schema, values)
    branch = chosen_branch(branches)
    required = {*schema.get("required", ()), *(branch.fields if branch else ())}
    fields = [
        read_field(
            key,
            known.get(key, other),
            values.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            metadata,
            required=key in required,
            known=key in known,
        )
        for key in list_keys(schema, values, pointer, metadata, branches)
    ]
    chooser = mode_property(schema)
    if chooser:
        # Only the default mode may be left out: any other has to be named to count.
        fixed = branch is not None and branch.value != schema["x-modes"]["default"]
        fields = [
            replace(f, kind="branches", branches=branches, required=fixed)
            if f.key == chooser
            else f
            for f in fields
        ]
    return tuple(fields)


def list_keys(
    schema: Schema,
    values: Mapping[str, Any],
    pointer: str,
    metadata: FieldMetadata,
    branches: tuple[Branch, ...],
) -> list[str]:
    """The keys of an object that have a field; `branches` are those of its schema."""
    known, unused = schema.get("properties", {}), unused_keys(schema, branches)
    # A key of another branch is hidden, unless it is in the document: what is sent is shown.
    return [
        key
        for key in dict.fromkeys([*known, *values, *_keys_below(metadata.off, pointer)])
        if key in values or key not in unused
    ]


def _suggestions(examples: list[Any]) -> tuple[str, ...]:
    texts = [each for each in examples if isinstance(each, str)]
    return tuple(texts) if len(texts) >= MANY_EXAMPLES else ()


def _state(value: Any, stored: Any) -> str:
    if value is None:
        return "null"
    if value is not ABSENT:
        return "sent"
    return "absent" if stored is ABSENT else "off"


def _keys_below(off: Mapping[str, str], pointer: str) -> list[str]:
    """The keys directly below an object whose values are switched off."""
    below = [pointers.split(p[len(pointer) :]) for p in off if p.startswith(pointer + "/")]
    return [segments[0] for segments in below if len(segments) == 1]


def _inner_fields(
    schema: Schema, value: Any, stored: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[tuple[Field, ...], tuple[Branch, ...]]:
    """The fields of a group; one that isn't sent shows what switching it on would send."""
    tree: Any = next((each for each in (value, stored) if isinstance(each, dict)), None)
    if tree is None:
        tree = parsing.parse(printing.dump(start_value(schema)))
    if schema.get("x-widget") == "key-value" and not schema.get("properties"):
        return _read_pairs(schema, tree, pointer, at, metadata), ()
    branches = read_branches(schema, tree) if "x-one-of" in schema else ()
    if branches and value is ABSENT:
        branches = tuple(replace(each, is_chosen=False) for each in branches)
    none = (Branch(NO_BRANCH, (), None, value is ABSENT),) if branches else ()
    return read_object_fields(schema, tree, pointer, at, metadata), (*none, *branches)


def _read_pairs(
    schema: Schema, tree: Any, pointer: str, at: str, metadata: FieldMetadata
) -> tuple[Field, ...]:
    """Custom keys; each is edited as what it contains: text, a list of texts, else JSON."""
    found = (
        read_field(
            key,
            TEXT_LIST if is_text_list(tree.get(key)) else {},
            tree.get(key, ABSENT),
            pointers.child(pointer, key),
            pointers.child(at, key),
            metadata,
        )
        for key in dict.fromkeys([*tree, *_keys_below(metadata.off, pointer)])
    )
    name = str(schema.get("x-read-as", ""))
    return tuple(replace(each, read_as=name.replace("KEY", each.key)) for each in found)
