"""Judges every address a name leads to, and dials the very address that was judged."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from urllib3.connection import HTTPConnection, HTTPSConnection

from playground.network.addresses import Address
from playground.network.limits import Limits
from playground.network.policy import Policy
from playground.network.proxies import Proxy
from playground.network.refusals import Refusal, Refused
from playground.network.targets import Target, read_target
from playground.network.trust import load_trust
from playground.network.watching import LOOK_SECONDS, Stopped, Watch


@dataclass(frozen=True)
class Allowed:
    """A target that may be called, and the addresses its name leads to right now."""

    target: Target
    addresses: tuple[Address, ...]


def judge_target(text: str, policy: Policy, limits: Limits | None = None) -> Allowed | Refusal:
    """What Send would do with this address, without sending. Never raises."""
    seconds = (limits or Limits()).connect_seconds
    host = ""
    try:
        target = read_target(text)
        host = target.host
        with Watch(seconds, None) as watch:
            return Allowed(target, find_addresses(target, policy, watch, seconds))
    except Refused as refused:
        return refused.as_refusal()
    except (OSError, Stopped):
        return Refused("name-not-found", host=host).as_refusal()


def find_addresses(
    target: Target, policy: Policy, watch: Watch, seconds: float
) -> tuple[Address, ...]:
    """Every address of the target, all judged; one that is refused refuses all.

    Raises Refused, socket.gaierror, TimeoutError, watching.Stopped.
    """
    if target.address is not None:  # no need to ask anybody before refusing
        judge_addresses(target, [target.address], policy)
    answers = watch.wait_for(lambda: _look_up(target.host, target.port), seconds)
    return judge_addresses(target, answers, policy)


def judge_addresses(
    target: Target, answers: Iterable[Address], policy: Policy
) -> tuple[Address, ...]:
    addresses = tuple(dict.fromkeys(answers))
    for address in addresses:
        refused = policy.refuse(target, address)
        if refused is not None:
            raise refused
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return addresses


def _look_up(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope such as fe80::1%eth0 stays in the address: then it is refused as link-local.
    return [ip_address(str(answer[4][0])) for answer in found]


def dial(addresses: tuple[Address, ...], port: int, watch: Watch, seconds: float) -> socket.socket:
    """A socket connected to the first address that answers, held by the watch.

    The time is shared among the addresses. Raises OSError or watching.Stopped.
    """
    end = time.monotonic() + seconds
    failed: OSError = TimeoutError()
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            return _connect(address, port, watch, (end - time.monotonic()) / left)
        except OSError as error:
            failed = error
    raise failed


def _connect(address: Address, port: int, watch: Watch, seconds: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        code = sock.connect_ex((str(address), port))
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            raise OSError(code, os.strerror(code))
        _await_connected(sock, watch, time.monotonic() + seconds)
        sock.settimeout(seconds)
        watch.hold(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _await_connected(sock: socket.socket, watch: Watch, end: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        while not selector.select(LOOK_SECONDS):
            watch.check()
            if time.monotonic() >= end:
                raise TimeoutError
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


@dataclass(frozen=True)
class Route:
    """How one hop goes out: the judged addresses, directly or through the egress proxy."""

    target: Target
    addresses: tuple[Address, ...]
    watch: Watch
    limits: Limits
    proxy: Proxy | None = None

    def open_socket(self) -> socket.socket:
        if self.proxy is None:
            return dial(self.addresses, self.target.port, self.watch, self.limits.connect_seconds)
        seconds = self.limits.connect_seconds
        host, port = self.proxy.host, self.proxy.port
        answers = self.watch.wait_for(lambda: _look_up(host, port), seconds)
        return dial(tuple(dict.fromkeys(answers)), port, self.watch, seconds)


class GuardedConnection(HTTPConnection):
    """A plain connection whose socket comes from the guard only."""

    def __init__(self, route: Route) -> None:
        super().__init__(route.target.host, route.target.port)
        self.route = route
        _open_tunnel(self, route)

    def _new_conn(self) -> socket.socket:
        return self.route.open_socket()


class GuardedTlsConnection(HTTPSConnection):
    """The same under TLS: the certificate is checked against the host name."""

    def __init__(self, route: Route, ca_file: str) -> None:
        host = route.target.host
        context = load_trust(ca_file)
        super().__init__(host, route.target.port, ssl_context=context, server_hostname=host)
        self.route = route
        _open_tunnel(self, route)

    def _new_conn(self) -> socket.socket:
        return self.route.open_socket()


def _open_tunnel(connection: HTTPConnection, route: Route) -> None:
    if route.proxy is not None:
        address = min(route.addresses, key=lambda each: each.version)
        connection.set_tunnel(str(address), route.target.port, route.proxy.headers)


def open_connection(route: Route, ca_file: str) -> GuardedConnection | GuardedTlsConnection:
    """A connection of its own for one request, not yet connected."""
    if route.target.scheme == "https":
        return GuardedTlsConnection(route, ca_file)
    return GuardedConnection(route)
