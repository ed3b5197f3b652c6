"""What may be typed at a place of the document: keys the schema knows, values to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.fields import Schema, start_value
from playground.forms.steps import find_step, fitting_accounts
from playground.jsontext import pointers, printing
from playground.rules.facts import Facts, StepFacts

MOST = 300


@dataclass(frozen=True)
class Offer:
    """A key by its name, or a value as JSON text; `value` is what a new key begins with."""

    text: str
    note: str = ""
    value: str = ""


@dataclass(frozen=True)
class _Place:
    """The schema of a place, and the step it belongs to."""

    schema: Schema
    step: StepFacts | None = None
    is_row: bool = False


def list_keys(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Offer]:
    """The keys that the object at the pointer does not have yet, in the schema's order."""
    place, here = _find(schema, facts, tree, pointer)
    there = here if isinstance(here, dict) else {}
    return [each for each in _keys(place, facts) if each.text not in there][:MOST]


def list_values(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Offer]:
    """The values that the place is known to take, each once."""
    place, _ = _find(schema, facts, tree, pointer)
    above, _ = _find(schema, facts, tree, pointers.parent(pointer)) if pointer else (place, None)
    found = {each.text: each for each in _values(place, above, facts)}
    return list(found.values())[:MOST]


def _find(schema: Schema, facts: Facts, tree: Any, pointer: str) -> tuple[_Place, Any]:
    place, here = _Place(schema), tree
    for segment in pointers.split(pointer):
        here = _inside(here, segment)
        place = _enter(place, facts, segment, here)
    return place, here


def _inside(value: Any, segment: str) -> Any:
    if isinstance(value, dict):
        return value.get(segment)
    if isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
        return value[int(segment)]
    return None


def _enter(place: _Place, facts: Facts, segment: str, value: Any) -> _Place:
    schema = place.schema
    if "items" in schema:
        inner = _mapping(schema["items"])
        steps = schema.get("x-from") == "workflow.steps"
        step = _step_of(inner, facts, value) if steps else place.step
        return _Place(inner, step, schema.get("x-from") == "workflow.inputs")
    inner = _mapping(_properties(schema).get(segment) or schema.get("additionalProperties"))
    if inner.get("x-from") == "step.parameters" and place.step:
        inner = place.step.parameters
    return _Place(inner, place.step)


def _step_of(schema: Schema, facts: Facts, row: Any) -> StepFacts | None:
    known = row if isinstance(row, dict) else {}
    parts = _properties(schema).items()
    key = next((key for key, part in parts if _mapping(part).get("x-from") == "step.uid"), "")
    return find_step(facts, str(known.get(key, "")))


def _keys(place: _Place, facts: Facts) -> Iterator[Offer]:
    for key, part in _properties(place.schema).items():
        inner = _mapping(part)
        note = str(inner.get("title") or inner.get("description") or "")
        begin = inner["default"] if "default" in inner else start_value(inner)
        yield Offer(key, note[:80], printing.dump(begin))
    if place.is_row:
        for each in facts.inputs:
            yield Offer(each.name, each.help[:80], '""')
        for name in sorted(facts.more_inputs):
            yield Offer(name, "", '""')


def _values(place: _Place, above: _Place, facts: Facts) -> Iterator[Offer]:
    schema = place.schema
    words = _mapping(schema.get("x-choice-words"))
    for each in schema.get("enum", ()):
        yield Offer(printing.dump(each), str(words.get(each, "")) if isinstance(each, str) else "")
    if "const" in schema:
        yield Offer(printing.dump(schema["const"]))
    if schema.get("x-from") == "step.uid":
        for step in facts.steps or ():
            yield Offer(printing.quote(step.uid), step.name)
    if above.schema.get("x-widget") == "accounts":
        fitting = fitting_accounts(facts, place.step.integrations if place.step else ())
        for account in fitting:
            yield Offer(printing.quote(account.uid), account.name)
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "boolean" in kinds:
        yield from (Offer("true"), Offer("false"))
    if "default" in schema:
        yield Offer(printing.dump(schema["default"]), "default")
    if "null" in kinds:
        yield Offer("null")


def _properties(schema: Schema) -> Mapping[str, Any]:
    return _mapping(schema.get("properties"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
