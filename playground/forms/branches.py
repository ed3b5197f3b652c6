"""Ways that exclude each other: which one a document takes, and what another one changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.jsontext import printing

Schema = Mapping[str, Any]
Values = Mapping[str, Any]
NONE = "None"  # the title of "no group at all"


@dataclass(frozen=True)
class Way:
    """One of several ways to fill an object: by `x-modes` (`value` says which, null that the
    choosing field is left out) or by `x-one-of` (the fields themselves say which)."""

    title: str
    fields: tuple[str, ...]
    value: Any = None
    chosen: bool = False


@dataclass(frozen=True)
class Move:
    """One part of changing the way: a kind of edit, the key, the JSON text it may need."""

    kind: str
    key: str
    value: str = ""


def chooser_of(schema: Schema) -> str:
    """The key of the field that chooses the way; empty where the fields tell."""
    return str(schema.get("x-modes", {}).get("property", ""))


def read_ways(schema: Schema, values: Values) -> tuple[Way, ...]:
    """The ways of an object, with the one that its values take marked as chosen."""
    if "x-modes" in schema:
        return _read_modes(schema, values)
    groups = schema.get("x-one-of", {})
    begun = [title for title, names in groups.items() if any(name in values for name in names)]
    return tuple(
        Way(title, tuple(names), title, begun == [title]) for title, names in groups.items()
    )


def _read_modes(schema: Schema, values: Values) -> tuple[Way, ...]:
    hints = schema["x-modes"]
    ways = [Way(m["title"], tuple(m["fields"]), m["value"]) for m in hints["modes"]]
    if hints["property"] in values:
        taken = values[hints["property"]]
    else:
        silent = next((way for way in ways if way.value is None), None)
        begun = silent is not None and any(name in values for name in silent.fields)
        taken = None if begun else hints["default"]
    known = isinstance(taken, str) or hints["property"] not in values
    return tuple(Way(w.title, w.fields, w.value, known and w.value == taken) for w in ways)


def chosen_of(ways: tuple[Way, ...]) -> Way | None:
    return next((way for way in ways if way.chosen), None)


def unused_keys(schema: Schema, ways: tuple[Way, ...]) -> frozenset[str]:
    """The keys that the API does not read with the chosen way."""
    if not ways:
        return frozenset()
    way = chosen_of(ways)
    keys = schema.get("properties", {})
    return frozenset(key for key in keys if not is_used(schema, ways, way, key))


def is_used(schema: Schema, ways: tuple[Way, ...], way: Way | None, key: str) -> bool:
    if any(key in each.fields for each in ways):
        return way is not None and key in way.fields
    part = schema["properties"][key]
    wanted = part.get("x-used-when", {}).get(chooser_of(schema)) if chooser_of(schema) else None
    if way is None:
        return True
    read = wanted is None or way.value in wanted
    return read and not set(part.get("x-unused-with", ())) & set(way.fields)


def is_ignored(schema: Schema, way: Way | None, key: str) -> bool:
    """Whether a whole part of the form goes unread, which deserves a sentence."""
    beside = schema.get("properties", {}).get(key, {}).get("x-unused-with", ())
    return way is not None and bool(set(beside) & set(way.fields))


def change_way(schema: Schema, values: Values, title: str) -> Iterator[Move]:
    """What leads from the values to another way: nothing typed is lost, nothing that belongs
    to another way is sent. LookupError for a way that is not there."""
    ways = read_ways(schema, values)
    way = next((each for each in ways if each.title == title), None)
    if way is None:
        raise LookupError(title)
    chooser = chooser_of(schema)
    for key in schema["properties"]:
        if key in values and key != chooser and not is_used(schema, ways, way, key):
            yield Move("away", key)
    if chooser:
        silent = way.value is None
        yield Move("remove", chooser) if silent else Move("set", chooser, printing.dump(way.value))
    for key in schema["properties"]:
        if key != chooser and key not in values and is_used(schema, ways, way, key):
            yield Move("back", key, beginning_of(schema, way, key))


def beginning_of(schema: Schema, way: Way, key: str) -> str:
    """What a field begins with so that the document itself says which way is meant; empty
    where it may stay away until somebody types."""
    part, by_chooser = schema.get("properties", {}).get(key, {}), bool(chooser_of(schema))
    if part.get("x-explicit"):
        return printing.dump(part.get("default"))
    tells = key in way.fields and (not by_chooser or way.value is None)
    if not tells:
        return ""
    return "{}" if part.get("type") == "object" else '""'
