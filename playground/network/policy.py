"""Where calls may go: what an administrator allows beyond the public internet."""

from __future__ import annotations

import os
import re
import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_network
from urllib.parse import unquote

import certifi

from playground.network.addresses import INTERNAL_KINDS, Address, Network, classify_address
from playground.network.messages import GuardRefused
from playground.network.targets import Target, read_host, read_target

_ALLOW_ADDRESS = "An administrator can allow it with PLAYGROUND_ALLOW_NETWORKS={}."
_ALLOW_HOST = "An administrator can allow it with PLAYGROUND_ALLOW_HOSTS={}."
_WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]+):(?P<port>[1-9][0-9]{0,4})")
_PROXY = re.compile(
    r"http://(?:(?P<user>[^:@/\s]*):(?P<password>[^@/\s]*)@)?"
    r"(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})/?"
)


class InvalidPolicy(ValueError):
    """A setting of the policy that isn't valid; its text is one sentence."""


@dataclass(frozen=True)
class Entry:
    """An allowed network or an allowed host name, on one port or on any."""

    network: Network | None = None
    host: str = ""
    port: int | None = None

    @classmethod
    def read(cls, text: str) -> Entry:
        """Read `10.0.0.0/8`, `192.168.1.5:8080`, `[fd00::1]:443`, `internal.example`."""
        found = _WITH_PORT.fullmatch(text)
        host, port = (found["host"], int(found["port"])) if found else (text, None)
        if port is not None and port > 65535:
            raise InvalidPolicy(f"{text!r}: the port must be between 1 and 65535.")
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        try:
            if "%" not in bare:  # a zone such as %eth0 means something on one machine only
                return cls(network=ip_network(bare), port=port)
        except ValueError:
            pass
        try:
            return cls(host=read_host(host)[0], port=port)
        except GuardRefused:
            raise InvalidPolicy(
                f"{text!r} isn't a network (10.0.0.0/8), an address (192.168.1.5) or a host "
                "(internal.example), with or without a port (:8080)."
            ) from None

    def covers(self, address: Address, port: int) -> bool:
        return (
            self.network is not None
            and address.version == self.network.version
            and address in self.network
            and self.port in (None, port)
        )

    def names(self, target: Target) -> bool:
        return self.host == target.host and self.port in (None, target.port)


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy that understands CONNECT, trusted as the administrator chose it.

    It carries bytes to the address that the guard has judged, and decides nothing.
    """

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, text: str) -> Proxy:
        """`http://proxy.example:3128` or `http://user:password@proxy.example:3128`."""
        found = _PROXY.fullmatch(text)
        if found is None or not 0 < int(found["port"]) < 65536:
            # The text may contain a password, so the message doesn't repeat it.
            raise InvalidPolicy("Write the egress proxy as http://proxy.example:3128.")
        headers = {}
        if found["user"] is not None:
            credentials = f"{unquote(found['user'])}:{unquote(found['password'])}"
            encoded = b64encode(credentials.encode()).decode()
            headers["Proxy-Authorization"] = f"Basic {encoded}"
        return cls(found["host"].strip("[]"), int(found["port"]), headers)


@dataclass(frozen=True)
class Policy:
    """What may be dialled. Without entries: global unicast addresses and nothing else.

    A *network* entry allows its addresses, whatever name resolves to them. A *host* entry
    allows that one name to resolve to addresses where an organisation's own servers live
    (loopback, private, shared, unique local), but never to metadata, link-local, multicast or
    reserved addresses: anyone who controls its DNS could otherwise point it there. List the
    network to reach those. An IPv6 address that embeds an IPv4 address needs both allowed.
    `allow_only` also refuses public addresses unless an entry allows them.
    `own_origins` (scheme, host and port, exactly) count as host entries: the sandbox.
    `ca_file` is trusted besides the public authorities. All calls except those to own origins
    go through `egress_proxy`, to the very address judged here.
    """

    # Entries only add to what is allowed; none can forbid what another allows.

    entries: tuple[Entry, ...] = ()
    allow_only: bool = False
    own_origins: frozenset[str] = frozenset()
    ca_file: str = ""
    egress_proxy: Proxy | None = None

    @classmethod
    def read(
        cls,
        allow: Iterable[str] = (),
        *,
        allow_only: bool = False,
        own_origins: Iterable[str] = (),
        ca_file: str = "",
        egress_proxy: str = "",
    ) -> Policy:
        """From the words of the settings. Raises InvalidPolicy."""
        try:
            load_trust(ca_file)
        except OSError:
            raise InvalidPolicy(f"{ca_file!r} isn't a readable PEM file.") from None
        return cls(
            tuple(Entry.read(text) for text in allow),
            allow_only,
            frozenset(_read_origin(text) for text in own_origins if text),
            ca_file,
            Proxy.read(egress_proxy) if egress_proxy else None,
        )

    def is_own(self, target: Target) -> bool:
        return target.origin in self.own_origins

    def check(self, target: Target, address: Address) -> None:
        """Raise GuardRefused if this target may not be reached at this address."""
        # Both are needed for `allow_only`, and neither alone decides about special addresses.
        special = classify_address(address)
        listed = any(entry.covers(address, target.port) for entry in self.entries)
        named = self.is_own(target) or any(entry.names(target) for entry in self.entries)
        if special is None:
            if self.allow_only and not listed and not named:
                raise GuardRefused("not-listed", _ALLOW_HOST.format(target.host), host=target.host)
            return
        if (inner := special.embedded) is not None:
            # Translators such as NAT64 deliver to the inner address, so it is judged as well.
            inner_listed = any(entry.covers(inner, target.port) for entry in self.entries)
            allowed = listed and (inner_listed or classify_address(inner) is None)
        else:
            allowed = listed or (named and special.kind in INTERNAL_KINDS)
        if not allowed:
            # The address behind a name isn't shown: it could map an internal network.
            code = "name-refused" if target.address is None else "address-refused"
            # Don't suggest how to reach what no connection should, such as cloud metadata.
            remedy = _ALLOW_ADDRESS if special.kind in INTERNAL_KINDS else ""
            if target.address is None and remedy:
                remedy = _ALLOW_HOST
            remedy = remedy.format(target.host)
            raise GuardRefused(code, remedy, host=target.host, kind=special.description)


def _read_origin(text: str) -> str:
    try:
        return read_target(text).origin
    except GuardRefused as refused:
        reason = refused.as_refusal().message
        raise InvalidPolicy(f"{text!r} isn't a valid origin. {reason}") from None


def load_trust(ca_file: str) -> ssl.SSLContext:
    """A TLS context with the public authorities and those in the administrator's file.

    Raises OSError (ssl.SSLError is one) for a file without certificates.
    """
    # By its time too: a file that was replaced counts from the next call on.
    return _load_trust(ca_file, os.stat(ca_file).st_mtime_ns if ca_file else 0)


# Parsing the bundle takes longer than most calls.
@lru_cache(maxsize=8)
def _load_trust(ca_file: str, changed_at: int) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context
