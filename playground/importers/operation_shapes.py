"""The built-in operations as the readers of pasted material want them."""

from __future__ import annotations

from playground.importers import OperationShape
from playground.openapi.operations import Operation, list_operations


def operation_shapes() -> tuple[OperationShape, ...]:
    """Every operation by method, path template and the first level of its body."""
    return tuple(_shape(each) for each in list_operations())


def _shape(operation: Operation) -> OperationShape:
    keys = dict.fromkeys(operation.key_order)
    keys.update(dict.fromkeys(way.body_key for way in operation.credential.ways if way.body_key))
    return OperationShape(operation.id, operation.method, operation.path, tuple(keys))
