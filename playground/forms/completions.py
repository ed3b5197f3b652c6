"""Completions in the JSON editor: the keys and values that fit a place of the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.kinds import Schema, start_value
from playground.forms.steps import list_fitting_accounts
from playground.jsontext import pointers, printing
from playground.rules.facts import Facts, StepFacts
from playground.rules.wording import types_of

# More than people scroll through; an account list may have thousands.
MOST = 300
NOTE_LENGTH = 80


@dataclass(frozen=True)
class Completion:
    """A key by its name, or a value as JSON text; `value` is what a new key starts with."""

    text: str
    note: str = ""
    value: str = ""


@dataclass(frozen=True)
class _Location:
    """The schema of a place, and the step that the place belongs to."""

    schema: Schema
    step: StepFacts | None = None
    is_row: bool = False


def complete_keys(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Completion]:
    """The keys that the object at the pointer doesn't have yet, in the schema's order."""
    location, value = _locate(schema, facts, tree, pointer)
    present = value if isinstance(value, dict) else {}
    return [each for each in _keys(location, facts) if each.text not in present][:MOST]


def complete_values(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Completion]:
    """The values that are known to fit at the pointer, without duplicates."""
    location, _ = _locate(schema, facts, tree, pointer)
    above = location
    if pointer:
        above, _ = _locate(schema, facts, tree, pointers.parent(pointer))
    # A default is often one of the choices as well.
    found = {each.text: each for each in _values(location, above, facts)}
    return list(found.values())[:MOST]


def _locate(schema: Schema, facts: Facts, tree: Any, pointer: str) -> tuple[_Location, Any]:
    """Follow the pointer through schema and document at once: which parameters a step has
    depends on the `step_uid` typed in the document."""
    location, value = _Location(schema), tree
    for segment in pointers.split(pointer):
        value = _value_below(value, segment)
        location = _location_below(location, facts, segment, value)
    return location, value


def _value_below(value: Any, segment: str) -> Any:
    # The place need not exist: the tree is the last text that parsed.
    if isinstance(value, dict):
        return value.get(segment)
    if isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
        return value[int(segment)]
    return None


def _location_below(location: _Location, facts: Facts, segment: str, value: Any) -> _Location:
    schema = location.schema
    if "items" in schema:
        inner, source = _mapping(schema["items"]), schema.get("x-from")
        step = _find_step(inner, facts, value) if source == "workflow.steps" else location.step
        return _Location(inner, step, source == "workflow.inputs")
    inner = _mapping(_properties(schema).get(segment) or schema.get("additionalProperties"))
    if inner.get("x-from") == "step.parameters" and location.step:
        inner = location.step.parameters
    return _Location(inner, location.step)


def _find_step(schema: Schema, facts: Facts, row: Any) -> StepFacts | None:
    for key, part in _properties(schema).items():
        if _mapping(part).get("x-from") == "step.uid":
            return facts.step(_mapping(row).get(key))
    return None


def _keys(location: _Location, facts: Facts) -> Iterator[Completion]:
    for key, part in _properties(location.schema).items():
        inner = _mapping(part)
        note = str(inner.get("title") or inner.get("description") or "")
        start = inner["default"] if "default" in inner else start_value(inner)
        yield Completion(key, note[:NOTE_LENGTH], printing.dump(start))
    if location.is_row:
        # Input keys are the workflow's; the API's schema doesn't know them.
        for each in facts.inputs:
            yield Completion(each.name, each.help[:NOTE_LENGTH], '""')
        for name in sorted(facts.more_inputs):
            yield Completion(name, "", '""')


def _values(location: _Location, above: _Location, facts: Facts) -> Iterator[Completion]:
    schema, types = location.schema, types_of(location.schema)
    labels = _mapping(schema.get("x-choice-labels"))
    for each in schema.get("enum", ()):
        label = str(labels.get(each, "")) if isinstance(each, str) else ""
        yield Completion(printing.dump(each), label)
    if "const" in schema:
        yield Completion(printing.dump(schema["const"]))
    if schema.get("x-from") == "step.uid":
        for step in facts.steps or ():
            yield Completion(printing.quote(step.uid), step.name)
    if above.schema.get("x-widget") == "accounts":
        integrations = location.step.integrations if location.step else ()
        for account in list_fitting_accounts(facts, integrations):
            yield Completion(printing.quote(account.uid), account.name)
    if "boolean" in types:
        yield from (Completion("true"), Completion("false"))
    if "default" in schema:
        yield Completion(printing.dump(schema["default"]), "default")
    if "null" in types:
        yield Completion("null")


def _properties(schema: Schema) -> Mapping[str, Any]:
    return _mapping(schema.get("properties"))


def _mapping(value: Any) -> Mapping[str, Any]:
    # Imported documents may have anything where a schema belongs.
    return value if isinstance(value, Mapping) else {}
