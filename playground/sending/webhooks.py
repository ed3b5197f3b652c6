"""Webhooks: addresses that people are notified at, called once with JSON."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from playground.calls.values import Call, Failure
from playground.engine.threads import get_cancel
from playground.network import GuardRefusal, check_target, send_call
from playground.sending.policy import current_limits, current_policy, warn_of_address

LONGEST_ADDRESS = 2000
# The end of an address that tells two of them apart, and how long the rest has to be to show it.
SHOWN_END, SHORTEST_MASKED = 4, 16


def validate_webhook(url: str) -> str:
    """Return why this URL can't be called; empty if it can, or is empty. Looks its name up."""
    if not url.strip():
        return ""
    judged = check_target(url.strip(), current_policy())
    return f"{judged.message} {judged.remedy}".strip() if isinstance(judged, GuardRefusal) else ""


def judge_webhook(url: str) -> str:
    """As `validate_webhook`, without looking its name up: as somebody types it."""
    if not url.strip():
        return ""
    if len(url) > LONGEST_ADDRESS:
        return _("The address can have at most %(limit)d characters.") % {"limit": LONGEST_ADDRESS}
    try:
        parts = urlsplit(url.strip())
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        return _("Enter an address such as https://hooks.example.com/abc.")
    return warn_of_address(url.strip())


def mask_webhook(url: str) -> str:
    """Where it leads: its path is often all that protects it, so only the end of it shows."""
    if not url.strip():
        return ""
    parts = urlsplit(url.strip())
    origin, rest = (
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        f"{parts.path}{parts.query}",
    )
    if rest in ("", "/"):
        return origin
    return f"{origin}/…{rest[-SHOWN_END:] if len(rest) >= SHORTEST_MASKED else ''}"


def call_address(url: str, body: dict[str, Any]) -> str:
    """POST the JSON once; return the status of the reply, or why there is none."""
    content = json.dumps(body).encode()
    call = Call("POST", url.strip(), (("Content-Type", "application/json"),), content)
    result = send_call(call, current_policy(), current_limits(), get_cancel())
    said = result.message if isinstance(result, Failure) else f"{result.status} {result.reason}"
    return said.strip()
