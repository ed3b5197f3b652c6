"""Keeping workflows and accounts as the API described them, and what a draft can know of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from playground.apis import workflows as definitions
from playground.library.connections import read_variables
from playground.library.models import Account, Connection, Draft, Workflow
from playground.payload.facts import Facts, read_facts

Details = Mapping[str, Any]


def store_workflow(connection: Connection, details_text: str) -> Workflow | None:
    """Keep a `details` answer unaltered; None when it is no workflow. What somebody edited by
    hand stays as it is."""
    details = _read_object(details_text)
    uid, name = details.get("uid"), details.get("name")
    if not isinstance(uid, str) or not uid:
        return None
    values = {"name": str(name or uid)[:300], "details": details_text, "synced_at": _now()}
    kept, _ = Workflow.objects.update_or_create(connection=connection, uid=uid, defaults=values)
    return kept


@transaction.atomic
def store_accounts(connection: Connection, integration: str, rows: Sequence[Details]) -> int:
    """Keep the accounts of one integration as the list answer has them, without their
    cookies; those that the API lists no more are removed. Returns how many there are."""
    seen = [row for row in rows if isinstance(row.get("uid"), str)]
    for row in seen:
        values = {
            "name": str(row.get("name") or "")[:300],
            "valid": row.get("is_valid") if isinstance(row.get("is_valid"), bool) else None,
            "limits": json.dumps(row.get("limits") or [], ensure_ascii=False),
            "synced_at": _now(),
        }
        Account.objects.update_or_create(
            connection=connection, integration=integration, uid=row["uid"], defaults=values
        )
    gone = connection.accounts.filter(integration=integration)
    gone.exclude(uid__in=[row["uid"] for row in seen]).delete()
    return len(seen)


def find_workflow(connection: Connection | None, uid: str) -> Workflow | None:
    """The kept workflow of that UID."""
    return connection.workflows.filter(uid=uid).first() if connection and uid else None


def read_workflow(connection: Connection | None, uid: str) -> definitions.Workflow | None:
    """The definition of that workflow; None when it is not known."""
    row = find_workflow(connection, uid)
    return read_definition(row) if row else None


def read_definition(row: Workflow) -> definitions.Workflow:
    """The definition that a kept workflow goes by."""
    return definitions.Workflow.read(_read_object(row.definition))


def facts_for(
    connection: Connection | None,
    workflow_uid: str = "",
    draft: Draft | None = None,
) -> Facts:
    """Everything known outside a document: the workflow, accounts, variables, secret names."""
    workflow = read_workflow(connection, workflow_uid)
    return read_facts(
        workflow.as_facts() if workflow else None,
        _accounts_of(connection),
        variables=read_variables(connection) if connection else None,
        secrets=_secret_names(connection, draft),
    )


def _accounts_of(connection: Connection | None) -> list[dict[str, Any]] | None:
    """None (not known, not judged) until accounts were listed once."""
    if connection is None or not connection.accounts.exists():
        return None
    rows = connection.accounts.values("uid", "name", "integration", "valid")
    return [{**row, "valid": row["valid"] is not False} for row in rows]


def _secret_names(connection: Connection | None, draft: Draft | None) -> frozenset[str] | None:
    if connection is None and draft is None:
        return None
    rows = list(connection.secrets.values_list("name", flat=True)) if connection else []
    own = list(draft.secrets.values_list("name", flat=True)) if draft else []
    return frozenset(rows + own)


def _read_object(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text or "{}")
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}


def _now() -> datetime:
    return timezone.now()
