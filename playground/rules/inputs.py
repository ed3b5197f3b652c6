"""The input rows of a launch: their keys, and rows that fell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.caching import remember_last
from playground.jsontext.printing import dump
from playground.rules.context import Case, is_blank
from playground.rules.facts import InputKey
from playground.rules.fields import rename_or_remove
from playground.rules.labels import cut, list_names, name_place, schema_at
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.suggestions import find_near, hint_at

KEY = "inputs"
MERGED_AT_MOST = 2000
Row = Mapping[str, Any]


def judge_inputs(case: Case) -> Iterator[Problem]:
    """Rows of one key that look like one row; else keys that are missing or unknown."""
    rows = case.twin.get(KEY)
    if not isinstance(rows, list):
        return
    groups = _find_groups(case, rows)
    if groups:
        yield _note_groups(case, rows, groups)
    if case.facts.steps is None:
        return
    needed = [key for key in case.facts.inputs if key.required]
    if needed and not rows:
        yield problem("inputs-empty", f"/{KEY}", names=list_names((k.name for k in needed), "and"))
    yield from _judge_rows(case, rows, [] if groups else needed)


def _judge_rows(case: Case, rows: list[Any], needed: list[InputKey]) -> Iterator[Problem]:
    known = _known_keys(case)
    cells = _getter(needed)
    if not needed and (keys := _keys_of(rows)) is not None and keys <= known:
        return
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        if needed and not _is_filled(cells, row):
            for key in needed:
                yield from _judge_missing(case, index, row, key)
        if not row.keys() <= known:
            for name in row:
                if name not in known:
                    yield _blame_unknown(case, index, row, name)


@remember_last
def _keys_of(rows: list[Any]) -> frozenset[str] | None:
    """All keys of thousands of rows, without a step of ours for each; None where one is no
    object. What an edit left alone is the same list as before."""
    if not {dict}.issuperset(map(type, rows)):
        return None
    return frozenset(chain.from_iterable(rows))


def _getter(needed: list[InputKey]) -> Callable[[Row], tuple[Any, ...]]:
    names = [key.name for key in needed]
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: tuple(row[name] for name in names)


def _is_filled(cells: Callable[[Row], tuple[Any, ...]], row: Row) -> bool:
    """Whether each needed cell holds text: true for nearly every row, so it has to be quick."""
    try:
        return all(map(str.strip, cells(row)))
    except (KeyError, TypeError):
        return False


def _known_keys(case: Case) -> set[str]:
    own = schema_at(case.schema, f"/{KEY}/0").get("properties", {})
    return {*own, *case.facts.more_inputs, *(n for key in case.facts.inputs for n in key.names)}


def _judge_missing(case: Case, index: int, row: Row, key: InputKey) -> Iterator[Problem]:
    if any(not is_blank(row.get(name)) for name in key.names):
        return
    there = next((name for name in key.names if name in row), key.name)
    place = name_place(case.schema, f"/{KEY}/{index}")
    also = f" Also accepted: {list_names(key.variations)}." if key.variations else ""
    pointer = pointers.child(f"/{KEY}/{index}", there)
    yield problem("input-missing", pointer, place=place, name=cut(key.name), hint=also)


def _blame_unknown(case: Case, index: int, row: Row, name: str) -> Problem:
    pointer = pointers.child(f"/{KEY}/{index}", name)
    names = {other: key for key in case.facts.inputs for other in reversed(key.names)}
    near = find_near(name, names)
    others = [each for each in names[near].names if each != near] if near else []
    return problem(
        "input-unknown",
        pointer,
        rename_or_remove(pointer, near, row),
        place=name_place(case.schema, f"/{KEY}/{index}"),
        name=cut(name),
        hint=hint_at(near, others),
    )


# Rows that fell apart


def _find_groups(case: Case, rows: list[Any]) -> list[int]:
    """How many consecutive one-key rows each look like one row; empty unless all do.

    The guide's example writes one object for each key where one object is meant for all.
    """
    if len(rows) < 2 or any(not isinstance(row, dict) or len(row) != 1 for row in rows):
        return []
    same = {name: key.name for key in case.facts.inputs for name in key.names}
    groups: list[list[str]] = [[]]
    for row in rows:
        (name,) = row
        key = same.get(name, name)
        if key in groups[-1]:
            groups.append([])
        groups[-1].append(key)
    alike = all(set(group) == set(groups[0]) for group in groups)
    return [len(group) for group in groups] if alike and len(groups[0]) > 1 else []


def _note_groups(case: Case, rows: list[Any], groups: list[int]) -> Problem:
    fix = None
    if len(rows) <= MERGED_AT_MOST:
        tree = iter(case.tree[KEY])  # type: ignore[arg-type]
        merged = [_merge(islice(tree, size)) for size in groups]
        label = "Merge into one row" if len(groups) == 1 else f"Merge into {len(groups)} rows"
        fix = Fix(label, (FixEdit("set", f"/{KEY}", dump(merged)),))
    words = "one row" if len(groups) == 1 else f"{len(groups)} rows"
    return problem("inputs-one-key", f"/{KEY}", fix, count=str(len(rows)), rows=words)


def _merge(rows: Iterator[Any]) -> dict[str, Any]:
    return {name: value for row in rows for name, value in row.items()}
