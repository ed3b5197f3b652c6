"""Accounts of a connection: storing what the API lists, and searching among thousands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from playground.people.search import contain_words
from playground.workspace.models import Account, Connection
from playground.workspace.workflows import is_valid_uid, read_definition, replace_surrogates

# UID to name and validity.
Validity = Mapping[str, tuple[str, bool | None]]
LONGEST_SLUG = 200
MOST_LIMITS = 100
LIMIT_KEYS = ("limit_name", "permalink", "level", "item_scraped", "limit_value")


def with_accounts() -> QuerySet[Connection]:
    """The connections whose API listed accounts."""
    return Connection.objects.filter(Exists(Account.objects.filter(connection=OuterRef("pk"))))


@transaction.atomic
def store_accounts(
    connection: Connection,
    integration: str,
    rows: Sequence[Mapping[str, Any]],
    complete: bool = True,
) -> int:
    """Store the accounts of one integration as the API listed them; return how many.

    Of a complete list, accounts that are not in it are removed.
    """
    seen = {row["uid"]: row for row in rows if is_valid_uid(row.get("uid"))}
    now = timezone.now()
    # One statement for 200 rows: a connection may have ten thousand accounts.
    Account.objects.bulk_create(
        [_read_account(connection, integration, row, now) for row in seen.values()],
        batch_size=200,
        update_conflicts=True,
        unique_fields=["connection", "integration", "uid"],
        update_fields=["name", "valid", "limits", "synced_at"],
    )
    if complete:
        # Every listed row has just got this time: older ones were not in the list.
        gone = connection.accounts.filter(integration=integration)
        gone.exclude(synced_at=now).delete()
    connection.touch_facts()
    return len(seen)


def search_accounts(
    connection: Connection, integration: str = "", text: str = "", valid: str = ""
) -> QuerySet[Account]:
    """Return accounts by integration, by words in name or UID, by validity (`yes` or `no`)."""
    found = connection.accounts.order_by("integration", Lower("name"), "uid")
    if integration:
        found = found.filter(integration=integration)
    found = found.filter(contain_words(text, "name", "uid"))
    if valid:
        found = found.filter(valid={"yes": True, "no": False}.get(valid))
    return found


def count_accounts(connection: Connection) -> list[tuple[str, int]]:
    """Return each integration and how many accounts it has."""
    rows = connection.accounts.values("integration").annotate(n=Count("pk")).order_by("integration")
    return [(row["integration"], row["n"]) for row in rows]


def list_integrations(connection: Connection) -> list[str]:
    """Return the slugs of integrations that steps use or accounts are known of, each once."""
    found: dict[str, None] = {}
    for workflow in connection.workflows.all():
        for step in read_definition(workflow).steps:
            found |= dict.fromkeys(step.integrations)
    found |= dict.fromkeys(connection.accounts.values_list("integration", flat=True))
    return [slug for slug in found if 0 < len(slug.strip()) <= LONGEST_SLUG]


def read_validity(connection: Connection, integration: str) -> Validity:
    """Return name and validity of the accounts of one integration by UID."""
    rows = connection.accounts.filter(integration=integration)
    found = rows.values_list("uid", "name", "valid")
    return {uid: (name or uid, valid) for uid, name, valid in found}


def read_limits(account: Account) -> list[tuple[str, str, str]]:
    """Return name, used and maximum of each limit that the API reported, as text."""
    return [
        (
            str(limit.get("limit_name") or limit.get("permalink") or ""),
            _format_figure(limit.get("item_scraped")),
            _format_figure(limit.get("limit_value")),
        )
        for limit in json.loads(account.limits)
    ]


def _format_figure(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else "?"


def _read_account(
    connection: Connection, integration: str, row: Mapping[str, Any], now: datetime
) -> Account:
    # Only these columns, never the whole row: lists carry live session cookies.
    valid = row.get("is_valid")
    return Account(
        connection=connection,
        integration=integration,
        uid=row["uid"],
        name=replace_surrogates(str(row.get("name") or ""))[:300],
        valid=valid if isinstance(valid, bool) else None,
        limits=json.dumps(_select_limits(row.get("limits"))),
        synced_at=now,
    )


def _select_limits(listed: Any) -> list[dict[str, Any]]:
    limits = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    # Only known keys and plain values: anything else might be a secret.
    return [
        {key: each[key] for key in LIMIT_KEYS if isinstance(each.get(key), str | int | float)}
        for each in limits[:MOST_LIMITS]
    ]
