"""The history: its list, one exchange, and polling a running send."""

import uuid

import pytest

from playground.calls.values import Outcome, Verdict
from playground.people.models import Role
from tests.conftest import make_person
from tests.history.exchanges import KEY, end_exchange, make_exchange, start_exchange

pytestmark = pytest.mark.django_db
REFUSED = Verdict(Outcome.REFUSED, "refused", "Refused by Captain Data: no such step.", {})


def test_an_empty_history_explains_itself(as_owner) -> None:
    assert "Nothing sent yet" in as_owner.get("/history/").content.decode()


def test_the_list_shows_verdicts_newest_first(as_editor, editor) -> None:
    make_exchange(editor)
    end_exchange(start_exchange(editor), b"{}", REFUSED)
    page = as_editor.get("/history/").content.decode()
    assert page.index("no such step") < page.index(">Launched<")


def test_filters_narrow_the_list_and_stay_filled_in(as_editor, editor) -> None:
    make_exchange(editor, name="Night run")
    end_exchange(start_exchange(editor), b"{}", REFUSED)
    page = as_editor.get("/history/?outcome=refused").content.decode()
    assert "no such step" in page
    assert "Night run" not in page
    assert '<option value="refused" selected>' in page
    assert "No requests match" in as_editor.get("/history/?text=zzz").content.decode()


def test_older_pages_are_a_link_away(as_editor, editor) -> None:
    numbers = [make_exchange(editor).number for _ in range(52)]
    page = as_editor.get("/history/").content.decode()
    assert f"before={numbers[2]}" in page
    older = as_editor.get(f"/history/?before={numbers[2]}").content.decode()
    assert older.count('id="exchange_') == 2


def test_a_colleagues_exchange_is_not_found(as_editor) -> None:
    theirs = make_exchange(make_person(Role.EDITOR, "colleague"))
    for address in ("", "reply/", "body/"):
        assert as_editor.get(f"/history/{theirs.id}/{address}").status_code == 404
    assert as_editor.post(f"/history/{theirs.id}/cancel/").status_code == 404
    assert as_editor.get(f"/history/{uuid.uuid4()}/").status_code == 404


def test_the_verdict_comes_first_then_the_reply(as_editor, editor) -> None:
    exchange = end_exchange(start_exchange(editor), b'{"a":1.10}', REFUSED)
    page = as_editor.get(f"/history/{exchange.id}/").content.decode()
    verdict, body = page.index("Refused by Captain Data"), page.index("1.10")
    assert verdict < body
    assert "&quot;a&quot;: 1.10" in page


@pytest.mark.parametrize("part", ["body", "raw", "headers", "request", "nonsense"])
def test_no_part_shows_the_credential(as_editor, editor, part) -> None:
    echo = f'{{"echo": "{KEY.value}"}}'.encode()
    exchange = end_exchange(start_exchange(editor), echo)
    for address in ("", "reply/"):
        page = as_editor.get(f"/history/{exchange.id}/{address}?part={part}").content.decode()
        assert KEY.value not in page
    saved = as_editor.get(f"/history/{exchange.id}/body/").content
    assert KEY.value.encode() not in saved


def test_the_request_shows_where_the_credential_was(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    page = as_editor.get(f"/history/{exchange.id}/?part=request").content.decode()
    assert "x-api-key {{secret:key}}" in page


def test_a_hostile_reply_is_escaped(as_editor, editor) -> None:
    hostile = b'<script>alert(1)</script><img src="https://elsewhere.example/x">'
    exchange = end_exchange(start_exchange(editor), hostile)
    page = as_editor.get(f"/history/{exchange.id}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    saved = as_editor.get(f"/history/{exchange.id}/body/")
    assert saved.content == hostile
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment")


def test_the_first_part_of_a_long_reply_is_drawn(as_editor, editor) -> None:
    exchange = end_exchange(start_exchange(editor), b"x" * 5_000_000)
    answer = as_editor.get(f"/history/{exchange.id}/")
    assert len(answer.content) < 300_000
    assert "Only the first part is shown" in answer.content.decode()


def test_a_running_send_is_polled_less_and_less_often(as_editor, editor) -> None:
    exchange = start_exchange(editor)
    first = as_editor.get(f"/history/{exchange.id}/reply/").content.decode()
    later = as_editor.get(f"/history/{exchange.id}/reply/?tries=50").content.decode()
    assert "load delay:0.5s" in first
    assert "tries=1&" in first
    assert "load delay:5s" in later
    assert 'id="cancel_send"' in first


def test_a_finished_send_is_not_polled(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    fragment = as_editor.get(f"/history/{exchange.id}/reply/").content.decode()
    assert fragment.startswith("<section") or 'id="reply"' in fragment
    assert "load delay" not in fragment


def test_a_send_abandoned_by_its_process_is_shown_as_unknown(as_editor, editor) -> None:
    exchange = start_exchange(editor)
    type(exchange).objects.update(process="elsewhere/1/1", deadline=exchange.started_at)
    page = as_editor.get(f"/history/{exchange.id}/").content.decode()
    assert "API Playground stopped" in page
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.SENDING


def test_odd_query_parameters_cause_no_error(as_editor, editor) -> None:
    exchange = make_exchange(editor)
    for query in ("before=abc", "before=" + "9" * 40, "outcome=x", "text=%00", "operation='"):
        assert as_editor.get(f"/history/?{query}").status_code == 200
    odd = f"/history/{exchange.id}/reply/?tries={'9' * 30}&part=%F0"
    assert as_editor.get(odd).status_code == 200
