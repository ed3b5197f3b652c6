"""A batch lets the pages of its own process go first, and still gets on."""

import time
from collections.abc import Callable

import pytest

from playground.batches import lanes, running
from playground.batches.models import Batch, Row
from playground.engine import serving
from playground.history.models import Exchange
from tests.batches.conftest import check_counts, count_arrivals, run, wait_for
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

# Long enough that something wrong would show; nothing that is right depends on it.
A_MOMENT = 0.3
AGES = 1000.0
NAMES = [str(number) for number in range(30)]


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch) -> None:
    monkeypatch.setattr(serving, "_activity", serving.Activity())
    # However slow this machine is.
    monkeypatch.setattr(serving, "QUICK_SECONDS", AGES)
    monkeypatch.setattr(serving, "EDITING_SECONDS", AGES)


def start_page(method: str = "GET") -> None:
    serving._note_start(environ={"REQUEST_METHOD": method, "PATH_INFO": "/drafts/x/"})


@pytest.fixture
def rounds(monkeypatch) -> list[tuple[int, int]]:
    """How many requests each round recorded, and how many it was to claim."""
    found: list[tuple[int, int]] = []
    really: Callable[..., lanes.Round] = lanes.run_round

    def run_round(batch, preparer, finished, ready=(), pause="") -> lanes.Round:
        found.append((len(finished), len(ready)))
        return really(batch, preparer, finished, ready, pause)

    monkeypatch.setattr(lanes, "run_round", run_round)
    return found


def test_nothing_is_written_while_a_page_is_made(
    make, editor, standin, rounds, monkeypatch
) -> None:
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", AGES)
    batch = make(NAMES, concurrency=10)
    start_page()
    running.start(editor, batch.pk)
    assert wait_until(lambda: batch.lanes.exclude(process="").exists())
    time.sleep(A_MOMENT)
    assert not rounds
    assert not Exchange.objects.exists()
    serving._note_end()
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)


def test_nothing_is_sent_while_a_page_is_made(make, editor, standin, monkeypatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", AGES)
    monkeypatch.setattr(lanes, "let_pages_go_first", lambda: None)
    batch = make(NAMES, concurrency=3)
    start_page()
    running.start(editor, batch.pk)
    sending = Row.objects.filter(batch=batch, state=Row.State.SENDING)
    assert wait_until(lambda: sending.count() == 3)
    time.sleep(A_MOMENT)
    assert not standin.seen
    serving._note_end()
    assert wait_for(batch, Batch.State.ENDED)
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)


def test_pages_without_end_do_not_stop_a_batch(make, editor, standin) -> None:
    start_page("POST")
    batch = run(editor, make(NAMES, concurrency=10))
    assert serving.is_serving()
    assert batch.counts == {"accepted": len(NAMES)}
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)


def test_rounds_are_small_while_somebody_edits(make, editor, standin, rounds, monkeypatch) -> None:
    monkeypatch.setattr(lanes, "GENTLE_REQUESTS", 3)
    start_page("POST")
    serving._note_end()
    batch = run(editor, make(NAMES, concurrency=10))
    assert all(max(each) <= 3 and 0 in each for each in rounds)
    assert sum(recorded for recorded, _ in rounds) == len(NAMES)
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)
    check_counts(batch)


def test_rounds_are_large_while_nobody_does(make, editor, standin, rounds, monkeypatch) -> None:
    monkeypatch.setattr(lanes, "GENTLE_REQUESTS", 3)
    start_page("GET")
    serving._note_end()
    run(editor, make(NAMES, concurrency=10))
    assert rounds[0] == (0, 10)
