"""Guessing is slowed down by name and by address; the real person is let in soon."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from playground.people.models import AuditEvent, Person, SignInAttempt
from playground.people.rate_limits import (
    FREE_BY_ADDRESS,
    FREE_BY_NAME,
    LONGEST_WAIT_BY_ADDRESS,
    LONGEST_WAIT_BY_NAME,
    forgive_attempts,
    start_attempt,
)

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


def test_a_few_typing_errors_cause_no_wait() -> None:
    assert guess(FREE_BY_NAME) == 0


def test_more_have_to_wait() -> None:
    assert guess(FREE_BY_NAME + 1) == 2


def test_guesses_from_many_addresses_at_one_name_have_to_wait() -> None:
    waits = [guess(1, address=f"10.0.0.{number}") for number in range(FREE_BY_NAME + 1)]
    assert waits[-1] > 0


def test_guesses_at_many_names_from_one_address_have_to_wait() -> None:
    waits = [guess(1, name=f"person{number}") for number in range(FREE_BY_ADDRESS + 1)]
    assert waits[-1] > 0


def test_an_attempt_during_the_wait_does_not_prolong_it() -> None:
    assert guess(50) == 2


def test_the_longest_wait_is_a_minute() -> None:
    moment = timezone.now()
    for step in range(12):
        with time_machine.travel(moment + timedelta(seconds=61 * step), tick=False):
            assert guess(1) == 0
    with time_machine.travel(moment + timedelta(seconds=61 * 11 + 1), tick=False):
        assert 0 < guess(1) < LONGEST_WAIT_BY_NAME < LONGEST_WAIT_BY_ADDRESS


def test_a_person_known_at_an_address_is_not_slowed_down_by_others(editor: Person) -> None:
    AuditEvent.objects.create(
        person=editor, person_name=editor.username, action="sign-in", address="10.0.0.9"
    )
    assert guess(FREE_BY_NAME + 3, name=editor.username) > 0
    assert guess(1, name=editor.username, address="10.0.0.9") == 0


def test_the_right_password_resets_the_count() -> None:
    guess(FREE_BY_NAME - 1)
    attempt, _ = start_attempt("ada", "10.0.0.1")
    assert attempt
    forgive_attempts(attempt)
    assert guess(FREE_BY_NAME) == 0


def test_names_are_not_stored() -> None:
    guess(1, name="hunter2 typed in the wrong field")
    assert "hunter2" not in str(SignInAttempt.objects.values())
