"""A certificate is trusted only if it should be."""

import os
import socket
import threading
from pathlib import Path

import certifi
import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send_call
from tests.network.certificates import Authority
from tests.network.servers import answer, serve

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30)
OK = answer("HTTP/1.1 200 OK", "Content-Length: 2", body=b"ok")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def call_over_tls(wrap, host: str, ca_file: str = "") -> tuple[Reply | Failure, list[bytes]]:
    with serve(OK, wrap) as server:
        policy = Policy.read(["127.0.0.0/8"], ca_file=ca_file)
        outcome = send_call(Call("GET", f"https://{host}:{server.port}/"), policy, LIMITS)
        return outcome, server.heard


def test_the_authority_of_the_settings_is_trusted(authority: Authority, resolve) -> None:
    resolve("name.example", "127.0.0.1")
    wrap = authority.wrap("name.example")
    outcome, heard = call_over_tls(wrap, "name.example", str(authority.ca_file))
    assert isinstance(outcome, Reply)
    assert b"Host: name.example:" in heard[0]


def test_a_replaced_file_of_authorities_counts_from_the_next_call(
    authority: Authority, resolve, tmp_path: Path
) -> None:
    resolve("name.example", "127.0.0.1")
    ca_file = tmp_path / "own.pem"
    ca_file.write_bytes(Path(certifi.where()).read_bytes())
    wrap = authority.wrap("name.example")
    assert isinstance(call_over_tls(wrap, "name.example", str(ca_file))[0], Failure)
    ca_file.write_bytes(authority.ca_file.read_bytes())
    # File systems whose clock ticks in seconds would show the same time.
    os.utime(ca_file, (1, 1))
    assert isinstance(call_over_tls(wrap, "name.example", str(ca_file))[0], Reply)


def test_a_certificate_for_an_address_is_trusted(authority: Authority) -> None:
    outcome, _ = call_over_tls(authority.wrap("127.0.0.1"), "127.0.0.1", str(authority.ca_file))
    assert isinstance(outcome, Reply)


@pytest.mark.parametrize(
    ("names", "trusted", "more", "reason"),
    [
        (["name.example"], False, {}, "the certificate is signed by an unknown authority"),
        (["name.example"], True, {"self_signed": True}, "the certificate is self-signed"),
        (["name.example"], True, {"days": -1}, "the certificate has expired"),
        (["other.example"], True, {}, "the certificate is for a different host"),
        (["127.0.0.1"], True, {}, "the certificate is for a different host"),
    ],
)
def test_any_other_certificate_is_not_trusted(
    authority, resolve, names, trusted, more, reason
) -> None:
    resolve("name.example", "127.0.0.1")
    ca_file = str(authority.ca_file) if trusted else ""
    outcome, heard = call_over_tls(authority.wrap(*names, **more), "name.example", ca_file)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("tls", False)
    assert outcome.message == f"Not sent: no secure connection to name.example ({reason})."
    assert not any(heard)


def test_a_server_without_tls_gets_no_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=accept, daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        outcome = send_call(Call("GET", url), Policy.read(["127.0.0.1"]), LIMITS)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("tls", False)


@pytest.mark.parametrize("cancels", [True, False])
def test_a_handshake_that_hangs_ends(cancels: bool) -> None:
    cancel, ended = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                if cancels:
                    cancel.set()
                ended.wait(60)

        threading.Thread(target=accept, daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        limits = LIMITS if cancels else Limits(connect_seconds=1)
        outcome = send_call(Call("GET", url), Policy.read(["127.0.0.1"]), limits, cancel)
        ended.set()
    assert isinstance(outcome, Failure)
    assert outcome.code == ("cancelled" if cancels else "connect-timeout")
    assert not outcome.left


def test_a_send_over_tls_can_be_cancelled_while_it_waits(authority: Authority) -> None:
    cancel = threading.Event()

    def script(connection, request: bytes) -> None:
        cancel.set()
        connection.recv(1)

    with serve(script, authority.wrap("127.0.0.1")) as server:
        policy = Policy.read(["127.0.0.1"], ca_file=str(authority.ca_file))
        url = f"https://127.0.0.1:{server.port}/"
        outcome = send_call(Call("GET", url), policy, Limits(), cancel)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("cancelled", True)


def test_a_redirect_from_https_to_http_is_not_followed(authority: Authority) -> None:
    with serve(OK) as plain:
        to_plain = answer("HTTP/1.1 307 X", f"Location: {plain.origin}/x?a=b", "Content-Length: 0")
        with serve(to_plain, authority.wrap("127.0.0.1")) as server:
            policy = Policy.read(["127.0.0.0/8"], ca_file=str(authority.ca_file))
            url = f"https://127.0.0.1:{server.port}/"
            call = Call("POST", url, (), b"{}", follow_redirects=True)
            outcome = send_call(call, policy, LIMITS)
        assert plain.heard == []
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("redirect-downgrade", True)
    assert outcome.message == (
        f"Unknown: the call was redirected (307 to {plain.origin}/x?a=b), but "
        f"{plain.origin.removeprefix('http://')} would receive the call unencrypted."
    )
