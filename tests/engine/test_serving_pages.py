"""Background work lets pages go first, but doesn't wait for long ones."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started

from playground.engine import serving
from playground.engine.models import Process
from playground.engine.threads import start_engine


@pytest.fixture(autouse=True)
def _nothing_is_served(monkeypatch) -> None:
    monkeypatch.setattr(serving, "_activity", serving.Activity())


@pytest.fixture
def switch_interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def begin(method: str = "GET", path: str = "/") -> None:
    request_started.send(None, environ={"REQUEST_METHOD": method, "PATH_INFO": path})


def test_a_page_counts_until_it_is_made() -> None:
    assert not serving.is_serving()
    begin()
    assert serving.is_serving()
    request_finished.send(None)
    assert not serving.is_serving()


def test_a_request_that_waits_does_not_count_for_long(monkeypatch) -> None:
    begin()
    monkeypatch.setattr(serving, "QUICK_SECONDS", 0.0)
    assert not serving.is_serving()


def test_the_answers_of_the_sandbox_do_not_count() -> None:
    begin("POST", "/sandbox/captain-data/v3/workflows/x/launch")
    assert not serving.is_serving()
    assert not serving.is_editing()


def test_only_requests_that_change_something_are_edits(monkeypatch) -> None:
    begin("GET", "/batches/")
    request_started.send(None)  # another server may say nothing of its requests
    assert not serving.is_editing()
    begin("POST", "/drafts/x/edit/")
    request_finished.send(None)
    assert serving.is_editing()
    monkeypatch.setattr(serving, "EDITING_SECONDS", 0.0)
    assert not serving.is_editing()


def test_the_wait_for_pages_ends_in_time(monkeypatch) -> None:
    monkeypatch.setattr(serving, "QUICK_SECONDS", 1000.0)
    begin()
    begun = time.monotonic()
    serving.let_pages_go_first()
    assert time.monotonic() - begun >= serving.PATIENCE_SECONDS


def test_the_wait_for_pages_ends_with_them(monkeypatch) -> None:
    # Only their end ends it here.
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", 1000.0)
    monkeypatch.setattr(serving, "QUICK_SECONDS", 1000.0)
    has_begun, may_end = threading.Event(), threading.Event()

    def serve() -> None:
        begin()
        has_begun.set()
        may_end.wait(60)
        request_finished.send(None)

    page = threading.Thread(target=serve)
    page.start()
    assert has_begun.wait(60)
    waiting = threading.Thread(target=serving.let_pages_go_first, daemon=True)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    may_end.set()
    waiting.join(60)
    assert not waiting.is_alive()
    page.join(60)


@pytest.mark.parametrize(
    ("kind", "seconds"), [(Process.Kind.WEB, serving.SWITCH_SECONDS), (Process.Kind.WORKER, 0.005)]
)
def test_threads_take_shorter_turns_where_pages_are_served(
    kind, seconds, switch_interval, monkeypatch
) -> None:
    monkeypatch.setattr("playground.engine.threads.start_heartbeat", lambda *_: None)
    sys.setswitchinterval(0.005)
    start_engine(kind)
    assert sys.getswitchinterval() == pytest.approx(seconds)
