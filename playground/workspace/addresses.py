"""Base addresses of connections: what may be kept, where `sandbox:` leads, which host it is."""

import re
from urllib.parse import urlsplit

import idna

SANDBOX = "sandbox:"
SANDBOX_HOST = "sandbox"
NOWHERE = frozenset({"nowhere.invalid"})
ODD = re.compile(r"[\s\\\x00-\x1f\x7f]")
PRACTICE_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def resolve_base(base_url: str, sandbox_origin: str) -> str:
    """The address to dial: `sandbox:captain-data/v3` leads to this installation's own
    practice server at `sandbox_origin` (`http://127.0.0.1:8000`), all else stays."""
    if not base_url.startswith(SANDBOX):
        return base_url
    return f"{sandbox_origin.rstrip('/')}/sandbox/{base_url[len(SANDBOX) :]}"


def host_of(base_url: str) -> str:
    """What a credential given for this address is bound to: `host`, `host:port` when the
    address names a port, or `sandbox` for the practice server wherever it listens."""
    if base_url.startswith(SANDBOX):
        return SANDBOX_HOST
    parts = urlsplit(base_url)
    name = _plain_name((parts.hostname or "").rstrip("."))
    return f"{name}:{parts.port}" if parts.port else name


def _plain_name(name: str) -> str:
    """As it stands on the wire: international names in their ASCII form."""
    if ":" in name:
        return f"[{name}]"
    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name


def resolve_hosts(hosts: str, sandbox_origin: str) -> frozenset[str]:
    """Hosts as kept, with `sandbox` replaced by the host and port it listens on now. None
    kept means nowhere, said by a name that no host can have."""
    own = urlsplit(sandbox_origin).netloc.lower()
    found = (own if host == SANDBOX_HOST else host for host in hosts.split())
    return frozenset(host for host in found if host) or NOWHERE


def clean_base(typed: str) -> str:
    """The address as it is kept: trimmed, without a slash at its end."""
    return typed.strip().rstrip("/")


def judge_base(base_url: str) -> str:
    """Why this cannot be a base address, in one sentence; empty when it can."""
    if base_url.startswith(SANDBOX):
        if PRACTICE_PATH.fullmatch(base_url[len(SANDBOX) :]):
            return ""
        return "After sandbox: comes the API's path, as in sandbox:captain-data/v3."
    if ODD.search(base_url):
        return "An address holds no blanks, backslashes or control characters."
    try:
        parts = urlsplit(base_url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return "This address cannot be read: look at the host and the port."
    if parts.scheme not in ("http", "https"):
        return "An address begins with https:// or http://."
    if not parts.hostname or not port_fits:
        return "The address names no host."
    if "@" in parts.netloc:
        return "Leave out what stands before @: the credential has a field of its own."
    if parts.query or parts.fragment or base_url.endswith(("?", "#")):
        return "Leave out everything from ? or # on."
    return ""
