"""What a draft keeps besides its document: values that aren't sent, notes, own variables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.importers.credentials import Collector, mask_document
from playground.jsontext import pointers
from playground.jsontext.parsing import Tree, parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references, is_variable_name
from playground.workspace.connections import (
    LONGEST_VARIABLE,
    MOST_VARIABLES,
    format_typed,
    load_variables,
)
from playground.workspace.models import Connection

Entries = Mapping[str, str]

# The attributes of Metadata and the keys they are stored under, which drafts, template
# versions and sent documents in existing databases have: the keys must never change.
STORED_AS = {
    "off": "off",
    "notes": "notes",
    "incomplete": "half",
    "away": "away",
    "variables": "variables",
}
MEDIA_TYPE = "media_type"
LEFT_OUT = "body_left_out"


@dataclass(frozen=True)
class Metadata:
    """Five maps by pointer, the last one by name, and how the body is sent.

    `off` holds the JSON text of values that are switched off, `away` that of values in union
    branches other than the chosen one, `notes` what people wrote about a field. `incomplete` holds
    input of a JSON field that doesn't parse yet; that of the JSON editor is stored under the
    pointer "" (see `incomplete.EDITOR`). `variables` holds the JSON text of the payload's own
    variables. `media_type` is that of the body, which isn't sent while it is left out.
    """

    off: Entries = field(default_factory=dict)
    notes: Entries = field(default_factory=dict)
    incomplete: Entries = field(default_factory=dict)
    away: Entries = field(default_factory=dict)
    variables: Entries = field(default_factory=dict)
    media_type: str = ""
    is_body_left_out: bool = False

    @classmethod
    def read(cls, text: str) -> Metadata:
        """The metadata in a JSON text that `write` made."""
        if text in ("", "{}"):  # nearly every draft, and read several times for each edit
            return EMPTY
        stored = json.loads(text)
        maps = {name: stored.get(key, {}) for name, key in STORED_AS.items()}
        is_left_out = bool(stored.get(LEFT_OUT))
        return cls(**maps, media_type=stored.get(MEDIA_TYPE, ""), is_body_left_out=is_left_out)

    def write(self) -> str:
        """The JSON text to store, without what is empty."""
        maps = {key: dict(getattr(self, name)) for name, key in STORED_AS.items()}
        parts = {**maps, MEDIA_TYPE: self.media_type, LEFT_OUT: self.is_body_left_out}
        return json.dumps({key: part for key, part in parts.items() if part})

    def put(self, name: str, pointer: str, value: str | None) -> Metadata:
        """Set an entry of the map `name`; None removes it."""
        entries = dict(getattr(self, name))
        if value is None and pointer not in entries:
            return self
        if value is None:
            del entries[pointer]
        else:
            entries[pointer] = value
        changed: dict[str, Any] = {name: entries}
        return replace(self, **changed)

    def reorder(self, array: str, new_index: Callable[[int], int | None]) -> Metadata:
        """Follow the items of an array to their new indexes; None means removed."""
        return self._map_pointers(lambda pointer: _move_item(pointer, array, new_index))

    def copy(self, old: str, new: str) -> Metadata:
        """Repeat the entries below one pointer below another."""

        def repeat(entries: Entries) -> Entries:
            below = {p: text for p, text in entries.items() if p.startswith(old + "/")}
            return {**entries, **{new + p[len(old) :]: text for p, text in below.items()}}

        maps: dict[str, Any] = {name: repeat(getattr(self, name)) for name in STORED_AS}
        return replace(self, **maps)

    def rename(self, old: str, new: str) -> Metadata:
        """Follow a renamed key."""
        return self._map_pointers(lambda p: new + p[len(old) :] if is_within(p, old) else p)

    def keep_branch(self, pointer: str, value: str) -> Metadata:
        """Set the value of a union's alternative aside, with all entries below it.

        The pointer is that of the union plus the alternative as a last segment. The document never
        has a value there.
        """
        parse(value)
        union = pointers.parent(pointer)
        others = [each for each in self.away if is_branch(each, union)]

        def move(each: str) -> str:
            is_below = each.startswith(union + "/") and not any(is_within(each, o) for o in others)
            return pointer + each[len(union) :] if is_below else each

        moved = self._map_pointers(move).put("away", pointer, value)
        if not union:
            return moved  # the entry of the JSON editor has this pointer, and stays
        typed = self.incomplete.get(union)
        return moved.put("incomplete", union, None).put("incomplete", pointer, typed)

    def take_branch(self, pointer: str) -> Metadata:
        """Restore the entries of an alternative that `keep_branch` set aside."""
        union, typed = pointers.parent(pointer), self.incomplete.get(pointer)
        without = self.put("away", pointer, None).put("incomplete", pointer, None)
        moved = without._map_pointers(
            lambda each: union + each[len(pointer) :] if each.startswith(pointer + "/") else each
        )
        return moved.put("incomplete", union, typed) if union else moved

    def _map_pointers(self, follow: Callable[[str], str | None]) -> Metadata:
        # Names of variables go through `follow` as well. They are no pointers, so they have no
        # slash and stay as they are.
        def map_entries(entries: Entries) -> Entries:
            followed = ((follow(pointer), text) for pointer, text in entries.items())
            return {pointer: text for pointer, text in followed if pointer is not None}

        maps: dict[str, Any] = {name: map_entries(getattr(self, name)) for name in STORED_AS}
        return replace(self, **maps)


EMPTY = Metadata()


def describe_body(metadata: Metadata) -> dict[str, str]:
    """The body's settings that differ from the defaults, for comparison."""
    chosen = {"media type": metadata.media_type}
    return {
        **{name: each for name, each in chosen.items() if each},
        **({"body": "left out"} if metadata.is_body_left_out else {}),
    }


def is_within(pointer: str, ancestor: str) -> bool:
    """Whether a pointer is the other one or lies below it."""
    return pointer == ancestor or pointer.startswith(ancestor + "/")


def is_branch(pointer: str, union: str) -> bool:
    """Whether an alternative of the union has values set aside at this pointer."""
    return pointers.parent(pointer) == union and pointer[len(union) :].startswith("/(")


def _move_item(pointer: str, array: str, new_index: Callable[[int], int | None]) -> str | None:
    if not pointer.startswith(array + "/"):
        return pointer
    segment, *below = pointers.split(pointer[len(array) :])
    if not segment.isdecimal():
        return pointer
    index = new_index(int(segment))
    return None if index is None else array + pointers.join([str(index), *below])


def own_values(metadata: Metadata) -> dict[str, Tree]:
    """The values of the payload's own variables by name."""
    return {name: parse(text) for name, text in metadata.variables.items()}


def own_variables(metadata: Metadata) -> dict[str, str]:
    """The payload's own variables by name, as somebody would type them."""
    return {name: format_typed(value) for name, value in own_values(metadata).items()}


def variable_values(connection: Connection | None, metadata: Metadata) -> dict[str, Tree]:
    """The values of all variables by name: the payload's own win over the connection's."""
    return {**load_variables(connection), **own_values(metadata)}


def check_variable(metadata: Metadata, name: str, value: str) -> str:
    """The message why this value (JSON text) can't be stored, or an empty text."""
    # A name such as `now` or `secret:x` is valid in a reference and means something else there.
    references = find_references(f"{{{{{name}}}}}")
    is_free = bool(references) and references[0].kind == "variable"
    if not is_variable_name(name) or len(name) > 100 or not is_free:
        return (
            f"{name[:100]!r} isn't a valid name. Use letters, digits, _ . and -, "
            "and don't start with a digit."
        )
    if len(value) > LONGEST_VARIABLE:
        return f"{name} is too long: a value can have at most {LONGEST_VARIABLE} characters."
    if name not in metadata.variables and len(metadata.variables) >= MOST_VARIABLES:
        return f"A payload has at most {MOST_VARIABLES} variables of its own."
    text, found = f"{{{quote(name)}: {value}}}", Collector()
    mask_document(text, parse(text), found)
    if found.found:
        return f"{name} looks like a credential, which a variable would show. Save it as a secret."
    return ""
