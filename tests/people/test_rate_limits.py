"""Guessing is slowed down by name and by address; the real person is let in soon."""

import math
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.people.models import AuditEvent, Person, RequestCount, SignInAttempt
from playground.people.rate_limits import (
    WINDOW,
    RateLimit,
    explain_wait,
    forgive_attempts,
    start_attempt,
)

BY_NAME, BY_ADDRESS = 10, 30
QUARTER = 15 * 60
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_clock_stands() -> Iterator[None]:
    with time_machine.travel(timezone.now(), tick=False):
        yield


def guess(times: int, name: str = "ada", address: str = "10.0.0.1") -> int:
    """The seconds to wait after that many refused attempts."""
    wait = 0
    for _ in range(times):
        _, wait = start_attempt(name, address)
    return wait


def tries(times: int, **options: str) -> int:
    """How many of that many attempts are made."""
    return sum(guess(1, **options) == 0 for _ in range(times))


def test_ten_attempts_at_a_name_are_made_in_a_quarter_of_an_hour() -> None:
    assert tries(40) == BY_NAME
    assert guess(1) == QUARTER


def test_attempts_from_many_addresses_at_one_name_count_together() -> None:
    assert sum(tries(1, address=f"10.0.0.{n}") for n in range(40)) == BY_NAME


def test_thirty_attempts_from_an_address_are_made_whatever_the_names() -> None:
    assert sum(tries(1, name=f"person{n}") for n in range(60)) == BY_ADDRESS


def test_the_limits_are_settings(settings) -> None:
    settings.SIGN_IN_TRIES_PER_NAME, settings.SIGN_IN_TRIES_PER_ADDRESS = 2, 3
    assert tries(5) == 2
    assert tries(5, name="grace") == 1


def test_each_attempt_makes_room_when_it_is_old_enough() -> None:
    moment = timezone.now()
    for minute in range(BY_NAME):
        with time_machine.travel(moment + timedelta(minutes=minute), tick=False):
            assert guess(1) == 0
    with time_machine.travel(moment + timedelta(minutes=12), tick=False):
        assert guess(1) == 3 * 60
    with time_machine.travel(moment + WINDOW, tick=False):
        assert tries(5) == 1


def test_no_quarter_of_an_hour_has_more_than_ten() -> None:
    start, made = timezone.now(), []
    for step in range(0, 3600, 20):
        with time_machine.travel(start + timedelta(seconds=step), tick=False):
            made += [step] * tries(1)
    assert all(sum(at <= each < at + QUARTER for each in made) <= BY_NAME for at in made)


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_changed_clock_makes_no_wait_longer(hours: int) -> None:
    tries(BY_NAME + 1)
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        assert guess(1) == 0
        assert tries(20) == BY_NAME - 1
        assert guess(1) <= QUARTER


def test_a_rate_limit_says_how_long_to_wait() -> None:
    limit = RateLimit("test", 2, 60)
    left = 60 - timezone.now().timestamp() % 60
    assert [limit.seconds_to_wait("a") for _ in range(3)] == [0, 0, max(1, math.ceil(left))]
    assert limit.seconds_to_wait("b") == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=60), tick=False):
        assert limit.seconds_to_wait("a") == 0


def test_two_processes_share_a_limit_and_a_flood_writes_nothing() -> None:
    one, other = RateLimit("test", 3, 900), RateLimit("test", 3, 900)
    assert [each.seconds_to_wait("a") > 0 for each in (one, other, one)] == [False] * 3
    assert other.seconds_to_wait("a") > 0
    assert one.seconds_to_wait("b") == 0
    with CaptureQueriesContext(connection) as seen:
        assert all(each.seconds_to_wait("a") for each in (one, other) for _ in range(50))
    assert len(seen) == 0
    assert RequestCount.objects.get(key="test a").requests == 4


def test_a_large_limit_holds_but_for_a_twentieth_of_each_process() -> None:
    processes = [RateLimit("test", 300, 60) for _ in range(3)]
    passed = sum(each.seconds_to_wait("a") == 0 for _ in range(300) for each in processes)
    assert 300 <= passed <= 300 + 3 * 15


def test_ordinary_use_costs_no_statement() -> None:
    limit = RateLimit("test", 300, 60)
    with CaptureQueriesContext(connection) as seen:
        assert not any(limit.seconds_to_wait("a") for _ in range(14))
    assert len(seen) == 0


def test_counts_of_former_windows_are_removed() -> None:
    RateLimit("test", 1, 60).seconds_to_wait("a")
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert RateLimit("test", 1, 60).seconds_to_wait("b") == 0
    assert list(RequestCount.objects.values_list("key", flat=True)) == ["test b"]


def test_waits_are_given_in_seconds_or_minutes() -> None:
    assert explain_wait(1) == "Too many attempts. Try again in 1 second."
    assert explain_wait(90) == "Too many attempts. Try again in 90 seconds."
    assert explain_wait(841) == "Too many attempts. Try again in 15 minutes."


def test_a_person_known_at_an_address_is_not_slowed_down_by_others(editor: Person) -> None:
    AuditEvent.objects.create(
        person=editor, person_name=editor.username, action="sign-in", address="10.0.0.9"
    )
    assert guess(BY_NAME + 1, name=editor.username) > 0
    assert guess(1, name=editor.username, address="10.0.0.9") == 0


def test_the_right_password_resets_the_count() -> None:
    guess(BY_NAME - 1)
    attempt, _ = start_attempt("ada", "10.0.0.1")
    assert attempt
    forgive_attempts(attempt)
    assert tries(20) == BY_NAME


def test_names_are_not_stored() -> None:
    guess(1, name="hunter2 typed in the wrong field")
    assert "hunter2" not in str(SignInAttempt.objects.values())
