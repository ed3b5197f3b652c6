"""The policy and the limits of this installation, made from its settings for `network`."""

from collections.abc import Callable

from django.conf import settings

from playground.network import InvalidPolicy, Limits, Policy

_announced: set[str] = set()


def announce_origin(origin: str) -> None:
    """The server of this process listens at this origin, such as `http://127.0.0.1:8000`:
    the sandbox there may be called. Never taken from a request."""
    _announced.clear()
    _announced.add(origin)


def current_origin() -> str:
    """Where the sandbox of this installation answers; empty when nothing said so."""
    return next(iter(_announced), settings.SANDBOX_ORIGIN)


def current_policy() -> Policy:
    """Raises InvalidPolicy for a setting that cannot be understood."""
    return Policy.read(
        [*settings.ALLOW_NETWORKS, *settings.ALLOW_HOSTS],
        allow_only=settings.ALLOW_ONLY,
        own_origins={settings.SANDBOX_ORIGIN, *_announced},
        ca_file=settings.CA_FILE,
        egress_proxy=settings.EGRESS_PROXY,
    )


def validate_network_settings() -> str:
    """The sentence about the first setting of the policy that cannot be understood, or an
    empty text."""
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
        header_count=settings.MAX_REPLY_HEADERS,
        header_bytes=settings.MAX_REPLY_HEADER_BYTES,
    )
