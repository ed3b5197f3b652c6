"""The body that updates an account: the fields its integration needs, and no others."""

from __future__ import annotations

import json
from typing import Any

from playground.openapi.operations import Operation


def account_payload(operation: Operation, integration: str, uid: str = "") -> str:
    """The document to begin with: the account's UID (none: it will be added) and, empty, the
    fields that the schema names for this integration (`x-starts-with`). An integration that
    nobody described begins with no fields: people add their own."""
    schema = operation.body_schema or {}
    account = schema.get("properties", {}).get("account", {})
    fields: dict[str, Any] = account.get("x-starts-with", {}).get(integration.casefold(), {})
    body = {"account": {**({"uid": uid} if uid else {}), **fields}}
    return json.dumps(body, indent=2, ensure_ascii=False)
