"""Whatever fails while an exchange is completed ends it at once as unknown, with the reply."""

import errno
import json
import logging
import uuid

import pytest
from django.test import Client

from playground.calls.values import Outcome
from playground.history import recording
from playground.history.bodies import read_body
from playground.history.models import Exchange
from playground.people.models import AuditEvent
from playground.sending import completing, pipeline
from playground.sending.jobs import poll_job
from playground.sending.submission import submit_draft
from playground.workspace.models import Repeat
from tests.conftest import signed_in
from tests.sending.misbehaving import say
from tests.sending.test_pipeline import HOURLY

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0
QUOTED = "a message that quotes the payload"
STAGES = [
    (completing, "reach_verdict"),
    (completing, "record_end"),
    (completing, "record_repeat"),
    (completing, "find_workflow"),
    (recording, "fingerprint_reply"),
    (recording, "_find_changed"),
]


class Broken(Exception):
    """Raised by injected faults."""


def fail(*args: object, **options: object) -> None:
    raise Broken(QUOTED)


def send(editor, draft_to, text: str = HOURLY) -> Exchange:
    draft = draft_to()
    draft.text = text
    draft.save()
    sent = submit_draft(editor, draft, uuid.uuid4(), seconds=LONG)
    assert isinstance(sent, Exchange), sent
    return sent


@pytest.mark.parametrize(("module", "name"), STAGES)
def test_a_fault_at_any_stage_ends_the_exchange_as_unknown(
    editor, draft_to, standin, monkeypatch, caplog, module, name
) -> None:
    monkeypatch.setattr(module, name, fail)
    sent = send(editor, draft_to)
    stored = Exchange.objects.get()
    for row in (sent, stored):
        assert (row.outcome, row.code) == (Outcome.UNKNOWN, "broken")
        assert row.message.startswith("Unknown: API Playground failed while recording the reply")
        assert read_body(row.reply_body) == standin.body
        assert (row.status, row.job_uid) == (200, "")
        assert row.ended_at
    assert not Repeat.objects.exists()
    event = AuditEvent.objects.get(action="send")
    assert event.result == "unknown: broken"
    [line] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "Broken" in line.getMessage()
    assert "Traceback (most recent call last)" in line.getMessage()
    assert str(sent.id) in line.getMessage()
    assert QUOTED not in caplog.text
    assert len(standin.seen) == 1


def test_advice_follows_the_sentence(editor, draft_to, standin, monkeypatch) -> None:
    monkeypatch.setattr(completing, "record_repeat", fail)
    assert 'Look for "Night run" in the workflow\'s jobs' in send(editor, draft_to).message


@pytest.mark.parametrize("name", ["mask_reply", "describe_reply"])
def test_a_reply_that_cannot_be_stored_is_left_out(
    editor, draft_to, standin, monkeypatch, caplog, name
) -> None:
    monkeypatch.setattr(recording, name, fail)
    send(editor, draft_to)
    stored = Exchange.objects.get()
    assert (stored.outcome, stored.code, stored.reply_body) == (Outcome.UNKNOWN, "broken", None)
    assert caplog.text.count("Traceback") == 2


def test_an_exchange_that_cannot_be_stored_is_shown_as_unknown(
    editor, draft_to, standin, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(recording, "_end", fail)
    sent = send(editor, draft_to)
    assert (sent.outcome, sent.code) == (Outcome.UNKNOWN, "broken")
    assert AuditEvent.objects.get(action="send").result == "unknown: broken"


@pytest.mark.parametrize("module", [completing, pipeline])
def test_a_failed_side_effect_does_not_change_the_verdict(
    editor, draft_to, standin, monkeypatch, caplog, module
) -> None:
    name = "audit_exchange" if module is completing else "note_use"
    monkeypatch.setattr(module, name, fail)
    assert send(editor, draft_to).outcome == Outcome.ACCEPTED
    assert Exchange.objects.get().outcome == Outcome.ACCEPTED
    assert "Traceback" in caplog.text


def test_a_disk_that_is_full_while_auditing_ends_nothing_half(
    editor, draft_to, standin, monkeypatch
) -> None:
    audit, faults = completing.audit_exchange, [OSError(errno.ENOSPC, "No space left")]

    def audit_late(exchange: Exchange) -> None:
        if faults:
            raise faults.pop()
        audit(exchange)

    monkeypatch.setattr(completing, "audit_exchange", audit_late)
    assert send(editor, draft_to).outcome == Outcome.ACCEPTED
    assert Exchange.objects.get().outcome == Outcome.ACCEPTED
    assert AuditEvent.objects.filter(action="send").count() == 1
    assert Repeat.objects.count() == 1


def test_a_fault_of_the_network_is_logged(editor, draft_to, standin, monkeypatch, caplog) -> None:
    monkeypatch.setattr(pipeline, "send_call", fail)
    assert send(editor, draft_to).outcome == Outcome.UNKNOWN
    assert "Traceback" in caplog.text


def test_an_unsent_call_stays_not_sent(editor, draft_to, standin, monkeypatch) -> None:
    monkeypatch.setattr(completing, "record_end", fail)
    draft = draft_to()
    draft.connection.secrets.all().delete()
    sent = submit_draft(editor, draft, uuid.uuid4(), seconds=LONG)
    assert (sent.outcome, sent.message) == (
        Outcome.NOT_SENT,
        "Not sent: the connection has no API key.",
    )
    assert Exchange.objects.get().outcome == Outcome.NOT_SENT


HALVES = [
    (422, rb'{"message": "Field \ud83d is wrong"}', Outcome.REFUSED, "Field � is wrong"),
    (422, rb'{"message": "Field \u0000 is wrong"}', Outcome.REFUSED, "Field � is wrong"),
    (200, rb'{"job_uid": "a\ude00b", "message": "\ud83d"}', Outcome.ACCEPTED, "job a�b"),
    (200, rb'{"job_uid": "a\u0000b"}', Outcome.ACCEPTED, "job a�b"),
    (200, rb'{"\ud83d": 1, "job_uid": "a"}', Outcome.ACCEPTED, "job a"),
    (200, rb'{"message": "\ud83d\ude00 \ude00\ud83d"}', Outcome.UNKNOWN, "\U0001f600 ��"),
    (422, b'{"message": "Field \xed\xa0\xbd is wrong"}', Outcome.REFUSED, "is wrong"),
    (422, '{"message": "'.encode("utf-16") + b'\x3d\xd8"\x00}\x00', Outcome.REFUSED, "�"),
]


@pytest.mark.parametrize(("status", "body", "outcome", "words"), HALVES)
def test_unstorable_text_is_replaced(
    editor, draft_to, standin, status, body, outcome, words
) -> None:
    standin.status, standin.body = status, body
    sent = send(editor, draft_to)
    stored = Exchange.objects.get()
    assert (stored.outcome, stored.message) == (outcome, sent.message)
    assert words in stored.message
    assert read_body(stored.reply_body) == body
    client = signed_in(editor)
    for part in ("body", "raw", "headers", "request", "code"):
        assert client.get(f"/history/{sent.id}/?part={part}").status_code == 200
    for path in ("/history/", "/jobs/", "/", f"/history/?text={words[:4]}"):
        assert client.get(path).status_code == 200
    assert AuditEvent.objects.filter(action="send").count() == 1


def test_halves_in_a_job_and_its_results_are_replaced(
    elsewhere, misbehaving, as_editor: Client
) -> None:
    job = (
        rb'{"uid": "j-1", "name": "a\ud83d\u0000", "status": "finished", "error_message": "\ude00"}'
    )
    misbehaving.answers["GET /jobs/j-1"] = say(job)
    rows = rb'{"results": [{"name\ud83d": "b\u0000", "deep": {"\ud83d": ["\ud83d"]}}]}'
    misbehaving.answers["GET /jobs/j-1/results"] = say(rows)
    found = poll_job(elsewhere, "j-1", LONG)
    assert (found.refusal, found.name) == ("", "a��")
    assert found.results[0]["name�"] == "b�"
    assert as_editor.get(f"/jobs/{elsewhere.id}/j-1/").status_code == 200
    assert as_editor.get(f"/jobs/{elsewhere.id}/j-1/rows/results/").status_code == 200


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<!doctype html><html><title>Sign in</title></html>", Outcome.UNKNOWN),
        (b"", Outcome.UNKNOWN),
        (b"{}", Outcome.UNKNOWN),
        (b'{"message": "This key may not do that", "status_code": 403}', Outcome.REFUSED),
        (b'{"job_uid": "j-1", "success": false}', Outcome.REFUSED),
    ],
)
def test_a_launch_that_did_not_happen_adds_neither_job_nor_repeat(
    editor, draft_to, standin, body, outcome
) -> None:
    standin.body = body
    sent = send(editor, draft_to)
    assert (sent.outcome, sent.job_uid) == (outcome, "")
    assert not Repeat.objects.exists()
    client = signed_in(editor)
    assert f"/history/{sent.id}/" not in client.get("/jobs/").content.decode()
    page = client.get(f"/history/{sent.id}/").content.decode()
    assert "kind-accepted" not in page
    assert 'id="follow_job"' not in page


def test_a_launch_with_its_repeat_is_recorded_whole(editor, draft_to, standin) -> None:
    sent = send(editor, draft_to)
    assert (sent.outcome, sent.job_uid) == (Outcome.ACCEPTED, json.loads(standin.body)["job_uid"])
    assert Repeat.objects.get().exchange_id == sent.id


@pytest.mark.parametrize(
    ("status", "body", "gone"),
    [
        (200, {"message": "Schedule deleted."}, True),
        (404, {"message": "No schedule is named so."}, True),
        (404, b"<html>Not found</html>", False),
        (404, b"", False),
        (200, b"<html>Sign in</html>", False),
        (200, {"success": False}, False),
        (204, b"", False),
    ],
)
def test_a_repeat_ends_only_by_an_answer_of_the_api(
    elsewhere, misbehaving, as_editor: Client, status, body, gone
) -> None:
    repeat = Repeat.objects.create(connection=elsewhere, job_name="Night")
    misbehaving.answers["DELETE /jobs/Night"] = say(body, status)
    as_editor.post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    repeat.refresh_from_db()
    assert (repeat.deleted_at is not None) == gone
