"""One document merged into another by RFC 7396, as edits of single places where that is possible.

Objects are merged key by key, null takes a key away, anything else (arrays too) replaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playground.jsontext import pointers
from playground.jsontext.locating import locate
from playground.jsontext.parsing import Tree, read
from playground.jsontext.printing import dump

MOST_STEPS = 60  # each one looks for its place anew; beyond, the whole is printed


@dataclass(frozen=True)
class Step:
    """One place: `value` is the JSON text to set there, None takes the key away."""

    pointer: str
    value: str | None


def merge_steps(text: str, patch: str) -> list[Step]:
    """What merging `patch` into `text` (both JSON texts) changes; tokens stay as typed.

    A patch of very many places gives one step for the whole document, printed by us. Raises
    NotJson.
    """
    target, wanted = read(text), read(patch)
    if not isinstance(target, dict) or not isinstance(wanted, dict):
        return [Step("", patch)]
    steps: list[Step] = []
    for place, value in _walk(target, wanted, ""):
        if len(steps) == MOST_STEPS:
            return [Step("", dump(merge_trees(target, wanted)))]
        steps.append(Step(place, _text_of(patch, place, value) if value is not None else None))
    return steps


def merge_trees(target: Tree, patch: Tree) -> Tree:
    """The merged tree, as RFC 7396 section 2 has it."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_trees(merged.get(key), value)
    return merged


def _walk(target: dict[str, Tree], patch: dict[str, Tree], at: str) -> Iterator[tuple[str, Tree]]:
    """The places that change; None for a key that goes."""
    for key, value in patch.items():
        place, former = pointers.child(at, key), target.get(key)
        if value is None:
            if key in target:
                yield place, None
        elif isinstance(value, dict) and isinstance(former, dict):
            yield from _walk(former, value, place)
        elif key not in target or former != value:
            yield place, value


def _text_of(patch: str, place: str, value: Tree) -> str:
    """The value as it was typed; printed by us where nulls in it take keys away."""
    without = merge_trees(None, value)
    span = locate(patch, place)
    return patch[span.start : span.end] if span and without == value else dump(without)
