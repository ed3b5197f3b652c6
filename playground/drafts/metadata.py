"""What a draft keeps beside its document: values switched off, notes, half-typed, variables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from playground.jsontext import pointers

Shelf = Mapping[str, str]
SHELVES = ("off", "notes", "half", "away", "variables")


@dataclass(frozen=True)
class Metadata:
    """Five shelves, each by pointer but the last.

    `off` holds the JSON text of a value that was switched off, `notes` what people wrote
    beside a field, `half` what stands typed in a JSON field but is no JSON yet; for the
    JSON editor, at the pointer "", the difference to the document (see `half_typed`).
    `away` holds the JSON text of values that belong to another way than the chosen one,
    `variables` the JSON text of the payload's own variables by their names.
    """

    off: Shelf = field(default_factory=dict)
    notes: Shelf = field(default_factory=dict)
    half: Shelf = field(default_factory=dict)
    away: Shelf = field(default_factory=dict)
    variables: Shelf = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Metadata:
        if text in ("", "{}"):  # nearly always
            return NOTHING
        kept = json.loads(text)
        return cls(**{name: kept.get(name, {}) for name in SHELVES})

    def write(self) -> str:
        shelves = {name: dict(getattr(self, name)) for name in SHELVES}
        return json.dumps({name: shelf for name, shelf in shelves.items() if shelf})

    def put(self, shelf: str, pointer: str, value: str | None) -> Metadata:
        """Set one entry; None takes it away."""
        if value is None and pointer not in getattr(self, shelf):
            return self
        kept = {place: text for place, text in getattr(self, shelf).items() if place != pointer}
        if value is not None:
            kept[pointer] = value
        return replace(self, **{shelf: kept})

    def forget(self, pointer: str) -> Metadata:
        """Without anything at the pointer or below it."""
        return self._each(lambda place: None if is_within(place, pointer) else place)

    def reorder(self, array: str, new_index: Callable[[int], int | None]) -> Metadata:
        """Follow the elements of an array to their new places; None means removed."""
        return self._each(lambda place: _follow(place, array, new_index))

    def copy(self, old: str, new: str) -> Metadata:
        """The same values and notes at another place too."""

        def both(shelf: Shelf) -> Shelf:
            twins = {new + p[len(old) :]: t for p, t in shelf.items() if p.startswith(old + "/")}
            return {**shelf, **twins}

        return Metadata(**{name: both(getattr(self, name)) for name in SHELVES})

    def rename(self, old: str, new: str) -> Metadata:
        """Follow a renamed key."""
        return self._each(lambda place: new + place[len(old) :] if is_within(place, old) else place)

    def _each(self, follow: Callable[[str], str | None]) -> Metadata:
        def walk(shelf: Shelf) -> Shelf:
            places = ((follow(place), text) for place, text in shelf.items())
            return {place: text for place, text in places if place is not None}

        return Metadata(**{name: walk(getattr(self, name)) for name in SHELVES})


NOTHING = Metadata()


def is_within(place: str, pointer: str) -> bool:
    """Whether a place is the pointer's own or stands below it."""
    return place == pointer or place.startswith(pointer + "/")


def _follow(place: str, array: str, new_index: Callable[[int], int | None]) -> str | None:
    if not place.startswith(array + "/"):
        return place
    segment, *below = pointers.split(place[len(array) :])
    if not segment.isdecimal():
        return place
    index = new_index(int(segment))
    return None if index is None else array + pointers.join([str(index), *below])
