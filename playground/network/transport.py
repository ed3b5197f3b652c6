"""Send one call once; return a reply, or a failure that explains why not."""

from __future__ import annotations

import socket
import threading
import time
import weakref
from contextlib import closing
from dataclasses import replace

from playground.calls.values import Call, Failure, Headers, Reply
from playground.network.failures import Progress, explain_failure
from playground.network.guard import Allowed, open_socket, resolve_target
from playground.network.kept import KeptConnection, Route, may_keep
from playground.network.limits import Limits, Watchdog
from playground.network.memory import UNPACKING
from playground.network.messages import SendError, describe_redirects
from playground.network.policy import Policy, Proxy, load_trust
from playground.network.redirects import Trail
from playground.network.request import build_headers, check_call
from playground.network.response import PIECE_BYTES, read_headers, receive_body, receive_head
from playground.network.targets import Target, read_target
from playground.network.unpacking import read_codings, unpack_body


def send_call(
    call: Call,
    policy: Policy,
    limits: Limits,
    cancel: threading.Event | None = None,
    kept: KeptConnection | None = None,
) -> Reply | Failure:
    """Send the call: one request, and one more for each redirect it may follow.

    Nothing is ever sent again: retrying on a stale connection could launch a workflow twice. Only
    with `kept` may a connection be used for more than one call. Whatever goes wrong is returned as
    a Failure, whose `left` says whether the call may have arrived. Setting `cancel` in another
    thread ends the send within a tenth of a second.
    """
    progress = Progress()
    trail = Trail(call, progress.redirects)
    with Watchdog(limits.total_seconds, cancel) as watchdog:
        try:
            check_call(call)
            watchdog.check()
            target = read_target(call.url)
            for _ in range(limits.hops + 1):
                reply = _send_once(call, target, policy, limits, watchdog, progress, kept)
                following = trail.follow(reply, call, target) if call.follow_redirects else None
                if following is None:
                    return reply
                call, target = following
                # The next reply must not wait for memory that this one holds.
                del reply
            raise SendError("too-many-redirects", hops=str(limits.hops))
        except Exception as error:
            failure = explain_failure(error, progress, watchdog, limits)
            if failure is None:
                raise
            failure = replace(failure, seconds=watchdog.elapsed)
            return describe_redirects(failure, progress.redirects)


def _send_once(
    call: Call,
    target: Target,
    policy: Policy,
    limits: Limits,
    watchdog: Watchdog,
    progress: Progress,
    kept: KeptConnection | None,
) -> Reply:
    """One hop: judge, connect, send, read."""
    progress.host, progress.awaiting, progress.proxied = target.host, False, False
    _check_secrets(call, target)
    proxy = None if policy.is_own(target) else policy.egress_proxy
    # By its context: a file of authorities that was replaced counts from the next call on.
    trust = load_trust(policy.ca_file) if target.scheme == "https" else None
    route = Route(target.origin, proxy, trust)
    sock = kept.take(target, route, policy) if kept is not None else None
    is_new = sock is None
    if sock is None:
        sock = _connect(target, proxy, policy, limits, watchdog, progress)
    else:
        progress.proxied = proxy is not None
    is_reusable = False
    try:
        if not is_new:
            watchdog.guard(sock)
        sock.settimeout(limits.idle_seconds)
        address = str(sock.getpeername()[0])
        watchdog.check()
        progress.left = progress.awaiting = True
        progress.sent_at = progress.sent_at or time.monotonic()
        headers = build_headers(call, target)
        _write_request(sock, call, target, headers)
        with closing(receive_head(sock, call.method, limits, watchdog)) as response:
            seconds_to_first_byte = time.monotonic() - progress.sent_at
            data, truncated = receive_body(response, limits, watchdog)
            is_reusable = kept is not None and may_keep(response, truncated)
            codings = read_codings(response.headers.get_all("Content-Encoding") or [])
            asked = ",".join(v for n, v in headers if n.lower() == "accept-encoding")
            body = unpack_body(data, truncated, codings, asked, limits, watchdog)
            reply = Reply(
                status=response.status,
                reason=response.reason,
                headers=read_headers(response),
                body=body.data,
                truncated=body.truncated,
                unreadable=body.unreadable,
                wire_bytes=len(data),
                seconds_to_first_byte=seconds_to_first_byte,
                seconds=time.monotonic() - progress.sent_at,
                address=address,
                redirects=tuple(progress.redirects),
            )
            # The body's memory is released when the reply is garbage-collected.
            weakref.finalize(reply, UNPACKING.release, body.reserved)
            return reply
    finally:
        if is_reusable and kept is not None and not watchdog.stopped:
            kept.keep(sock, route, address, is_new)
        else:
            sock.close()


def _connect(
    target: Target,
    proxy: Proxy | None,
    policy: Policy,
    limits: Limits,
    watchdog: Watchdog,
    progress: Progress,
) -> socket.socket:
    seconds = limits.connect_seconds
    allowed = Allowed(target, resolve_target(target, policy, watchdog, seconds))
    # Only from here on: a name that isn't found isn't the proxy's fault.
    progress.proxied = proxy is not None
    return open_socket(allowed, proxy, policy.ca_file, watchdog, seconds)


def _write_request(sock: socket.socket, call: Call, target: Target, headers: Headers) -> None:
    # Nothing here can end a line: `check_call` and `read_target` refused what could.
    lines = [f"{name}: {value}" for name, value in headers]
    head = "\r\n".join([f"{call.method} {target.path} HTTP/1.1", *lines, "", ""])
    body = memoryview(call.body or b"")
    try:
        # Head and first piece in one packet; after that, each piece gets the full idle time.
        sock.sendall(head.encode("latin-1") + body[:PIECE_BYTES])
        for start in range(PIECE_BYTES, len(body), PIECE_BYTES):
            sock.sendall(body[start : start + PIECE_BYTES])
    except (BrokenPipeError, ConnectionResetError):
        pass  # a server may answer before it has read everything; the answer is read next


def _check_secrets(call: Call, target: Target) -> None:
    """Raise SendError if a secret, or the call itself, would go to another host."""
    hosts = {(target.host, target.port)}
    for name, value in call.headers:
        # Behind a load balancer, a Host header of the call's own chooses the server.
        if name.lower() == "host":
            claimed = read_target(f"{target.scheme}://{value}/")
            hosts.add((claimed.host, claimed.port))
    # Check secrets first: theirs is the more useful message.
    for secret in call.secrets:
        if not all(secret.may_go_to(host, port) for host, port in hosts):
            raise SendError("secret-host", name=secret.name, host=target.host)
    for host, _port in hosts - {(target.host, target.port)}:
        raise SendError("header-host", name=host, host=target.host)
