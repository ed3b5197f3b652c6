"""Accounts of a connection: storing what the API lists, and searching among thousands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

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
# A larger figure, such as infinity, isn't a count.
MOST_FIGURE = 10**15
LIMIT_KEYS = ("limit_name", "permalink", "level", "item_scraped", "limit_value")


@dataclass(frozen=True)
class AccountLimit:
    """How much of a limit an account had used at its last sync.

    `used` and `most` are figures, or a question mark; `share` is from 0 to 1, or None where it
    isn't known.
    """

    name: str
    used: str
    most: str
    share: float | None


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


def read_limits(account: Account) -> list[AccountLimit]:
    """Return the limits that the API reported, those used most first."""
    limits = [_read_limit(each) for each in json.loads(account.limits)]
    return sorted(limits, key=lambda each: -1 if each.share is None else each.share, reverse=True)


def _read_limit(limit: Mapping[str, Any]) -> AccountLimit:
    name, level = limit.get("limit_name") or limit.get("permalink"), limit.get("level")
    used, most = limit.get("item_scraped"), limit.get("limit_value")
    share = None
    # Nobody documents what a limit of 0 means.
    if _is_figure(used) and _is_figure(most) and most > 0:
        share = min(max(used / most, 0.0), 1.0)
    return AccountLimit(
        name=f"{name or ''} ({level})" if level else str(name or ""),
        used=_format_figure(used),
        most=_format_figure(most),
        share=share,
    )


def _is_figure(value: object) -> TypeGuard[float]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return -MOST_FIGURE < value < MOST_FIGURE


def _format_figure(value: object) -> str:
    return f"{value:,}" if _is_figure(value) else "?"


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
