"""Reads the host of an address; a spelling that two readers could take differently is refused."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from playground.network.refusals import Refused

# The underscore is no letter of a host name by the book, but containers are named with it.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_LONGEST_NAME = 253
# RFC 5892, CONTEXTO: the few marks that real names hold; `idna` judges where they stand.
_MARKS_IN_NAMES = frozenset("\u00b7\u0375\u05f3\u05f4\u30fb")


def read_host(text: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    """The host in its one spelling (ASCII, lower case, IPv6 without brackets), and the IP
    address if it is one.

    Raises Refused.
    """
    if not text:
        raise Refused("host-missing")
    if "%" in text and text.startswith("["):
        raise Refused("host-zone", host=text)
    if text.startswith("["):
        return _read_ipv6(text)
    name = text.lower() if text.isascii() else _read_foreign(text)
    return _read_name(name, text)


def _read_ipv6(text: str) -> tuple[str, IPv6Address]:
    if not (text.endswith("]") and text.isascii()):
        raise Refused("host-ipv6", host=text)
    try:
        address = IPv6Address(text[1:-1])
    except AddressValueError:
        raise Refused("host-ipv6", host=text) from None
    return str(address), address


def _read_name(name: str, typed: str) -> tuple[str, IPv4Address | None]:
    labels = name.split(".")
    if not all(labels) or len(name) > _LONGEST_NAME or any(len(label) > 63 for label in labels):
        raise Refused("host-label", host=typed[:80])
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("host-odd", host=typed)
    if not _NUMBER.fullmatch(labels[-1]):
        return name, None
    # A last part that is a number makes every other reader take the whole for an IPv4 address.
    if not _QUAD.fullmatch(name) or any(int(label) > 255 for label in labels):
        raise Refused("host-number", host=typed)
    return name, IPv4Address(name)


def _read_foreign(text: str) -> str:
    if any(_is_look_alike(sign) for sign in text if not sign.isascii()):
        raise Refused("host-foreign", host=text)
    if not all(sign.isalnum() or sign in "-._" for sign in text if sign.isascii()):
        raise Refused("host-odd", host=text)
    if not all(text.split(".")):
        raise Refused("host-label", host=text)
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise Refused("host-idna", host=text) from None


def _is_look_alike(sign: str) -> bool:
    """Whether another reader would turn this sign into an ASCII one, a dot, or nothing."""
    if unicodedata.category(sign)[0] in "NPSZC" and sign not in _MARKS_IN_NAMES:
        return True
    return any(part.isascii() for part in unicodedata.normalize("NFKC", sign))
