"""How the profile is found: the ways exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.printing import dump
from playground.rules.context import Case
from playground.rules.fields import QUERY, fields_by_mode, mode_of, not_used
from playground.rules.labels import cut, list_names
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem


def judge_matching(case: Case) -> Iterator[Problem]:
    """Fields of another way than the chosen one, and a query beside a way or its fields."""
    chooser = case.schema["x-modes"]["property"]
    modes = fields_by_mode(case.schema)
    mode = mode_of(case.schema, case.twin)
    if not isinstance(mode, str) or mode not in modes:
        return
    query = [name for name in modes.get(QUERY, ()) if name in case.twin]
    if query:
        yield from _judge_query(case, query[0], chooser, modes)
    condition = "with a database query" if mode == QUERY else f"when `{chooser}` is `{mode}`"
    usual = modes[case.schema["x-modes"]["default"]]
    for other, names in modes.items():
        for name in names:
            told = other == QUERY or (mode == QUERY and name in usual)
            if other != mode and name in case.twin and name not in modes[mode] and not told:
                yield not_used(case, pointers.child("", name), condition)


def _judge_query(
    case: Case, query: str, chooser: str, modes: dict[str, list[str]]
) -> Iterator[Problem]:
    """The table says nothing about a query beside a mode or an e-mail address."""
    usual = modes[case.schema["x-modes"]["default"]]
    beside = [name for name in (chooser, *usual) if name in case.twin]
    if beside:
        pointer = pointers.child("", query)
        fix = Fix("Remove the query", (FixEdit("remove", pointer),))
        yield problem("query-and-mode", pointer, fix, other=list_names(beside, "and"))


def suggest_mode(case: Case, found: Problem) -> Fix | None:
    """For a missing field of the default way: choose the way whose fields are there."""
    hints: Any = case.schema.get("x-modes")
    if not hints or hints["property"] in case.twin or found.code != "missing-when":
        return None
    given = [
        mode
        for mode, names in fields_by_mode(case.schema).items()
        if mode != QUERY and all(name in case.twin for name in names)
    ]
    if len(given) != 1:
        return None
    edit = FixEdit("set", pointers.child("", hints["property"]), dump(given[0]))
    return Fix(f"Match by {cut(given[0])}", (edit,))
