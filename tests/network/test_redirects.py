"""A redirect is followed only on request, and each hop is judged again."""

import pytest

from playground.calls.values import Call, Failure, Reply, Secret
from playground.network import Limits, Policy, send_call
from tests.network.servers import Script, answer, serve

LIMITS = Limits(connect_seconds=2, total_seconds=5, idle_seconds=2)
OK = answer("HTTP/1.1 200 OK", "Content-Length: 2", body=b"ok")
KEY = Secret("key", "s3cr3t-value")


def to(location: str, status: int = 302) -> Script:
    return answer(f"HTTP/1.1 {status} Elsewhere", f"Location: {location}", "Content-Length: 0")


def once(first: Script, then: Script = OK) -> Script:
    calls = []

    def script(connection, request: bytes) -> None:
        calls.append(request)
        (first if len(calls) == 1 else then)(connection, request)

    return script


def follow(server, **more) -> Reply | Failure:
    call = Call("POST", f"{server.origin}/a/b", follow_redirects=True, **more)
    return send_call(call, Policy.read(["127.0.0.1"]), LIMITS)


def request_line(request: bytes) -> str:
    return request.split(b"\r\n")[0].decode()


def test_a_redirect_is_not_followed_unless_asked_for() -> None:
    with serve(to("/elsewhere")) as server:
        reply = send_call(Call("GET", server.origin), Policy.read(["127.0.0.1"]), LIMITS)
    assert isinstance(reply, Reply)
    assert reply.status == 302
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("status", "line", "body"),
    [
        (301, "GET /a/c?d HTTP/1.1", b""),
        (302, "GET /a/c?d HTTP/1.1", b""),
        (303, "GET /a/c?d HTTP/1.1", b""),
        (307, "POST /a/c?d HTTP/1.1", b"{}"),
        (308, "POST /a/c?d HTTP/1.1", b"{}"),
    ],
)
def test_a_redirect_changes_the_method_as_browsers_do(status: int, line: str, body: bytes) -> None:
    with serve(once(to("c?d#part", status))) as server:
        headers = (("Content-Type", "application/json"), ("X-Key", KEY.value))
        reply = follow(server, body=b"{}", headers=headers, secrets=(KEY,))
    assert isinstance(reply, Reply)
    assert request_line(server.heard[1]) == line
    assert server.heard[1].partition(b"\r\n\r\n")[2] == body
    assert b"X-Key: s3cr3t-value" in server.heard[1], "the same origin may have it"
    assert (b"application/json" in server.heard[1]) is bool(body)


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "//127.0.0.2/",
        "http://127.0.0.1\\@example.com/",
        "file:///etc/passwd",
        "http://2130706433/",
    ],
)
def test_each_hop_is_judged(location: str) -> None:
    with serve(to(location)) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("guard-refused", True)
    assert failure.message.startswith("Unknown: the call was redirected, but the ")
    assert len(server.heard) == 1


def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_refused(resolve) -> None:
    resolve("inner.example", "10.0.0.1")
    with serve(to("http://inner.example/")) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert failure.params["reason"] == "name-refused"


def test_credentials_are_dropped_when_the_origin_changes() -> None:
    headers = (
        ("Authorization", f"x-api-key {KEY.value}"),
        ("Cookie", "a=b"),
        ("X-Odd", "whatever"),
        ("User-Agent", f"me/{KEY.value}"),
        ("Accept", "text/csv"),
    )
    with serve(OK) as other, serve(to(f"{other.origin}/x", 307)) as server:
        reply = follow(server, body=b"{}", headers=headers, secrets=(KEY,))
    assert isinstance(reply, Reply)
    assert b"Accept: text/csv" in other.heard[0]
    for lost in (b"s3cr3t", b"Cookie", b"X-Odd"):
        assert lost not in other.heard[0]
    assert other.heard[0].endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize(
    "body", [b'{"token": "s3cr3t-value"}', b"czNjcjN0LXZhbHVl", b"s3cr3t%2Dvalue"]
)
def test_a_body_with_a_secret_does_not_go_to_another_origin(body: bytes) -> None:
    with serve(OK) as other, serve(to(other.origin, 307)) as server:
        failure = follow(server, body=body, secrets=(KEY,))
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left, other.heard) == ("secret-redirect", True, [])
    assert "a redirect to 127.0.0.1 would" in failure.message


def test_five_redirects_are_followed_and_no_more() -> None:
    with serve(to("/again")) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("too-many-redirects", True)
    assert len(server.heard) == 6


def test_a_redirect_without_a_location_is_the_answer() -> None:
    with serve(answer("HTTP/1.1 302 Elsewhere", "Content-Length: 0")) as server:
        reply = follow(server)
    assert isinstance(reply, Reply)
    assert reply.status == 302
