"""Sends one call once and brings back a reply, or a failure that says why there is none."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import replace

from playground.calls.values import Call, Failure, Reply
from playground.network.explaining import explain
from playground.network.guard import (
    GuardedConnection,
    GuardedTlsConnection,
    Route,
    find_addresses,
    open_connection,
)
from playground.network.heads import build_head, find_host_header, find_unsafe
from playground.network.limits import Limits
from playground.network.policy import Policy
from playground.network.reading import Answer, read_answer, read_head
from playground.network.redirects import find_location, send_on
from playground.network.targets import Target, read_target
from playground.network.trips import TooManyHops, Trip, WrongHost
from playground.network.watching import Watch

_PIECE = 65536


def send(
    call: Call, policy: Policy, limits: Limits, cancel: threading.Event | None = None
) -> Reply | Failure:
    """Sends the call: exactly one request, or one more for each redirect it asks to follow.

    Nothing is ever sent again and no connection is used twice. Whatever goes wrong on the way
    comes back as a Failure, its `left` telling whether the call may have arrived. Setting
    `cancel` from another thread ends the send within a tenth of a second wherever it stands.
    """
    trip = Trip()
    failure = find_unsafe(call)
    if failure is not None:
        return failure
    with Watch(limits.total_seconds, cancel) as watch:
        try:
            return _travel(call, policy, limits, watch, trip)
        except Exception as error:
            failure = explain(error, trip, watch, limits)
            if failure is None:
                raise
            return replace(failure, seconds=watch.elapsed)


def _travel(call: Call, policy: Policy, limits: Limits, watch: Watch, trip: Trip) -> Reply:
    watch.check()
    target = read_target(call.url)
    for _ in range(limits.hops + 1):
        answer = _go(call, target, policy, limits, watch, trip)
        location = find_location(answer) if call.follow_redirects else None
        if location is None:
            return _make_reply(answer, trip)
        call, target = send_on(call, target, location, answer.status)
    raise TooManyHops


def _go(
    call: Call, target: Target, policy: Policy, limits: Limits, watch: Watch, trip: Trip
) -> Answer:
    """One hop: judge, connect, send, read."""
    trip.host, trip.awaiting = target.host, False
    _check_secrets(call, target)
    proxy = None if policy.is_own(target) else policy.egress_proxy
    addresses = find_addresses(target, policy, watch, limits.connect_seconds)
    trip.proxied = proxy is not None
    route = Route(target, addresses, watch, limits, proxy)
    with closing(open_connection(route, policy.ca_file)) as connection:
        connection.connect()
        sock = connection.sock
        sock.settimeout(limits.idle_seconds)
        trip.address = str(sock.getpeername()[0])
        watch.check()
        trip.set_out()
        _write(connection, call, target)
        with closing(read_head(sock, call.method, limits, watch)) as response:
            trip.seconds_to_first_byte = time.monotonic() - trip.sent_at
            return read_answer(response, limits, watch)


def _write(
    connection: GuardedConnection | GuardedTlsConnection, call: Call, target: Target
) -> None:
    connection.putrequest(call.method, target.path, skip_host=True, skip_accept_encoding=True)
    for name, value in build_head(call, target):
        connection.putheader(name, value)
    body = memoryview(call.body or b"")
    try:
        # The first piece goes with the head; each piece has the idle time for itself.
        connection.endheaders(bytes(body[:_PIECE]) or None)
        for start in range(_PIECE, len(body), _PIECE):
            connection.send(body[start : start + _PIECE])
    except (BrokenPipeError, ConnectionResetError):
        pass  # a server may answer before it has read everything: the answer is read next


def _check_secrets(call: Call, target: Target) -> None:
    """Law 5: a secret goes to the hosts it was given for and nowhere else."""
    hosts = {(target.host, target.port)}
    claimed = find_host_header(call)
    if claimed is not None:
        claimed_target = read_target(f"{target.scheme}://{claimed}/")
        hosts.add((claimed_target.host, claimed_target.port))
    for secret in call.secrets:
        if not all(secret.may_go_to(host, port) for host, port in hosts):
            raise WrongHost(secret.name)


def _make_reply(answer: Answer, trip: Trip) -> Reply:
    return Reply(
        status=answer.status,
        reason=answer.reason,
        headers=answer.headers,
        body=answer.body,
        truncated=answer.truncated,
        wire_bytes=answer.wire_bytes,
        seconds_to_first_byte=trip.seconds_to_first_byte,
        seconds=time.monotonic() - trip.sent_at,
        address=trip.address,
    )
