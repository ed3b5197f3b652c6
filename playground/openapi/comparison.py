"""Compare the operations of two versions of a document, from a caller's point of view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from playground.openapi.operations import Operation
from playground.openapi.schema_comparison import (
    OperationDifference,
    SchemaComparison,
    list_unmatched,
)

# Per operation: nobody reads more than that.
MOST_DETAILS = 50


@dataclass(frozen=True)
class OperationChange:
    """How an operation changed: `kind` is `added`, `removed` or `changed`.

    `former` is its previous id, if that changed.
    """

    operation: str
    title: str
    kind: str
    differences: tuple[OperationDifference, ...] = ()
    former: str = ""

    @property
    def breaking(self) -> bool:
        # Payloads refer to their operation by id.
        is_lost = self.kind == "removed" or bool(self.former)
        return is_lost or any(each.breaking for each in self.differences)


def compare_operations(old: Iterable[Operation], new: Iterable[Operation]) -> list[OperationChange]:
    """The operations that were added, removed or changed, in the order of the newer document.

    An operation with a new id but the same method and path is the same operation.
    """
    before = {each.id: each for each in old}
    after = {each.id: each for each in new}
    by_address = {_address(each): each for each in before.values() if each.id not in after}
    changes = []
    for operation in after.values():
        former = before.get(operation.id) or by_address.get(_address(operation))
        if former is None:
            changes.append(OperationChange(operation.id, operation.title, "added"))
            continue
        before.pop(former.id, None)
        found = tuple(_limit(_compare_operation(former, operation)))
        renamed = former.id if former.id != operation.id else ""
        if found or renamed:
            changes.append(
                OperationChange(operation.id, operation.title, "changed", found, renamed)
            )
    removed = [OperationChange(each.id, each.title, "removed") for each in before.values()]
    return changes + removed


def _address(operation: Operation) -> tuple[str, str]:
    return operation.method, operation.path


def _limit(differences: Iterable[OperationDifference]) -> list[OperationDifference]:
    """The distinct differences, breaking ones first."""
    found = list(dict.fromkeys(differences))
    found.sort(key=lambda each: not each.breaking)
    left = len(found) - MOST_DETAILS
    if left > 0:
        rest = OperationDifference(
            f"And {left} more.", any(each.breaking for each in found[MOST_DETAILS:])
        )
        return [*found[:MOST_DETAILS], rest]
    return found


def _compare_operation(old: Operation, new: Operation) -> Iterator[OperationDifference]:
    if _address(old) != _address(new):
        yield OperationDifference(f"{old.method} {old.path} became {new.method} {new.path}.", True)
    yield from _compare_parameters(old, new)
    if old.body_schema is None and new.body_schema is not None:
        yield OperationDifference("It has a body now.", True)
    elif old.body_schema is not None and new.body_schema is None:
        yield OperationDifference("It no longer has a body.", True)
    elif old.body_schema is not None and new.body_schema is not None:
        yield from _compare_bodies(old, new)


def _compare_bodies(old: Operation, new: Operation) -> Iterator[OperationDifference]:
    """The differences of the usual media type, then those that only others have."""
    usual = list(SchemaComparison().compare(old.body_schema, new.body_schema, ""))
    yield from usual
    before = {each.media_type: each.schema for each in old.bodies}
    after = {each.media_type: each.schema for each in new.bodies}
    for name in list_unmatched(before, after):
        yield OperationDifference(f"The body can no longer be {name}.", True)
    for name in list_unmatched(after, before):
        yield OperationDifference(f"The body can be {name} now.")
    # They often have the same schema, of which everything is said already.
    said = {each.message for each in usual}
    for name in list(before)[1:]:
        for each in SchemaComparison().compare(before[name], after.get(name), ""):
            if each.message not in said:
                yield replace(each, message=f"As {name}: {each.message}")


def _compare_parameters(old: Operation, new: Operation) -> Iterator[OperationDifference]:
    before = {(each.place, each.name): each for each in old.parameters}
    after = {(each.place, each.name): each for each in new.parameters}
    for key, parameter in after.items():
        former, name = before.get(key), f"The {key[0]} parameter {key[1]}"
        if former is None:
            needed = ", and it is required" if parameter.required else ""
            yield OperationDifference(f"{name} is new{needed}.", parameter.required)
            continue
        if parameter.required and not former.required:
            yield OperationDifference(f"{name} is required now.", True)
        yield from SchemaComparison().compare(former.schema, parameter.schema, name)
    for place, name in list_unmatched(before, after):
        yield OperationDifference(f"The {place} parameter {name} is no longer documented.", True)
