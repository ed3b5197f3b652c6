"""Background work lets pages go first, but doesn't wait for long ones."""

import threading
import time

import pytest
from django.core.signals import request_finished, request_started

from playground.engine import serving


@pytest.fixture(autouse=True)
def _nothing_is_served() -> None:
    serving._begun.clear()


def test_a_page_counts_until_it_is_made() -> None:
    assert not serving.is_serving()
    request_started.send(None)
    assert serving.is_serving()
    request_finished.send(None)
    assert not serving.is_serving()


def test_a_request_that_waits_does_not_count_for_long(monkeypatch) -> None:
    request_started.send(None)
    monkeypatch.setattr(serving, "QUICK_SECONDS", 0.0)
    assert not serving.is_serving()


def test_the_wait_for_pages_ends_with_them_or_in_time() -> None:
    request_started.send(None)
    begun = time.monotonic()
    serving.let_pages_go_first(0.05)
    assert time.monotonic() - begun >= 0.05
    # The thread's own request ends in another one's time.
    threading.Timer(0.02, serving._begun.clear).start()
    serving.let_pages_go_first(20)
    assert time.monotonic() - begun < 10
