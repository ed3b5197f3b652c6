"""Places of a document: the schema that applies there, and the field people know it as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.forms.field import Field, FieldMetadata
from playground.forms.fields import read_field
from playground.forms.fitting import as_alternative
from playground.forms.kinds import ABSENT
from playground.forms.schemas import Schema, item_schema, member_schema
from playground.jsontext import pointers
from playground.rules.facts import Facts, StepFacts

NO_METADATA = FieldMetadata()


@dataclass(frozen=True)
class Location:
    """The schema of a place, and the step that the place belongs to."""

    schema: Schema
    step: StepFacts | None = None
    is_row: bool = False


@dataclass(frozen=True)
class Place:
    """One value as a field of its own; `heading` is the row or step that it belongs to."""

    field: Field
    heading: str


def locate_schema(schema: Schema, facts: Facts, tree: Any, pointer: str) -> tuple[Location, Any]:
    """Follow the pointer through schema and document at once: which parameters a step has
    depends on the `step_uid` typed in the document, and which keys an object of a union has on
    the matching alternative."""
    location, value = Location(as_alternative(schema, tree)), tree
    for segment in pointers.split(pointer):
        value = _value_below(value, segment)
        location = _location_below(location, facts, segment, value)
    return location, value


def read_place(schema: Schema, facts: Facts, tree: Any, pointer: str) -> Place:
    """The field at a pointer below the document, labelled as in the builder."""
    above, container = locate_schema(schema, facts, tree, pointers.parent(pointer))
    location, value = locate_schema(schema, facts, tree, pointer)
    key = pointers.last(pointer)
    names = container if isinstance(container, dict) else {}
    if isinstance(container, dict) and key not in names:
        value = ABSENT
    required = key in (above.schema.get("required") or ())
    field = read_field(key, location.schema, value, pointer, pointer, NO_METADATA)
    if above.is_row:
        known = next((each for each in facts.inputs if key in each.names), None)
        required = bool(known and known.required)
        field = replace(field, help=field.help or (known.help if known else ""))
    if isinstance(container, list):
        field = replace(field, label=_name_item(above, facts, key, value))
    heading = _name_heading(schema, facts, tree, pointers.parent(pointer))
    return Place(replace(field, required=required), heading)


def _name_heading(schema: Schema, facts: Facts, tree: Any, pointer: str) -> str:
    """The items and groups around a place, in words: "Step 2: Find e-mails"."""
    names: list[str] = []
    location, value = Location(schema), tree
    for segment in pointers.split(pointer):
        above, container = location, value
        value = _value_below(value, segment)
        location = _location_below(above, facts, segment, value)
        if isinstance(container, list):
            # The list is named by its item: "Row 2" rather than "Inputs, row 2".
            names = [*names[:-1], _name_item(above, facts, segment, value)]
        elif not (above.step and segment == "parameters"):
            names.append(str(location.schema.get("title") or segment))
    return " › ".join(names)


def _name_item(above: Location, facts: Facts, segment: str, item: Any) -> str:
    """An item of a list as people count, from one."""
    number = int(segment) + 1 if segment.isdecimal() and len(segment) < 9 else segment
    inner = read_mapping(above.schema.get("items"))
    source = above.schema.get("x-from")
    if source == "workflow.inputs":
        return _("Row %(number)s") % {"number": number}
    word = above.schema.get("x-item") or _("Item")
    step = _find_step(inner, facts, item) if source == "workflow.steps" else None
    return f"{word} {number}: {step.name}" if step and step.name else f"{word} {number}"


def _value_below(value: Any, segment: str) -> Any:
    # The place need not exist: the tree is the last text that parsed.
    if isinstance(value, dict):
        return value.get(segment)
    if isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
        return value[int(segment)]
    return None


def _location_below(location: Location, facts: Facts, segment: str, value: Any) -> Location:
    schema = location.schema
    if "items" in schema or "prefixItems" in schema:
        index = pointers.parse_index(segment)
        inner, source = item_schema(schema, index or 0), schema.get("x-from")
        step = _find_step(inner, facts, value) if source == "workflow.steps" else location.step
        return Location(as_alternative(inner, value), step, source == "workflow.inputs")
    inner = as_alternative(member_schema(schema, segment), value)
    if inner.get("x-from") == "step.parameters" and location.step:
        inner = location.step.parameters
    return Location(inner, location.step)


def _find_step(schema: Schema, facts: Facts, row: Any) -> StepFacts | None:
    for key, part in read_properties(schema).items():
        if read_mapping(part).get("x-from") == "step.uid":
            return facts.step(read_mapping(row).get(key))
    return None


def read_properties(schema: Schema) -> Mapping[str, Any]:
    return read_mapping(schema.get("properties"))


def read_mapping(value: Any) -> Mapping[str, Any]:
    # Imported documents may have anything where a schema belongs.
    return value if isinstance(value, Mapping) else {}
