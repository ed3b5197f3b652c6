"""Proposals for a mapping: which field each column fills, by its title or by its last use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from playground.batches.cells import choose_kind
from playground.batches.documents import (
    list_item_columns,
    list_row_columns,
    list_row_titles,
)
from playground.batches.mapping import MOST_ROWS, ColumnMapping, InvalidMapping
from playground.batches.mapping import Mapping as RowMapping
from playground.drafts.assignments import list_columns
from playground.drafts.states import State
from playground.importers.credentials import is_secret_pointer
from playground.importers.titles import KnownColumns, TableColumn
from playground.jsontext import pointers
from playground.jsontext.parsing import try_parse
from playground.openapi.operations import Operation
from playground.rules.context import schema_at
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.steps import KEY as STEPS

# Altcraft's imports take as many; more seldom make a request faster.
USUAL_CHUNK = 10_000
MOST_DEPTH = 4
Schema = Mapping[str, Any]


def propose_mapping(
    columns: Sequence[str],
    operation: Operation,
    state: State,
    saved: Mapping[str, Any] | None = None,
    facts: Facts = NO_FACTS,
) -> RowMapping:
    """The mapping to start with for columns with these titles.

    `saved` is the mapping of the template's last batch with its titles, from `as_dict`. Columns
    that the payload refers to as `{{row.TITLE}}` fill nothing else.
    """
    schema = operation.find_body_schema(state.metadata.media_type)
    items = find_items(schema)
    mapping = RowMapping(size=propose_size(schema, items), items=items)
    mapping = _use_saved(mapping, columns, saved)
    known = KnownColumns(list_fields(operation, state, mapping.items, facts))
    filled = [each.pointer for each in mapping.columns if each.pointer]
    # Without a definition of the workflow, any column may be an input of it.
    is_declared = has_declared_items(schema, mapping.items)
    is_open = is_declared and facts.steps is None
    settled = {each.column for each in mapping.columns}
    referred = list_row_columns(operation, state, columns)
    entries = list(mapping.columns)
    parameters = _list_parameters(state, facts)
    for index, title in enumerate(columns):
        if index in settled:
            continue
        pointer = known.find(title) or ""
        if not pointer and is_open:
            pointer = f"{mapping.items}/-/{pointers.escape(title)}"
        if index in referred or any(pointers.overlaps(pointer, each) for each in filled):
            pointer = ""
        filled += [pointer] if pointer else []
        # The workflow's definition knows what the schema of the body doesn't.
        kind = choose_kind(parameters[pointer]) if pointer in parameters else "auto"
        entries.append(ColumnMapping(index, pointer, "auto" if kind == "text" else kind))
    entries.sort(key=lambda each: each.column)
    mapping = replace(mapping, columns=tuple(entries))
    if saved or not list_item_columns(mapping):
        return mapping
    # What fills inputs is usually meant as the inputs of one launch.
    is_mixed = any(not pointers.overlaps(each, items) for each in filled)
    return mapping if is_mixed and not is_declared else replace(mapping, group="all")


def propose_size(schema: Schema | None, items: str) -> int:
    """How many rows a request of "chunks" takes, as far as the API's documentation says."""
    most = schema_at(schema, items).get("maxItems") if items else None
    return min(most, MOST_ROWS) if isinstance(most, int) and most > 0 else USUAL_CHUNK


def has_declared_items(schema: Schema | None, items: str) -> bool:
    """Whether the schema says that this array collects rows; any list can."""
    found = schema_at(schema, items) if items else {}
    return found.get("x-widget") == "grid" or found.get("x-from") == "workflow.inputs"


def find_items(schema: Schema | None) -> str:
    """The pointer of the array of the body that rows are collected in; empty without one."""
    properties = (schema or {}).get("properties", {})
    arrays = {
        name: inner
        for name, inner in properties.items()
        if isinstance(inner, Mapping)
        and "array" in inner.get("type", ())
        and _takes_objects(inner.get("items"))
    }
    for pointer in (pointers.child("", name) for name in arrays):
        if has_declared_items(schema, pointer):
            return pointer
    # Others that have a widget, such as attachments, aren't rows.
    plain = [name for name, inner in arrays.items() if "x-widget" not in inner]
    return pointers.child("", plain[0]) if len(plain) == 1 else ""


def list_fields(
    operation: Operation, state: State, items: str, facts: Facts = NO_FACTS
) -> list[TableColumn]:
    """The places that columns can fill by pointer, with the titles that people may give them.

    Of two with one title, the first one is proposed.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in operation.parameters:
        found[each.pointer] = (each.name, each.title)
    schema = operation.find_body_schema(state.metadata.media_type)
    if schema is None:
        return [TableColumn(key, labels) for key, labels in found.items()]
    of_items = {
        pointers.child(f"{items}/-", column.key): (column.key, *column.labels)
        for column in (list_columns(schema, facts, state.text, items) if items else ())
    }
    if has_declared_items(schema, items):
        found |= of_items
    parsed = try_parse(state.text)
    tree = parsed[0] if parsed else {}
    for pointer, labels in _walk(schema, tree, ""):
        if not (items and pointers.overlaps(pointer, items)):
            found.setdefault(pointer, labels)
    found |= {key: labels for key, labels in of_items.items() if key not in found}
    for pointer, described in _list_parameters(state, facts).items():
        title = str(described.get("title", ""))
        found.setdefault(pointer, (pointers.last(pointer), *([title] if title else ())))
    return [
        TableColumn(key, labels)
        for key, labels in found.items()
        if key.startswith("#") or not is_secret_pointer(schema, key)
    ]


def list_titles(
    operation: Operation,
    state: State,
    saved: Mapping[str, Any] | None = None,
    facts: Facts = NO_FACTS,
) -> list[TableColumn]:
    """Columns that a file for this payload may have: their titles tell which row is its header.

    They are those of the fields, of references, and of the `saved` mapping, as `propose_mapping`
    takes it.
    """
    former = (saved or {}).get("columns", ())
    titles = [str(each.get("title", "")) for each in former if isinstance(each, Mapping)]
    names = dict.fromkeys([*titles, *list_row_titles(operation, state)])
    items = find_items(operation.find_body_schema(state.metadata.media_type))
    fields = list_fields(operation, state, items, facts)
    return [*(TableColumn(each) for each in names if each), *fields]


def _list_parameters(state: State, facts: Facts) -> dict[str, Schema]:
    """The parameters of the payload's steps, by pointer, with their schemas."""
    parsed = try_parse(state.text) if facts.steps else None
    steps = parsed[0].get(STEPS) if parsed and isinstance(parsed[0], dict) else None
    found: dict[str, Schema] = {}
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        known = facts.step(step.get("step_uid")) if isinstance(step, dict) else None
        for name, schema in known.properties.items() if known else ():
            if isinstance(schema, Mapping):
                found[pointers.child(f"/{STEPS}/{index}/parameters", name)] = schema
    return found


def _use_saved(
    mapping: RowMapping, columns: Sequence[str], saved: Mapping[str, Any] | None
) -> RowMapping:
    """The mapping with what was saved for columns with the same titles."""
    try:
        former = RowMapping.read(saved) if saved else mapping
    except InvalidMapping:
        return mapping
    known = KnownColumns([TableColumn(each) for each in columns])
    numbers = {title: index for index, title in reversed(list(enumerate(columns)))}
    entries: list[ColumnMapping] = []
    for data, entry in zip((saved or {}).get("columns", ()), former.columns, strict=True):
        title = known.find(str(data.get("title", "")))
        if title is not None:
            entries.append(replace(entry, column=numbers[title]))
    has_key = former.group != "key" or former.key in numbers
    return replace(
        former,
        columns=tuple(entries),
        group=former.group if has_key else mapping.group,
        key=former.key if has_key else "",
        size=former.size or mapping.size,
        unique=tuple(each for each in former.unique if each in numbers),
    )


def _takes_objects(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return True
    types = schema.get("type", "object")
    return "object" in types or not types


def _walk(schema: Any, tree: Any, at: str, depth: int = 0) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The places of a payload, those of its schema first, with their names and titles."""
    if depth >= MOST_DEPTH:
        return
    schema = schema if isinstance(schema, Mapping) else {}
    if isinstance(tree, list):
        for index, inner in enumerate(tree):
            if isinstance(inner, dict | list):
                below = pointers.child(at, index)
                yield from _walk(schema.get("items"), inner, below, depth + 1)
        return
    properties = schema.get("properties", {})
    values = tree if isinstance(tree, dict) else {}
    names = dict.fromkeys([*properties, *values])
    for name in names:
        described = properties.get(name, {})
        title = described.get("title") if isinstance(described, Mapping) else None
        yield pointers.child(at, name), (name, *((title,) if title else ()))
    # What is deeper is less likely to be meant by a title.
    for name in names:
        inner = values.get(name)
        if isinstance(inner, dict | list) or name in properties:
            yield from _walk(properties.get(name), inner, pointers.child(at, name), depth + 1)
