"""Completions in the JSON editor: the keys and values that fit a place of the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.forms.kinds import start_value
from playground.forms.places import Location, locate_schema, read_mapping, read_properties
from playground.forms.schemas import Schema
from playground.forms.steps import list_fitting_accounts
from playground.jsontext import pointers, printing
from playground.rules.facts import Facts
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


def complete_keys(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Completion]:
    """The keys that the object at the pointer doesn't have yet, in the schema's order."""
    location, value = locate_schema(schema, facts, tree, pointer)
    present = value if isinstance(value, dict) else {}
    return [each for each in _keys(location, facts) if each.text not in present][:MOST]


def complete_values(schema: Schema, facts: Facts, tree: Any, pointer: str) -> list[Completion]:
    """The values that are known to fit at the pointer, without duplicates."""
    location, _ = locate_schema(schema, facts, tree, pointer)
    above = location
    if pointer:
        above, _ = locate_schema(schema, facts, tree, pointers.parent(pointer))
    # A default is often one of the choices as well.
    found = {each.text: each for each in _values(location, above, facts)}
    return list(found.values())[:MOST]


def _keys(location: Location, facts: Facts) -> Iterator[Completion]:
    for key, part in read_properties(location.schema).items():
        inner = read_mapping(part)
        note = str(inner.get("title") or inner.get("description") or "")
        start = inner["default"] if "default" in inner else start_value(inner)
        yield Completion(key, note[:NOTE_LENGTH], printing.dump(start))
    if location.is_row:
        # Input keys are the workflow's; the API's schema doesn't know them.
        for each in facts.inputs:
            yield Completion(each.name, each.help[:NOTE_LENGTH], '""')
        for name in sorted(facts.more_inputs):
            yield Completion(name, "", '""')


def _values(location: Location, above: Location, facts: Facts) -> Iterator[Completion]:
    schema, types = location.schema, types_of(location.schema)
    labels = read_mapping(schema.get("x-choice-labels"))
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
