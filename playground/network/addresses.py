"""Kinds of IP addresses: only global unicast may be dialled without permission."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Where an organisation's own servers live: an allowed host name may resolve to these kinds.
INTERNAL_KINDS = frozenset({"loopback", "private", "shared", "unique-local", "site-local"})

# The first match counts, so a network comes before any wider one that contains it.
# Sources: the IANA special-purpose registries for IPv4 and IPv6, and the manuals of cloud
# providers for the addresses at which a machine reads its own credentials.
_TABLE: tuple[tuple[str, str], ...] = (
    ("169.254.169.254/32", "metadata"),
    ("169.254.170.2/32", "metadata"),
    ("169.254.170.23/32", "metadata"),
    ("100.100.100.200/32", "metadata"),
    ("192.0.0.192/32", "metadata"),
    ("168.63.129.16/32", "metadata"),
    ("fd00:ec2::254/128", "metadata"),
    ("fd00:ec2::23/128", "metadata"),
    ("fd20:ce::254/128", "metadata"),
    ("0.0.0.0/8", "unspecified"),
    ("127.0.0.0/8", "loopback"),
    ("10.0.0.0/8", "private"),
    ("172.16.0.0/12", "private"),
    ("192.168.0.0/16", "private"),
    ("100.64.0.0/10", "shared"),
    ("169.254.0.0/16", "link-local"),
    ("192.0.2.0/24", "documentation"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("198.18.0.0/15", "benchmark"),
    ("192.0.0.0/24", "reserved"),
    ("192.88.99.0/24", "reserved"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "mapped"),
    ("::ffff:0:0:0/96", "translated"),
    ("::/96", "compatible"),
    ("64:ff9b::/96", "nat64"),
    ("64:ff9b:1::/48", "nat64"),
    ("2001::/32", "teredo"),
    ("2001:2::/48", "benchmark"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("2001::/23", "reserved"),
    ("2002::/16", "6to4"),
    ("fc00::/7", "unique-local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_NETWORKS: tuple[tuple[Network, str], ...] = tuple((ip_network(n), kind) for n, kind in _TABLE)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# RFC 5214: an interface identifier 0000:5efe or 0200:5efe carries an IPv4 address.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

DESCRIPTIONS = {
    "metadata": "a cloud metadata address",
    "unspecified": "the unspecified address",
    "loopback": "a loopback address, which is this machine",
    "private": "a private address",
    "shared": "a shared address (carrier-grade NAT)",
    "link-local": "a link-local address",
    "documentation": "an address reserved for documentation",
    "benchmark": "an address reserved for benchmarks",
    "reserved": "a reserved address",
    "multicast": "a multicast address",
    "broadcast": "a broadcast address",
    "unique-local": "a private address (unique local)",
    "site-local": "a private address (site-local)",
    "mapped": "an IPv4 address inside an IPv6 address (mapped)",
    "translated": "an IPv4 address inside an IPv6 address (translated)",
    "compatible": "an IPv4 address inside an IPv6 address (compatible)",
    "nat64": "an IPv4 address inside an IPv6 address (NAT64)",
    "teredo": "an IPv4 address inside an IPv6 address (Teredo)",
    "6to4": "an IPv4 address inside an IPv6 address (6to4)",
    "isatap": "an IPv4 address inside an IPv6 address (ISATAP)",
}


@dataclass(frozen=True)
class SpecialAddress:
    """Why an address isn't plain global unicast.

    `kind` is a key of DESCRIPTIONS; `embedded` is the IPv4 address that an IPv6 one carries.
    """

    kind: str
    embedded: IPv4Address | None = None

    @property
    def description(self) -> str:
        return DESCRIPTIONS[self.kind]


def classify_address(address: Address) -> SpecialAddress | None:
    """None for a global unicast address."""
    for network, kind in _NETWORKS:
        if address.version == network.version and address in network:
            return SpecialAddress(kind, _extract_ipv4(address, kind))
    if isinstance(address, IPv4Address):
        return None
    # IANA has assigned nothing outside 2000::/3 for global use, so the rest is refused.
    if address not in _GLOBAL_IPV6:
        return SpecialAddress("reserved")
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return SpecialAddress("isatap", _extract_ipv4(address, "isatap"))
    return None


def _extract_ipv4(address: Address, kind: str) -> IPv4Address | None:
    number = int(address)
    if kind in ("mapped", "translated", "compatible", "nat64", "isatap"):
        return IPv4Address(number & 0xFFFFFFFF)
    if kind == "6to4":
        return IPv4Address((number >> 80) & 0xFFFFFFFF)
    if kind == "teredo":  # RFC 4380: the client's address, with every bit inverted
        return IPv4Address(~number & 0xFFFFFFFF)
    return None
