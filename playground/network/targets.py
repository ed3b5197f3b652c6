"""Reads the address of a call into one canonical URL; exactly that is dialled."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from playground.network.hosts import read_host
from playground.network.refusals import Refusal, Refused

__all__ = ["Refusal", "Target", "canonical_url", "read_target"]

LONGEST = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}
_SHAPE = re.compile(r"(https?)://([^/?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset({"Zs", "Zl", "Zp"})
# Everything RFC 3986 allows in a path or query stays as typed; the rest is percent-encoded.
_KEPT = "/?%:@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Target:
    """Where a call goes, read once: nothing after this reads the address again.

    `host` is ASCII without brackets, `address` is set when it is an IP address, `path` is the
    request target: path and query, beginning with a slash.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: IPv4Address | IPv6Address | None = None

    @property
    def authority(self) -> str:
        """Host and port as in a Host header: the scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def canonical_url(text: str) -> Target | Refusal:
    """The target an address names, or why it is refused. Never raises."""
    try:
        return read_target(text)
    except Refused as refused:
        return refused.as_refusal()


def read_target(text: str) -> Target:
    """As `canonical_url`, but raises Refused."""
    _refuse_odd_signs(text)
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise Refused("url-scheme")
    scheme, authority, rest = shape[1].lower(), shape[2], shape[3]
    if "@" in authority:
        raise Refused("url-user")
    if shape[4] is not None:
        raise Refused("url-fragment")
    host_text, port_text = _split_port(authority)
    host, address = read_host(host_text)
    return Target(scheme, host, _read_port(port_text, scheme), _read_path(rest), address)


def _refuse_odd_signs(text: str) -> None:
    if not text:
        raise Refused("url-empty")
    if len(text) > LONGEST:
        raise Refused("url-too-long", most=str(LONGEST))
    categories = {unicodedata.category(sign) for sign in text}
    if categories & _UNSEEN:
        raise Refused("url-control")
    if categories & _BLANK:
        raise Refused("url-blank")
    if "\\" in text:
        raise Refused("url-backslash")


def _split_port(authority: str) -> tuple[str, str | None]:
    if authority.startswith("["):
        host, bracket, after = authority.partition("]")
        if after and not after.startswith(":"):
            raise Refused("host-ipv6", host=authority)
        return host + bracket, after[1:] if after else None
    host, colon, port = authority.partition(":")
    return host, port if colon else None


def _read_port(text: str | None, scheme: str) -> int:
    if text is None:
        return DEFAULT_PORTS[scheme]
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise Refused("port-bad")
    return int(text)


def _read_path(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise Refused("url-percent")
    path, mark, query = text.partition("?")
    steps = path.lower().replace("%2e", ".").split("/")
    if "." in steps or ".." in steps:
        raise Refused("url-dots")
    return quote((path or "/") + mark + query, safe=_KEPT)
