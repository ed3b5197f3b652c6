"""Accounts of the practice workspace: listing, updating, adding."""

import hashlib
import uuid
from dataclasses import replace
from typing import Any

from django.utils import timezone

from playground.sandbox.models import UpdatedAccount
from playground.sandbox.practice import (
    PracticeAccount,
    PracticeIntegration,
    load_integrations,
)

MOST_STORED = 200


def load_accounts(integration: PracticeIntegration) -> list[PracticeAccount]:
    """The accounts of the practice data, updates included, then those that were added."""
    stored = UpdatedAccount.objects.filter(integration=integration.slug).order_by("pk")
    updates = {each.uid: each for each in stored}
    listed = []
    for account in integration.accounts:
        update = updates.pop(account.uid, None)
        # New credentials always work here: an update is how people repair an account.
        listed.append(replace(account, name=update.name, valid=True) if update else account)
    added = (
        PracticeAccount(a.uid, a.name, a.integration, "Classic", True) for a in updates.values()
    )
    return [*listed, *added]


def save_account(
    integration: PracticeIntegration, account: dict[str, Any]
) -> PracticeAccount | None:
    """Add (without `uid`) or update an account; None if no account has that UID."""
    uid = account.get("uid") or str(uuid.uuid4())
    known = next((each for each in load_accounts(integration) if each.uid == uid), None)
    if known is None and account.get("uid"):
        return None
    name = account.get("name") or (known.name if known else f"New {integration.title} account")
    # The credentials are dropped at once: nothing needs them, and they may be real.
    UpdatedAccount.objects.update_or_create(
        uid=uid,
        defaults={"integration": integration.slug, "name": name, "updated_at": timezone.now()},
    )
    newest = UpdatedAccount.objects.order_by("-pk").values_list("pk", flat=True)
    last = newest[MOST_STORED : MOST_STORED + 1].first()
    if last is not None:
        UpdatedAccount.objects.filter(pk__lte=last).delete()
    return next(each for each in load_accounts(integration) if each.uid == uid)


def validate_accounts(uids: list[str]) -> str:
    """Why a job that uses these accounts pauses; empty if it doesn't."""
    if not uids:
        return ""
    integrations = load_integrations().values()
    known = {each.uid: each for integration in integrations for each in load_accounts(integration)}
    for uid in uids:
        if uid not in known:
            return f"Account {uid} isn't in this workspace."
        if not known[uid].valid:
            return f"Reconnect account {known[uid].name}."
    return ""


def describe_account(account: PracticeAccount, integration: PracticeIntegration) -> dict[str, Any]:
    """The account as in the list response."""
    # The real API returns live cookies; made-up ones let people see that they are masked.
    cookies = {
        name: "AQED" + hashlib.sha256(f"{name}{account.uid}".encode()).hexdigest()[:40]
        for name in integration.credentials
        if name != "api_key"
    }
    return {
        "uid": account.uid,
        "name": account.name,
        "setup_at": "2024-11-26T15:12:17.652585",
        "cookies": cookies,
        "via_extension": True,
        "is_shared": account.shared,
        "level": account.level,
        "is_valid": account.valid,
        "application_permalink": integration.slug,
        "application_name": integration.title,
    }


def describe_limits(
    account: PracticeAccount, integration: PracticeIntegration
) -> list[dict[str, Any]]:
    """The account's usage limits as in the list response with `stats=true`."""
    used = hashlib.sha256(account.uid.encode()).digest()[0] % 26
    return [
        {
            "permalink": f"{integration.slug}-requests",
            "level": account.level,
            "item_scraped": used,
            "limit_value": 25,
            "limit_name": "connection requests" if integration.slug == "linkedin" else "requests",
            "start_time_range": "2024-11-25T15:29:36",
            "end_time_range": "2024-11-26T15:29:36",
            "templates": ["00000000-0000-4000-a7f2-000000000000"],
            "nbr_inputs_queued_next_seven_days": 0,
        }
    ]
