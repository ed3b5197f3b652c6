"""Replies that lie, trickle, explode or contain HTML, sent from the builder."""

import gzip
import uuid

import pytest
from django.test import Client

from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.sending.submission import wait_for_exchange
from tests.network.servers import Script, answer, drip, hang, serve
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0
MARKUP = '<script>alert(1)</script><img src=x onerror="alert(2)">'
BOMB = gzip.compress(bytes(30_000_000))
HALF = b"\xed\xa0\xbd"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
HEADERS = [f"X-{number}: {number}" for number in range(10_000)]


CASES: dict[str, tuple[Script, Outcome, str]] = {
    "it drips": (drip, Outcome.UNKNOWN, "no complete answer came"),
    "it says nothing": (hang, Outcome.UNKNOWN, "no data came for"),
    "it closes at once": (lambda *_: None, Outcome.UNKNOWN, "the connection closed"),
    "it closes early": (
        answer("HTTP/1.1 200 OK", "Content-Length: 500", body=b"{"),
        Outcome.UNKNOWN,
        "before the complete answer came",
    ),
    "it has 10,000 headers": (
        answer("HTTP/1.1 200 OK", *HEADERS, "Content-Length: 2", body=b"{}"),
        Outcome.UNKNOWN,
        "exceed the limits",
    ),
    "it explodes": (
        answer(
            "HTTP/1.1 200 OK",
            "Content-Encoding: gzip",
            f"Content-Length: {len(BOMB)}",
            body=BOMB,
        ),
        Outcome.UNKNOWN,
        "",
    ),
    "it is no HTTP": (
        lambda c, _: c.sendall(b"SSH-2.0-x\r\n"),
        Outcome.UNKNOWN,
        "isn't valid HTTP",
    ),
    "it switches protocols": (
        answer("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"),
        Outcome.UNKNOWN,
        "answered 101 Switching Protocols, which isn't a final answer",
    ),
    "it hints and closes": (
        lambda c, _: c.sendall(EARLY_HINTS),
        Outcome.UNKNOWN,
        "the connection closed",
    ),
    "it hints without end": (
        lambda c, _: c.sendall(EARLY_HINTS * 1000),
        Outcome.UNKNOWN,
        "answered 103 Early Hints, which isn't a final answer",
    ),
    "it only says continue": (
        lambda c, _: c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"),
        Outcome.UNKNOWN,
        "the connection closed",
    ),
    "it answers 000": (answer("HTTP/1.1 000 Nothing"), Outcome.UNKNOWN, "isn't valid HTTP"),
    "it answers 1000": (answer("HTTP/1.1 1000 Much"), Outcome.UNKNOWN, "isn't valid HTTP"),
    "it answers 299": (
        answer("HTTP/1.1 299 Odd", "Content-Length: 17", body=b'{"job_uid": "j"}\n'),
        Outcome.UNKNOWN,
        "answered 299 Odd, where 200 is documented",
    ),
    "it answers 600": (
        answer("HTTP/1.1 600 Odd", "Content-Length: 0"),
        Outcome.UNKNOWN,
        "answered 600 Odd, a status that HTTP doesn't define",
    ),
    "it answers 304": (
        answer("HTTP/1.1 304 Not Modified"),
        Outcome.HTTP_ERROR,
        "a stored copy is up to date",
    ),
    "it has halves of pairs everywhere": (
        lambda c, _: c.sendall(
            b"HTTP/1.1 422 Wr%bng\r\nX-%b: %b\r\nContent-Type: a/%b\r\n\r\n" % ((HALF,) * 4)
            + rb'{"message": "\ud83d", "\ude00": "\ud83d"}'
        ),
        Outcome.REFUSED,
        "\ufffd",
    ),
    "it has NUL everywhere": (
        lambda c, _: c.sendall(
            b"HTTP/1.1 422 Wr\0ng\r\nX-A: \0\r\nContent-Type: a/\0\r\n\r\n"
            + rb'{"message": "a\u0000b"}'
        ),
        Outcome.REFUSED,
        "a\ufffdb",
    ),
    "it is markup": (
        answer(f"HTTP/1.1 500 {MARKUP}", f"X-Note: {MARKUP}", body=MARKUP.encode()),
        Outcome.HTTP_ERROR,
        "",
    ),
}


@pytest.fixture
def short(settings) -> None:
    settings.TOTAL_SECONDS, settings.IDLE_SECONDS = 1.5, 0.7
    settings.MAX_UNPACKED_BYTES = 100_000


def press(client: Client, draft: Draft) -> str:
    answer = client.post(f"/drafts/{draft.id}/send/", {"submission": str(uuid.uuid4())})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", CASES)
def test_every_page_shows_a_message_and_the_reply_as_text(
    name: str, as_editor: Client, draft_to, short
) -> None:
    script, outcome, words = CASES[name]
    draft = draft_to()
    with serve(script) as server:
        draft.connection.base_url = server.origin
        draft.connection.save()
        pages = [press(as_editor, draft)]
        exchange = wait_for_exchange(Exchange.objects.get(), LONG)
        assert len(server.heard) == 1, "nothing is sent again"
    assert exchange.outcome == outcome
    assert words in exchange.message
    for part in ("body", "raw", "headers", "request"):
        pages.append(as_editor.get(f"/history/{exchange.id}/?part={part}").content.decode())
    pages.append(as_editor.get("/history/").content.decode())
    assert not any("<script>alert" in page or "<img src=x" in page for page in pages)


def test_an_unknown_outcome_says_how_to_find_out(as_editor: Client, draft_to, short) -> None:
    draft = draft_to()
    with serve(hang) as server:
        draft.connection.base_url = server.origin
        draft.connection.save()
        press(as_editor, draft)
        assert wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists())
    page = as_editor.get(f"/history/{Exchange.objects.get().id}/").content.decode()
    assert "may have been launched" in page
    assert "Night run" in page
