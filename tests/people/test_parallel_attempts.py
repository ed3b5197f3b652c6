"""Attempts at the same moment are counted as exactly as others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from playground.people.rate_limits import start_attempt


def attempt(number: int) -> bool:
    try:
        return start_attempt("ada", f"10.0.0.{number}")[0] is not None
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_only_ten_of_forty_simultaneous_attempts_are_made() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 10
