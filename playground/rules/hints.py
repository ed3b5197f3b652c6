"""Rules stated by `x-` hints in the schema: documented fields, modes, groups of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from playground.jsontext import pointers
from playground.jsontext.printing import dump
from playground.openapi.schemas import SchemaNode
from playground.rules.context import ByIdentity, Context, Schema, has_reference
from playground.rules.fixes import fix_by_removing, fix_by_renaming, fix_by_setting
from playground.rules.problems import Fix, Problem, make_problem
from playground.rules.wording import (
    abbreviate,
    did_you_mean,
    find_similar,
    join_names,
    join_words,
    label_object,
    label_value,
    show_constant,
)

Values = Mapping[str, Any]
Check = Callable[[Context, Schema, Values, str], Iterator[Problem]]
# The mode that is chosen by leaving the choosing property out; no JSON text has this value.
QUERY = "\0"
MOST_PLANS = 100
# Documents can't be nested any deeper (see `jsontext.parsing`).
DEEPEST = 100


class _Plan(NamedTuple):
    """What there is to check at values of one schema, and below them."""

    schema: Schema
    checks: tuple[Check, ...]
    fields: tuple[tuple[str, _Plan], ...]
    items: _Plan | None


def check_hints(context: Context) -> Iterator[Problem]:
    """Everything that hints find, in the order of the schema."""
    if plan := _plan_of(ByIdentity(context.schema)):
        yield from _walk(context, plan, context.plain, "")


def _walk(context: Context, plan: _Plan, value: Any, at: str) -> Iterator[Problem]:
    if isinstance(value, list) and plan.items:
        for index, item in enumerate(value):
            yield from _walk(context, plan.items, item, pointers.child(at, index))
    elif isinstance(value, dict):
        for check in plan.checks:
            yield from check(context, plan.schema, value, at)
        for name, below in plan.fields:
            if name in value:
                yield from _walk(context, below, value[name], pointers.child(at, name))


# Without a plan, thousands of input rows would be visited although their schema has no hints, and
# each edit would look for hints in the whole schema again.
@lru_cache(maxsize=MOST_PLANS)
def _plan_of(schema: ByIdentity) -> _Plan | None:
    node = schema.value
    if isinstance(node, SchemaNode) and not _has_hints(ByIdentity(node.document)):
        return None
    return _make_plan(node, {})


@lru_cache(maxsize=MOST_PLANS)
def _has_hints(document: ByIdentity) -> bool:
    """Whether any schema of an imported document has hints; hardly any document does."""
    waiting = [document.value.raw]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if not HINTS.isdisjoint(part):
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False


def _make_plan(schema: Any, made: dict[int, _Plan | None], depth: int = 0) -> _Plan | None:
    """The plan of a schema; None if neither it nor any schema below has hints."""
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        return None
    if id(schema) not in made:
        # Until computed: a recursive schema's hints apply to its outermost value.
        made[id(schema)] = None
        made[id(schema)] = _plan_level(schema, made, depth + 1)
    return made[id(schema)]


def _plan_level(schema: Schema, made: dict[int, _Plan | None], depth: int) -> _Plan | None:
    fields = _fields_of(schema)
    field_hints = {hint for _, field in fields for hint in field}
    checks = tuple(
        check
        for check, own, inner in CHECKS
        if not own.isdisjoint(schema) or not inner.isdisjoint(field_hints)
    )
    below = [(name, plan) for name, field in fields if (plan := _make_plan(field, made, depth))]
    items = _make_plan(schema.get("items"), made, depth)
    return _Plan(schema, checks, tuple(below), items) if checks or below or items else None


def _fields_of(schema: Schema) -> list[tuple[str, Schema]]:
    properties = schema.get("properties", {}).items()
    return [(name, field) for name, field in properties if isinstance(field, Mapping)]


def check_documented(context: Context, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """`x-unknown-fields`: the documentation is complete, so other fields may be mistakes."""
    known = schema.get("properties", {})
    if value.keys() <= known.keys():
        return
    for name in value:
        if name not in known:
            field, similar = pointers.child(at, name), find_similar(name, known)
            fix, subject = (
                fix_by_renaming(field, similar, value),
                label_value(context.schema, field),
            )
            hint = did_you_mean(similar)
            yield make_problem("unknown-field", field, fix, subject=subject, hint=hint)


def check_usual(context: Context, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """`x-usual-minimum`: a smaller number is probably a mistake."""
    for name, field in _fields_of(schema):
        limit, number = field.get("x-usual-minimum"), value.get(name)
        is_number = isinstance(number, int | float | Decimal) and not isinstance(number, bool)
        if limit is not None and is_number and number < limit:
            pointer = pointers.child(at, name)
            subject = label_value(context.schema, pointer)
            yield make_problem("unusually-small", pointer, subject=subject, limit=str(limit))


def check_used(context: Context, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """`x-used-when`, `x-unused-with`: fields that the API ignores in this combination."""
    for name, field in _fields_of(schema):
        if name in value:
            condition = _ignored_when(schema, value, field) or _ignored_with(value, field)
            if condition:
                yield _not_used(context, pointers.child(at, name), condition)


def _ignored_when(schema: Schema, value: Values, field: Schema) -> str:
    for other, wanted in field.get("x-used-when", {}).items():
        is_mode = schema.get("x-modes", {}).get("property") == other
        mode = mode_of(schema, value) if is_mode else value.get(other)
        if not isinstance(mode, str) or has_reference(mode) or mode in wanted:
            continue
        # A misspelt mode is an error already; which fields it ignores is unknown.
        return "" if is_mode and mode not in fields_by_mode(schema) else _name_mode(other, mode)
    return ""


def _ignored_with(value: Values, field: Schema) -> str:
    for other in field.get("x-unused-with", ()):
        if other in value:
            return f"when `{other}` is set"
    return ""


def _not_used(context: Context, pointer: str, condition: str) -> Problem:
    subject = label_value(context.schema, pointer)
    fix = fix_by_removing(pointer)
    return make_problem("not-used", pointer, fix, subject=subject, condition=condition)


def check_groups(context: Context, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """`x-one-of`: exactly one group of fields, and all of its fields."""
    groups: Mapping[str, Any] = schema.get("x-one-of") or {}
    if not groups:
        return
    place = label_object(context.schema, at)
    begun = [title for title, names in groups.items() if any(name in value for name in names)]
    if not begun:
        options = join_words(join_names(names, "with") for names in groups.values())
        yield make_problem("group-missing", at, place=place, options=options)
    elif len(begun) > 1:
        yield make_problem("group-mixed", at, place=place, options=join_words(begun, "and"))
    # Each group that was started is worth completing, even where two are mixed.
    for title in begun:
        given = next(name for name in groups[title] if name in value)
        for name in groups[title]:
            if name not in value:
                missing = pointers.child(at, name)
                yield make_problem("group-incomplete", missing, place=place, name=name, other=given)


def check_explicit(context: Context, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """`x-explicit`: fields worth setting although the API has a default for them."""
    place = label_object(context.schema, at)
    for name, part in _fields_of(schema):
        if part.get("x-explicit") and name not in value:
            field, default = pointers.child(at, name), part.get("default")
            fix = fix_by_setting(field, dump(default), f"Add {show_constant(default)}")
            yield make_problem("not-explicit", field, fix, place=place, name=name)


# Each check with the hints that need it: those of the object itself, those of its fields.
CHECKS: tuple[tuple[Check, frozenset[str], frozenset[str]], ...] = (
    (check_documented, frozenset({"x-unknown-fields"}), frozenset()),
    (check_used, frozenset(), frozenset({"x-used-when", "x-unused-with"})),
    (check_usual, frozenset(), frozenset({"x-usual-minimum"})),
    (check_groups, frozenset({"x-one-of"}), frozenset()),
    (check_explicit, frozenset(), frozenset({"x-explicit"})),
)
HINTS = frozenset[str]().union(*(own | inner for _, own, inner in CHECKS))


# Modes: `x-modes` names a property whose value decides which other fields the API reads


def mode_of(schema: Schema, value: Values) -> Any:
    """The mode as given, else QUERY if one of its fields is set, else the default.

    May be any JSON value, since people type anything."""
    modes = schema["x-modes"]
    if modes["property"] in value:
        return value[modes["property"]]
    fields = fields_by_mode(schema).get(QUERY, ())
    return QUERY if any(field in value for field in fields) else modes["default"]


def fields_by_mode(schema: Schema) -> dict[str, list[str]]:
    """The fields of each mode, by the value that chooses it."""
    modes = schema["x-modes"]["modes"]
    return {QUERY if m["value"] is None else m["value"]: list(m["fields"]) for m in modes}


def _name_mode(chooser: str, mode: str) -> str:
    return "with a database query" if mode == QUERY else f"when `{chooser}` is `{abbreviate(mode)}`"


def check_matching(context: Context) -> Iterator[Problem]:
    """Fields of a mode that isn't chosen, and a query together with a mode or its fields."""
    hints, modes = context.schema["x-modes"], fields_by_mode(context.schema)
    mode = mode_of(context.schema, context.plain)
    if not isinstance(mode, str) or mode not in modes:
        return
    usual = modes[hints["default"]]
    yield from _check_query(context, [hints["property"], *usual], modes.get(QUERY, ()))
    for other, names in modes.items():
        for name in names:
            reported = other == QUERY or (mode == QUERY and name in usual)
            if name in context.plain and name not in modes[mode] and not reported:
                condition = _name_mode(hints["property"], mode)
                yield _not_used(context, pointers.child("", name), condition)


def _check_query(
    context: Context, usual: list[str], names: list[str] | tuple[()]
) -> Iterator[Problem]:
    """The API documentation doesn't define a query together with a mode or an email."""
    query = next((name for name in names if name in context.plain), None)
    beside = [name for name in usual if name in context.plain]
    if query and beside:
        pointer = pointers.child("", query)
        fix = fix_by_removing(pointer, "Remove the query")
        yield make_problem("query-and-mode", pointer, fix, other=join_names(beside, "and"))


def fix_by_choosing_mode(context: Context, found: Problem) -> Fix | None:
    """For a missing field of the default mode: choose the mode whose fields are all there."""
    hints: Any = context.schema.get("x-modes")
    if not hints or hints["property"] in context.plain or found.code != "missing-when":
        return None
    given = [
        mode
        for mode, names in fields_by_mode(context.schema).items()
        if mode != QUERY and all(name in context.plain for name in names)
    ]
    if len(given) != 1:
        return None
    pointer = pointers.child("", hints["property"])
    return fix_by_setting(pointer, dump(given[0]), f"Match by {abbreviate(given[0])}")
