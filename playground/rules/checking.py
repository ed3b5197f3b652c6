"""The one rule book: everything there is to say about a document, as a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from playground.jsontext.parsing import NotJson, Tree, duplicates, lines_of, read
from playground.jsontext.plain_values import may_have_twice, read_twin, twin_of
from playground.jsontext.resolving import may_hold
from playground.rules.context import Case, Schema
from playground.rules.facts import NOTHING_KNOWN, Facts
from playground.rules.fields import judge_fields
from playground.rules.labels import cut
from playground.rules.matching import suggest_mode
from playground.rules.messages import problem
from playground.rules.problems import ERROR, ORDER, Problem
from playground.rules.references import judge_references
from playground.rules.registry import RULES
from playground.rules.schema import judge_schema
from playground.rules.types import show_value

LIMIT = 300

Resolve = Callable[[str], str]


def check(
    text: str,
    schema: Schema | None,
    facts: Facts = NOTHING_KNOWN,
    resolve: Resolve | None = None,
    tree: Tree | None = None,
) -> list[Problem]:
    """Every problem of a document in the order of its lines; never raises, on any text.

    `schema` is the operation's body schema with its hints (see `playground.openapi`). At most
    300 problems are listed, errors before the others; then one more says so. `resolve` gives
    the text with the values of its variables: then those are judged, at the places of `text`.
    `tree`, what `read` makes of the text, spares reading it again.
    """
    try:
        twin = read_twin(text) if tree is None else twin_of(tree)
    except NotJson as error:
        return [tell_not_json(error)]
    if not isinstance(twin.value, dict):
        told = problem("not-an-object", "", found=show_value(read(text)))
        return place_problems(text, [told])
    case = Case(text, twin.value, schema or {}, facts)
    twice = _judge_duplicates(text) if may_have_twice(text, twin) else ()
    return place_problems(text, [*twice, *_judge(_resolved(case, resolve), case)])


def blocks(problems: list[Problem]) -> bool:
    """Whether any of them keeps the document from being sent."""
    return any(each.severity == ERROR for each in problems)


def tell_not_json(error: NotJson) -> Problem:
    """What `read` or `decode` refused, as a problem of the whole document."""
    params = {name: str(value) for name, value in error.params.items()}
    params["column"] = str(error.column)
    return Problem("not-json", "", error.line, ERROR, error.sentence, params)


def _resolved(case: Case, resolve: Resolve | None) -> Case:
    if resolve is None or not may_hold(case.text):
        return case
    text = resolve(case.text)
    return replace(case, text=text, twin=read_twin(text).value)


def _judge(case: Case, written: Case) -> Iterator[Problem]:
    """Names of references are judged as written, everything else as resolved."""
    for found in islice(judge_schema(case, case.schema, case.twin), LIMIT + 1):
        fix = found.fix or suggest_mode(case, found)
        yield replace(found, fix=fix)
    yield from islice(judge_fields(case), LIMIT + 1)
    yield from islice(judge_references(written), LIMIT + 1)
    for name in case.schema.get("x-rules", ()):
        if name in RULES:
            yield from islice(RULES[name](case), LIMIT + 1)


def _judge_duplicates(text: str) -> Iterator[Problem]:
    for each in islice(duplicates(text), LIMIT + 1):
        first, second = str(each.first_line), str(each.second_line)
        found = problem(
            "duplicate-key", each.pointer, name=cut(each.key), first=first, second=second
        )
        yield replace(found, line=each.second_line)


def place_problems(text: str, found: list[Problem]) -> list[Problem]:
    """The problems with their lines, in order, no more than the limit."""
    kept = found
    if len(found) > LIMIT:
        kept = sorted(found, key=lambda each: ORDER[each.severity])[:LIMIT]
    lines = _lines(text, kept)
    placed = [each if each.line else replace(each, line=lines[each.pointer]) for each in kept]
    placed.sort(key=lambda each: (each.line, ORDER[each.severity]))
    if len(found) > LIMIT:
        placed.append(replace(problem("more", "", limit=str(LIMIT)), line=1))
    return placed


def _lines(text: str, found: list[Problem]) -> Mapping[str, int]:
    wanted: Any = {each.pointer for each in found if not each.line}
    return lines_of(text, wanted) if wanted else {}
