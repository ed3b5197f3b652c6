"""Find what a newer schema breaks in a document written for an older one, with fixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.parsing import try_parse
from playground.jsontext.printing import dump
from playground.openapi.keywords import matches_pattern
from playground.rules.checking import check_document
from playground.rules.context import BRANCHES, LIMIT, Schema, schema_at, schema_below
from playground.rules.facts import NO_FACTS
from playground.rules.fixes import fix_by_removing, fix_by_setting
from playground.rules.problems import WARNING, Fix, FixEdit, Problem
from playground.rules.wording import abbreviate, label_value, types_of


def find_body_drift(text: str, old: Schema, new: Schema) -> list[Problem]:
    """The problems that a document has only with the newer schema."""
    known = {(each.code, each.pointer) for each in check_document(text, old, NO_FACTS)}
    problems = [
        each
        for each in check_document(text, new, NO_FACTS)
        if (each.code, each.pointer) not in known
    ]
    parsed, fields = try_parse(text), _Fields()
    gone = list(islice(fields.find_gone(parsed[0], old, new), LIMIT)) if parsed else []
    refused = {each.pointer for each in problems}
    problems += [_report_gone(each, new) for each in gone if each not in refused]
    fixes = _fix_renamed(problems, gone, fields, old, new)
    return [_add_fix(each, fixes, new) for each in problems]


def list_only_values(schema: Schema) -> list[Any]:
    """The values that a schema lists; if there is only one, a missing value must be that."""
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    return list(values) if isinstance(values, list | tuple) else []


class _Fields:
    """Looks up which keys schemas describe, cached: rows of a document need the same few."""

    def __init__(self) -> None:
        self._branches: dict[int, list[Schema]] = {}
        self._described: dict[tuple[int, str], bool] = {}
        # Keeps them alive, so that their ids aren't reused.
        self._kept: list[Schema] = []

    def list_branches(self, schema: Schema) -> list[Schema]:
        """The schema and the branches of its unions, each once, since they may be recursive."""
        if id(schema) not in self._branches:
            self._kept.append(schema)
            found: dict[int, Schema] = {}
            waiting: list[Schema] = [schema]
            while waiting:
                part = waiting.pop()
                if id(part) not in found:
                    found[id(part)] = part
                    inner = (each for keyword in BRANCHES for each in part.get(keyword, ()))
                    waiting += [each for each in inner if isinstance(each, Mapping)]
            self._branches[id(schema)] = list(found.values())
        return self._branches[id(schema)]

    def names(self, schema: Schema) -> list[str]:
        """The names of the documented properties; none if the schema doesn't list any."""
        listed = (each.get("properties", ()) for each in self.list_branches(schema))
        return list(dict.fromkeys(name for names in listed for name in names))

    def describes(self, schema: Schema, key: str) -> bool:
        """Whether a schema describes a key."""
        at = id(schema), key
        if at not in self._described:
            branches = self.list_branches(schema)
            self._described[at] = any(_describes_itself(each, key) for each in branches)
        return self._described[at]

    def find_gone(self, value: Any, old: Any, new: Any, at: str = "") -> Iterator[str]:
        """The pointers of values that only the older schema describes."""
        if not isinstance(old, Mapping) or not isinstance(new, Mapping) or not new:
            return
        if isinstance(value, list):
            for index, item in enumerate(value):
                inner = schema_below(old, str(index)), schema_below(new, str(index))
                yield from self.find_gone(item, *inner, pointers.child(at, index))
        elif isinstance(value, dict):
            is_open = not self.names(new)
            for key, item in value.items():
                place = pointers.child(at, key)
                if not is_open and self.describes(old, key) and not self.describes(new, key):
                    yield place
                elif isinstance(item, dict | list):
                    inner = schema_below(old, key), schema_below(new, key)
                    yield from self.find_gone(item, *inner, place)


def _describes_itself(schema: Schema, key: str) -> bool:
    rest = schema.get("additionalProperties")
    patterns = schema.get("patternProperties", ())
    return (
        key in schema.get("properties", ())
        or any(matches_pattern(pattern, key) for pattern in patterns)
        or bool(isinstance(rest, Mapping) and rest)
    )


def _report_gone(pointer: str, schema: Schema) -> Problem:
    subject = label_value(schema, pointer)
    message, fix = f"{subject} is no longer documented.", fix_by_removing(pointer)
    return Problem("drift-field-gone", pointer, 1, WARNING, message, {"subject": subject}, fix)


def _fix_renamed(
    problems: list[Problem], gone: list[str], fields: _Fields, old: Schema, new: Schema
) -> dict[str, Fix]:
    """Fixes for fields that seem to have been renamed, by both places.

    Applies only if one field was removed and one of its type is missing or is the only new one.
    """
    lost: dict[str, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for each in gone:
        lost.setdefault(pointers.parent(each), []).append(each)
    for problem in problems:
        if problem.code == "missing":
            missing.setdefault(pointers.parent(problem.pointer), []).append(problem.pointer)
    fixes: dict[str, Fix] = {}
    for parent, places in lost.items():
        before, after = schema_at(old, parent), schema_at(new, parent)
        added = missing.get(parent) or [
            pointers.child(parent, name)
            for name in fields.names(after)
            if not fields.describes(before, name)
        ]
        is_clear = len(places) == 1 and len(added) == 1
        if is_clear and _has_same_type(schema_at(old, places[0]), schema_at(new, added[0])):
            name = pointers.split(added[0])[-1]
            edit = FixEdit("rename", places[0], name)
            fix = Fix(f"Rename to {abbreviate(name)}", (edit,))
            fixes |= {places[0]: fix, added[0]: fix}
    return fixes


def _has_same_type(old: Schema, new: Schema) -> bool:
    types = set(types_of(old))
    return bool(types) and types == set(types_of(new))


def _add_fix(problem: Problem, renamed: Mapping[str, Fix], schema: Schema) -> Problem:
    """The problem, with a fix that requires knowing the older schema."""
    if problem.pointer in renamed:
        return replace(problem, fix=renamed[problem.pointer])
    if problem.code == "missing" and problem.fix is None:
        values = list_only_values(schema_at(schema, problem.pointer))
        if len(values) == 1:
            text = dump(values[0])
            fix = fix_by_setting(problem.pointer, text, f"Add {abbreviate(text)}")
            return replace(problem, fix=fix)
    return problem
