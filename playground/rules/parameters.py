"""Check parameters: whether required ones are set, and whether the schema allows each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.foreign import find_foreign
from playground.jsontext.parsing import NumberToken, parse_plain, try_parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references, may_have_references
from playground.openapi.parameters import Parameter
from playground.rules.compiling import compile_schema
from playground.rules.context import Context
from playground.rules.facts import Facts
from playground.rules.path_values import check_path_values
from playground.rules.problems import ERROR, Problem, make_problem
from playground.rules.references import check_references
from playground.rules.schema import check_schema
from playground.rules.wording import abbreviate


def check_typed_values(
    parameters: Sequence[Parameter], typed: Mapping[str, str], facts: Facts
) -> Iterator[Problem]:
    """The problems of typed parameters, at places such as `#query/NAME`.

    `typed` has the values by key; parameters without a key there aren't sent.
    """
    for each in parameters:
        if each.place == "path":
            found = list(check_path_values([each], typed, facts))
            yield from found
            if found or not typed.get(each.key, "").strip():
                continue
        elif each.key not in typed or (each.required and not typed[each.key].strip()):
            if each.required:
                yield _error("missing", each, f"{each.title} is missing.")
            continue
        value = typed[each.key].strip() if each.place == "path" else typed[each.key]
        yield from _check_value(each, value, facts)


def _check_value(parameter: Parameter, typed: str, facts: Facts) -> Iterator[Problem]:
    is_path = parameter.place == "path"
    if not is_path and (found := next(find_foreign(typed), None)):
        subject, name = f"`{abbreviate(parameter.name)}`", abbreviate(found.written)
        yield _move(parameter, make_problem("foreign-placeholder", "", subject=subject, name=name))
        return
    if not typed and "string" not in parameter.types:
        message = f"{parameter.title} is empty. Enter a value or leave it out."
        yield _error("empty", parameter, message)
        return
    readings = list_readings(parameter, typed)
    if not readings:
        yield _error("not-json", parameter, f"{parameter.title} isn't valid JSON.")
        return
    compiled = compile_schema(parameter.schema)
    for json_text in readings:
        value: Any = parse_plain(json_text).value
        if compiled is None or compiled.validator.is_valid(value):
            break
    if "{{" not in typed and (compiled is None or compiled.validator.is_valid(value)):
        return
    # Checked as the only key of an object, so that messages can name it.
    text = f"{{{quote(parameter.name)}: {json_text}}}"
    schema = {"properties": {parameter.name: parameter.schema}}
    context = Context(text, {parameter.name: value}, schema, facts)
    at = pointers.child("", parameter.name)
    for each in check_schema(context, parameter.schema, value, at):
        yield _move(parameter, each)
    if not is_path and may_have_references(typed):
        for each in check_references(context):
            yield _move(parameter, each)


def list_readings(parameter: Parameter, typed: str) -> list[str]:
    """Typed text as JSON, in each possible way (`1` may be text); none if it isn't valid JSON.

    Problems are reported for the last one.
    """
    needs_json = bool(parameter.media_type) and "json" in parameter.media_type.lower()
    parsed = try_parse(typed)
    if parsed is None:
        # References are the only other text that can become a list, an object or a number.
        is_reference = any(each.whole for each in find_references(typed))
        must_be_json = needs_json or not parameter.takes_text
        return [] if must_be_json and not is_reference else [quote(typed)]
    value = parsed[0]
    is_structure = isinstance(value, dict | list)
    if needs_json or (is_structure and parameter.takes_structure) or not parameter.takes_text:
        return [typed]
    if is_structure or not _is_scalar_of(value, parameter.types):
        return [quote(typed)]
    return [quote(typed), typed] if "string" in parameter.types else [typed]


def _is_scalar_of(value: Any, types: frozenset[str]) -> bool:
    if isinstance(value, NumberToken):
        return "number" in types
    if isinstance(value, bool):
        return "boolean" in types
    return value is None and "null" in types


def _move(parameter: Parameter, problem: Problem) -> Problem:
    """Convert a problem of the document to one of the parameter, without fixes of the document."""
    return replace(problem, pointer=parameter.pointer, line=1, fix=None)


def _error(code: str, parameter: Parameter, message: str) -> Problem:
    place = parameter.place
    return Problem(
        f"{place}-{code}", parameter.pointer, 1, ERROR, message, {"name": parameter.name}
    )
