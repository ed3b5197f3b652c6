"""Sends a minute per connection and per person: counted exactly, in every process."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person, Role
from playground.sending.models import QueuedSend
from playground.sending.submission import (
    Blocked,
    submit_again,
    submit_draft,
    wait_for_exchange,
)
from playground.workspace.models import Connection
from tests.conftest import make_person, signed_in
from tests.engine.conftest import messages  # noqa: F401
from tests.history.exchanges import start_exchange
from tests.sending.conftest import make_draft

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that only the test moves."""
    with time_machine.travel(timezone.now(), tick=False) as stopped:
        yield stopped


@pytest.fixture
def limited(draft_to: Callable[[], Draft]) -> Draft:
    """A draft whose connection allows three sends a minute."""
    draft = draft_to()
    Connection.objects.update(sends_per_minute=3)
    draft.connection.refresh_from_db()
    return draft


def send(person: Person, draft: Draft, key: uuid.UUID | None = None) -> Exchange | Blocked:
    return submit_draft(person, draft, key or uuid.uuid4(), seconds=LONG)


def send_all(person: Person, draft: Draft, count: int) -> None:
    for _ in range(count):
        assert isinstance(send(person, draft), Exchange)


def add_earlier(person: Person, draft: Draft, count: int, **values: object) -> None:
    """Exchanges that weren't sent by the test."""
    for _ in range(count):
        own = {"submission": uuid.uuid4(), "connection_id": draft.connection_id, **values}
        start_exchange(person, **own)


def test_a_send_beyond_the_limit_of_its_connection_waits(clock, editor, limited, standin) -> None:
    send_all(editor, limited, 1)
    clock.shift(20)
    send_all(editor, limited, 2)
    blocked = send(editor, limited)
    assert isinstance(blocked, Blocked)
    assert blocked.message == ("Not sent: Practice allows 3 sends a minute. Try again in 40 s.")
    assert blocked.retry_after == 40
    assert len(standin.seen) == Exchange.objects.count() == 3
    clock.shift(39)
    assert send(editor, limited).retry_after == 1
    clock.shift(1)
    send_all(editor, limited, 1)
    # The next one of the window was twenty seconds later.
    assert send(editor, limited).retry_after == 20


def test_a_person_is_limited_over_all_connections(clock, editor, draft_to, settings) -> None:
    settings.SENDS_PER_MINUTE_PER_PERSON = 1
    draft = draft_to()
    send_all(editor, draft, 1)
    blocked = send(editor, draft_to())
    assert blocked.message == ("Not sent: each person can send 1 time a minute. Try again in 60 s.")
    other = make_person(Role.EDITOR, "other")
    send_all(other, make_draft(other, draft.connection), 1)


@pytest.mark.parametrize(("own", "sent"), [(None, 2), (4, 4), (0, 5)])
def test_the_own_limit_of_a_connection_replaces_the_usual_one(
    editor, draft_to, settings, clock, own, sent
) -> None:
    settings.SENDS_PER_MINUTE_PER_CONNECTION = 2
    draft = draft_to()
    draft.connection.sends_per_minute = own
    results = [send(editor, draft) for _ in range(5)]
    assert [isinstance(each, Exchange) for each in results] == [True] * sent + [False] * (5 - sent)


def test_the_longest_wait_is_named(clock, editor, limited, settings) -> None:
    settings.SENDS_PER_MINUTE_PER_PERSON = 2
    add_earlier(editor, limited, 1, connection_id=None)
    clock.shift(10)
    send_all(editor, limited, 1)
    clock.shift(10)
    assert send(editor, limited).retry_after == 40
    clock.shift(40)
    send_all(editor, limited, 1)
    blocked = send(editor, limited)
    assert (blocked.retry_after, "each person" in blocked.message) == (10, True)


def test_of_many_simultaneous_sends_only_the_allowed_ones_leave(
    clock, editor, limited, standin, settings
) -> None:
    settings.SENDS_PER_MINUTE_PER_PERSON = 100
    people = [editor, *(make_person(Role.EDITOR, f"editor {number}") for number in range(3))]
    drafts = [make_draft(person, limited.connection) for person in people]

    def press(number: int) -> Exchange | Blocked:
        try:
            return send(people[number % 4], drafts[number % 4])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(press, range(16)))
    assert sum(isinstance(each, Exchange) for each in results) == 3
    assert {each.retry_after for each in results if isinstance(each, Blocked)} == {60}
    assert len(standin.seen) == Exchange.objects.count() == 3


def test_the_limit_of_a_person_holds_for_simultaneous_sends(
    clock, editor, draft_to, standin, settings
) -> None:
    settings.SENDS_PER_MINUTE_PER_PERSON = 3
    draft = draft_to()

    def press(_: int) -> Exchange | Blocked:
        try:
            return send(editor, draft)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(press, range(12)))
    assert sum(isinstance(each, Exchange) for each in results) == 3
    assert len(standin.seen) == 3


def test_a_submission_that_arrives_again_does_not_count(clock, editor, limited, standin) -> None:
    key = uuid.uuid4()
    first = send(editor, limited, key)
    assert [send(editor, limited, key) for _ in range(4)] == [first] * 4
    send_all(editor, limited, 2)
    assert isinstance(send(editor, limited), Blocked)
    assert send(editor, limited, key) == first
    assert len(standin.seen) == 3


def test_a_refused_submission_can_be_sent_later(clock, editor, limited, standin) -> None:
    send_all(editor, limited, 3)
    key = uuid.uuid4()
    assert isinstance(send(editor, limited, key), Blocked)
    clock.shift(60)
    assert send(editor, limited, key).outcome == Outcome.ACCEPTED
    assert len(standin.seen) == 4


def test_a_resend_counts(clock, editor, limited, standin) -> None:
    first = send(editor, limited)
    for _ in range(2):
        again = submit_again(editor, limited, first, uuid.uuid4(), "", LONG)
        assert isinstance(again, Exchange)
    assert submit_again(editor, limited, first, uuid.uuid4(), "", LONG).retry_after == 60
    assert len(standin.seen) == 3


def test_calls_of_the_application_do_not_count(clock, editor, limited) -> None:
    add_earlier(editor, limited, 5, submission=None)
    send_all(editor, limited, 3)
    assert isinstance(send(editor, limited), Blocked)


@pytest.mark.parametrize("seconds", [-7200, -61, 61, 7200])
def test_a_clock_that_was_set_blocks_nobody_for_hours(clock, editor, limited, seconds) -> None:
    send_all(editor, limited, 3)
    assert isinstance(send(editor, limited), Blocked)
    clock.shift(seconds)
    send_all(editor, limited, 3)
    assert 0 < send(editor, limited).retry_after <= 60


def test_an_hour_that_comes_again_does_not_count_twice(clock, editor, limited) -> None:
    # Five sends a minute and a half apart, and then the clock goes back over all of them.
    for _ in range(5):
        add_earlier(editor, limited, 3)
        clock.shift(90)
    clock.shift(-450)
    for _ in range(5):
        send_all(editor, limited, 3)
        clock.shift(90)


def test_a_clock_set_back_a_little_makes_nobody_wait_longer_than_a_minute(
    clock, editor, limited
) -> None:
    send_all(editor, limited, 3)
    clock.shift(-30)
    assert send(editor, limited).retry_after == 60


def test_sends_for_workers_are_limited_when_they_are_queued(
    clock,
    editor,
    limited,
    messages,  # noqa: F811
) -> None:
    results = [submit_draft(editor, limited, uuid.uuid4()) for _ in range(4)]
    assert [isinstance(each, Blocked) for each in results] == [False, False, False, True]
    assert QueuedSend.objects.count() == len(messages.sent) == 3


def test_without_a_limit_nothing_is_counted_or_locked(editor, draft_to) -> None:
    draft = draft_to()
    wait_for_exchange(send(editor, draft), LONG)
    with CaptureQueriesContext(database) as seen:
        send(editor, draft)
    statements = [each["sql"] for each in seen]
    assert not [each for each in statements if "FOR NO KEY UPDATE" in each]
    counted = [each for each in statements if 'FROM "history_exchange"' in each]
    assert not [each for each in counted if each.startswith("SELECT")]


def test_the_builder_says_how_long_to_wait(clock, editor, limited, standin) -> None:
    add_earlier(editor, limited, 3)
    page = signed_in(editor).post(f"/drafts/{limited.id}/send/", {"submission": uuid.uuid4()})
    assert page.status_code == 200
    assert "Practice allows 3 sends a minute. Try again in 60 s." in page.content.decode()
    assert standin.seen == []
