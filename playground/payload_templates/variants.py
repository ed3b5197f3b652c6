"""Variants: what differs from the shared payload, as an ordered list of our own edits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.drafts.editing import Edit, Impossible, State, perform, text_at
from playground.jsontext import parsing, pointers
from playground.jsontext.parsing import Digits, NotJson

MAX_VARIANTS = 100
MAX_NAME_LENGTH = 100
KINDS = (
    "set",
    "remove",
    "replace",
    "off",
    "away",
    "back",
    "note",
    "half",
    "variable",
    "path",
    "connect",
)


@dataclass(frozen=True)
class Variant:
    """A name, and the edits that lead from the shared payload to this variant's."""

    name: str
    edits: tuple[Edit, ...] = ()


class InvalidVariant(ValueError):
    """The variant cannot be; the sentence says why."""


def read_variants(text: str) -> tuple[Variant, ...]:
    """Raises ValueError, KeyError or TypeError for a text that `write_variants` never wrote."""
    return tuple(
        Variant(each["name"], tuple(_read_edit(edit) for edit in each["edits"]))
        for each in json.loads(text or "[]")
    )


def write_variants(variants: Sequence[Variant]) -> str:
    rows = [{"name": v.name, "edits": [_write_edit(e) for e in v.edits]} for v in variants]
    return json.dumps(rows, ensure_ascii=False)


def find_variant(variants: Sequence[Variant], name: str) -> Variant | None:
    return next((each for each in variants if each.name == name), None)


def clean_variant_name(variants: Sequence[Variant], name: str) -> str:
    """The name as it will be kept. Raises BadVariant."""
    name = name.strip()
    if not name or len(name) > MAX_NAME_LENGTH:
        raise InvalidVariant(f"A variant has a name of at most {MAX_NAME_LENGTH} characters.")
    if find_variant(variants, name):
        raise InvalidVariant(f"There is a variant named {name} already.")
    if len(variants) >= MAX_VARIANTS:
        raise InvalidVariant(f"A template holds at most {MAX_VARIANTS} variants.")
    return name


def replace_variant(variants: Sequence[Variant], changed: Variant) -> tuple[Variant, ...]:
    """The list with this variant in the place of its former self, or at the end."""
    if find_variant(variants, changed.name) is None:
        return (*variants, changed)
    return tuple(changed if each.name == changed.name else each for each in variants)


def apply_variant(shared: State, variant: Variant) -> State:
    """The shared payload with the variant's edits. An edit whose place is gone is left out:
    the shared part may have moved on."""
    state = shared
    for edit in variant.edits:
        try:
            state = perform(state, edit)
        except (Impossible, NotJson, AssertionError):
            continue
    return State(state.text, state.aside, state.path_values, state.connection, variant.name)


def derive_edits(shared: State, varied: State) -> tuple[Edit, ...]:
    """The edits that lead from one state to the other: document, address, connection, aside."""
    return (
        *_document_edits(shared.text, varied.text),
        *_aside_edits(shared, varied),
        *(
            Edit("path", name, value)
            for name, value in varied.path_values.items()
            if shared.path_values.get(name) != value
        ),
        *(
            [Edit("connect", "", varied.connection)]
            if shared.connection != varied.connection
            else ()
        ),
    )


def overridden_pointers(edits: Sequence[Edit]) -> list[str]:
    """The pointers of the values that are the variant's own; `#path/name`, `#connect` too."""
    marks = {"path": "#path/", "connect": "#connect", "variable": "#variable/"}
    return list(dict.fromkeys(marks.get(edit.kind, "") + edit.pointer for edit in edits))


def _document_edits(before: str, after: str) -> Iterator[Edit]:
    if before == after:
        return
    old, new = parsing.read(before), parsing.read(after)
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare(old, new, after, "")
    elif not same_tokens(old, new):
        yield Edit("replace", "", after)


def _compare(old: Mapping[str, Any], new: Mapping[str, Any], after: str, at: str) -> Iterator[Edit]:
    for key in old:
        if key not in new:
            yield Edit("remove", pointers.child(at, key))
    for key, value in new.items():
        place = pointers.child(at, key)
        former = old.get(key)
        if key in old and isinstance(former, dict) and isinstance(value, dict):
            yield from _compare(former, value, after, place)
        elif key not in old or not same_tokens(former, value):
            order = () if key in old else tuple(new)
            yield Edit("set", place, text_at(after, place), order=order)


def same_tokens(a: Any, b: Any) -> bool:
    """Whether two trees hold the same tokens; the number 1 is not the text "1"."""
    if isinstance(a, Digits) != isinstance(b, Digits) or isinstance(a, bool) != isinstance(b, bool):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_tokens(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_tokens(x, y) for x, y in zip(a, b, strict=True))
    return bool(type(a) is type(b) and a == b)


def _aside_edits(shared: State, varied: State) -> Iterator[Edit]:
    old, new = shared.aside, varied.aside
    for place, kept in new.off.items():
        if old.off.get(place) != kept:
            yield Edit("set", place, kept)
            yield Edit("off", place)
    for place, kept in old.off.items():
        if place not in new.off and not text_at(varied.text, place):
            yield Edit("set", place, kept)
            yield Edit("remove", place)
    for place, kept in new.away.items():
        if old.away.get(place) != kept:
            yield Edit("set", place, kept)
            yield Edit("away", place)
    for place in old.away:
        if place not in new.away:
            value = text_at(varied.text, place)
            yield Edit("remove", place)
            yield Edit("back", place)
            yield Edit("set", place, value) if value else Edit("remove", place)
    for place in dict.fromkeys([*old.notes, *new.notes]):
        if old.notes.get(place) != new.notes.get(place):
            yield Edit("note", place, new.notes.get(place, ""))
    for name in dict.fromkeys([*old.variables, *new.variables]):
        if old.variables.get(name) != new.variables.get(name):
            yield Edit("variable", name, new.variables.get(name, ""))
    for place, typed in new.half.items():
        if old.half.get(place) != typed:
            yield Edit("half", place, typed)


def _read_edit(row: Mapping[str, Any]) -> Edit:
    kind, pointer, value = row["kind"], row.get("pointer", ""), row.get("value", "")
    if kind not in KINDS or not isinstance(pointer, str) or not isinstance(value, str):
        raise ValueError("A variant is made of edits that set or remove.")
    return Edit(kind, pointer, value, order=tuple(str(key) for key in row.get("order", ())))


def _write_edit(edit: Edit) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": edit.kind, "pointer": edit.pointer}
    if edit.value or edit.kind in ("set", "path", "connect"):
        row["value"] = edit.value
    return {**row, "order": list(edit.order)} if edit.order else row
