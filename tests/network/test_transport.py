"""A call is sent once, exactly as given, and returns a reply or a failure."""

import socket
import threading

import pytest

from playground.calls.values import Call, Failure, Reply, Secret
from playground.network import Limits, Policy, send_call
from tests.network.servers import answer, serve
from tests.sending.stand_ins import wait_until

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30)
OK = answer("HTTP/1.1 200 OK", "Content-Length: 2", "X-A: 1", body=b"ok")


def request_lines(call: Call) -> list[str]:
    with serve(OK) as server:
        whole = Call(call.method, server.origin + call.url, call.headers, call.body)
        assert isinstance(send_call(whole, Policy.read(own_origins=[server.origin]), LIMITS), Reply)
    return server.heard[0].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")


def test_it_sends_the_body_as_given_and_reads_the_answer() -> None:
    body = '{"a": 1.10, "b": "é"}'.encode()
    with serve(OK) as server:
        policy = Policy.read(own_origins=[server.origin])
        call = Call("POST", f"{server.origin}/x?y=1", (("Content-Type", "a/b"),), body)
        reply = send_call(call, policy, LIMITS)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.reason, reply.body) == (200, "OK", b"ok")
    assert reply.headers == (("Content-Length", "2"), ("X-A", "1"))
    assert reply.address == "127.0.0.1"
    assert 0 < reply.seconds_to_first_byte <= reply.seconds
    head, _, sent = server.heard[0].partition(b"\r\n\r\n")
    assert sent == body
    assert head.decode().split("\r\n") == [
        "POST /x?y=1 HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: API-Playground/1.0",
        "Accept: */*",
        "Accept-Encoding: gzip, deflate",
        f"Content-Length: {len(body)}",
        "Content-Type: a/b",
    ]


def test_the_environment_changes_nothing(monkeypatch, tmp_path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert not any("uthorization" in line for line in request_lines(Call("GET", "/")))


def test_a_header_of_the_call_wins_over_ours_and_repeats_stay() -> None:
    headers = (("accept", "text/csv"), ("X-A", "1"), ("User-Agent", "me"), ("X-A", "2"))
    lines = request_lines(Call("GET", "/", headers))
    assert lines[2:] == [
        "Accept-Encoding: gzip, deflate",
        "accept: text/csv",
        "X-A: 1",
        "User-Agent: me",
        "X-A: 2",
    ]


def test_a_post_without_a_body_says_so() -> None:
    assert "Content-Length: 0" in request_lines(Call("POST", "/"))
    assert not any(line.startswith("Content-Length") for line in request_lines(Call("GET", "/")))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("X", "a\r\nEvil: 1", "header-unsafe"),
        ("X", "a\nb", "header-unsafe"),
        ("X", "a\rb", "header-unsafe"),
        ("X", "a\x00b", "header-unsafe"),
        ("X", "日本", "header-unsafe"),
        ("X\r\nEvil", "1", "header-unsafe"),
        ("X Y", "1", "header-unsafe"),
        ("X:", "1", "header-unsafe"),
        ("", "1", "header-unsafe"),
        ("Ü", "1", "header-unsafe"),
        ("Content-Length", "99", "header-framing"),
        ("content-length", "+2", "header-framing"),
        ("Transfer-Encoding", "chunked", "header-framing"),
        ("Transfer-Encoding", "identity", "header-framing"),
        ("Trailer", "X", "header-framing"),
        ("TE", "trailers", "header-framing"),
        ("Connection", "close", "header-framing"),
        ("connection", "X-Key", "header-framing"),
        ("Keep-Alive", "timeout=5", "header-framing"),
        ("Upgrade", "h2c", "header-framing"),
        ("HTTP2-Settings", "AAMAAABk", "header-framing"),
        ("Expect", "100-continue", "header-framing"),
        ("Proxy-Authorization", "Basic eA==", "header-framing"),
        ("Proxy-Connection", "keep-alive", "header-framing"),
        ("Host", "evil.example", "header-host"),
        ("host", "127.0.0.1", "header-host"),
        ("HOST", "127.0.0.1:1", "header-host"),
    ],
)
def test_a_header_that_would_change_the_request_is_not_sent(name, value, code) -> None:
    with serve(OK) as server:
        call = Call("POST", server.origin, ((name, value),), b"{}")
        failure = send_call(call, Policy.read(own_origins=[server.origin]), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left, server.heard) == (code, False, [])
    assert "\n" not in failure.message


@pytest.mark.parametrize("name", ["Host", "Content-Length"])
def test_a_header_that_may_be_there_once_is_not_sent_twice(name: str) -> None:
    with serve(OK) as server:
        value = server.origin.removeprefix("http://") if name == "Host" else "2"
        call = Call("POST", server.origin, ((name, value), (name.lower(), value)), b"{}")
        failure = send_call(call, Policy.read(own_origins=[server.origin]), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, server.heard) == ("header-framing", [])
    assert failure.message == f"Not sent: the header {name} can't be set by hand; remove it."


def test_the_actual_host_may_be_set() -> None:
    with serve(OK) as server:
        host = server.origin.removeprefix("http://")
        call = Call("GET", server.origin, (("Host", host),))
        assert isinstance(send_call(call, Policy.read(own_origins=[server.origin]), LIMITS), Reply)
    assert server.heard[0].count(f"Host: {host}".encode()) == 1


def test_a_correct_content_length_of_the_call_is_kept() -> None:
    lines = request_lines(Call("POST", "/", (("Content-Length", "2"),), b"{}"))
    assert sum(line.startswith("Content-Length") for line in lines) == 1


@pytest.mark.parametrize("method", ["GET / HTTP/1.1\r\nX: 1", "", "GE T", "G\u00c9T"])
def test_an_invalid_method_is_not_sent(method: str) -> None:
    failure = send_call(Call(method, "http://127.0.0.1:1/"), Policy(), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("method-unsafe", False)


def test_it_refuses_this_machine_unless_it_is_the_own_origin() -> None:
    with serve(OK) as server:
        failure = send_call(Call("GET", server.origin), Policy(), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left, server.heard) == ("guard-refused", False, [])
    assert failure.params["reason"] == "address-refused"


def test_a_refusal_does_not_reveal_whether_a_port_is_open() -> None:
    with serve(OK) as server:
        is_open = send_call(Call("GET", server.origin), Policy(), LIMITS)
        closed = send_call(Call("GET", "http://127.0.0.1:1"), Policy(), LIMITS)
    assert isinstance(is_open, Failure)
    assert isinstance(closed, Failure)
    assert (is_open.code, is_open.message, is_open.params) == (
        closed.code,
        closed.message,
        closed.params,
    )


def test_it_dials_the_address_that_was_judged(resolve) -> None:
    """A name that resolves to an allowed address first and to another the second time."""
    with serve(OK) as server:
        asked = resolve("name.example", ["127.0.0.1"], ["127.0.0.2"])
        policy = Policy.read([f"127.0.0.1:{server.port}"])
        reply = send_call(Call("GET", f"http://name.example:{server.port}/"), policy, LIMITS)
    assert isinstance(reply, Reply)
    assert reply.address == "127.0.0.1"
    assert asked == ["name.example"]
    assert f"Host: name.example:{server.port}".encode() in server.heard[0]


def test_a_name_that_later_resolves_to_a_private_address_is_refused(resolve) -> None:
    with serve(OK) as server:
        resolve("name.example", ["127.0.0.1"], ["10.0.0.1"])
        policy = Policy.read([f"127.0.0.1:{server.port}"])
        call = Call("GET", f"http://name.example:{server.port}/")
        assert isinstance(send_call(call, policy, LIMITS), Reply)
        failure = send_call(call, policy, LIMITS)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("Not sent: the name name.example resolves to a private ")


def test_the_next_address_is_tried_when_the_first_does_not_answer(resolve) -> None:
    with serve(OK) as server:
        resolve("name.example", "127.0.0.9", "127.0.0.1")
        policy = Policy.read(["127.0.0.0/8"])
        reply = send_call(Call("GET", f"http://name.example:{server.port}/"), policy, LIMITS)
    assert isinstance(reply, Reply)
    assert len(server.heard) == 1


def test_an_unknown_name_is_not_sent(resolve) -> None:
    resolve("unused")
    failure = send_call(Call("GET", "https://api.example.com/"), Policy(), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("name-not-found", False)
    assert failure.message == "Not sent: no server answers at api.example.com (name not found)."


def test_a_refused_connection_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = send_call(
        Call("GET", f"http://127.0.0.1:{port}"), Policy.read(["127.0.0.0/8"]), LIMITS
    )
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("connection-refused", False)


@pytest.fixture
def full_port():
    """A port whose queue of waiting connections is full: connecting to it hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


def test_a_connection_that_hangs_is_not_sent(full_port: int) -> None:
    call = Call("GET", f"http://127.0.0.1:{full_port}/")
    failure = send_call(call, Policy.read(["127.0.0.1"]), Limits(connect_seconds=0.2))
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("connect-timeout", False)


def test_cancelling_ends_a_send_that_is_connecting(full_port: int) -> None:
    cancel = threading.Event()
    threading.Timer(0.1, cancel.set).start()
    call = Call("GET", f"http://127.0.0.1:{full_port}/")
    failure = send_call(call, Policy.read(["127.0.0.1"]), LIMITS, cancel)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("cancelled", False)
    assert failure.seconds < LIMITS.connect_seconds


def test_cancelling_ends_a_send_that_is_looking_up_a_name(monkeypatch) -> None:
    cancel, end = threading.Event(), threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(60))
    threading.Timer(0.1, cancel.set).start()
    failure = send_call(Call("GET", "http://slow.example/"), Policy(), LIMITS, cancel)
    end.set()
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("cancelled", False)


def test_a_name_lookup_ends_when_the_connect_time_is_up(monkeypatch) -> None:
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(60))
    limits = Limits(connect_seconds=0.1)
    failure = send_call(Call("GET", "http://slow.example/"), Policy(), limits)
    end.set()
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left) == ("connect-timeout", False)


def test_a_secret_goes_only_to_the_hosts_it_was_given_for() -> None:
    with serve(OK) as server:
        policy = Policy.read(own_origins=[server.origin])
        secret = Secret("key", "abcdefgh", frozenset({"api.example.com"}))
        headers = (("X-Key", secret.value),)
        call = Call("GET", server.origin, headers, secrets=(secret,))
        failure = send_call(call, policy, LIMITS)
        assert isinstance(failure, Failure)
        assert (failure.code, failure.left, server.heard) == ("secret-host", False, [])
        assert secret.value not in failure.message
        for hosts in ({"127.0.0.1"}, {f"127.0.0.1:{server.port}"}, {"x", "127.0.0.1"}, set()):
            given = Secret("key", "abcdefgh", frozenset(hosts))
            call = Call("GET", server.origin, headers, secrets=(given,))
            assert isinstance(send_call(call, policy, LIMITS), Reply)


def test_a_host_header_cannot_carry_a_secret_elsewhere() -> None:
    with serve(OK) as server:
        policy = Policy.read(own_origins=[server.origin])
        secret = Secret("key", "abcdefgh", frozenset({"127.0.0.1"}))
        headers = (("X-Key", secret.value), ("Host", "evil.example"))
        call = Call("GET", server.origin, headers, secrets=(secret,))
        failure = send_call(call, policy, LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, server.heard) == ("secret-host", [])


def test_parallel_sends_share_a_watchdog_and_cancelling_ends_one(full_port: int) -> None:
    cancel, ended = threading.Event(), {}

    def run(name: str, given: threading.Event | None) -> None:
        limits = Limits(connect_seconds=3)
        call = Call("GET", f"http://127.0.0.1:{full_port}/")
        failure = send_call(call, Policy.read(["127.0.0.1"]), limits, given)
        assert isinstance(failure, Failure)
        ended[name] = failure.code

    sends = [
        threading.Thread(target=run, args=each) for each in (("stopped", cancel), ("other", None))
    ]
    for each in sends:
        each.start()
    assert wait_until(lambda: count_watchdogs() == 1)
    cancel.set()
    for each in sends:
        each.join()
    assert count_watchdogs() == 1
    assert ended["stopped"] == "cancelled"
    assert ended["other"] == "connect-timeout"


def count_watchdogs() -> int:
    return [each.name for each in threading.enumerate()].count("network-watchdog")


def test_fifty_parallel_sends_are_fifty_requests() -> None:
    with serve(OK) as server:
        policy = Policy.read(own_origins=[server.origin])
        replies = []

        def run() -> None:
            replies.append(send_call(Call("POST", server.origin, (), b"{}"), policy, Limits()))

        threads = [threading.Thread(target=run) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(isinstance(reply, Reply) for reply in replies)
    assert len(server.heard) == 50
