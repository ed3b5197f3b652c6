"""Slots on workers, with the messages in a list instead of a broker."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections
from django.utils import timezone

from playground.engine import tasks
from playground.engine.threads import Pool
from playground.schedules.models import Schedule, Slot
from playground.schedules.slot_recovery import recover_slots
from tests.engine.conftest import Messages, messages
from tests.schedules.conftest import Make, tick
from tests.sending.stand_ins import Standin

__all__ = ["messages"]

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def work_off(found: Messages) -> None:
    """Run each message twice, in a worker of its own."""
    sent, found.sent = found.sent * 2, []

    def run_one(name: str, work_id: str) -> None:
        Pool(1, 1, 1).run(tasks.make_task(name, work_id))
        connections.close_all()

    threads = [threading.Thread(target=run_one, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_workers_run_each_slot_once_however_often_messages_come(
    make: Make, standin: Standin, messages: Messages
) -> None:
    schedules = [make() for _ in range(5)]
    Schedule.objects.update(next_at=EIGHT)
    tick(EIGHT)
    assert {name for name, _ in messages.sent} == {"run_slots"}
    # No worker is known yet. Each that is gets a message, and each runs many slots.
    assert len(messages.sent) == 1
    work_off(messages)
    assert list(Slot.objects.values_list("state", flat=True)) == ["accepted"] * len(schedules)
    assert len([each for each in standin.seen if each[0] == "POST"]) == len(schedules)


def test_a_message_that_is_lost_comes_again(
    make: Make, standin: Standin, messages: Messages
) -> None:
    make()
    Schedule.objects.update(next_at=EIGHT)
    tick(EIGHT)
    messages.sent.clear()
    Slot.objects.update(due_at=timezone.now())
    recover_slots()
    work_off(messages)
    assert Slot.objects.get().state == "accepted"
