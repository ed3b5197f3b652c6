"""The egress proxy carries calls to the very address that was judged."""

import contextlib
import socket
import threading

import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send
from playground.network.proxies import Proxy
from tests.network.certificates import Authority
from tests.network.servers import answer, serve

LIMITS = Limits(connect_seconds=2, total_seconds=5, idle_seconds=2)
OK = answer("HTTP/1.1 200 OK", "Content-Length: 2", body=b"ok")


def carry(connection: socket.socket, request: bytes) -> None:
    """A proxy: opens the way it is asked for and passes bytes."""
    host, _, port = request.split(b" ")[1].decode().rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port))) as far:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=_pass, args=(far, connection), daemon=True)
        back.start()
        _pass(connection, far)
        back.join()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_is_asked_for_the_judged_address(scheme: str, resolve, tmp_path) -> None:
    authority = Authority(tmp_path)
    wrap = authority.wrap("name.example") if scheme == "https" else None
    with serve(OK, wrap) as server, serve(carry) as proxy:
        resolve("name.example", "127.0.0.1")
        resolve("proxy.example", "127.0.0.1")
        policy = Policy.read(
            ["127.0.0.1"],
            egress_proxy=f"http://me:w%40rd@proxy.example:{proxy.port}",
            ca_file=str(authority.ca_file),
        )
        reply = send(Call("GET", f"{scheme}://name.example:{server.port}/x"), policy, LIMITS)
    assert isinstance(reply, Reply)
    assert proxy.heard[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.".encode())
    assert b"Proxy-Authorization: Basic bWU6d0ByZA==" in proxy.heard[0]
    assert server.heard[0].startswith(b"GET /x HTTP/1.1\r\n")
    assert b"Proxy-Authorization" not in server.heard[0]


def test_the_own_origin_is_called_without_it() -> None:
    with serve(OK) as server, serve(carry) as proxy:
        policy = Policy.read(
            own_origins=[server.origin], egress_proxy=f"http://127.0.0.1:{proxy.port}"
        )
        assert isinstance(send(Call("GET", server.origin), policy, LIMITS), Reply)
    assert proxy.heard == []


def test_what_is_refused_is_refused_before_it_is_asked() -> None:
    with serve(carry) as proxy:
        policy = Policy.read(egress_proxy=f"http://127.0.0.1:{proxy.port}")
        failure = send(Call("GET", "http://10.0.0.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, proxy.heard) == ("guard-refused", [])


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Log In", "502 Bad"])
def test_a_proxy_that_refuses_is_not_sent(status: str) -> None:
    with serve(answer(f"HTTP/1.1 {status}")) as proxy:
        policy = Policy.read(egress_proxy=f"http://127.0.0.1:{proxy.port}")
        failure = send(Call("GET", "http://1.1.1.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("proxy", False)


def test_a_proxy_that_is_not_there_is_not_sent() -> None:
    policy = Policy.read(egress_proxy="http://127.0.0.1:1")
    failure = send(Call("GET", "http://1.1.1.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("proxy", False)


def test_its_password_is_not_shown() -> None:
    proxy = Proxy.read("http://me:hunter2@proxy.example:3128/")
    assert proxy is not None
    assert "hunter2" not in repr(proxy)
    assert "aHVudGVyMg" not in repr(proxy)
