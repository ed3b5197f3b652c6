"""Replies of every kind: shown, loaded in pieces and saved."""

import re

import pytest

from playground.calls.values import Outcome, Reply
from playground.history.models import Exchange
from playground.history.recording import record_end
from playground.people.models import Role
from tests.conftest import make_person, signed_in
from tests.history.exchanges import ACCEPTED, KEY, make_call, make_exchange, start_exchange

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def answer(person, body: bytes, content_type: str, *headers: tuple[str, str], **values: object):  # type: ignore[no-untyped-def]
    said = Reply(200, "OK", (("Content-Type", content_type), *headers), body, **values)
    return record_end(start_exchange(person, name="Nacht Lauf"), make_call(), said, ACCEPTED)


def read(client, exchange: Exchange, path: str = "") -> str:  # type: ignore[no-untyped-def]
    response = client.get(f"/history/{exchange.id}/{path}")
    assert response.status_code == 200
    return response.content.decode()


def test_csv_is_shown_as_a_table_with_escaped_cells(as_editor, editor) -> None:
    rows = "".join(f"{n},{HOSTILE}\n" for n in range(300))
    exchange = answer(editor, f"n,{HOSTILE}\n{rows}".encode(), "text/csv")
    page = read(as_editor, exchange)
    assert '<th scope="col">n</th>' in page
    assert "<td>198</td>" in page
    assert "<td>199</td>" not in page
    more = read(as_editor, exchange, "rows/?from=200")
    assert "<td>199</td>" in more
    assert "<td>299</td>" in more
    assert "<script>alert" not in page + more
    assert "<img src=x" not in page + more


def test_xml_is_indented_and_html_is_only_ever_text(as_editor, editor) -> None:
    page = read(as_editor, answer(editor, b"<a><b>1</b></a>", "application/xml"))
    assert "&lt;a&gt;\n  &lt;b&gt;1&lt;/b&gt;\n&lt;/a&gt;" in page
    raw = read(as_editor, Exchange.objects.get(), "?part=raw")
    assert "&lt;a&gt;&lt;b&gt;1" in raw
    html = answer(editor, f"<html>{HOSTILE}".encode(), "text/html")
    for part in ("body", "raw"):
        page = read(as_editor, html, f"?part={part}")
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
    piece = as_editor.get(f"/history/{html.id}/text/?part=raw")
    assert piece["Content-Type"] == "text/plain; charset=utf-8"
    assert piece["X-Content-Type-Options"] == "nosniff"


def test_binary_replies_are_saved_but_not_shown(as_editor, editor) -> None:
    exchange = answer(editor, b"\x89PNG\0\0", "image/png")
    page = read(as_editor, exchange)
    assert "This isn't text (image/png)" in page
    assert "PNG\0" not in page
    saved = as_editor.get(f"/history/{exchange.id}/body/")
    assert saved.content == b"\x89PNG\0\0"
    assert saved["Content-Disposition"].startswith('attachment; filename="nacht-lauf-')
    assert saved["Content-Disposition"].endswith('.png"')


def test_an_empty_body_says_so(as_editor, editor) -> None:
    assert "The body is empty." in read(as_editor, answer(editor, b"", "application/json"))


def test_a_wrong_charset_is_reported(as_editor, editor) -> None:
    exchange = answer(editor, "Zürich".encode("latin-1"), "text/plain; charset=utf-8")
    page = read(as_editor, exchange)
    assert "Zürich" in page
    assert "The reply claims to be utf-8 but isn't. Decoded as windows-1252." in page
    right = answer(editor, "Zürich".encode("latin-1"), "text/plain; charset=latin-1")
    assert "which it is not" not in read(as_editor, right)


def test_a_secret_in_another_charset_is_masked_too(as_editor, editor) -> None:
    echo = f'{{"echo": "{KEY.value}"}}'
    for charset in ("utf-16", "utf-16-le", "utf-32-be"):
        exchange = answer(editor, echo.encode(charset), f"application/json; charset={charset}")
        assert KEY.value not in read(as_editor, exchange, "?part=raw")
        assert KEY.value not in as_editor.get(f"/history/{exchange.id}/body/").content.decode(
            charset
        )


def test_five_megabytes_on_one_line_are_loaded_in_pieces(as_editor, editor) -> None:
    body = b'{"rows": [' + b",".join(b'{"id": %d}' % n for n in range(450_000)) + b"]}"
    assert len(body) > 5_000_000
    exchange = answer(editor, body, "application/json")
    page = read(as_editor, exchange)
    assert len(page) < 40_000
    assert 'data-lines="json"' in page
    assert '<span class="no">3</span><code>    {</code>' in page
    at = re.findall(r'data-next="(\d+)"', page)[0]
    pieces = [body[: int(at)].decode()]
    while at:
        piece = as_editor.get(f"/history/{exchange.id}/text/?part=body&from={at}")
        pieces.append(piece.content.decode())
        at = piece["X-Next"]
    assert "".join(pieces).encode() == body


@pytest.mark.parametrize("start", ["plain ", "Zürich "])
def test_invalid_bytes_late_in_a_reply_do_not_garble_its_beginning(
    as_editor, editor, start
) -> None:
    body = start.encode() + b"x" * 300_000 + b"\xff end"
    exchange = answer(editor, body, "text/plain; charset=utf-8")
    page = read(as_editor, exchange)
    assert start in page
    at = int(re.findall(r'data-next="(\d+)"', page)[0])
    piece = as_editor.get(f"/history/{exchange.id}/text/?from={at}").content.decode()
    assert len(piece) == len(start) + 300_000 + len("? end") - at
    assert piece.startswith("xxx")


def test_long_xml_is_formatted_by_the_browser(as_editor, editor) -> None:
    exchange = answer(editor, b"<a>" + b"<b>1</b>" * 20_000 + b"</a>", "application/xml")
    page = read(as_editor, exchange)
    assert 'data-lines="xml"' in page
    assert 'data-lines="plain"' in read(as_editor, exchange, "?part=raw")


def test_a_truncated_reply_says_so(as_editor, editor) -> None:
    exchange = answer(editor, b'{"a": [1, 2', "application/json", truncated=True)
    page = read(as_editor, exchange)
    assert "Only the first part was saved" in page
    assert "[1, 2" in page


def test_times_and_size_are_shown_with_the_status(as_editor, editor) -> None:
    said = answer(editor, b"{}", "text/plain", seconds=0.25, seconds_to_first_byte=0.1)
    page = read(as_editor, said)
    assert "First byte 100 ms, total 250 ms" in page
    assert "2 bytes" in page


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ('attachment; filename="leads.csv"', "leads.csv"),
        ("attachment; filename=../../etc/passwd", "passwd"),
        ('attachment; filename="a\\..\\b.exe"', "b.exe"),
        ('attachment; filename="Zürich <1>.csv"', "Z%C3%BCrich%20_1_.csv"),
    ],
)
def test_the_file_name_of_a_reply_is_used_without_its_folders(
    as_editor, editor, given, saved
) -> None:
    exchange = answer(editor, b"a,b", "text/csv", ("Content-Disposition", given))
    assert saved in as_editor.get(f"/history/{exchange.id}/body/")["Content-Disposition"]


@pytest.mark.parametrize("query", ["from=x", "from=" + "9" * 30, "from=-1", "part=zzz", ""])
def test_odd_ranges_cause_no_error(as_editor, editor, query) -> None:
    exchange = answer(editor, b"a,b", "text/csv")
    for path in ("text", "rows"):
        assert as_editor.get(f"/history/{exchange.id}/{path}/?{query}").status_code == 200


def test_the_request_is_shown_as_code_without_the_secret(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    for language, sign in (("curl", "curl "), ("go", "package main"), ("nonsense", "curl ")):
        page = read(as_editor, exchange, f"?part=code&language={language}")
        assert sign in page
        assert KEY.value not in page


def test_colleagues_can_open_an_exchange_once_it_is_shared(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    colleague = signed_in(make_person(Role.EDITOR, "colleague"))
    address = f"/history/{exchange.id}/"
    assert colleague.get(address).status_code == 404
    assert colleague.post(f"{address}share/").status_code == 404
    as_editor.post(f"{address}share/")
    assert "Copy link" in as_editor.get(address).content.decode()
    assert colleague.get(address).status_code == 200
    assert colleague.post(f"{address}share/").status_code == 403
    assert str(exchange.id) not in colleague.get("/history/").content.decode()
    as_editor.post(f"{address}share/", {"stop": "1"})
    assert colleague.get(address).status_code == 404


def test_without_a_reply_the_request_is_shown(as_editor, editor) -> None:
    exchange = start_exchange(editor)
    assert exchange.outcome == Outcome.SENDING
    assert "Night run" in read(as_editor, exchange)


def test_a_reply_that_cannot_be_drawn_leaves_the_verdict_readable(
    as_editor, editor, monkeypatch, caplog
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a message that quotes the reply")

    exchange = answer(editor, b'{"a": 1}', "application/json")
    monkeypatch.setattr("playground.pages.replies.format_opening", fail)
    page = read(as_editor, exchange)
    assert "Launched" in page
    assert "This part of the reply can't be shown. See the log for the error." in page
    assert f"/history/{exchange.id}/body/" in page
    assert "Traceback" in caplog.text
