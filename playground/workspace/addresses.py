"""Base URLs of connections: which are valid, where `sandbox:` leads, which host they name."""

import re
from urllib.parse import urlsplit

import idna

SANDBOX = "sandbox:"
SANDBOX_HOST = "sandbox"
# RFC 6761 reserves .invalid: no host can ever have this name.
NOWHERE = frozenset({"nowhere.invalid"})
# Characters that URL parsers disagree about; `http://a\@b` leads to a or to b.
UNSAFE = re.compile(r"[\s\\\x00-\x1f\x7f]")
SANDBOX_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def resolve_base_url(base_url: str, sandbox_origin: str) -> str:
    """Return the URL to call: `sandbox:captain-data/v3` becomes a path of `sandbox_origin`.

    The origin (`http://127.0.0.1:8000`) is joined at the last moment, as the port may be
    another one after each start. Other URLs are returned unchanged.
    """
    if not base_url.startswith(SANDBOX):
        return base_url
    return f"{sandbox_origin.rstrip('/')}/sandbox/{base_url[len(SANDBOX) :]}"


def host_of(base_url: str) -> str:
    """Return what a credential given for this URL is bound to.

    That is `host`, `host:port` if the URL names a port, or `sandbox` for the practice server.
    """
    # A name rather than an address: the credential survives a change of the port.
    if base_url.startswith(SANDBOX):
        return SANDBOX_HOST
    parts = urlsplit(base_url)
    name = _to_ascii((parts.hostname or "").rstrip("."))
    return f"{name}:{parts.port}" if parts.port else name


def resolve_hosts(hosts: str, sandbox_origin: str) -> frozenset[str]:
    """Return the hosts a stored secret may go to; NOWHERE if it is bound to none.

    An empty set would be wrong: to `calls` it means that a secret may go anywhere.
    """
    own = urlsplit(sandbox_origin).netloc.lower()
    found = (own if host == SANDBOX_HOST else host for host in hosts.split())
    return frozenset(host for host in found if host) or NOWHERE


def normalize_base_url(typed: str) -> str:
    """Return the URL as it is stored: trimmed, without trailing slashes."""
    return typed.strip().rstrip("/")


def validate_base_url(base_url: str) -> str:
    """Return why this can't be a base URL; empty if it can."""
    if base_url.startswith(SANDBOX):
        if SANDBOX_PATH.fullmatch(base_url[len(SANDBOX) :]):
            return ""
        return "Write the API's path after sandbox:, as in sandbox:captain-data/v3."
    if UNSAFE.search(base_url):
        return "The base URL can't contain spaces, backslashes or control characters."
    try:
        parts = urlsplit(base_url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return "This URL isn't valid. Check the host and the port."
    if parts.scheme not in ("http", "https"):
        return "Start the base URL with https:// or http://."
    if not parts.hostname or not port_is_valid:
        return "The base URL has no valid host."
    if "@" in parts.netloc:
        return "Remove the part before @. Enter the credential in its own field."
    # Operations append their path: after a query or a fragment it would not be one.
    if parts.query or parts.fragment or base_url.endswith(("?", "#")):
        return "Remove everything from ? or # on."
    return ""


def _to_ascii(name: str) -> str:
    """Return the host name as DNS and TLS know it."""
    if ":" in name:
        return f"[{name}]"
    # UTS 46, as browsers do it: Bücher.example and bücher.example are one host.
    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name
