"""A call goes out once, exactly as given, and comes back as a reply or a failure."""

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send
from tests.network.servers import answer, serve

LIMITS = Limits(connect_seconds=2, total_seconds=5, idle_seconds=2)


def test_it_sends_the_body_as_given_and_reads_the_answer():
    body = '{"a": 1.10, "b": "é"}'.encode()
    with serve(answer("HTTP/1.1 200 OK", "Content-Length: 2", "X-A: 1", body=b"ok")) as server:
        policy = Policy.read(own_origins=[server.origin])
        call = Call("POST", f"{server.origin}/x?y=1", (("Content-Type", "a/b"),), body)
        reply = send(call, policy, LIMITS)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.reason, reply.body) == (200, "OK", b"ok")
    assert reply.headers == (("Content-Length", "2"), ("X-A", "1"))
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


def test_it_refuses_this_machine_unless_it_is_the_own_origin():
    with serve(answer("HTTP/1.1 200 OK")) as server:
        failure = send(Call("GET", server.origin), Policy(), LIMITS)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.left, server.heard) == ("guard-refused", False, [])
