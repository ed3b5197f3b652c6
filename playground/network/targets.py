"""Read a URL as the one target that it names; exactly that is dialled.

A spelling that two readers could understand differently is refused, so that no parser further
on can be tricked into dialling another host than the one judged here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote

import idna

from playground.network.messages import GuardRefused

LONGEST = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Unicode categories: controls, formats, surrogates, private and unassigned characters.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
# Everything RFC 3986 allows in a path or query stays as typed; the rest is percent-encoded.
_SAFE = "/?%:@!$&'()*+,;=~-._"

# RFC 1123 has no underscore in host names, but containers are named with it.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTTED_QUAD = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_LONGEST_NAME = 253
# RFC 5892, CONTEXTO: the punctuation of real names; `idna` checks where it is allowed.
_NAME_PUNCTUATION = frozenset("\u00b7\u0375\u05f3\u05f4\u30fb")


@dataclass(frozen=True)
class Target:
    """Where a call goes; nothing after this reads the URL again.

    `host` is ASCII without brackets, `address` is set if it is an IP address, `path` is the
    request target: path and query, starting with a slash.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: IPv4Address | IPv6Address | None = None

    @property
    def authority(self) -> str:
        """Host and port as in a Host header: without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def read_target(url: str) -> Target:
    """The target that a URL names. Raises GuardRefused."""
    _check_characters(url)
    found = _URL.fullmatch(url)
    if found is None:
        raise GuardRefused("url-scheme")
    scheme, authority, rest = found[1].lower(), found[2], found[3]
    if "@" in authority:
        raise GuardRefused("url-user")
    if found[4] is not None:
        raise GuardRefused("url-fragment")
    host_text, port = _split_authority(authority, DEFAULT_PORTS[scheme])
    host, address = read_host(host_text)
    return Target(scheme, host, port, _read_path(rest), address)


def _check_characters(url: str) -> None:
    if not url:
        raise GuardRefused("url-empty")
    if len(url) > LONGEST:
        raise GuardRefused("url-too-long", most=str(LONGEST))
    categories = {unicodedata.category(character) for character in url}
    if categories & _INVISIBLE:
        raise GuardRefused("url-control")
    if categories & _SPACES:
        raise GuardRefused("url-blank")
    # Browsers read a backslash as a slash, most libraries don't.
    if "\\" in url:
        raise GuardRefused("url-backslash")


def _split_authority(authority: str, default_port: int) -> tuple[str, int]:
    if authority.startswith("["):
        host, bracket, after = authority.partition("]")
        if after and not after.startswith(":"):
            raise GuardRefused("host-ipv6", host=authority)
        host, colon, port = host + bracket, after[:1], after[1:]
    else:
        host, colon, port = authority.partition(":")
    if not colon:
        return host, default_port
    if not host:
        raise GuardRefused("host-missing")
    if not _PORT.fullmatch(port) or int(port) > 65535:
        raise GuardRefused("port-bad")
    return host, int(port)


def _read_path(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise GuardRefused("url-percent")
    path, question_mark, query = text.partition("?")
    # Servers and proxies resolve dot segments differently, encoded ones included.
    segments = path.lower().replace("%2e", ".").split("/")
    if "." in segments or ".." in segments:
        raise GuardRefused("url-dots")
    return quote((path or "/") + question_mark + query, safe=_SAFE)


def read_host(text: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    """The host in its canonical spelling, and the IP address if it is one.

    Canonical is ASCII, lower case, IPv6 without brackets. Raises GuardRefused.
    """
    if not text:
        raise GuardRefused("host-missing")
    if text.startswith("["):
        return _read_ipv6(text)
    name = text.lower() if text.isascii() else _encode_international(text)
    labels = name.split(".")
    if not all(labels) or len(name) > _LONGEST_NAME or any(len(label) > 63 for label in labels):
        raise GuardRefused("host-label", host=text[:80])
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise GuardRefused("host-odd", host=text)
    if not _NUMBER.fullmatch(labels[-1]):
        return name, None
    # Other parsers take any name that ends in a number for an IPv4 address, some in octal.
    if not _DOTTED_QUAD.fullmatch(name) or any(int(label) > 255 for label in labels):
        raise GuardRefused("host-number", host=text)
    return name, IPv4Address(name)


def _read_ipv6(text: str) -> tuple[str, IPv6Address]:
    if "%" in text:
        raise GuardRefused("host-zone", host=text)
    try:
        if text.endswith("]") and text.isascii():
            address = IPv6Address(text[1:-1])
            return str(address), address
    except AddressValueError:
        pass
    raise GuardRefused("host-ipv6", host=text)


def _encode_international(text: str) -> str:
    if any(_is_look_alike(character) for character in text if not character.isascii()):
        raise GuardRefused("host-foreign", host=text)
    if not all(each.isalnum() or each in "-._" for each in text if each.isascii()):
        raise GuardRefused("host-odd", host=text)
    if not all(text.split(".")):
        raise GuardRefused("host-label", host=text)
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise GuardRefused("host-idna", host=text) from None


def _is_look_alike(character: str) -> bool:
    """Whether another parser would read it as ASCII, as a dot or as nothing."""
    if unicodedata.category(character)[0] in "NPSZC" and character not in _NAME_PUNCTUATION:
        return True
    return any(each.isascii() for each in unicodedata.normalize("NFKC", character))
