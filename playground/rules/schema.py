"""What JSON Schema finds, said in our own sentences, made from the kind of each error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from jsonschema_rs import ValidationError

from playground.jsontext import pointers
from playground.jsontext.parsing import Digits
from playground.jsontext.printing import dump
from playground.rules.conditions import condition_of, part_at, show_constant
from playground.rules.context import Case, Schema, holds_reference, value_at
from playground.rules.labels import cut, list_words, name_place, name_value, schema_at
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem
from playground.rules.suggestions import find_near, hint_at
from playground.rules.types import mend_type, name_types, show_value, types_of
from playground.rules.validators import compile_schema

LIMIT = 300
LIMITS = {
    "minimum": "too-small",
    "maximum": "too-large",
    "exclusiveMinimum": "not-above",
    "exclusiveMaximum": "not-below",
    "multipleOf": "not-a-multiple",
    "minLength": "too-short",
    "maxLength": "too-long",
    "minItems": "too-few",
    "maxItems": "too-many",
    "minProperties": "too-few",
    "maxProperties": "too-many",
    "minContains": "lacks-entry",
}
EMPTY = ("minLength", "minItems", "minProperties")
PLAIN = {
    "uniqueItems": "same-twice",
    "contains": "lacks-entry",
    "falseSchema": "not-allowed",
    "not": "not-allowed",
    "anyOf": "no-form-fits",
    "oneOf": "no-form-fits",
}


class Judge:
    """Tells the errors of one schema about one value of the document, which stands at `at`."""

    def __init__(self, case: Case, schema: Schema, value: Any, at: str = "") -> None:
        self.case = case
        self.schema = schema
        self.value = value
        self.at = at

    def problems(self) -> Iterator[Problem]:
        """Every error, at most one about the form of a value; nothing for a broken schema."""
        validator = compile_schema(self.schema)
        if validator is None or validator.is_valid(self.value):
            return
        told: dict[tuple[str, str], Problem] = {}
        for error in islice(validator.iter_errors(self.value), LIMIT + 1):
            for each in self.tell(error):
                told.setdefault((each.pointer, each.code), each)
        mistyped = {pointer for pointer, code in told if code == "wrong-type"}
        for (pointer, code), each in told.items():
            if code == "wrong-type" or pointer not in mistyped:
                yield each

    def tell(self, error: ValidationError) -> Iterator[Problem]:
        """One error as problems; none for text whose references are not resolved yet."""
        if holds_reference(error.instance):
            return
        name = error.kind.name
        tellers: dict[str, Callable[[ValidationError, str], Iterator[Problem]]] = {
            "type": self.tell_type,
            "required": self.tell_missing,
            "enum": self.tell_choice,
            "const": self.tell_constant,
            "additionalProperties": self.tell_unexpected,
            "unevaluatedProperties": self.tell_unexpected,
            "anyOf": self.tell_forms,
            "oneOf": self.tell_forms,
        }
        pointer = self.pointer_of(error)
        yield from tellers.get(name, self.tell_other)(error, pointer)

    def pointer_of(self, error: ValidationError) -> str:
        pointer = self.at
        for segment in error.instance_path:
            pointer = pointers.child(pointer, str(segment))
        return pointer

    def subject(self, pointer: str) -> str:
        return name_value(self.case.schema, pointer)

    def tell_type(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        schema = part_at(self.schema, error.schema_path[:-1])
        fix = mend_type(self.case, pointer, error.instance, {**self.described(error), **schema})
        says = schema.get("x-type-says")
        if says:
            yield problem("does-not-fit", pointer, fix, subject=self.subject(pointer), says=says)
            return
        yield problem(
            "wrong-type",
            pointer,
            fix,
            subject=self.subject(pointer),
            expected=name_types(types_of(schema)),
            found=show_value(value_at(self.case.tree, pointer)),
        )

    def described(self, error: ValidationError) -> Schema:
        """The schema that describes the value, which is not always the one that it breaks."""
        inner = "".join(f"/{pointers.escape(str(each))}" for each in error.instance_path)
        return schema_at(self.schema, inner)

    def tell_missing(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        name = str(error.kind.value)
        place = pointers.child(pointer, name)
        schema = schema_at(self.schema, place[len(self.at) :])
        fix = None
        if "default" in schema:
            default = dump(schema["default"])
            fix = Fix(f"Add {cut(default)}", (FixEdit("set", place, default),))
        condition = condition_of(self.schema, error.schema_path)
        if condition:
            subject = self.subject(place)
            yield problem("missing-when", place, fix, subject=subject, condition=condition)
        else:
            above = name_place(self.case.schema, pointer)
            yield problem("missing", place, fix, place=above, name=cut(name))

    def tell_choice(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        options = [each for each in error.kind.value if not isinstance(each, dict | list)]
        names = {show_constant(each): each for each in options}
        found = value_at(self.case.tree, pointer)
        near = find_near(found, names) if isinstance(found, str) else None
        fix = None
        if near is not None:
            fix = Fix(f"Set {near}", (FixEdit("set", pointer, dump(names[near])),))
        is_word = isinstance(found, str) and not isinstance(found, Digits)
        shown = f"`{cut(found)}`" if is_word else show_value(found)
        yield problem(
            "not-in-list",
            pointer,
            fix,
            subject=self.subject(pointer),
            options=list_words(f"`{each}`" for each in names),
            found=shown,
        )

    def tell_constant(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        wanted = error.kind.value
        fix = Fix(f"Set {show_constant(wanted)}", (FixEdit("set", pointer, dump(wanted)),))
        expected = f"`{show_constant(wanted)}`"
        yield problem(
            "not-that-value", pointer, fix, subject=self.subject(pointer), expected=expected
        )

    def tell_unexpected(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        known = part_at(self.schema, error.schema_path[:-1]).get("properties", {})
        for name in error.kind.value:
            there = pointers.child(pointer, name)
            hint = hint_at(find_near(name, known))
            fix = Fix("Remove it", (FixEdit("remove", there),))
            yield problem(
                "unknown-field-refused", there, fix, subject=self.subject(there), hint=hint
            )

    def tell_forms(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        """The errors of the one form whose type fits; else the types that would fit."""
        forms = error.kind.value
        fitting = [form for form in forms if not any(_is_about_type(error, e) for e in form)]
        if len(fitting) == 1 and fitting[0]:
            for each in fitting[0]:
                yield from self.tell(each)
        else:
            yield from self.tell_other(error, pointer)

    def tell_other(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        kind, subject = error.kind, self.subject(pointer)
        if kind.name in ("backtrackLimitExceeded", "regexEngineFailure"):
            return
        says = part_at(self.schema, error.schema_path[:-1]).get("x-says")
        if says:
            yield problem("does-not-fit", pointer, subject=subject, says=says)
        elif kind.name in PLAIN:
            yield problem(PLAIN[kind.name], pointer, subject=subject)
        elif kind.name in EMPTY and kind.value == 1:
            yield problem("empty", pointer, subject=subject)
        elif kind.name in LIMITS:
            limit = cut(str(kind.value))
            yield problem(LIMITS[kind.name], pointer, subject=subject, limit=limit)
        elif kind.name in ("pattern", "format"):
            yield problem("wrong-form", pointer, subject=subject, form=cut(str(kind.value), 80))
        else:
            yield problem("not-judged", pointer, subject=subject, rule=kind.name)


def _is_about_type(whole: ValidationError, part: ValidationError) -> bool:
    return part.kind.name == "type" and part.instance_path == whole.instance_path


def judge_schema(case: Case, schema: Schema, value: Any, at: str = "") -> Iterator[Problem]:
    """What a schema finds about a value of the document that stands at the pointer `at`."""
    return Judge(case, schema, value, at).problems()
