"""How updates of imported APIs changed an operation after a payload was made for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Max

from playground.apis.catalog import parse_other
from playground.apis.models import ApiChange, WaitingDocument
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.openapi.schema_comparison import OperationDifference

Id = TypeVar("Id")


@dataclass(frozen=True)
class OperationUpdate:
    """An operation before the first update that changed it, and its current version.

    `after` is None if the current document no longer has it. `made_at` is the time of that
    first update; `differences` are those of all updates since.
    """

    made_at: datetime
    differences: tuple[OperationDifference, ...]
    before: Operation
    after: Operation | None


@dataclass(frozen=True)
class _Record:
    """One update; `changes` are by the old ids of the operations and by their new ones."""

    made_at: datetime
    before: str
    url: str
    changes: Mapping[str, Mapping[str, Any]]


class ApiUpdates:
    """The updates of imported APIs, read once per API: share one instance for a whole list."""

    def __init__(self) -> None:
        self._records: dict[str, list[_Record]] = {}

    @cached_property
    def newest(self) -> dict[str, datetime]:
        """The time of each API's latest update, by API id."""
        rows = ApiChange.objects.order_by().values_list("api").annotate(Max("made_at"))
        return dict(rows)

    def has_changed(self, operation_id: str, since: datetime) -> bool:
        """Whether an update has changed the operation since then."""
        newest = self.newest.get(operation_id.partition(":")[0])
        # Most payloads are newer, so the changes don't have to be loaded.
        if newest is None or newest <= since:
            return False
        records = self._find_records(operation_id)
        return any(each.made_at > since and operation_id in each.changes for each in records)

    def filter_changed(self, rows: Iterable[tuple[Id, str, datetime]]) -> list[Id]:
        """From rows of (id, operation, time), the ids whose operation was changed since."""
        return [id for id, operation, since in rows if self.has_changed(operation, since)]

    def find(self, operation_id: str, since: datetime) -> OperationUpdate | None:
        """How an operation has changed since then; None if it hasn't."""
        if not self.has_changed(operation_id, since):
            return None
        first: _Record | None = None
        differences: list[OperationDifference] = []
        id = operation_id
        for record in self._find_records(operation_id):
            change = record.changes.get(id) if record.made_at > since else None
            if change is None:
                continue
            first = first or record
            if change.get("former") == id:
                id = change["operation"]
            differences += _describe(change)
        if first is None:
            return None
        before = parse_other(operation_id.partition(":")[0], first.before, first.url)
        operation = before.get(operation_id.partition(":")[2])
        if operation is None:
            return None  # the payload was made for no operation of that document
        after = _find_operation(operation_id) or _find_operation(id)
        words = tuple(dict.fromkeys(differences))
        return OperationUpdate(first.made_at, words, operation, after)

    def _find_records(self, operation_id: str) -> list[_Record]:
        api_id = operation_id.partition(":")[0]
        if api_id not in self._records:
            rows = ApiChange.objects.filter(api=api_id).order_by("made_at", "pk")
            found = rows.values_list("made_at", "before_id", "api__url", "changes")
            self._records[api_id] = [
                _Record(made_at, before, url, _by_id(changes))
                for made_at, before, url, changes in found
            ]
        return self._records[api_id]


class ProposedUpdate(ApiUpdates):
    """A waiting document, treated as if it had just been imported."""

    def __init__(self, waiting: WaitingDocument) -> None:
        super().__init__()
        self._waiting, self._changes = waiting, _by_id(waiting.changes)

    @cached_property
    def newest(self) -> dict[str, datetime]:
        return {self._waiting.api_id: self._waiting.found_at}

    def has_changed(self, operation_id: str, since: datetime) -> bool:
        return operation_id in self._changes

    def find(self, operation_id: str, since: datetime) -> OperationUpdate | None:
        """How it would change an operation, regardless of when the payload was made."""
        change, before = self._changes.get(operation_id), _find_operation(operation_id)
        if change is None or before is None:
            return None
        waiting = self._waiting
        newer = parse_other(waiting.api_id, waiting.document_id, waiting.url)
        after = newer.get(change["operation"].partition(":")[2])
        return OperationUpdate(waiting.found_at, tuple(_describe(change)), before, after)


def _by_id(changes: list[dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
    # Payloads don't refer to an operation added under another one's former id.
    kept = [each for each in changes if each["kind"] != "added"]
    found = {each["operation"]: each for each in kept}
    return found | {each["former"]: each for each in kept if each.get("former")}


def _describe(change: Mapping[str, Any]) -> list[OperationDifference]:
    if change["kind"] == "removed":
        return [OperationDifference("The operation was removed.", True)]
    listed = change["differences"]
    found = [OperationDifference(each["message"], each["breaking"]) for each in listed]
    if change.get("former"):
        name = change["operation"].rpartition(":")[2]
        found.insert(0, OperationDifference(f"Its id is now {name}.", True))
    return found


def _find_operation(operation_id: str) -> Operation | None:
    try:
        return get_operation(operation_id)
    except UnknownOperation:
        return None
