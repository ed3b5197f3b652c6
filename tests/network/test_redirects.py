"""A redirect is followed only on request, and each hop is judged again."""

import itertools

import pytest

from playground.calls.values import Call, Failure, Insertion, Placeholder, Redirect, Reply, Secret
from playground.network import Limits, Policy, send_call
from tests.network.servers import Script, answer, serve

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30)
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
    assert failure.message.startswith("Unknown: the call was redirected (302 to ")
    assert "), but the " in failure.message
    assert [each.status for each in failure.redirects] == [302]
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
    new = other.origin.removeprefix("http://")
    assert failure.message == (
        f"Unknown: the call was redirected (307 to {other.origin}/), but {new} would receive a "
        "secret in the body that isn't bound to it."
    )


def test_five_redirects_are_followed_and_no_more() -> None:
    count = itertools.count()

    def script(connection, request: bytes) -> None:
        to(f"/again/{next(count)}")(connection, request)

    with serve(script) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("too-many-redirects", True)
    assert failure.message.endswith("but no answer came after 5 redirects.")
    assert len(server.heard) == 6


def test_a_loop_ends_at_its_second_turn() -> None:
    with serve(to("/again", 307)) as server:
        failure = follow(server, body=b"{}")
    assert isinstance(failure, Failure)
    assert failure.code == "redirect-loop"
    assert [request_line(each) for each in server.heard] == [
        "POST /a/b HTTP/1.1",
        "POST /again HTTP/1.1",
    ]


def test_each_redirect_says_where_it_led_and_what_got_lost() -> None:
    with serve(OK) as other, serve(once(to("/moved", 308), to(f"{other.origin}/x"))) as server:
        reply = follow(server, body=b"{}", headers=(("X-Key", KEY.value),), secrets=(KEY,))
    assert isinstance(reply, Reply)
    assert reply.body_dropped
    first, second = reply.redirects
    assert first == Redirect(
        308, f"{server.origin}/a/b", "/moved", f"{server.origin}/moved", "POST", False, False
    )
    assert second == Redirect(
        302,
        f"{server.origin}/moved",
        f"{other.origin}/x",
        f"{other.origin}/x",
        "GET",
        drops_body=True,
        drops_headers=True,
    )


def test_a_call_without_a_body_loses_none() -> None:
    with serve(once(to("/moved"))) as server:
        reply = follow(server)
    assert isinstance(reply, Reply)
    assert (len(reply.redirects), reply.body_dropped) == (1, False)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://me:hunter22@127.0.0.1/", "its Location contains a user name or password"),
        ("//[half/", "its Location isn't a valid URL."),
        ("", "its Location isn't a valid URL."),
        ("/a b", "the URL contains a space."),
        ("http://", "the URL has no host."),
    ],
)
def test_a_location_that_leads_nowhere_is_named(location: str, message: str) -> None:
    with serve(to(location)) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert failure.left
    assert message in failure.message
    assert "hunter22" not in f"{failure.message} {failure.redirects}"


def test_two_different_locations_are_not_chosen_from() -> None:
    script = answer("HTTP/1.1 302 X", "Location: /a", "Location: /b", "Content-Length: 0")
    with serve(script) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert failure.code == "redirect-several"
    assert len(server.heard) == 1


def test_the_bytes_of_a_location_stay() -> None:
    with serve(once(to("/caf\u00c3\u00a9?\u00e2\u0082\u00ac"))) as server:
        follow(server)
    assert request_line(server.heard[1]) == "GET /caf%C3%A9?%E2%82%AC HTTP/1.1"


def test_a_secret_echoed_into_the_location_goes_nowhere() -> None:
    with serve(OK) as other, serve(to(f"{other.origin}/?key={KEY.value}", 303)) as server:
        failure = follow(server, headers=(("X-Key", KEY.value),), secrets=(KEY,))
    assert isinstance(failure, Failure)
    assert (failure.code, other.heard) == ("secret-redirect", [])
    assert KEY.value not in f"{failure.message} {failure.redirects}"


def test_a_short_secret_of_the_path_is_masked_in_every_url() -> None:
    pin = Secret("pin", "zq7x")
    with serve(once(to("c", 308))) as server:
        url = f"{server.origin}/zq7x/b"
        start = len(f"{server.origin}/")
        mark = Insertion("url", start, start + 4, Placeholder("pin", "url"))
        call = Call("POST", url, secrets=(pin,), insertions=(mark,), follow_redirects=True)
        reply = send_call(call, Policy.read(["127.0.0.1"]), LIMITS)
    assert isinstance(reply, Reply)
    [redirect] = reply.redirects
    assert redirect.source == f"{server.origin}/{{{{secret:pin}}}}/b"
    assert redirect.target == f"{server.origin}/{{{{secret:pin}}}}/c"


def test_a_secret_in_the_body_goes_on_to_a_host_it_was_given_for() -> None:
    key = Secret("key", "s3cr3t-value", frozenset({"127.0.0.1"}))
    with serve(OK) as other, serve(to(other.origin, 308)) as server:
        reply = follow(server, body=b'{"token": "s3cr3t-value"}', secrets=(key,))
    assert isinstance(reply, Reply)
    assert b"s3cr3t-value" in other.heard[0]


def test_a_failure_behind_a_redirect_names_the_new_host(resolve) -> None:
    with serve(to("http://nowhere.example/x", 307)) as server:
        failure = follow(server)
    assert isinstance(failure, Failure)
    assert failure.message == (
        "Unknown: the call was redirected (307 to http://nowhere.example/x), but no server "
        "answers at nowhere.example (name not found)."
    )


def test_a_redirect_without_a_location_is_the_answer() -> None:
    with serve(answer("HTTP/1.1 302 Elsewhere", "Content-Length: 0")) as server:
        reply = follow(server)
    assert isinstance(reply, Reply)
    assert reply.status == 302
