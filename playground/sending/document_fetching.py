"""Fetch an OpenAPI document from its address, through the guard like every other call."""

from __future__ import annotations

import threading
from dataclasses import replace
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from playground.calls.values import Call, Failure, Reply
from playground.network import send_call
from playground.openapi.reading import MOST_BYTES
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending.policy import current_limits, current_policy

LONGEST_ADDRESS = 2000
# Somebody is waiting for the page, and each fetch blocks a thread that could serve others.
LONGEST_SECONDS = 20.0
MOST_AT_ONCE = 2
ACCEPT = "application/vnd.oai.openapi+json, application/json, application/yaml, */*;q=0.5"
OK = 200

free = threading.BoundedSemaphore(MOST_AT_ONCE)


class FetchRefused(ValueError):
    """The document wasn't fetched; the message is shown to users."""


class FetchersBusy(FetchRefused):
    """Too many documents are already being fetched."""


def fetch_document(person: Person | None, url: str, follow_redirects: bool = True) -> bytes:
    """Fetch the bytes at an address (http or https); raises FetchRefused."""
    url = check_address(url)
    if not free.acquire(blocking=False):
        raise FetchersBusy(_("Other documents are being fetched. Try again in a few seconds."))
    try:
        result = _fetch(url, follow_redirects)
    finally:
        free.release()
    if isinstance(result, Failure):
        if result.code == "guard-refused":
            # As for syncs: nothing else records the attempt.
            host = urlsplit(url).netloc.rpartition("@")[2]
            record_event(person, "fetch-document", host, f"not-sent: {result.code}")
        raise FetchRefused(result.message)
    return _read(result)


def check_address(url: str) -> str:
    """The address without surrounding spaces; raises FetchRefused if it isn't usable."""
    url = url.strip().partition("#")[0]
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        message = _("This isn't a valid address. Enter the document's, starting with https://.")
        raise FetchRefused(message)
    if "@" in parts.netloc:
        # The address is stored and shown, so that it can be fetched again.
        raise FetchRefused(_("Remove the user name and password from the address."))
    if len(url) > LONGEST_ADDRESS:
        raise FetchRefused(_("This address is too long."))
    return url


def _fetch(url: str, follow_redirects: bool) -> Reply | Failure:
    limits = current_limits()
    limits = replace(
        limits,
        total_seconds=min(limits.total_seconds, LONGEST_SECONDS),
        # One more byte, to detect documents over the limit.
        wire_bytes=MOST_BYTES + 1,
        unpacked_bytes=MOST_BYTES + 1,
    )
    call = Call("GET", url, (("Accept", ACCEPT),), follow_redirects=follow_redirects)
    return send_call(call, current_policy(), limits)


def _read(reply: Reply) -> bytes:
    if reply.status != OK:
        status = f"{reply.status} {reply.reason}".strip()
        message = _("The server answered %(status)s instead of a document.")
        raise FetchRefused(message % {"status": status})
    if reply.unreadable:
        raise FetchRefused(_("The reply uses an unsupported compression."))
    if reply.truncated or len(reply.body) > MOST_BYTES:
        raise FetchRefused(_("The document is larger than 20 MB."))
    kinds = [value for name, value in reply.headers if name.lower() == "content-type"]
    if kinds and kinds[0].partition(";")[0].strip().lower() == "text/html":
        raise FetchRefused(
            _("This is the address of a web page. Enter that of the JSON or YAML file itself.")
        )
    return reply.body
