"""Servers that drip, lie, explode or talk nonsense end in a message, never in a hang."""

import gzip
import socket
import threading
import time
import zlib

import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import Limits, Policy, send_call
from tests.network.servers import Script, answer, hang, serve

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30, wire_bytes=100_000)
LIMITS_SHORT = Limits(connect_seconds=30, total_seconds=1.5, idle_seconds=30)


def exchange(script: Script, limits: Limits = LIMITS, cancel=None, **more) -> Reply | Failure:
    with serve(script) as server:
        call = Call("POST", server.origin, (), b"{}", **more)
        outcome = send_call(call, Policy.read(own_origins=[server.origin]), limits, cancel)
        assert len(server.heard) == 1, "exactly one request"
        return outcome


def drip(first: bytes, piece: bytes) -> Script:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(0.02)

    return script


def say(data: bytes) -> Script:
    return lambda connection, request: connection.sendall(data)


@pytest.mark.parametrize(
    "script",
    [
        hang,
        drip(b"", b"H"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX: ", b"1"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"T: 1\r\n"),
    ],
    ids=["silence", "status", "headers", "header", "100", "body", "endless", "chunks", "trailers"],
)
def test_a_dripping_reply_ends_when_the_total_time_is_up(script: Script) -> None:
    outcome = exchange(script, LIMITS_SHORT)
    assert isinstance(outcome, Failure)
    if outcome.code != "headers-too-large":  # the hundredth header may come first
        assert outcome.code == "timeout"
        assert outcome.message == "Unknown: no complete answer came within 1.5 seconds."
    assert outcome.left
    assert outcome.seconds < 30


def test_silence_ends_when_the_idle_time_is_up() -> None:
    outcome = exchange(hang, Limits(total_seconds=60, idle_seconds=0.5))
    assert isinstance(outcome, Failure)
    assert outcome.code == "idle"
    assert outcome.message == "Unknown: no data came for 0.5 seconds."


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
def test_a_compressed_body_is_decompressed(packed) -> None:
    data = packed(b"hello" * 100)
    coding = "gzip" if packed is gzip.compress else "deflate"
    outcome = exchange(answer("HTTP/1.1 200 OK", f"Content-Encoding: {coding}", body=data))
    assert isinstance(outcome, Reply)
    assert outcome.body == b"hello" * 100
    assert outcome.wire_bytes == len(data)
    assert not outcome.truncated


def test_deflate_without_its_header_is_decompressed() -> None:
    engine = zlib.compressobj(wbits=-15)
    data = engine.compress(b"hello") + engine.flush()
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Encoding: deflate", body=data))
    assert isinstance(outcome, Reply)
    assert outcome.body == b"hello"


def test_a_bomb_is_decompressed_up_to_the_limit() -> None:
    bomb = gzip.compress(bytes(5_000_000))
    limits = Limits(unpacked_bytes=1000)
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=bomb), limits)
    assert isinstance(outcome, Reply)
    assert outcome.truncated
    assert outcome.body == bytes(1000)


DAMAGED = "compressed as gzip but damaged or cut off"
HELLO = gzip.compress(b"hello", mtime=0)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"not compressed", "labelled as gzip but is not"),
        (b'{"a": 1}', "labelled as gzip but is not"),
        (HELLO[:-9], DAMAGED),
        (HELLO[:1], DAMAGED),
        (HELLO[:-8] + bytes(8), DAMAGED),
        (HELLO + HELLO[:-9], DAMAGED),
        (HELLO * 101, DAMAGED),
    ],
    ids=["text", "json", "cut", "one byte", "checksum", "second member", "members"],
)
def test_a_body_not_compressed_as_announced_is_kept_as_received(data: bytes, why: str) -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=data))
    assert isinstance(outcome, Reply)
    assert (outcome.body, outcome.unreadable) == (data, why)


@pytest.mark.parametrize("padding", [b"\0" * 100, b"padding"])
def test_what_follows_a_complete_stream_is_padding(padding: bytes) -> None:
    data = HELLO * 2 + padding
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Encoding: X-GZip", body=data))
    assert isinstance(outcome, Reply)
    assert (outcome.body, outcome.unreadable) == (b"hellohello", "")


@pytest.mark.parametrize(
    ("codings", "why"),
    [
        (["br"], "compressed as br, which was not requested"),
        (["zstd"], "compressed as zstd, which was not requested"),
        (["ZSTD\t"], "compressed as zstd, which was not requested"),
        (["gzip, gzip"], "compressed as gzip, gzip, which can't be decompressed here"),
        (["gzip", "br"], "compressed as gzip, br, which was not requested"),
        (["<b>\xe9" + "x" * 90], f"compressed as <b>?{'x' * 36}, which was not requested"),
        (["identity"], ""),
        (["identity, identity"], ""),
        ([""], ""),
    ],
)
def test_a_body_in_an_unrequested_encoding_is_named(codings: list[str], why: str) -> None:
    lines = [f"Content-Encoding: {coding}" for coding in codings]
    outcome = exchange(answer("HTTP/1.1 200 OK", *lines, body=b"\x0b\x02\x80{}\x03"))
    assert isinstance(outcome, Reply)
    assert (outcome.body, outcome.unreadable) == (b"\x0b\x02\x80{}\x03", why)


def test_an_encoding_that_the_call_requested_is_named_as_such() -> None:
    script = answer("HTTP/1.1 200 OK", "Content-Encoding: br", body=b"abc")
    with serve(script) as server:
        call = Call("GET", server.origin, (("Accept-Encoding", "gzip;q=0.5, br"),))
        outcome = send_call(call, Policy.read(own_origins=[server.origin]), LIMITS)
    assert isinstance(outcome, Reply)
    assert outcome.unreadable == "compressed as br, which can't be decompressed here"


def test_an_empty_body_is_not_packed() -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Encoding: br", "Content-Length: 0"))
    assert isinstance(outcome, Reply)
    assert outcome.unreadable == ""


def test_a_body_beyond_the_limit_keeps_its_first_part() -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", body=b"x" * 300_000))
    assert isinstance(outcome, Reply)
    assert (outcome.truncated, len(outcome.body), outcome.wire_bytes) == (True, 100_000, 100_000)


def test_a_body_of_exactly_the_limit_is_complete() -> None:
    script = answer("HTTP/1.1 200 OK", "Content-Length: 100000", body=b"x" * 100_000)
    outcome = exchange(script)
    assert isinstance(outcome, Reply)
    assert not outcome.truncated


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (say(b""), "closed"),
        (say(b"HTTP/1.1"), "garbage"),
        (say(b"HTTP/1.1 200 OK\r\nA: b\r\n"), None),
        (answer("HTTP/1.1 200 OK", "Content-Length: 100", body=b"short"), "cut-short"),
        (answer("HTTP/1.1 200 OK", CHUNKED, body=b"5\r\nab"), "cut-short"),
        (answer("HTTP/1.1 200 OK", CHUNKED, body=b"2\r\nab\r\n"), "cut-short"),
        (answer("HTTP/1.1 200 OK", CHUNKED, body=b"zz\r\nab\r\n"), "cut-short"),
        (answer("HTTP/1.1 200 OK", CHUNKED, body=b"f" * 70_000), "headers-too-large"),
        (say(b"nonsense\r\n\r\n"), "garbage"),
        (say(b"\x00\xff\xfe" * 50 + b"\r\n\r\n"), "garbage"),
        (say(b"SSH-2.0-OpenSSH\r\n"), "garbage"),
        (say(b"HTTP/2 200\r\n\r\n"), "garbage"),
        (say(b"HTTP/1.1 abc OK\r\n\r\n"), "garbage"),
        (say(b"HTTP/1.1 9 OK\r\n\r\n"), "garbage"),
        (say(b"x" * 70_000), "headers-too-large"),
        (answer("HTTP/1.1 200 OK", *["A: b"] * 10_000), "headers-too-large"),
        (answer("HTTP/1.1 200 OK", "A: " + "b" * 70_000), "headers-too-large"),
        (answer("HTTP/1.1 200 OK", *["A: " + "b" * 1000] * 90), "headers-too-large"),
        (answer("HTTP/1.1 200 OK", *["HTTP/1.1 100 Continue", ""] * 3), None),
    ],
)
def test_nonsense_ends_in_a_message(script: Script, code: str | None) -> None:
    outcome = exchange(script)
    if code is None:
        assert isinstance(outcome, Reply)
        return
    assert isinstance(outcome, Failure)
    assert outcome.code == code
    assert outcome.left
    assert outcome.message.startswith("Unknown: ")
    assert outcome.message.endswith(".")


def test_the_number_of_headers_can_be_limited() -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", *["A: b"] * 6), Limits(header_count=5))
    assert isinstance(outcome, Failure)
    assert outcome.code == "headers-too-large"


def test_a_body_longer_than_announced_ends_at_the_announced_length() -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", "Content-Length: 2", body=b"okHTTP/1.1 500 X"))
    assert isinstance(outcome, Reply)
    assert outcome.body == b"ok"


@pytest.mark.parametrize("length", ["-5", "abc", "9" * 5000, ""])
def test_with_an_invalid_length_the_body_ends_with_the_connection(length: str) -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", f"Content-Length: {length}", body=b"ok"))
    if isinstance(outcome, Failure):
        assert outcome.code == "cut-short"
    else:
        assert outcome.body == b"ok"


def test_interim_answers_are_skipped() -> None:
    notices = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    outcome = exchange(say(notices + b"HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\nok"))
    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.reason, outcome.body) == (201, "Made", b"ok")
    assert outcome.headers == (("Content-Length", "2"),)


def test_a_header_folded_over_two_lines_becomes_one_line() -> None:
    outcome = exchange(answer("HTTP/1.1 200 OK", "A: b\r\n  c", "A: d"))
    assert isinstance(outcome, Reply)
    assert outcome.headers == (("A", "b c"), ("A", "d"))


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_does_not_wait_for_one(status: int) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Encoding: gzip\r\n\r\n" % status)
        hang(connection, request)

    outcome = exchange(script)
    assert isinstance(outcome, Reply)
    assert outcome.body == b""


def test_an_answer_before_the_whole_body_was_read_counts() -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with serve(script) as server:
        call = Call("POST", server.origin, (), b"x" * 5_000_000)
        outcome = send_call(call, Policy.read(own_origins=[server.origin]), LIMITS)
    assert isinstance(outcome, Reply)
    assert outcome.status == 413


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_cancelling_ends_a_send_that_waits(first: bytes) -> None:
    cancel = threading.Event()

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        cancel.set()
        hang(connection, request)

    outcome = exchange(script, Limits(), cancel)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("cancelled", True)
    assert outcome.message == "Unknown: the send was cancelled before an answer came."
    assert outcome.seconds < LIMITS.idle_seconds


def test_cancelling_ends_a_send_whose_body_is_not_read() -> None:
    cancel, ended = threading.Event(), threading.Event()

    def accept(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            cancel.set()
            ended.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        call = Call("POST", origin, (), b"x" * 30_000_000)
        outcome = send_call(call, Policy.read(own_origins=[origin]), Limits(), cancel)
        ended.set()
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("cancelled", True)


def test_a_send_cancelled_before_it_starts_does_not_start() -> None:
    cancel = threading.Event()
    cancel.set()
    with serve(answer("HTTP/1.1 200 OK")) as server:
        call = Call("GET", server.origin)
        outcome = send_call(call, Policy.read(own_origins=[server.origin]), LIMITS, cancel)
        assert server.heard == []
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.left) == ("cancelled", False)
    assert outcome.message == "Not sent: the send was cancelled."
