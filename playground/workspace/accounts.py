"""Finding accounts among thousands, and what they have used of their limits."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import Count, Q, QuerySet

from playground.workspace.models import Account, Connection


def find_accounts(
    connection: Connection, integration: str = "", text: str = "", valid: str = ""
) -> QuerySet[Account]:
    """Accounts of a connection by integration, by words in name or UID, by validity."""
    found = connection.accounts.order_by("integration", "name", "uid")
    if integration:
        found = found.filter(integration=integration)
    for word in text.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(uid__icontains=word))
    if valid:
        found = found.filter(valid={"yes": True, "no": False}.get(valid))
    return found


def count_integrations(connection: Connection) -> list[tuple[str, int]]:
    """Each integration and how many accounts it has."""
    rows = connection.accounts.values("integration").annotate(n=Count("pk")).order_by("integration")
    return [(row["integration"], row["n"]) for row in rows]


def read_limits(account: Account) -> list[tuple[str, str, str]]:
    """Name, used and limit of each limit that the list answer told, as text."""
    return list(_read_limits(account.limits))


def _read_limits(text: str) -> Iterator[tuple[str, str, str]]:
    listed = json.loads(text or "[]")
    for limit in listed if isinstance(listed, list) else ():
        if isinstance(limit, dict):
            name = limit.get("limit_name") or limit.get("permalink") or ""
            yield str(name), _figure(limit.get("item_scraped")), _figure(limit.get("limit_value"))


def _figure(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else "?"
