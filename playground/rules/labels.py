"""How sentences call the places of a document: Step 1, Row 3, `job_name`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from playground.jsontext import pointers
from playground.rules.context import Schema

WHOLE = "The payload"
SHOWN = 40


def schema_at(schema: Any, pointer: str) -> Schema:
    """The part of a schema that describes a place, or an empty one."""
    for segment in pointers.split(pointer):
        schema = schema_below(schema, segment)
    return schema if isinstance(schema, Mapping) else {}


def schema_below(schema: Any, segment: str) -> Any:
    """The schema of one member or item."""
    if not isinstance(schema, Mapping):
        return {}
    if segment in schema.get("properties", {}):
        return schema["properties"][segment]
    is_index = "items" in schema and segment.isdecimal()
    return schema["items"] if is_index else schema.get("additionalProperties", {})


def name_place(schema: Any, pointer: str) -> str:
    """An object or list as a sentence calls it: Step 1; `repeat_option`; The payload."""
    items: list[str] = []
    plain = ""
    for segment in pointers.split(pointer):
        item = schema.get("x-item") if isinstance(schema, Mapping) else None
        if item and segment.isdecimal():
            word = f"{item} {int(segment) + 1}"
            items.append(word.lower() if items else word)
        elif not items:
            plain = segment
        schema = schema_below(schema, segment)
    if items:
        return ", ".join(items)
    return f"`{cut(plain)}`" if plain else WHOLE


def name_value(schema: Any, pointer: str) -> str:
    """A value as the subject of a sentence: `job_name`; Step 1: `accounts`; Step 1."""
    if not pointer:
        return WHOLE
    above, name = pointers.parent(pointer), pointers.split(pointer)[-1]
    inside = schema_at(schema, above)
    if "items" in inside and name.isdecimal():
        if "x-item" in inside:
            return name_place(schema, pointer)
        return f"{name_value(schema, above)}, entry {int(name) + 1}"
    place = name_place(schema, above)
    return f"`{cut(name)}`" if place == WHOLE else f"{place}: `{cut(name)}`"


def cut(text: str, length: int = SHOWN) -> str:
    """A text short enough for a sentence, cut in the middle, with nothing invisible in it."""
    if not text.isprintable():
        shown = text if len(text) <= length else text[:length] + text[-length:]
        text = "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in shown)
    if len(text) <= length:
        return text
    half = (length - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def list_names(names: Iterable[str], word: str = "or") -> str:
    """`a`, `b` or `c`."""
    return list_words((f"`{cut(name)}`" for name in names), word)


def list_words(words: Iterable[str], word: str = "or") -> str:
    """a, b or c."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} {word} {last}" if first else last
