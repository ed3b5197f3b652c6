"""Check a value against its JSON Schema and report each error in our own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump
from playground.rules.compiling import compile_schema
from playground.rules.context import (
    Context,
    Schema,
    get_tree_value,
    has_reference,
    schema_at,
)
from playground.rules.facts import NO_FACTS
from playground.rules.fixes import fix_by_converting, fix_by_removing, fix_by_setting
from playground.rules.problems import Problem, make_problem
from playground.rules.unions import find_meant_branch, find_wrong_choice
from playground.rules.wording import (
    abbreviate,
    describe_value,
    did_you_mean,
    explain_branch,
    find_similar,
    join_words,
    label_object,
    label_value,
    name_types,
    part_at,
    show_constant,
    types_of,
)

LIMITS = {
    "minimum": "too-small",
    "maximum": "too-large",
    "exclusiveMinimum": "not-above",
    "exclusiveMaximum": "not-below",
    "multipleOf": "not-a-multiple",
    "minContains": "lacks-entry",
}
SIZES = {
    "minLength": ("too-short", "character", "characters"),
    "maxLength": ("too-long", "character", "characters"),
    "minItems": ("too-few", "entry", "entries"),
    "maxItems": ("too-many", "entry", "entries"),
    "minProperties": ("too-few", "entry", "entries"),
    "maxProperties": ("too-many", "entry", "entries"),
}
# Nobody reads a longer list.
MOST_NAMED_OPTIONS = 12
FORMAT_CODES = {"time": "not-a-time", "duration": "not-a-duration"}
WITHOUT_PARAMETERS = {
    "uniqueItems": "same-twice",
    "contains": "lacks-entry",
    "falseSchema": "not-allowed",
    "not": "not-allowed",
    "anyOf": "no-form-fits",
    "oneOf": "no-form-fits",
}


def check_schema(context: Context, schema: Schema, value: Any, at: str = "") -> Iterator[Problem]:
    """The problems of `value`, which is at the pointer `at` of the document.

    A schema that isn't valid JSON Schema finds nothing: it may come from an imported document.
    """
    compiled = compile_schema(schema)
    # Most documents are valid, and is_valid() is several times faster than listing errors.
    if compiled is None or compiled.validator.is_valid(value):
        return iter(())
    check = _SchemaCheck(context, schema, at, compiled.written)
    return _list_problems(compiled.validator, check, value)


def explain_text(schema: Schema, pointer: str, text: str) -> str:
    """A sentence about what is wrong with a text at a pointer; empty if it is valid."""
    part = schema_at(schema, pointer)
    if "string" not in types_of(part):
        return ""
    context = Context("{}", {}, schema, NO_FACTS)
    return next((each.message for each in check_schema(context, part, text, pointer)), "")


def _list_problems(
    validator: Draft202012Validator, check: _SchemaCheck, value: Any
) -> Iterator[Problem]:
    found: dict[tuple[str, str], Problem] = {}
    for error in islice(validator.iter_errors(value), check.context.limit + 1):
        for each in check.explain(error):
            found.setdefault((each.pointer, each.code), each)
    # A value of the wrong type breaks most other rules, too: naming the type is enough.
    mistyped = {pointer for pointer, code in found if code == "wrong-type"}
    for (pointer, code), each in found.items():
        if code == "wrong-type" or pointer not in mistyped:
            yield each


class _SchemaCheck:
    """Turns the validator's errors about one value, which is at `at`, into problems."""

    def __init__(self, context: Context, schema: Schema, at: str, written: Schema) -> None:
        self.context = context
        self.schema = schema
        self.at = at
        self.written = written
        self.explainers: dict[str, Callable[[ValidationError, str], Iterator[Problem]]] = {
            "type": self.explain_type,
            "required": self.explain_missing,
            "enum": self.explain_choice,
            "const": self.explain_constant,
            "additionalProperties": self.explain_unexpected,
            "unevaluatedProperties": self.explain_unexpected,
            "anyOf": self.explain_forms,
            "oneOf": self.explain_forms,
            "propertyNames": self.explain_name,
        }

    def explain(self, error: ValidationError) -> Iterator[Problem]:
        """One error as problems; none for text whose references aren't resolved yet."""
        if has_reference(error.instance):
            return iter(())
        # The validator's paths start at the value, ours at the document.
        pointer = self.at + _join_path(error.instance_path)
        return self.explainers.get(error.kind.name, self.explain_other)(error, pointer)

    def subject(self, pointer: str) -> str:
        return label_value(self.context.schema, pointer)

    def explain_type(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        broken = part_at(self.written, error.schema_path[:-1])
        # A branch of allOf may give only the type; the default is where the field is described.
        described = {**schema_at(self.schema, _join_path(error.instance_path)), **broken}
        fix = fix_by_converting(self.context, pointer, error.instance, described)
        subject, message = self.subject(pointer), broken.get("x-type-message")
        if message:
            yield make_problem("does-not-fit", pointer, fix, subject=subject, says=message)
            return
        expected = name_types(types_of(broken))
        found = describe_value(get_tree_value(self.context.tree, pointer))
        yield make_problem(
            "wrong-type", pointer, fix, subject=subject, expected=expected, found=found
        )

    def explain_missing(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        name = str(error.kind.value)
        place = pointers.child(pointer, name)
        schema = schema_at(self.schema, place[len(self.at) :])
        fix = None
        if "default" in schema:
            default = dump(schema["default"])
            fix = fix_by_setting(place, default, f"Add {abbreviate(default)}")
        condition = explain_branch(self.written, error.schema_path)
        if condition:
            subject = self.subject(place)
            yield make_problem("missing-when", place, fix, subject=subject, condition=condition)
        else:
            above = label_object(self.context.schema, pointer)
            yield make_problem("missing", place, fix, place=above, name=abbreviate(name))

    def explain_choice(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        yield from self.explain_options(error.kind.value, pointer)

    def explain_options(self, values: Iterable[Any], pointer: str) -> Iterator[Problem]:
        # Objects and lists among the choices would be unreadable in a message.
        options = [each for each in values if not isinstance(each, dict | list)]
        names = {show_constant(each): each for each in options}
        found = get_tree_value(self.context.tree, pointer)
        similar = find_similar(found, names) if isinstance(found, str) else None
        fix = None
        if similar is not None:
            fix = fix_by_setting(pointer, dump(names[similar]), f"Set {similar}")
        is_text = isinstance(found, str) and not isinstance(found, NumberToken)
        yield make_problem(
            "not-in-list",
            pointer,
            fix,
            subject=self.subject(pointer),
            options=self.name_options(list(names)),
            found=f"`{abbreviate(found)}`" if is_text else describe_value(found),
        )

    @staticmethod
    def name_options(names: list[str]) -> str:
        if len(names) > MOST_NAMED_OPTIONS:
            return f"one of the {len(names)} allowed values"
        return join_words(f"`{each}`" for each in names)

    def explain_constant(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        expected = show_constant(error.kind.value)
        fix = fix_by_setting(pointer, dump(error.kind.value), f"Set {expected}")
        subject = self.subject(pointer)
        yield make_problem(
            "not-that-value", pointer, fix, subject=subject, expected=f"`{expected}`"
        )

    def explain_unexpected(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        known = part_at(self.written, error.schema_path[:-1]).get("properties", {})
        for name in error.kind.value:
            field, hint = pointers.child(pointer, name), did_you_mean(find_similar(name, known))
            fix, subject = fix_by_removing(field), self.subject(field)
            yield make_problem("unknown-field-refused", field, fix, subject=subject, hint=hint)

    def explain_name(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        """A key that breaks the rule for the object's keys, at its value if it has a message."""
        says = part_at(self.written, error.schema_path[:-1]).get("x-message")
        kind = error.kind
        if not says or not isinstance(kind, ValidationErrorKind.PropertyNames):
            yield from self.explain_other(error, pointer)
            return
        name = str(kind.error.instance)
        field = pointers.child(pointer, name)
        subject = self.subject(field) if name.strip() else f"{self.subject(pointer)}: an empty name"
        yield make_problem("does-not-fit", field, subject=subject, says=says)

    def explain_forms(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        """The errors of the branch that was probably meant."""
        kind = error.kind
        if isinstance(kind, ValidationErrorKind.OneOfMultipleValid):
            yield make_problem("several-forms-fit", pointer, subject=self.subject(pointer))
            return
        choice = find_wrong_choice(error)
        if choice is not None:
            yield from self.explain_options(choice[1], self.at + _join_path(choice[0]))
            return
        meant = find_meant_branch(error)
        for each in meant:
            yield from self.explain(each)
        if not meant:
            yield from self.explain_other(error, pointer)

    def explain_other(self, error: ValidationError, pointer: str) -> Iterator[Problem]:
        kind, subject = error.kind, self.subject(pointer)
        if kind.name in ("backtrackLimitExceeded", "regexEngineFailure"):
            return  # the pattern is at fault, not the value
        message = part_at(self.written, error.schema_path[:-1]).get("x-message")
        if message:
            yield make_problem("does-not-fit", pointer, subject=subject, says=message)
        elif kind.name in WITHOUT_PARAMETERS:
            yield make_problem(WITHOUT_PARAMETERS[kind.name], pointer, subject=subject)
        elif kind.name.startswith("min") and kind.name in SIZES and kind.value == 1:
            yield make_problem("empty", pointer, subject=subject)
        elif kind.name in SIZES:
            code, one, many = SIZES[kind.name]
            limit, unit = abbreviate(str(kind.value)), one if kind.value == 1 else many
            yield make_problem(code, pointer, subject=subject, limit=limit, unit=unit)
        elif kind.name in LIMITS:
            limit = abbreviate(str(kind.value))
            yield make_problem(LIMITS[kind.name], pointer, subject=subject, limit=limit)
        elif kind.name == "format" and kind.value in FORMAT_CODES:
            yield make_problem(FORMAT_CODES[kind.value], pointer, subject=subject)
        elif kind.name in ("pattern", "format"):
            form = abbreviate(str(kind.value), 80)
            yield make_problem("wrong-form", pointer, subject=subject, form=form)
        else:
            yield make_problem("not-judged", pointer, subject=subject, rule=kind.name)


def _join_path(path: Iterable[str | int]) -> str:
    return "".join(f"/{pointers.escape(str(each))}" for each in path)
