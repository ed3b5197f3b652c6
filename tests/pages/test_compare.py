"""Comparing requests, replies and drafts by field and side by side."""

import uuid

import pytest

from playground.calls.values import Reply
from playground.drafts.drafts import start_draft
from playground.history.models import Exchange
from playground.history.queries import ignore_pointers, list_ignored_pointers
from playground.history.recording import record_end
from playground.people.models import Role
from tests.conftest import make_person, signed_in
from tests.history.exchanges import ACCEPTED, make_call, make_exchange, start_exchange

pytestmark = pytest.mark.django_db


def sent(person, body: bytes, reply: bytes = b"{}", kind: str = "application/json") -> Exchange:  # type: ignore[no-untyped-def]
    call = make_call(body)
    started = start_exchange(person, call=call, document=body.decode())
    said = Reply(200, "OK", (("Content-Type", kind),), reply)
    return record_end(started, call, said, ACCEPTED)


def read(client, a: object, b: object, part: str = "request") -> str:  # type: ignore[no-untyped-def]
    response = client.get("/compare/", {"a": str(a), "b": str(b), "part": part})
    assert response.status_code == 200
    return response.content.decode()


def test_two_sends_differ_by_field_in_request_and_reply(as_editor, editor) -> None:
    one = sent(editor, b'{"n": 1.10, "same": 1}', b'{"ok": true, "t": [1, 2]}')
    other = sent(editor, b'{"n": 1.1, "same": 1}', b'{"ok": false, "t": [2]}')
    page = read(as_editor, one.id, other.id)
    assert "<code>/n</code>" in page
    assert "<del>1.10</del>" in page
    assert "<ins>1.1</ins>" in page
    assert "<code>/same</code>" not in page
    page = read(as_editor, one.id, other.id, "reply")
    assert "<del>true</del>" in page
    assert "<code>/t/0</code>" in page
    assert 'class="removed"' in page


def test_a_draft_is_compared_with_the_document_before_resolving(as_editor, editor) -> None:
    one = sent(editor, b'{"job_name": "{{name}}", "n": 1}')
    draft = start_draft(editor, "launch-workflow", '{"n": 2, "job_name": "{{name}}"}', name="Mine")
    page = read(as_editor, one.id, draft.id)
    assert "<code>/n</code>" in page
    assert "<code>/job_name</code>" not in page
    assert "one of these has none" in read(as_editor, one.id, draft.id, "reply")
    second = start_draft(editor, "launch-workflow", '{"n": 3}')
    assert "<code>/job_name</code>" in read(as_editor, draft.id, second.id)
    assert "No differences." in read(as_editor, draft.id, draft.id)


def test_replies_that_are_not_json_are_compared_line_by_line(as_editor, editor) -> None:
    one = sent(editor, b"{}", b"a,b\n1,2\n3,4", "text/csv")
    other = sent(editor, b"{}", b"a,b\n1,2\n<b>,5\n6,7", "text/csv")
    page = read(as_editor, one.id, other.id, "reply")
    assert 'class="changed"' in page
    assert "&lt;b&gt;,5" in page
    assert "<b>,5" not in page


def test_an_ignored_pointer_is_remembered_for_this_person_and_operation(as_editor, editor) -> None:
    one = sent(editor, b"{}", b'{"rows": [{"id": 1, "v": 1}]}')
    other = sent(editor, b"{}", b'{"rows": [{"id": 2, "v": 2}]}')
    kept = {"a": one.id, "b": other.id, "part": "reply", "operation": one.operation}
    answer = as_editor.post("/compare/ignore/", {**kept, "pattern": "/rows/*/id"})
    assert answer.status_code == 302
    page = as_editor.get(answer["Location"]).content.decode()
    assert "<code>/rows/0/id</code>" not in page
    assert "<code>/rows/0/v</code>" in page
    assert "1 difference ignored" in page
    assert list_ignored_pointers(editor, one.operation, "request") == []
    assert list_ignored_pointers(make_person(Role.EDITOR, "other"), one.operation, "reply") == []
    as_editor.post("/compare/ignore/", {**kept, "pattern": "/rows/*/id", "again": "1"})
    assert list_ignored_pointers(editor, one.operation, "reply") == []


def test_invalid_patterns_are_not_stored(editor) -> None:
    ignore_pointers(editor, "x", "reply", ["no pointer", "/" + "x" * 900, "/ok", "/ok"])
    assert list_ignored_pointers(editor, "x", "reply") == ["/ok"]


def test_other_peoples_exchanges_and_drafts_cannot_be_compared(as_editor, editor) -> None:
    colleague = make_person(Role.EDITOR, "colleague")
    theirs = sent(colleague, b'{"theirs": 1}')
    draft = start_draft(colleague, "launch-workflow", '{"theirs": 2}')
    mine = sent(editor, b"{}")
    for other in (theirs.id, draft.id, uuid.uuid4(), "nonsense"):
        page = read(as_editor, mine.id, other)
        assert "theirs" not in page
        assert "Choose two requests or drafts" in page


def test_a_single_exchange_is_compared_with_the_previous_one_of_the_same_document(
    as_editor, editor
) -> None:
    first = make_exchange(editor, fingerprint="same")
    make_exchange(editor, fingerprint="other")
    second = make_exchange(editor, fingerprint="same")
    page = as_editor.get("/compare/", {"b": str(second.id)}).content.decode()
    assert f'<option value="{first.id}" selected>' in page
    assert as_editor.get("/compare/").status_code == 200


def test_a_long_document_shows_only_what_differs(as_editor, editor) -> None:
    many = ", ".join(f'{{"n": {n}}}' for n in range(5_000))
    one = sent(editor, f'{{"rows": [{many}], "last": 1}}'.encode())
    other = sent(editor, f'{{"rows": [{many}], "last": 2}}'.encode())
    page = read(as_editor, one.id, other.id)
    assert len(page) < 60_000
    assert "<code>/last</code>" in page


def test_the_changed_badge_in_the_list_links_to_the_comparison(as_editor, editor) -> None:
    one = make_exchange(editor, fingerprint="same")
    started = start_exchange(editor, fingerprint="same")
    said = Reply(200, "OK", (), b'{"now": "different"}')
    other = record_end(started, make_call(), said, ACCEPTED)
    page = as_editor.get("/history/").content.decode()
    assert "Reply changed since last time" in page
    assert f"/compare/?a={one.id}&amp;b={other.id}&amp;part=reply" in page


def test_resending_a_shared_exchange_creates_an_own_draft(editor) -> None:
    exchange = sent(editor, b'{"job_name": "x"}')
    colleague = signed_in(make_person(Role.EDITOR, "colleague"))
    address = f"/history/{exchange.id}/again/"
    assert colleague.post(address).status_code == 404
    Exchange.objects.filter(pk=exchange.pk).update(shared=True)
    draft = colleague.post(address)
    assert colleague.get(draft["Location"]).status_code == 200
    changed = colleague.get(f"{draft['Location']}changed/").content.decode()
    assert "No changes since it was sent" in changed
    Exchange.objects.all().delete()
    changed = colleague.get(f"{draft['Location']}changed/").content.decode()
    assert "The original exchange was deleted" in changed


def test_headers_of_both_are_compared_and_ignored_by_name(as_editor, editor) -> None:
    both = []
    for date in ("Mon, 01 Jan", "Tue, 02 Jan"):
        started = start_exchange(editor, call=make_call(b"{}"))
        lines = (("DATE", date), ("Vary", "a"), ("Set-Cookie", "a"), ("set-cookie", date[:3]))
        both.append(record_end(started, make_call(b"{}"), Reply(200, "OK", lines, b"1"), ACCEPTED))
    ids = [each.id for each in both]
    page = read(as_editor, *ids, "reply")
    assert "<del>Mon, 01 Jan</del>" in page
    assert "<del>a\nMon</del>" in page
    assert "No differences." in page
    ignored = {"a": ids[0], "b": ids[1], "part": "reply", "operation": both[0].operation}
    as_editor.post("/compare/ignore/", {**ignored, "pattern": "/#headers/date"})
    page = read(as_editor, *ids, "reply")
    assert "Mon, 01 Jan" not in page
    assert "1 difference ignored" in page
    assert 'id="headers"' in read(as_editor, *ids)
    draft = start_draft(editor, both[0].operation, "{}")
    assert 'id="headers"' not in read(as_editor, ids[0], draft.id)
