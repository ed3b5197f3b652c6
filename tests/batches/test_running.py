"""A batch from its file to its end: every good row leaves once, and the ledger says what came."""

import json

import pytest

from playground.batches import batches, running
from playground.batches.access import BatchRefused
from playground.batches.lanes import run_lane
from playground.batches.models import Batch, Lane, Row
from playground.batches.options import Options, set_options
from playground.drafts.models import Draft
from playground.history.models import Exchange, SearchText, SentDocument
from playground.people.models import AuditEvent, Role
from playground.workspace.models import Connection
from tests.batches.conftest import (
    check_counts,
    count_arrivals,
    list_states,
    run,
    wait_for,
)
from tests.conftest import make_person
from tests.sending.conftest import LAUNCH
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_row_arrives_once_and_has_its_exchange(make, editor, standin) -> None:
    names = [f"Job {number}" for number in range(30)]
    batch = run(editor, make(names, concurrency=3))
    assert batch.state == Batch.State.ENDED
    assert count_arrivals(standin) == dict.fromkeys(names, 1)
    check_counts(batch)
    assert batch.counts == {"accepted": 30}
    rows = list(Row.objects.filter(batch=batch))
    assert {(row.attempt, row.job_uid, row.status) for row in rows} == {(1, "j-1", 200)}
    exchanges = Exchange.objects.in_bulk([row.exchange_id for row in rows], field_name="id")
    assert [exchanges[row.exchange_id].name for row in rows] == [
        f"Night run, row {number}" for number in range(1, 31)
    ]
    documents = SentDocument.objects.filter(exchange__in=exchanges.values())
    sent = {json.loads(each.document)["job_name"] for each in documents}
    assert sent == set(names)
    assert SearchText.objects.filter(exchange__in=exchanges.values()).count() == 30
    assert not Lane.objects.exists()


def test_credentials_are_masked_in_what_a_batch_records(make, editor, standin) -> None:
    Connection.objects.get(name="Practice").secrets.update(public=False, value="key-to-hide")
    batch = make(["a", "key-to-hide in a cell"])
    standin.body = b'{"message": "ok key-to-hide", "job_uid": "j-1"}'
    run(editor, batch)
    assert any("key-to-hide" in str(headers) for _, _, headers, _ in standin.seen)
    for exchange in Exchange.objects.all():
        assert "key-to-hide" not in exchange.message + exchange.url + str(exchange.params)
    for row in Row.objects.filter(batch=batch):
        assert "key-to-hide" not in row.message


def test_bad_rows_stay_and_the_others_are_sent(make, editor, standin) -> None:
    batch = run(editor, make(["a", "BAD", "b"]))
    assert list_states(batch) == ["accepted", "bad", "accepted"]
    assert (batch.row_count, batch.bad_row_count, batch.request_count) == (3, 1, 2)
    assert count_arrivals(standin) == {"a": 1, "b": 1}


def test_a_batch_without_good_rows_does_not_start(make, editor, standin) -> None:
    batch = make(["BAD"])
    with pytest.raises(BatchRefused, match="no good rows"):
        running.start(editor, batch.pk)
    assert not standin.seen


def test_a_second_click_on_start_changes_nothing(make, editor, standin) -> None:
    batch = make([str(number) for number in range(10)])
    for _ in range(3):
        running.start(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert set(count_arrivals(standin).values()) == {1}


def test_a_lane_that_is_delivered_twice_runs_once(make, editor, standin) -> None:
    batch = make([str(number) for number in range(10)])
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    for lane in Lane.objects.all():
        run_lane(str(lane.pk))
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == {str(number): 1 for number in range(10)}


def test_pause_lets_requests_under_way_finish_and_resume_goes_on(make, editor, standin) -> None:
    batch = make([str(number) for number in range(8)], concurrency=2)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    assert standin.wait_for_call()
    running.pause(editor, batch.pk)
    standin.release()
    assert wait_for(batch, Batch.State.PAUSED)
    assert batch.reason == "Paused by editor."
    assert batch.counts == {"accepted": 2, "waiting": 6}
    assert wait_until(lambda: not Lane.objects.exists())
    running.resume(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert set(count_arrivals(standin).values()) == {1}
    assert batch.counts == {"accepted": 8}


def test_stop_leaves_the_waiting_rows_unsent(make, editor, standin) -> None:
    batch = make([str(number) for number in range(8)], concurrency=2)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    assert standin.wait_for_call()
    running.stop(editor, batch.pk)
    assert batch.ended_at is None
    standin.release()
    assert wait_until(lambda: Batch.objects.get().ended_at is not None)
    assert Batch.objects.get().counts == {"accepted": 2, "waiting": 6}
    assert AuditEvent.objects.filter(
        action="batch", result="stopped: 2 accepted, 6 waiting"
    ).exists()


def test_failures_stop_a_batch(make, editor, standin) -> None:
    batch = make([str(number) for number in range(20)], concurrency=1, stop_after_failures=3)
    standin.status, standin.body = 422, b'{"message": "No."}'
    run(editor, batch)
    assert (batch.state, batch.reason) == (Batch.State.STOPPED, "Stopped after 3 failures.")
    assert batch.counts == {"refused": 3, "waiting": 17}
    standin.status, standin.body = 200, b'{"message": "ok", "job_uid": "j"}'
    running.resume(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"refused": 3, "accepted": 17}


def test_a_share_of_failures_stops_a_batch(make, editor, standin) -> None:
    batch = make([str(number) for number in range(30)], concurrency=1, stop_after_percent=50)
    standin.status, standin.body = 422, b'{"message": "No."}'
    run(editor, batch)
    assert batch.state == Batch.State.STOPPED
    assert batch.reason == "Stopped, because 10 of 10 requests failed (limit: 50 %)."


def test_failed_rows_are_retried_and_the_others_are_not(make, editor, standin) -> None:
    batch = make(["a", "b", "c"], concurrency=1)
    standin.status, standin.body = 422, b'{"message": "No."}'
    run(editor, batch)
    first = {row.exchange_id for row in Row.objects.all()}
    Row.objects.filter(number=1).update(state="accepted")
    Batch.objects.update(counts={"accepted": 1, "refused": 2})
    standin.status, standin.body = 200, b'{"message": "ok", "job_uid": "j"}'
    running.retry_failed(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == {"a": 1, "b": 2, "c": 2}
    assert batch.counts == {"accepted": 3}
    assert list(Row.objects.values_list("attempt", flat=True)) == [1, 2, 2]
    assert len(first & {row.exchange_id for row in Row.objects.all()}) == 1
    with pytest.raises(BatchRefused, match="No row was refused"):
        running.retry_failed(editor, batch.pk)


def test_unknown_rows_are_decided_by_people(make, editor, standin) -> None:
    batch = make(["a", "b", "c"])
    standin.close_early = True
    run(editor, batch)
    assert batch.counts == {"unknown": 3}
    standin.close_early = False
    running.decide(editor, batch.pk, [1], again=False)
    running.decide(editor, batch.pk, [2], again=True)
    assert wait_for(batch, Batch.State.ENDED)
    assert list_states(batch) == ["done", "accepted", "unknown"]
    check_counts(batch)
    assert count_arrivals(standin) == {"a": 1, "b": 2, "c": 1}
    with pytest.raises(BatchRefused, match="No such row"):
        running.decide(editor, batch.pk, [1], again=True)
    running.decide(editor, batch.pk, None, again=False)
    assert list_states(batch) == ["done", "accepted", "done"]


def test_a_trial_sends_the_first_row_only(make, editor, standin) -> None:
    batch = make(["a", "b", "c"], concurrency=3)
    running.start(editor, batch.pk, trial=True)
    assert wait_for(batch, Batch.State.PAUSED)
    assert count_arrivals(standin) == {"a": 1}
    assert "The trial has ended" in batch.reason
    running.resume(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == {"a": 1, "b": 1, "c": 1}


def test_a_protected_connection_is_confirmed_once(make, editor, standin) -> None:
    batch = make(["a", "b"])
    Connection.objects.filter(name="Practice").update(protected=True)
    with pytest.raises(BatchRefused, match="Type its name to send 2 requests") as why:
        running.start(editor, batch.pk)
    assert why.value.confirmation.name == "Practice"
    running.start(editor, batch.pk, confirm="Practice")
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 2}


def test_a_connection_that_becomes_protected_pauses(make, editor, standin) -> None:
    batch = make([str(number) for number in range(6)], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    Connection.objects.filter(name="Practice").update(protected=True)
    standin.release()
    assert wait_for(batch, Batch.State.PAUSED)
    assert batch.reason == "Practice is protected now. Type its name to resume."
    with pytest.raises(BatchRefused):
        running.resume(editor, batch.pk)
    running.resume(editor, batch.pk, "Practice")
    assert wait_for(batch, Batch.State.ENDED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda editor: type(editor).objects.update(role=Role.VIEWER), "no longer an editor"),
        (lambda editor: type(editor).objects.update(is_active=False), "no longer an editor"),
        (
            lambda editor: type(editor).objects.all().delete(),
            "The account of the person who started this was deleted.",
        ),
        (lambda editor: Connection.objects.all().delete(), "Practice was deleted"),
        (
            lambda editor: Connection.objects.update(base_url="http://127.0.0.1:9"),
            "Practice has another address",
        ),
    ],
)
def test_what_is_taken_away_pauses_a_batch(make, editor, standin, change, reason) -> None:
    batch = make([str(number) for number in range(6)], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    change(editor)
    standin.release()
    assert wait_for(batch, Batch.State.PAUSED)
    assert reason in batch.reason
    assert batch.counts["waiting"] == 5
    check_counts(batch)


def test_a_role_that_is_given_back_lets_a_batch_go_on(make, editor, standin) -> None:
    names = [str(number) for number in range(6)]
    batch = make(names, concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    type(editor).objects.update(role=Role.VIEWER)
    standin.release()
    assert wait_for(batch, Batch.State.PAUSED)
    assert batch.reason == "editor is no longer an editor."
    editor.refresh_from_db()
    with pytest.raises(BatchRefused, match="Only the person who made this batch can send it"):
        running.resume(editor, batch.pk)
    assert sum(count_arrivals(standin).values()) == 1
    type(editor).objects.update(role=Role.EDITOR)
    editor.refresh_from_db()
    running.resume(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == dict.fromkeys(names, 1)


def test_a_draft_that_changes_and_goes_changes_no_row(make, editor, standin) -> None:
    batch = make([str(number) for number in range(4)], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    Draft.objects.update(text=LAUNCH.replace("100", "7").replace("query=x", "query=other"))
    Draft.objects.all().delete()
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 4}
    sent = [json.loads(body)["inputs"] for method, *_, body in standin.seen if method == "POST"]
    assert sent == [json.loads(LAUNCH)["inputs"]] * 4


def test_only_the_person_who_made_a_batch_sends_it(make, editor, owner, viewer) -> None:
    batch = make(["a"])
    other = make_person(Role.EDITOR, "other")
    for person in (owner, viewer, other):
        with pytest.raises(BatchRefused, match="Only the person who made"):
            running.start(person, batch.pk)


def test_a_running_batch_is_not_deleted(make, editor, standin) -> None:
    batch = make(["a", "b"])
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    with pytest.raises(BatchRefused, match="Stop it, then delete it"):
        batches.delete_batch(editor, batch.pk)
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert wait_until(lambda: not Lane.objects.exists())
    batches.delete_batch(editor, batch.pk)
    assert not Batch.objects.exists()
    assert not Row.objects.exists()
    assert Exchange.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(requests_per_second=0), "Requests per second"),
        (Options(concurrency=0), "Requests at the same time"),
        (Options(concurrency=51), "Requests at the same time"),
        (Options(stop_after_failures=0), "number of failures"),
        (Options(stop_after_percent=101), "percentage"),
        (Options(webhook="http://169.254.169.254/"), "169.254"),
    ],
)
def test_options_that_make_no_sense_are_refused(make, editor, options, message) -> None:
    batch = make(["a"])
    with pytest.raises(BatchRefused, match=message):
        set_options(editor, batch.pk, options)
