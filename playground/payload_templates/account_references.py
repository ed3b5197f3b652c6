"""Account references in a payload: found by the schema, taken out before strangers see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from playground.drafts.editing import State
from playground.jsontext import edits, pointers
from playground.jsontext.parsing import NotJson, read

Schema = Mapping[str, Any]


def strip_accounts(state: State, schema: Schema) -> State:
    """The same without the accounts it names; also not among what is switched off."""
    try:
        places = list(_find_places(schema, read(state.text), ""))
    except NotJson:
        places = []
    text = state.text
    for place in places:
        text = edits.apply(text, edits.set_value(text, place, "[]"))
    off = {p: kept for p, kept in state.aside.off.items() if not names_accounts(schema, p)}
    away = {p: kept for p, kept in state.aside.away.items() if not names_accounts(schema, p)}
    aside = replace(state.aside, off=off, away=away, half={})
    return replace(state, text=text, aside=aside)


def names_accounts(schema: Schema, pointer: str) -> bool:
    """Whether the place holds accounts, stands below such a place or above one."""
    here: Any = schema
    for segment in pointers.split(pointer):
        if _holds_accounts(here):
            return True
        inner = here.get("properties", {}).get(segment) if isinstance(here, Mapping) else None
        here = inner if inner is not None else here.get("items", {})
    return _holds_accounts(here) or _has_accounts(here)


def _holds_accounts(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("x-widget") == "accounts"


def _has_accounts(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    if _holds_accounts(schema):
        return True
    return any(
        _has_accounts(inner)
        for inner in [*schema.get("properties", {}).values(), schema.get("items")]
    )


def _find_places(schema: Any, tree: Any, at: str) -> Iterator[str]:
    if _holds_accounts(schema):
        yield at
    elif isinstance(schema, Mapping) and isinstance(tree, dict):
        for key, inner in schema.get("properties", {}).items():
            if key in tree:
                yield from _find_places(inner, tree[key], pointers.child(at, key))
    elif isinstance(schema, Mapping) and isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from _find_places(schema.get("items"), item, pointers.child(at, index))
