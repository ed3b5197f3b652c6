"""Batches on workers, with the messages in a list instead of a broker."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from playground.batches import batches, lanes, running
from playground.batches.models import Batch, Lane
from playground.batches.options import Options, set_options
from playground.batches.recovery import recover_batches
from playground.engine import tasks
from playground.engine.models import Process
from playground.engine.threads import Pool
from playground.sending.submission import submit_draft
from tests.batches.conftest import MAPPING, check_counts, count_arrivals, wait_for, write_rows
from tests.engine.conftest import Messages, messages  # noqa: F401
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = [str(number) for number in range(60)]


@pytest.fixture
def batch(editor, draft_to, messages: Messages) -> Batch:  # noqa: F811
    """A batch that a worker has checked."""
    batch = batches.create_batch(editor, draft_to(), [write_rows(NAMES)], "rows.csv")
    batches.set_mapping(editor, batch.pk, MAPPING)
    batches.check_rows(editor, batch.pk)
    assert messages.sent == [("check_batch", str(batch.pk))]
    messages.deliver()
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    return batch


def add_workers(count: int) -> None:
    now = timezone.now()
    for number in range(count):
        Process.objects.create(name=f"w/{number}/1", kind="worker", started_at=now, seen_at=now)


def work_off(found: Messages, twice: bool = False) -> None:
    """Run each message in a worker of its own, perhaps doubled."""
    sent = found.sent * 2 if twice else found.sent
    found.sent = []

    def run_one(name: str, work_id: str) -> None:
        Pool(1, 1, 1).run(tasks.make_task(name, work_id))
        connections.close_all()

    threads = [threading.Thread(target=run_one, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_workers_share_the_concurrency(batch, editor, standin, messages) -> None:  # noqa: F811
    add_workers(3)
    set_options(editor, batch.pk, Options(concurrency=7))
    running.start(editor, batch.pk)
    assert list(Lane.objects.order_by("number").values_list("senders", flat=True)) == [3, 2, 2]
    assert [name for name, _ in messages.sent] == ["run_lane"] * 3
    work_off(messages, twice=True)
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)
    check_counts(batch)
    assert not Lane.objects.exists()


def test_a_message_that_is_lost_comes_again(batch, editor, standin, messages) -> None:  # noqa: F811
    running.start(editor, batch.pk)
    messages.sent.clear()
    recover_batches()
    assert messages.sent == []
    Lane.objects.update(due_at=timezone.now())
    recover_batches()
    assert [name for name, _ in messages.sent] == ["run_lane"]
    work_off(messages)
    assert wait_for(batch, Batch.State.ENDED)


def test_a_lane_lets_sends_of_people_go_first(
    batch,
    editor,
    draft_to,
    standin,
    messages,  # noqa: F811
    monkeypatch,
) -> None:
    monkeypatch.setattr(lanes, "FAIR_SECONDS", 0.0)
    monkeypatch.setattr(lanes, "LOOK_SECONDS", 0.0)
    running.start(editor, batch.pk)
    [first] = Lane.objects.all()
    own, messages.sent = messages.sent, []
    submit_draft(editor, draft_to(), batch.pk)
    waiting, messages.sent = messages.sent, own
    work_off(messages)
    # It gave the lane back after what waited, without waiting for recovery.
    assert [name for name, _ in waiting + messages.sent] == ["run_send", "run_lane"]
    [second] = Lane.objects.all()
    assert (second.process, second.number) == ("", first.number)
    assert second.pk != first.pk
    messages.sent = waiting + messages.sent
    messages.deliver()
    assert wait_until(lambda: Batch.objects.get().state == Batch.State.ENDED)
    assert sum(count_arrivals(standin).values()) == len(NAMES) + 1
