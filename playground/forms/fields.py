"""A field: one value of the document as people edit it, read off its schema and its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.payload import pointers, printing, reading
from playground.payload.reading import Digits

Schema = Mapping[str, Any]


class Absent:
    """No value stands there: neither null nor empty text."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


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
    inner = _inner_fields(schema, value, kept, pointer, at, beside) if kind == "group" else ()
    return Field(
        pointer=pointer,
        at=at,
        key=key,
        kind=kind,
        label=str(schema.get("title", "")) or key,
        help=str(schema.get("description", "")),
        required=required,
        known=known,
        nullable=_takes(schema, "null"),
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
    return tuple(
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
        for key in dict.fromkeys([*known, *values, *kept])
    )


def find_kind(schema: Schema, value: Any) -> str:
    """How a value is edited. A value that does not fit the schema's own widget, or a
    schema nobody understands, becomes a JSON field: ugly, never lost."""
    widget = str(schema.get("x-widget", ""))
    if widget and _fits_widget(widget, value):
        return widget
    kind = _kind_by_schema(schema)
    if kind == "any":
        return _kind_by_value(value)
    if value is ABSENT or value is None:
        return kind
    holds = _kind_by_value(value)
    if kind == "group":
        return kind if isinstance(value, dict) else "json"
    if kind == "lines":
        return kind if _is_text_list(value) else "json"
    if kind == "choice":
        return kind if holds != "json" else "json"
    if kind == "toggle" and holds != "toggle":
        return "json" if holds == "json" else "choice"
    return "json" if holds == "json" and kind != "json" else kind


def _fits_widget(widget: str, value: Any) -> bool:
    if value is ABSENT:
        return True
    if widget in ("grid", "steps", "accounts", "attachments"):
        return isinstance(value, list)
    return isinstance(value, dict) if widget in ("parameters", "key-value") else True


def _kind_by_schema(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return "choice"
    types = [name for name in _types(schema) if name != "null"]
    if len(types) != 1:
        return "any" if not types else "json"
    if types == ["object"]:
        return "group" if schema.get("properties") else "json"
    if types == ["array"]:
        return "lines" if _types(schema.get("items", {})) == ["string"] else "json"
    kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "toggle"}
    return kinds.get(types[0], "json")


def _kind_by_value(value: Any) -> str:
    if isinstance(value, bool):
        return "toggle"
    if isinstance(value, Digits):
        return "number"
    if isinstance(value, str):
        return "text"
    return "json"


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _takes(schema: Schema, name: str) -> bool:
    types = _types(schema)
    return not types or name in types


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) and not isinstance(item, Digits) and "\n" not in item
        for item in value
    )


def show(value: Any, kind: str) -> str:
    """The text that stands in an input for a value."""
    if value is ABSENT or value is None:
        return ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(value)
    if kind in ("toggle", "choice", "json") or isinstance(value, bool):
        return printing.dump(value)
    if isinstance(value, str):
        return str(value)
    return printing.dump(value)


def list_choices(schema: Schema) -> tuple[tuple[str, str], ...]:
    """Pairs of JSON text and words, from `enum` or `const`."""
    values: Sequence[Any] = schema.get("enum", [])
    if "const" in schema:
        values = [schema["const"]]
    words = schema.get("x-choice-words", {})
    return tuple(
        (printing.dump(v), str(words.get(v, v)) if isinstance(v, str) else printing.dump(v))
        for v in values
    )


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
    return ABSENT if text is None else reading.read(text)


def _kept_below(off: Mapping[str, str], pointer: str) -> list[str]:
    below = [pointers.split(p[len(pointer) :]) for p in off if p.startswith(pointer + "/")]
    return [segments[0] for segments in below if len(segments) == 1]


def _inner_fields(
    schema: Schema, value: Any, kept: Any, pointer: str, at: str, beside: Beside
) -> tuple[Field, ...]:
    """A group that is not sent shows what switching it on would send."""
    tree = next((each for each in (value, kept) if each is not ABSENT), None)
    if tree is None:
        tree = reading.read(printing.dump(start_value(schema)))
    return read_fields(schema, tree, pointer, at, beside)


def start_value(schema: Schema) -> Any:
    """What a field begins with when it is switched on: its default, else an example, else
    the least that fits its type."""
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    types = [name for name in _types(schema) if name != "null"]
    if types == ["object"]:
        properties = schema.get("properties", {})
        return {key: start_value(properties.get(key, {})) for key in schema.get("required", ())}
    starts = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0)}
    starts |= {"boolean": False, "array": []}
    return starts.get(types[0], "") if types else ""
