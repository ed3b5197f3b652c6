"""Resolve a target, judge each of its addresses, and dial only what was judged.

The addresses are looked up once and dialled as numbers. Looking the name up again to connect
would let its owner answer with another address the second time (DNS rebinding).
"""

from __future__ import annotations

import errno
import http.client
import os
import selectors
import socket
import time
from dataclasses import dataclass
from ipaddress import ip_address

from playground.network.addresses import Address
from playground.network.limits import POLL_SECONDS, Limits, Stopped, Watchdog
from playground.network.messages import GuardRefusal, GuardRefused
from playground.network.policy import Policy, Proxy, load_trust
from playground.network.targets import Target, read_target


@dataclass(frozen=True)
class Allowed:
    """A target that may be called, and the addresses its name resolves to right now."""

    target: Target
    addresses: tuple[Address, ...]


def check_target(url: str, policy: Policy, limits: Limits | None = None) -> Allowed | GuardRefusal:
    """What Send would make of this URL, without sending. Never raises."""
    seconds = (limits or Limits()).connect_seconds
    host = ""
    try:
        target = read_target(url)
        host = target.host
        with Watchdog(seconds, None) as watchdog:
            return Allowed(target, resolve_target(target, policy, watchdog, seconds))
    except GuardRefused as refused:
        return refused.as_refusal()
    except (OSError, Stopped):
        return GuardRefused("name-not-found", host=host).as_refusal()


def resolve_target(
    target: Target, policy: Policy, watchdog: Watchdog, seconds: float
) -> tuple[Address, ...]:
    """All addresses of the target; if one is refused, all are.

    Raises GuardRefused, socket.gaierror, TimeoutError, Stopped.
    """
    if target.address is not None:
        addresses: tuple[Address, ...] = (target.address,)
    else:
        addresses = _look_up(target.host, target.port, watchdog, seconds)
    # All, not only the one that is dialled first: the others are dialled if it doesn't answer.
    for address in addresses:
        policy.check(target, address)
    return addresses


def _look_up(host: str, port: int, watchdog: Watchdog, seconds: float) -> tuple[Address, ...]:
    answers = watchdog.wait_for(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), seconds
    )
    # A zone as in fe80::1%eth0 stays part of the address, which is refused as link-local.
    found = tuple(dict.fromkeys(ip_address(str(answer[4][0])) for answer in answers))
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return found


def open_socket(
    allowed: Allowed, proxy: Proxy | None, ca_file: str, watchdog: Watchdog, seconds: float
) -> socket.socket:
    """A socket connected to the target, by way of the proxy and under TLS.

    Raises OSError (ssl.SSLError is one), Stopped.
    """
    target = allowed.target
    if proxy is None:
        sock = _dial(allowed.addresses, target.port, watchdog, seconds)
    else:
        # The proxy's own address isn't judged: it is usually an internal one.
        addresses = _look_up(proxy.host, proxy.port, watchdog, seconds)
        sock = _dial(addresses, proxy.port, watchdog, seconds)
    try:
        if proxy is not None:
            _open_tunnel(sock, allowed, proxy)
        if target.scheme == "https":
            # The certificate is checked against the name, although an address was dialled.
            sock = load_trust(ca_file).wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise
    return sock


def _dial(
    addresses: tuple[Address, ...], port: int, watchdog: Watchdog, seconds: float
) -> socket.socket:
    """A socket connected to the first address that answers; they share the time."""
    end = time.monotonic() + seconds
    failed: OSError = TimeoutError()
    for remaining, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        # Always positive: to a socket, zero means "don't wait" and less is an error.
        share = max(POLL_SECONDS, (end - time.monotonic()) / remaining)
        try:
            return _connect(address, port, watchdog, share)
        except OSError as error:
            failed = error
    raise failed


def _connect(address: Address, port: int, watchdog: Watchdog, seconds: float) -> socket.socket:
    end = time.monotonic() + seconds
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without it Nagle's algorithm holds the last piece of a body back for 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Non-blocking: shutting down a socket doesn't wake a blocking connect everywhere.
        sock.setblocking(False)
        code = sock.connect_ex((str(address), port))
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK):
            with selectors.DefaultSelector() as selector:
                selector.register(sock, selectors.EVENT_WRITE)
                while not selector.select(POLL_SECONDS):
                    watchdog.check()
                    if time.monotonic() >= end:
                        raise TimeoutError
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        sock.settimeout(seconds)
        watchdog.guard(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _open_tunnel(sock: socket.socket, allowed: Allowed, proxy: Proxy) -> None:
    """Ask for the judged address: given a name, the proxy would look it up itself."""
    address = min(allowed.addresses, key=lambda each: each.version)
    host = f"[{address}]" if address.version == 6 else str(address)
    authority = f"{host}:{allowed.target.port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers.items()]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    response = http.client.HTTPResponse(sock, method="CONNECT")
    try:
        response.begin()
    except http.client.HTTPException as error:
        raise OSError("the proxy's answer isn't HTTP") from error
    finally:
        response.close()
    if response.status != 200:
        raise OSError(f"the proxy answered {response.status}")
