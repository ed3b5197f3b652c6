"""The accounts of the practice workspace, and what becomes of them when they are updated."""

import hashlib
import uuid
from dataclasses import replace
from typing import Any

from django.utils import timezone

from playground.sandbox.models import RenewedAccount
from playground.sandbox.practice import (
    PracticeAccount,
    PracticeIntegration,
    practice_integrations,
)

KEPT_ACCOUNTS = 200


def list_accounts(integration: PracticeIntegration) -> list[PracticeAccount]:
    """Those of the practice data, an updated one as updated, then those that were added."""
    renewed = {one.uid: one for one in RenewedAccount.objects.filter(integration=integration.slug)}
    known = [_renew(one, renewed.pop(one.uid, None)) for one in integration.accounts]
    return known + [_read_added(one) for one in renewed.values()]


def renew_account(
    integration: PracticeIntegration, account: dict[str, Any]
) -> PracticeAccount | None:
    """Add (without `uid`) or update an account; None when there is no account of that uid.

    Its credentials are dropped at once: nothing needs them, and they may be real.
    """
    uid = account.get("uid") or str(uuid.uuid4())
    known = next((one for one in list_accounts(integration) if one.uid == uid), None)
    if known is None and account.get("uid"):
        return None
    name = account.get("name") or (known.name if known else f"New {integration.title} account")
    RenewedAccount.objects.update_or_create(
        uid=uid,
        defaults={"integration": integration.slug, "name": name, "renewed_at": timezone.now()},
    )
    _prune()
    return next(one for one in list_accounts(integration) if one.uid == uid)


def judge_accounts(uids: list[str]) -> str:
    """Why a job that uses these accounts pauses, empty when it does not."""
    known = (
        {one.uid: one for each in practice_integrations().values() for one in list_accounts(each)}
        if uids
        else {}
    )
    for uid in uids:
        if uid not in known:
            return f"The account {uid} is not in this workspace."
        if not known[uid].valid:
            return f"{known[uid].name} has to be connected again."
    return ""


def describe_account(account: PracticeAccount, integration: PracticeIntegration) -> dict[str, Any]:
    """The account as the list answer has it, with cookies that look live, as in the real API."""
    found = {
        "uid": account.uid,
        "name": account.name,
        "setup_at": "2024-11-26T15:12:17.652585",
        "cookies": _invent_cookies(account, integration),
        "via_extension": True,
        "is_shared": account.shared,
        "level": account.level,
        "is_valid": account.valid,
        "application_permalink": integration.slug,
        "application_name": integration.title,
    }
    return found


def describe_limits(
    account: PracticeAccount, integration: PracticeIntegration
) -> list[dict[str, Any]]:
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


def _renew(account: PracticeAccount, renewed: RenewedAccount | None) -> PracticeAccount:
    return replace(account, name=renewed.name, valid=True) if renewed else account


def _read_added(one: RenewedAccount) -> PracticeAccount:
    return PracticeAccount(one.uid, one.name, one.integration, "Classic", valid=True)


def _invent_cookies(account: PracticeAccount, integration: PracticeIntegration) -> dict[str, str]:
    def invent(name: str) -> str:
        return "AQED" + hashlib.sha256(f"{name}{account.uid}".encode()).hexdigest()[:40]

    return {name: invent(name) for name in integration.credentials if name != "api_key"}


def _prune() -> None:
    newest = RenewedAccount.objects.order_by("-pk").values_list("pk", flat=True)
    last_kept = newest[KEPT_ACCOUNTS : KEPT_ACCOUNTS + 1].first()
    if last_kept is not None:
        RenewedAccount.objects.filter(pk__lte=last_kept).delete()
