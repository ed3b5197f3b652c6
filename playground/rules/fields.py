"""Fields the guide does not name, and what the schema's own hints say about fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.caching import remember
from playground.jsontext.printing import dump
from playground.rules.conditions import show_constant
from playground.rules.context import Case, Schema, holds_reference, is_blank
from playground.rules.labels import cut, list_names, list_words, name_place, name_value
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.suggestions import find_near, hint_at

HINTS = ("x-unknown-fields", "x-one-of")
FIELD_HINTS = ("x-used-when", "x-unused-with", "x-explicit")
Values = Mapping[str, Any]
Judge = Callable[[Case, Schema, Values, str], Iterator[Problem]]


def judge_fields(case: Case) -> Iterator[Problem]:
    """All that hints find, in the document's own order of places."""
    yield from _walk(case, case.schema, case.twin, "")


def _walk(case: Case, schema: Schema, value: Any, at: str) -> Iterator[Problem]:
    if isinstance(value, list):
        items = schema.get("items")
        if isinstance(items, Mapping) and has_hints(items):
            for index, item in enumerate(value):
                yield from _walk(case, items, item, pointers.child(at, index))
    elif isinstance(value, dict):
        for judge in judges_of(schema):
            yield from judge(case, schema, value, at)
        for name, part in hinted_parts_of(schema):
            if name in value:
                yield from _walk(case, part, value[name], pointers.child(at, name))


@remember
def parts_of(schema: Schema) -> tuple[tuple[str, Schema], ...]:
    """The properties of a schema that say anything."""
    parts = schema.get("properties", {}).items()
    return tuple((name, part) for name, part in parts if isinstance(part, Mapping))


@remember
def hinted_parts_of(schema: Schema) -> tuple[tuple[str, Schema], ...]:
    """The properties into which a walk can find anything."""
    return tuple((name, part) for name, part in parts_of(schema) if has_hints(part))


@remember
def judges_of(schema: Schema) -> tuple[Judge, ...]:
    """Those that can find anything at a value of this schema."""
    said = {hint for _, part in parts_of(schema) for hint in part} | {*schema}
    return tuple(judge for judge, hints in JUDGES.items() if said & hints)


@remember
def has_hints(schema: Any) -> bool:
    """Whether a walk into this part of a schema can find anything: long lists often cannot."""
    if not isinstance(schema, Mapping):
        return False
    parts = [part for _, part in parts_of(schema)]
    own = any(hint in schema for hint in HINTS)
    fields = any(hint in part for part in parts for hint in FIELD_HINTS)
    return own or fields or has_hints(schema.get("items")) or any(map(has_hints, parts))


def judge_unknown(case: Case, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """Fields that the guide does not name, where it is complete."""
    known = schema.get("properties", {})
    if "x-unknown-fields" not in schema or value.keys() <= known.keys():
        return
    for name in value:
        if name in known:
            continue
        there = pointers.child(at, name)
        near = find_near(name, known)
        yield problem(
            "unknown-field",
            there,
            rename_or_remove(there, near, value),
            subject=name_value(case.schema, there),
            hint=hint_at(near),
        )


def rename_or_remove(pointer: str, near: str | None, beside: Values) -> Fix:
    """Give a field the name that was meant, if that place is free or blank; else take it out."""
    if near is not None and is_blank(beside.get(near)):
        rename = FixEdit("rename", pointer, near)
        taken = FixEdit("remove", pointers.child(pointers.parent(pointer), near))
        return Fix(f"Rename to {cut(near)}", (taken, rename) if near in beside else (rename,))
    return Fix("Remove it", (FixEdit("remove", pointer),))


def judge_use(case: Case, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """Fields given where the API does not read them."""
    for name, part in parts_of(schema):
        if name not in value:
            continue
        condition = _unread_when(schema, value, part) or _unread_with(value, part)
        if condition:
            yield not_used(case, pointers.child(at, name), condition)


def _unread_when(schema: Schema, value: Values, part: Schema) -> str:
    for other, wanted in part.get("x-used-when", {}).items():
        mode = mode_of(schema, value) if _is_mode(schema, other) else value.get(other)
        if isinstance(mode, str) and not holds_reference(mode) and mode not in wanted:
            words = "with a database query" if mode == QUERY else f"when `{other}` is `{mode}`"
            return words if _is_known_mode(schema, other, mode) else ""
    return ""


def _unread_with(value: Values, part: Schema) -> str:
    for other in part.get("x-unused-with", ()):
        if other in value:
            return f"beside `{other}`"
    return ""


def not_used(case: Case, pointer: str, condition: str) -> Problem:
    """The warning about a field that the API ignores, which a click takes out."""
    fix = Fix("Remove it", (FixEdit("remove", pointer),))
    subject = name_value(case.schema, pointer)
    return problem("not-used", pointer, fix, subject=subject, condition=condition)


# Ways that exclude each other

QUERY = "\0"  # the mode in which the choosing field is left out


def _is_mode(schema: Schema, name: str) -> bool:
    return bool(schema.get("x-modes", {}).get("property") == name)


def _is_known_mode(schema: Schema, name: str, mode: str) -> bool:
    return not _is_mode(schema, name) or mode in fields_by_mode(schema)


def mode_of(schema: Schema, value: Values) -> Any:
    """The value that chooses the mode: as given, else QUERY if one of its fields is there,
    else the default. May be anything that somebody typed."""
    modes = schema["x-modes"]
    if modes["property"] in value:
        return value[modes["property"]]
    fields = fields_by_mode(schema).get(QUERY, ())
    return QUERY if any(field in value for field in fields) else modes["default"]


def fields_by_mode(schema: Schema) -> dict[str, list[str]]:
    """The fields of each mode, by the value that chooses it."""
    modes = schema["x-modes"]["modes"]
    return {QUERY if m["value"] is None else m["value"]: list(m["fields"]) for m in modes}


# Groups of fields, and fields to be explicit about


def judge_groups(case: Case, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """Exactly one group of fields, and that completely."""
    groups = schema.get("x-one-of")
    if not groups:
        return
    place = name_place(case.schema, at)
    begun = [title for title, names in groups.items() if any(name in value for name in names)]
    if not begun:
        options = list_words(list_names(names, "with") for names in groups.values())
        yield problem("group-missing", at, place=place, options=options)
    elif len(begun) > 1:
        yield problem("group-mixed", at, place=place, options=list_words(begun, "and"))
    for title in begun:
        there = next(name for name in groups[title] if name in value)
        for name in groups[title]:
            if name not in value:
                missing = pointers.child(at, name)
                yield problem("group-incomplete", missing, place=place, name=name, other=there)


def judge_explicit(case: Case, schema: Schema, value: Values, at: str) -> Iterator[Problem]:
    """Fields that a payload should say even where they have a default."""
    for name, part in parts_of(schema):
        if part.get("x-explicit") and name not in value:
            there, default = pointers.child(at, name), part.get("default")
            fix = Fix(f"Add {show_constant(default)}", (FixEdit("set", there, dump(default)),))
            yield problem("not-explicit", there, fix, place=name_place(case.schema, at), name=name)


# By the hints of the schema or of its fields without which they find nothing.
JUDGES: dict[Judge, frozenset[str]] = {
    judge_unknown: frozenset({"x-unknown-fields"}),
    judge_use: frozenset({"x-used-when", "x-unused-with"}),
    judge_groups: frozenset({"x-one-of"}),
    judge_explicit: frozenset({"x-explicit"}),
}
