"""Where a definition is inferred from: a draft of one's own, or an exchange one may see."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from playground.calls.values import Outcome
from playground.drafts.drafts import drafts_of, find_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange, SentDocument
from playground.history.queries import find_exchange, visible_exchanges
from playground.openapi.operations import Operation, list_operations
from playground.openapi.payloads import infer_steps
from playground.pages.definition_form import Typed
from playground.people.models import Person
from playground.vault.encryption import unseal
from playground.workspace.models import Connection

SHOWN = 6


def infer_from(person: Person, asked: Mapping[str, str]) -> tuple[Typed, Connection | None]:
    """The definition that a payload lets one suppose; empty where there is none to see."""
    if draft := _find_draft(person, asked.get("draft", "")):
        return _infer(draft.text, draft.path_values, draft.name, draft.connection)
    exchange = _find_exchange(person, asked.get("exchange", ""))
    original = SentDocument.objects.filter(exchange=exchange).first() if exchange else None
    if exchange and original:
        kept = exchange.connection_id
        connection = Connection.objects.filter(pk=kept).first() if kept else None
        text = unseal(bytes(original.document))
        return _infer(text, exchange.path_values, exchange.name, connection)
    return Typed(uid=asked.get("uid", "")[:200]), None


def list_sources(person: Person) -> list[tuple[str, str, str]]:
    """What a definition can be inferred from: `draft` or `exchange`, its id, its name; the
    accepted launches one may see first."""
    launching = [o.id for o in list_operations() if _names_workflow(o)]
    sent = visible_exchanges(person).filter(operation__in=launching, outcome=Outcome.ACCEPTED)
    kept = drafts_of(person).filter(operation__in=launching)
    return [
        *(("exchange", str(each.id), each.name or each.job_uid) for each in sent[:SHOWN]),
        *(("draft", str(each.id), each.name or each.operation) for each in kept[:SHOWN]),
    ]


def _names_workflow(operation: Operation) -> bool:
    has_uid = any(each.name == "workflow_uid" for each in operation.path_fields)
    return has_uid and operation.body_schema is not None


def _infer(
    text: str, path_values: Mapping[str, str], name: str, connection: Connection | None
) -> tuple[Typed, Connection | None]:
    payload = _read(text)
    rows = connection.accounts.values_list("uid", "integration") if connection else []
    steps = infer_steps(payload, dict(rows), {})
    said = payload.get("job_name") if isinstance(payload, dict) else ""
    title = name or (said if isinstance(said, str) else "")
    return Typed(path_values.get("workflow_uid", ""), title, steps), connection


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _find_draft(person: Person, sent: str) -> Draft | None:
    try:
        return find_draft(person, uuid.UUID(sent))
    except (ValueError, Draft.DoesNotExist):
        return None


def _find_exchange(person: Person, sent: str) -> Exchange | None:
    try:
        return find_exchange(person, uuid.UUID(sent))
    except ValueError:
        return None
