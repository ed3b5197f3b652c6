"""References in the document: until they are resolved, only their names are judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.printing import quote
from playground.jsontext.references import Reference, find, may_hold
from playground.rules.context import Case
from playground.rules.facts import Facts
from playground.rules.labels import cut, name_value
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.suggestions import find_near, hint_at


def judge_references(case: Case) -> Iterator[Problem]:
    """References to variables, secrets and files that are not there."""
    if not may_hold(case.text):
        return
    for pointer, text in _walk(case.twin, ""):
        for reference in find(text):
            known = _names_of(case.facts, reference.kind)
            if known is not None and reference.name not in known:
                yield _blame(case, pointer, text, reference, known)


def _walk(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """The strings that may hold a reference, with their places."""
    if isinstance(value, str):
        if "{{" in value:
            yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, pointers.child(pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, pointers.child(pointer, index))


def _names_of(facts: Facts, kind: str) -> Collection[str] | None:
    names: dict[str, Collection[str] | None] = {
        "variable": facts.variables,
        "secret": facts.secrets,
        "file": facts.files,
    }
    return names.get(kind)


def _blame(
    case: Case, pointer: str, text: str, reference: Reference, known: Collection[str]
) -> Problem:
    subject, name = name_value(case.schema, pointer), reference.name
    if reference.kind == "file":
        return problem("unknown-file", pointer, subject=subject, name=cut(name))
    near = find_near(name, known)
    fix = None
    if near is not None:
        right = replace(reference, name=near).spelling
        whole = f"{text[: reference.start]}{right}{text[reference.end :]}"
        fix = Fix(f"Use {cut(near)}", (FixEdit("set", pointer, quote(whole)),))
    code = f"unknown-{reference.kind}"
    return problem(code, pointer, fix, subject=subject, name=cut(name), hint=hint_at(near))
