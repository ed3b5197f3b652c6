"""The egress proxy carries calls to the very address that was judged."""

import contextlib
import socket
import threading

import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send_call
from playground.network.policy import Proxy
from tests.network.certificates import Authority
from tests.network.servers import answer, serve

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30)
OK = answer("HTTP/1.1 200 OK", "Content-Length: 2", body=b"ok")


def carry(connection: socket.socket, request: bytes) -> None:
    """A proxy that opens the connection it is asked for and passes bytes on."""
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
def test_the_proxy_is_asked_for_the_judged_address(scheme: str, resolve, tmp_path) -> None:
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
        reply = send_call(Call("GET", f"{scheme}://name.example:{server.port}/x"), policy, LIMITS)
    assert isinstance(reply, Reply)
    assert proxy.heard[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.".encode())
    assert b"Proxy-Authorization: Basic bWU6d0ByZA==" in proxy.heard[0]
    assert server.heard[0].startswith(b"GET /x HTTP/1.1\r\n")
    assert b"Proxy-Authorization" not in server.heard[0]


def test_the_own_origin_is_called_without_the_proxy() -> None:
    with serve(OK) as server, serve(carry) as proxy:
        policy = Policy.read(
            own_origins=[server.origin], egress_proxy=f"http://127.0.0.1:{proxy.port}"
        )
        assert isinstance(send_call(Call("GET", server.origin), policy, LIMITS), Reply)
    assert proxy.heard == []


def test_a_refused_target_never_reaches_the_proxy() -> None:
    with serve(carry) as proxy:
        policy = Policy.read(egress_proxy=f"http://127.0.0.1:{proxy.port}")
        failure = send_call(Call("GET", "http://10.0.0.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, proxy.heard) == ("guard-refused", [])


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Log In", "502 Bad"])
def test_a_call_refused_by_the_proxy_is_not_sent(status: str) -> None:
    with serve(answer(f"HTTP/1.1 {status}")) as proxy:
        policy = Policy.read(egress_proxy=f"http://127.0.0.1:{proxy.port}")
        failure = send_call(Call("GET", "http://1.1.1.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("proxy", False)


def test_a_call_is_not_sent_when_the_proxy_is_down() -> None:
    policy = Policy.read(egress_proxy="http://127.0.0.1:1")
    failure = send_call(Call("GET", "http://1.1.1.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("proxy", False)


def test_the_password_of_the_proxy_is_not_shown() -> None:
    proxy = Proxy.read("http://me:hunter2@proxy.example:3128/")
    assert "hunter2" not in repr(proxy)
    assert "aHVudGVyMg" not in repr(proxy)


@pytest.mark.parametrize("answer_of_proxy", [b"SSH-2.0-OpenSSH\r\n", b""])
def test_a_call_is_not_sent_through_a_proxy_that_talks_nonsense(answer_of_proxy: bytes) -> None:
    with serve(lambda connection, _: connection.sendall(answer_of_proxy)) as proxy:
        policy = Policy.read(egress_proxy=f"http://127.0.0.1:{proxy.port}")
        failure = send_call(Call("GET", "http://1.1.1.1/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("proxy", False)


def test_a_proxy_with_an_unknown_name_is_the_one_blamed(resolve) -> None:
    resolve("api.example.com", "93.184.216.34")
    policy = Policy.read(egress_proxy="http://proxy.example:3128")
    failure = send_call(Call("GET", "http://api.example.com/"), policy, LIMITS)
    assert isinstance(failure, Failure)
    assert failure.message == ("Not sent: the egress proxy couldn't connect to api.example.com.")
