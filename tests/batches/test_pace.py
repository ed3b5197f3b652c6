"""How fast a batch sends: rates, limits per minute, and servers that ask to wait."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.utils import timezone

from playground.batches import ledger, running
from playground.batches.models import Batch, Row
from playground.batches.sending_rows import find_wait
from playground.calls.values import Reply
from playground.history.models import Exchange
from playground.workspace.models import Connection
from tests.batches.conftest import count_arrivals, run, wait_for
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def take_all(batch: Batch, clock, seconds: float, step: float, wanted: int = 100) -> int:
    """How many requests may begin while a clock goes on in steps."""
    taken = 0
    for _ in range(round(seconds / step)):
        taken += ledger.take_slots(batch, wanted)[0]
        clock.shift(step)
    return taken


@pytest.mark.parametrize(
    ("rate", "step"), [(2, 0.01), (2, 0.9), (50, 0.001), (50, 0.03), (200, 0.04)]
)
def test_a_rate_is_never_exceeded(rate: float, step: float) -> None:
    batch = Batch(requests_per_second=rate)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        clock.shift(60)
        assert take_all(batch, clock, 10, step) <= rate * 10 + 1 + rate * ledger.LENIENCE


def test_a_rate_is_reached_by_frequent_rounds() -> None:
    batch = Batch(requests_per_second=50)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert take_all(batch, clock, 10, 0.01) >= 480


def test_a_time_far_ahead_is_of_a_clock_that_was_set_back() -> None:
    far = timezone.now() + timedelta(days=3)
    batch = Batch(requests_per_second=1, next_start_at=far)
    assert ledger.take_slots(batch, 5)[0] == 1
    assert batch.next_start_at < far


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {"Retry-After": "9"}, 0),
        (429, {"Retry-After": "9"}, 9),
        (503, {"retry-after": "9"}, 9),
        (503, {}, 0),
        (429, {}, 5),
        (429, {"Retry-After": "soon"}, 5),
        (429, {"Retry-After": "-1"}, 5),
        (429, {"Retry-After": "0"}, 5),
        (429, {"Retry-After": "9" * 5000}, 3600),
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 5),
        (429, {"Retry-After": "Wed, 99 Oct 2015 07:28:00 GMT"}, 5),
    ],
)
def test_how_long_a_server_asks_to_wait(status, headers, seconds) -> None:
    assert find_wait(Reply(status, "", tuple(headers.items()), b"")) == seconds


def test_a_server_may_give_a_date_to_wait_for() -> None:
    date = format_datetime(timezone.now() + timedelta(seconds=100), usegmt=True)
    found = find_wait(Reply(429, "", (("Retry-After", date),), b""))
    assert 98 < found <= 100


def test_all_senders_wait_when_a_server_asks_for_it(make, editor, standin) -> None:
    batch = make([str(number) for number in range(6)], concurrency=1)
    standin.status, standin.headers = 429, {"Retry-After": "600"}
    running.start(editor, batch.pk)
    assert wait_until(lambda: Batch.objects.get().counts.get("refused") == 1)
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
    assert batch.reason == "Captain Data answered 429 and asked to wait."
    left = (batch.next_start_at - timezone.now()).total_seconds()
    assert 590 < left <= 600
    assert sum(count_arrivals(standin).values()) == 1
    standin.status, standin.headers = 200, {}
    # The time has come.
    Batch.objects.update(next_start_at=timezone.now())
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"refused": 1, "accepted": 5}
    assert batch.reason == ""


def test_a_batch_that_waits_can_be_paused(make, editor, standin) -> None:
    batch = make(["a", "b"], concurrency=1)
    standin.status, standin.headers = 429, {"Retry-After": "600"}
    running.start(editor, batch.pk)
    assert wait_until(lambda: Batch.objects.get().counts.get("refused") == 1)
    running.pause(editor, batch.pk)
    assert wait_until(lambda: not Batch.objects.get().lanes.exists())
    assert Batch.objects.get().state == Batch.State.PAUSED


def test_the_limit_of_a_connection_makes_a_batch_wait(make, editor, standin) -> None:
    batch = make([str(number) for number in range(5)], concurrency=5)
    Connection.objects.filter(name="Practice").update(sends_per_minute=3)
    running.start(editor, batch.pk)
    assert wait_until(lambda: Batch.objects.get().counts.get("accepted") == 3)
    assert wait_until(lambda: "Practice allows 3 sends a minute." in Batch.objects.get().reason)
    assert Exchange.objects.count() == 3
    # A minute later.
    Exchange.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    Batch.objects.update(next_start_at=timezone.now())
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 5}


def test_the_limit_of_a_person_makes_a_batch_wait(make, editor, standin, settings) -> None:
    settings.SENDS_PER_MINUTE_PER_PERSON = 2
    batch = make([str(number) for number in range(5)])
    running.start(editor, batch.pk)
    assert wait_until(lambda: Batch.objects.get().counts.get("accepted") == 2)
    running.stop(editor, batch.pk)
    assert wait_for(batch, Batch.State.STOPPED)
    assert Exchange.objects.count() == 2


def test_a_rate_spaces_requests(make, editor, standin) -> None:
    batch = run(editor, make(["a", "b", "c"], requests_per_second=20.0, concurrency=3))
    times = sorted(Exchange.objects.values_list("started_at", flat=True))
    assert batch.counts == {"accepted": 3}
    # The second may begin with the first, as lenience allows, but not all three.
    assert (times[2] - times[0]).total_seconds() >= 0.04
    assert Row.objects.filter(state="accepted").count() == 3
