"""The network policy and the limits of this installation, from its settings."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from playground.engine.processes import find_origin
from playground.engine.tasks import uses_workers
from playground.network import GuardRefusal, InvalidPolicy, Limits, Policy, check_target

_announced: set[str] = set()


def announce_origin(origin: str) -> None:
    """Allow calls to the sandbox that this process serves at an origin.

    The origin is something like `http://127.0.0.1:8000`. Never pass one taken from a request:
    a forged Host header would open the network policy.
    """
    _announced.clear()
    _announced.add(origin)


def current_origin() -> str:
    """Return the origin of this installation's sandbox; empty if it isn't known."""
    known = next(iter(_announced), settings.SANDBOX_ORIGIN)
    # A worker serves no sandbox, but a server on its machine does.
    return known or (find_origin() if uses_workers() else "")


def current_policy() -> Policy:
    """Return the policy. Raises InvalidPolicy for a setting that can't be parsed."""
    # Reread for each call: the CA file may have been replaced, and parsing is cheap.
    return Policy.read(
        [*settings.ALLOW_NETWORKS, *settings.ALLOW_HOSTS],
        allow_only=settings.ALLOW_ONLY,
        own_origins={settings.SANDBOX_ORIGIN, *_announced, current_origin()},
        ca_file=settings.CA_FILE,
        egress_proxy=settings.EGRESS_PROXY,
    )


def warn_of_address(base_url: str) -> str:
    """Return why calls to an IP address or to this machine would be refused; empty if not.

    Other names aren't looked up: they may resolve to something else by the time of a call.
    """
    host = urlsplit(base_url).hostname or ""
    if not re.fullmatch(r"[0-9.]+|.*:.*|localhost", host):
        return ""
    judged = check_target(base_url, current_policy())
    return f"{judged.message} {judged.remedy}".strip() if isinstance(judged, GuardRefusal) else ""


def validate_network_settings() -> str:
    """Return a message about the first setting that can't be parsed; empty if all can."""
    # One setting at a time, so that the message can name the one that is wrong.
    parts: dict[str, Callable[[], Policy]] = {
        "ALLOW_NETWORKS": lambda: Policy.read(settings.ALLOW_NETWORKS),
        "ALLOW_HOSTS": lambda: Policy.read(settings.ALLOW_HOSTS),
        "SANDBOX_ORIGIN": lambda: Policy.read(own_origins=[settings.SANDBOX_ORIGIN]),
        "CA_FILE": lambda: Policy.read(ca_file=settings.CA_FILE),
        "EGRESS_PROXY": lambda: Policy.read(egress_proxy=settings.EGRESS_PROXY),
    }
    for name, read in parts.items():
        try:
            read()
        except InvalidPolicy as error:
            return f"PLAYGROUND_{name}: {error}"
    return ""


def current_limits() -> Limits:
    return Limits(
        connect_seconds=settings.CONNECT_SECONDS,
        total_seconds=settings.TOTAL_SECONDS,
        idle_seconds=settings.IDLE_SECONDS,
        wire_bytes=settings.MAX_REPLY_BYTES,
        unpacked_bytes=settings.MAX_UNPACKED_BYTES,
        unpacking_bytes=settings.MAX_UNPACKING_BYTES,
        header_count=settings.MAX_REPLY_HEADERS,
        header_bytes=settings.MAX_REPLY_HEADER_BYTES,
    )
