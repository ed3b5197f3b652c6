"""Batches whose payload no longer fits its workflow or its API, and their repair."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from playground.apis.updates import ApiUpdates
from playground.batches import ledger
from playground.batches.access import visible_batches
from playground.batches.batches import read_state, reopen, require_editable
from playground.batches.mapping import ColumnMapping, InvalidMapping, Mapping
from playground.batches.models import Batch
from playground.drafts.incomplete import text_at
from playground.drafts.states import State
from playground.jsontext import pointers
from playground.jsontext.edits import PointerNotFound, remove_value, set_value
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.splices import Splice, apply
from playground.openapi.parameters import find_parameter_key
from playground.payload_templates.drift import (
    MAX_LISTED,
    NOTHING,
    OF_IMPORTED_API,
    find_changed_workflows,
)
from playground.payload_templates.payload_drift import Drift, find_payload_drift
from playground.people.models import Person
from playground.rules.problems import FixEdit

# Replaces a cell whose value isn't known yet.
CELL = "{{row.#1}}"


def list_drifted_batches(person: Person) -> list[tuple[Batch, Drift]]:
    """The outdated batches that the person may see and that still have rows to send."""
    # The workflow is in an encrypted column, which queries can't filter by.
    connections = {connection for connection, _uid in find_changed_workflows()}
    matches = Q(connection__in=connections)
    return list(find_drifted_batches(visible_batches(person), ApiUpdates(), matches))


def find_drifted_batches(
    rows: QuerySet[Batch], updates: ApiUpdates, matches: Q = NOTHING
) -> Iterator[tuple[Batch, Drift]]:
    """The unfinished batches among these that no longer fit, newest first."""
    rows = rows.exclude(state=Batch.State.ENDED)
    if updates.newest:
        made_at = Coalesce("version__created_at", "created_at")
        of_apis = rows.filter(OF_IMPORTED_API).values_list("pk", "operation", made_at)
        matches |= Q(pk__in=updates.filter_changed(of_apis)[:MAX_LISTED])
    for each in rows.filter(matches).select_related("connection", "version")[:MAX_LISTED]:
        if drift := find_batch_drift(each, updates):
            yield each, drift


def find_batch_drift(batch: Batch, updates: ApiUpdates | None = None) -> Drift | None:
    """The drift of the payload with the cells of its rows; None for a finished batch.

    The `aligned` payload doesn't include the values that rows fill in.
    """
    if batch.state == Batch.State.ENDED:
        return None
    state, mapping = read_state(batch), _read_mapping(batch)
    filled = state
    for each in mapping.columns:
        filled = _put(filled, _place_of(each, mapping), CELL)
    drift = find_payload_drift(batch.operation, batch.connection, filled, _made_at(batch), updates)
    if drift is None:
        return None
    aligned = drift.aligned
    for each, after in zip(mapping.columns, follow_mapping(mapping, drift).columns, strict=True):
        former, place = _place_of(each, mapping), _place_of(after, mapping)
        aligned = _put(aligned, place, _get(state, former))
    return replace(drift, aligned=aligned)


def repair_batch(person: Person, batch_id: uuid.UUID) -> bool:
    """Apply every safe fix to the payload and its columns. Returns whether anything changed.

    Raises BatchRefused for somebody else's batch and for one that has been started.
    """
    with ledger.locked(batch_id) as batch:
        require_editable(person, batch)
        drift = find_batch_drift(batch)
        if drift is None or not drift.fixes:
            return False
        batch.text, batch.operation = drift.aligned.text, drift.operation
        batch.metadata = drift.aligned.metadata.write()
        batch.path_values = dict(drift.aligned.path_values)
        mapping = follow_mapping(_read_mapping(batch), drift)
        batch.mapping = mapping.as_dict(batch.columns)
        # Its rows were checked against the old payload.
        reopen(batch)
        batch.save(update_fields=["text", "operation", "metadata", "path_values", "mapping"])
    return True


def follow_mapping(mapping: Mapping, drift: Drift) -> Mapping:
    """The mapping with its columns pointing to the repaired places of their fields."""
    edits = [edit for each in drift.problems if each.fix for edit in each.fix.edits]
    moved = {edit.pointer: _find_target(edit) for edit in edits if edit.kind != "set"}

    def follow(each: ColumnMapping) -> ColumnMapping:
        place = _place_of(each, mapping)
        target = moved.get(place)
        if target and place != each.pointer:
            # An item of a list: each row fills its own.
            target = target.replace(f"{mapping.items}/0/", f"{mapping.items}/-/", 1)
        return each if target is None else replace(each, pointer=target)

    return replace(mapping, columns=tuple(map(follow, mapping.columns)))


def _find_target(edit: FixEdit) -> str:
    """Where a value is after an edit; empty if it was removed."""
    if edit.kind != "rename":
        return ""
    if find_parameter_key(edit.pointer) is None:
        return pointers.child(pointers.parent(edit.pointer), edit.value)
    place, colon, name = edit.value.partition(":")
    return f"#{place}/{name}" if colon else f"#path/{place}"


def _made_at(batch: Batch) -> datetime:
    """When its payload was made: a template version may be older than the batch."""
    return batch.version.created_at if batch.version else batch.created_at


def _read_mapping(batch: Batch) -> Mapping:
    try:
        return Mapping.read(batch.mapping)
    except InvalidMapping:
        return Mapping()


def _place_of(each: ColumnMapping, mapping: Mapping) -> str:
    """The place that a column fills; in a list, that of the first item."""
    below = f"{mapping.items}/-/"
    if mapping.items and each.pointer.startswith(below):
        return f"{mapping.items}/0/{each.pointer[len(below) :]}"
    return each.pointer


def _get(state: State, place: str) -> str | None:
    """The JSON text at a place in the document, or a parameter's text; None if missing."""
    if (key := find_parameter_key(place)) is not None:
        return state.path_values.get(key)
    return text_at(state.text, place) or None


def _put(state: State, place: str, value: str | None) -> State:
    """The state with a value set or removed at a place; unchanged if the place doesn't exist."""
    if (key := find_parameter_key(place)) is not None:
        kept = {name: each for name, each in state.path_values.items() if name != key}
        return replace(state, path_values=kept if value is None else {**kept, key: value})
    if not place:
        return state
    text = f'"{CELL}"' if value == CELL else value
    try:
        return replace(state, text=apply(state.text, _change(state.text, place, text)))
    except (PointerNotFound, JSONSyntaxError):
        return state


def _change(text: str, place: str, value: str | None) -> Splice:
    return remove_value(text, place) if value is None else set_value(text, place, value)
