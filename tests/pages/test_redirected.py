"""A redirect is shown in the history and with the reply, with anything that wasn't sent on."""

import html
import re

import pytest

from playground.calls.values import Failure, Outcome, Redirect, Reply, Verdict
from playground.history.recording import record_end
from tests.history.exchanges import end_exchange, make_call, start_exchange

pytestmark = pytest.mark.django_db
TO_GET = Redirect(301, "http://a.example/x", "/y", "http://a.example/y", "GET", drops_body=True)
UNKNOWN = Verdict(Outcome.UNKNOWN, "secret-redirect", "Unknown: it was redirected.", {})


def text_of(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", response.content.decode())).split())


def test_a_dropped_body_is_named_where_the_reply_is_shown(as_editor, editor) -> None:
    exchange = end_exchange(start_exchange(editor), redirects=(TO_GET,))
    assert exchange.body_dropped
    text = text_of(as_editor.get(f"/history/{exchange.id}/"))
    assert "301 redirected from http://a.example/x to http://a.example/y" in text
    assert "The redirect changed the request to GET, so the body wasn't sent on." in text
    assert "Redirected without the body" in text_of(as_editor.get("/history/"))


def test_a_failed_redirect_shows_status_and_location(as_editor, editor) -> None:
    other = Redirect(308, "http://a.example/x", "http://b.example/<b>", "http://b.example/<b>")
    failure = Failure("secret-redirect", UNKNOWN.message, True, redirects=(other,))
    exchange = record_end(start_exchange(editor), make_call(), failure, UNKNOWN)
    text = text_of(as_editor.get(f"/history/{exchange.id}/"))
    assert "308 redirected from http://a.example/x to http://b.example/<b>" in text


def test_a_redirect_that_was_not_followed_says_where_it_leads(as_editor, editor) -> None:
    headers = (("Location", "https://me:hunter22@b.example/y"),)
    reply = Reply(302, "Found", headers, b"")
    exchange = record_end(start_exchange(editor), make_call(), reply, UNKNOWN)
    text = text_of(as_editor.get(f"/history/{exchange.id}/"))
    assert "302 leads to https://…@b.example/y. This connection doesn't follow redirects" in text
