"""Where calls may go: what an administrator allows beyond the public internet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network

from playground.network.addresses import OWN_GROUND, Address, Finding, Network, judge_address
from playground.network.hosts import read_host
from playground.network.proxies import Proxy
from playground.network.refusals import Refused
from playground.network.targets import Target, read_target
from playground.network.trust import load_trust

_WITH_PORT = re.compile(r"(?P<what>\[[^\]]*\]|[^:\[\]]+):(?P<port>[1-9][0-9]{0,4})")


class BadEntry(ValueError):
    """A setting of the policy that cannot be understood; its text is one sentence."""


@dataclass(frozen=True)
class Entry:
    """One allowed network, or one allowed host name, on one port or on any."""

    network: Network | None = None
    host: str = ""
    port: int | None = None

    @classmethod
    def read(cls, text: str) -> Entry:
        """`10.0.0.0/8`, `192.168.1.5:8080`, `fd00::/8`, `[fd00::1]:443`, `internal.example`."""
        found = _WITH_PORT.fullmatch(text)
        what, port = (found["what"], int(found["port"])) if found else (text, None)
        if port is not None and port > 65535:
            raise BadEntry(f"{text!r} has a port above 65535.")
        bare = what[1:-1] if what.startswith("[") and what.endswith("]") else what
        try:
            if "%" not in bare:  # a zone is understood by one machine only
                return cls(network=ip_network(bare), port=port)
        except ValueError:
            pass
        return cls(host=_read_host_entry(what, text), port=port)

    def covers(self, address: Address, port: int) -> bool:
        return (
            self.network is not None
            and address.version == self.network.version
            and address in self.network
            and self.port in (None, port)
        )

    def names(self, target: Target) -> bool:
        return self.host == target.host and self.port in (None, target.port)


def _read_host_entry(what: str, text: str) -> str:
    try:
        return read_host(what)[0]
    except Refused:
        raise BadEntry(
            f"{text!r} is neither a network (10.0.0.0/8), an address (192.168.1.5) "
            "nor a host (internal.example), with or without a port (:8080)."
        ) from None


@dataclass(frozen=True)
class Policy:
    """What may be dialled. Without entries: global unicast addresses and nothing else.

    A *network* entry allows the addresses in it, whatever name leads there. A *host* entry
    allows that one name to lead to ground where own servers stand (loopback, private, shared,
    unique local), never to metadata, link-local, multicast or reserved addresses, so that
    whoever answers for the name cannot turn it there; list the network to reach those.
    An IPv6 address that carries an IPv4 one needs both to be allowed.
    `allow_only` refuses public addresses too unless an entry names them.
    `own_origins` (scheme, host and port, exactly) count as host entries: the sandbox.
    `ca_file` is trusted besides the public authorities. Every call but those
    to own origins is carried through `egress_proxy`, to the very address judged here.
    """

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
        """From the words of the settings; raises BadEntry with a sentence."""
        return cls(
            tuple(Entry.read(text) for text in allow),
            allow_only,
            frozenset(_read_origin(text) for text in own_origins if text),
            _check_ca_file(ca_file),
            _read_proxy(egress_proxy),
        )

    def is_own(self, target: Target) -> bool:
        return target.origin in self.own_origins

    def refuse(self, target: Target, address: Address) -> Refused | None:
        """Why this target may not be reached at this address, if so."""
        finding = judge_address(address)
        listed = any(entry.covers(address, target.port) for entry in self.entries)
        named = self.is_own(target) or any(entry.names(target) for entry in self.entries)
        if finding is None:
            if self.allow_only and not listed and not named:
                return Refused("not-listed", host=target.host)
            return None
        if self._allows_special(finding, listed, named, target.port):
            return None
        code = "name-refused" if target.address is None else "address-refused"
        return Refused(code, host=target.host, kind=finding.words)

    def _allows_special(self, finding: Finding, listed: bool, named: bool, port: int) -> bool:
        if finding.hidden is not None:
            return listed and self._allows_hidden(finding.hidden, port)
        return listed or (named and finding.kind in OWN_GROUND)

    def _allows_hidden(self, hidden: IPv4Address, port: int) -> bool:
        if any(entry.covers(hidden, port) for entry in self.entries):
            return True
        return judge_address(hidden) is None


def _check_ca_file(path: str) -> str:
    try:
        load_trust(path)
    except OSError:
        raise BadEntry(f"{path!r} is no file of certificates (PEM).") from None
    return path


def _read_proxy(text: str) -> Proxy | None:
    if not text:
        return None
    proxy = Proxy.read(text)
    if proxy is None:  # the text may hold a password: not repeated
        raise BadEntry("The egress proxy is written http://proxy.example:3128.")
    return proxy


def _read_origin(text: str) -> str:
    try:
        return read_target(text).origin
    except Refused as refused:
        raise BadEntry(f"{text!r} is no origin: {refused.as_refusal().sentence}") from None
