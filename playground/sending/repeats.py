"""Repeats that launches from here began, and those that calls from here ended."""

import json
from typing import Any

from django.utils import timezone

from playground.calls.masking import mask_text
from playground.calls.values import Call, Outcome
from playground.history.models import Exchange
from playground.jsontext import pointers
from playground.openapi.operations import Operation
from playground.workspace.models import Connection, Repeat
from playground.workspace.workflows import find_workflow

GONE = 404


def note_repeat(
    exchange: Exchange, operation: Operation, connection: Connection | None, call: Call
) -> None:
    """Remember what an exchange that just ended did to the repeats of its connection."""
    if connection is None:
        return
    accepted = exchange.outcome == Outcome.ACCEPTED
    if operation.repeat and accepted:
        _begin(exchange, operation, connection, call)
    if operation.ends_repeat and (accepted or exchange.status == GONE):
        name = exchange.path_values.get(operation.ends_repeat, "")
        standing = connection.repeats.filter(job_name=name, deleted_at=None)
        standing.update(deleted_at=timezone.now())
        connection.touch_facts()


def _begin(exchange: Exchange, operation: Operation, connection: Connection, call: Call) -> None:
    body = _read(call.body)
    told = {key: _at(body, pointer) for key, pointer in operation.repeat.items()}
    if told["unit"] is None and told["every"] is None:
        return
    uid = exchange.path_values.get("workflow_uid", "")
    kept = find_workflow(connection, uid)
    shown = {key: mask_text(str(value), call.secrets) for key, value in told.items()}
    Repeat.objects.create(
        connection=connection,
        job_name=shown["name"][:500],
        unit=shown["unit"][:20],
        every=shown["every"][:40],
        workflow_uid=uid[:200],
        workflow_name=kept.name if kept else "",
        exchange_id=exchange.id,
        set_by=exchange.person_name,
    )
    connection.touch_facts()


def _read(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return None


def _at(tree: Any, pointer: str) -> Any:
    for segment in pointers.split(pointer):
        tree = tree.get(segment) if isinstance(tree, dict) else None
    return tree
