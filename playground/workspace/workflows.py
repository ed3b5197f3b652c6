"""Keeping workflows and accounts as the API described them."""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from playground.openapi import workflows
from playground.rules.definition_changes import compare_definitions
from playground.rules.facts import Facts, read_facts
from playground.workspace.models import Account, Connection, Workflow

Details = Mapping[str, Any]
LONGEST_UID = 200
MOST_LIMITS = 100
HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
LIMIT_KEYS = ("limit_name", "permalink", "level", "item_scraped", "limit_value")


def store_workflow(
    connection: Connection, details_text: str, uid: str = "", name: str = ""
) -> Workflow | None:
    """Keep a `details` answer unaltered; None when it is no workflow. What somebody edited by
    hand stays as it is. `uid` and `name` are those of the list, where the answer has none."""
    details = read_object(details_text)
    said = details.get("uid")
    uid = said if isinstance(said, str) and said and not uid else uid
    if not _is_uid(uid) or "/" in uid or not details:
        return None
    kept = connection.workflows.filter(uid=uid).first() or Workflow(connection=connection, uid=uid)
    before = kept.definition
    kept.name = _clean((kept.edited and kept.name) or str(details.get("name") or name or uid))[:300]
    kept.details, kept.synced_at, kept.gone_at = details_text, _now(), None
    kept.save()
    note_change(kept, before)
    return kept


def edit_workflow(kept: Workflow, definition: str, name: str) -> list[str]:
    """Keep a definition made by hand; what changed by it, in words. What the API said stays
    beside it, unaltered."""
    before = kept.definition
    kept.edited, kept.name = definition, _clean(name)[:300]
    kept.edited_over, kept.edited_at = kept.details, _now()
    kept.save()
    return note_change(kept, before, by_hand=True)


def take_api_definition(kept: Workflow) -> list[str]:
    """Let go of the edit by hand: the API's own definition counts again."""
    before = kept.definition
    kept.edited, kept.edited_over, kept.edited_at = "", "", None
    kept.name = _clean(str(read_object(kept.details).get("name") or kept.name))[:300]
    kept.save()
    return note_change(kept, before, by_hand=True)


def keep_own_definition(kept: Workflow) -> None:
    """The edit by hand stands although the API says something else; that is seen now."""
    kept.edited_over = kept.details
    kept.save(update_fields=["edited_over"])


def note_change(kept: Workflow, before: str, by_hand: bool = False) -> list[str]:
    """Remember how the definition changed, if it did; the difference in words."""
    if not before or before == kept.definition:
        return []
    sentences = tell_difference(before, kept.definition)
    if sentences:
        kept.changes.create(
            before=before, after=kept.definition, by_hand=by_hand, sentences=sentences
        )
    return sentences


def tell_difference(before: str, after: str) -> list[str]:
    """What differs between two definitions (JSON texts), in words."""
    return [each.message for each in compare_definitions(facts_in(before), facts_in(after))]


@lru_cache(maxsize=100)
def facts_in(definition: str) -> Facts:
    """What a definition alone tells, as facts. Kept by the text itself, so that what was
    changed is never taken for the former; the same schemas again and again also let their
    validators be found by identity."""
    return read_facts(workflows.WorkflowDefinition.read(read_object(definition)).as_facts())


def mark_gone(connection: Connection, listed: Collection[str]) -> list[Workflow]:
    """Mark workflows that the API lists no more; they stay, since drafts may need them."""
    there = connection.workflows.exclude(synced_at=None).filter(gone_at=None)
    gone = [each for each in there if each.uid not in listed]
    for each in gone:
        each.gone_at = _now()
        each.save(update_fields=["gone_at"])
    return gone


@transaction.atomic
def store_accounts(
    connection: Connection, integration: str, rows: Sequence[Details], complete: bool = True
) -> int:
    """Keep the accounts of one integration as the list answer has them, without their
    cookies; where the list is complete, those that it has no more are removed. Returns how
    many there are."""
    seen = {row["uid"]: row for row in rows if _is_uid(row.get("uid"))}
    began = _now()
    fresh = [_read_account(connection, integration, row, began) for row in seen.values()]
    Account.objects.bulk_create(
        fresh,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["connection", "integration", "uid"],
        update_fields=["name", "valid", "limits", "synced_at"],
    )
    if complete:
        gone = connection.accounts.filter(integration=integration)
        gone.exclude(synced_at=began).delete()
    return len(seen)


def _read_account(
    connection: Connection, integration: str, row: Details, when: datetime
) -> Account:
    valid = row.get("is_valid")
    return Account(
        connection=connection,
        integration=integration,
        uid=row["uid"],
        name=_clean(str(row.get("name") or ""))[:300],
        valid=valid if isinstance(valid, bool) else None,
        limits=json.dumps(_read_limits(row.get("limits"))),
        synced_at=when,
    )


def _read_limits(told: Any) -> list[dict[str, Any]]:
    """Name and figures of each limit; nothing else of it is kept, it might be anything."""
    listed = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    return [
        {key: each[key] for key in LIMIT_KEYS if isinstance(each.get(key), str | int | float)}
        for each in listed[:MOST_LIMITS]
    ]


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_UID and _clean(value) == value


def _clean(text: str) -> str:
    """Lone surrogates cannot be kept: they become question marks."""
    return text.encode("utf-8", "replace").decode()


def find_workflow(connection: Connection | None, uid: str) -> Workflow | None:
    """The kept workflow of that UID."""
    return connection.workflows.filter(uid=uid).first() if connection and uid else None


def read_workflow(connection: Connection | None, uid: str) -> workflows.WorkflowDefinition | None:
    """The definition of that workflow; None when it is not known."""
    row = find_workflow(connection, uid)
    return read_definition(row) if row else None


def read_definition(row: Workflow) -> workflows.WorkflowDefinition:
    """The definition that a kept workflow goes by."""
    return workflows.WorkflowDefinition.read(read_object(row.definition))


def read_object(text: str) -> dict[str, Any]:
    """The object a text holds, else an empty one. Numbers no JSON has become null, escapes
    that no text can hold (half a surrogate pair) question marks."""
    try:
        tree = json.loads(text or "{}", parse_constant=lambda _: None, parse_float=_finite)
        if HALF_A_PAIR.search(text):
            tree = json.loads(_clean(json.dumps(tree, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _finite(digits: str) -> float | None:
    return number if math.isfinite(number := float(digits)) else None


def _now() -> datetime:
    return timezone.now()
