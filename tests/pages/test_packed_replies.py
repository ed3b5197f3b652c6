"""A body that stays packed is named, never shown as gibberish, and can be saved as it arrived."""

import gzip

import pytest

from playground.calls.values import Outcome, Reply, Verdict
from playground.calls.verdicts import reach_verdict
from playground.openapi.operations import get_operation
from tests.history.exchanges import end_exchange, start_exchange

pytestmark = pytest.mark.django_db
PACKED = b"\x0b\x02\x80{}\xd0\xff\x03"
BR = "compressed as br, which was not requested"
UNKNOWN = Verdict(Outcome.UNKNOWN, "packed", "Unknown.", {})


@pytest.mark.parametrize("part", ["body", "raw"])
def test_a_compressed_body_is_named_and_saved_as_received(as_editor, editor, part: str) -> None:
    exchange = end_exchange(start_exchange(editor), PACKED, UNKNOWN, unreadable=BR)
    page = as_editor.get(f"/history/{exchange.id}/?part={part}").content.decode()
    assert f"The body is {BR}. It is kept as received." in page
    assert "Save it to decompress it with another program." in page
    assert PACKED.decode("cp1252", "replace")[3:7] not in page.replace("&#", "")
    assert "claims to be" not in page
    saved = as_editor.get(f"/history/{exchange.id}/body/")
    assert saved.content == PACKED
    assert ".bin" in saved["Content-Disposition"]


def test_packed_bodies_are_not_compared_as_text(as_editor, editor) -> None:
    rows = [
        end_exchange(start_exchange(editor), PACKED + tail, UNKNOWN, unreadable=BR)
        for tail in (b"\xfe", b"\xfd")
    ]
    page = as_editor.get(f"/compare/?a={rows[0].id}&b={rows[1].id}&part=reply").content.decode()
    assert "þ" not in page


def test_plain_text_that_claims_to_be_packed_is_shown(as_editor, editor) -> None:
    why = "labelled as gzip but is not"
    exchange = end_exchange(start_exchange(editor), b'{"a":1}', UNKNOWN, unreadable=why)
    page = as_editor.get(f"/history/{exchange.id}/").content.decode()
    assert f"The body is {why}." in page
    assert "&quot;a&quot;: 1" in page
    saved = as_editor.get(f"/history/{exchange.id}/body/")
    assert ".json" in saved["Content-Disposition"]


def test_gzip_without_a_header_is_not_text(as_editor, editor) -> None:
    exchange = end_exchange(start_exchange(editor), gzip.compress(b"{}", mtime=2**31), UNKNOWN)
    assert "Save it to view it." in as_editor.get(f"/history/{exchange.id}/").content.decode()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.UNKNOWN), (204, Outcome.UNKNOWN), (422, Outcome.HTTP_ERROR)],
)
def test_nothing_is_read_from_a_packed_body(status: int, outcome: Outcome) -> None:
    body = b'{"job_uid": "j-1", "message": "hidden"}'
    reply = Reply(status, "", (), body, unreadable="labelled as gzip but is not")
    verdict = reach_verdict(get_operation("launch-workflow"), reply)
    assert verdict.outcome == outcome
    assert "hidden" not in verdict.message
    if outcome == Outcome.UNKNOWN:
        assert "labelled as gzip but is not." in verdict.message
