"""SIGTERM: accept nothing new, let sends finish, record unfinished ones, exit with 0."""

import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from playground.engine.threads import Pool, Task
from tests.commands.installation import prepare, read_outcomes
from tests.commands.test_connections import is_closed, open_idle
from tests.commands.test_serve import read_greeting, start
from tests.drill.sender import Sender
from tests.sending.stand_ins import Standin, wait_until

LIMIT = 60


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = start(data, ALLOW_NETWORKS="127.0.0.0/8", **settings)
    try:
        yield process, read_greeting(process)[0]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def target() -> Iterator[Standin]:
    with Standin() as server:
        server.hold()
        yield server


@pytest.fixture
def installed(tmp_path: Path, target: Standin) -> Sender:
    return prepare(tmp_path, target.origin)


def press_send(installed: Sender, origin: str) -> tuple[threading.Thread, list[Any]]:
    """Send in another thread; the list has the result once there is one."""
    results: list[Any] = []

    def send() -> None:
        try:
            results.append(installed.send(origin).json())
        except (requests.RequestException, ValueError) as error:
            results.append(error)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread, results


def test_a_send_under_way_ends_before_the_process_does(
    tmp_path: Path, target: Standin, installed: Sender
) -> None:
    with serving(tmp_path) as (process, origin):
        [kept] = open_idle(origin, 1)
        thread, results = press_send(installed, origin)
        assert target.wait_for_call()
        process.send_signal(signal.SIGTERM)
        # The kept connection closes at once, and new ones are refused.
        assert is_closed(kept)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{origin}/health/", timeout=LIMIT)
        assert process.poll() is None
        target.release()
        assert process.wait(LIMIT) == 0
        thread.join(LIMIT)
    # The person who pressed Send still got the verdict.
    assert results[0]["outcome"] == "accepted"
    assert read_outcomes(tmp_path) == ["accepted"]
    assert not (tmp_path / "address").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sends_that_do_not_finish_in_time_are_recorded_as_unknown(
    tmp_path: Path, target: Standin, installed: Sender, number: signal.Signals
) -> None:
    with serving(tmp_path, STOP_SECONDS="1") as (process, origin):
        press_send(installed, origin)
        assert target.wait_for_call()
        process.send_signal(number)
        assert process.wait(LIMIT) == 0
    assert read_outcomes(tmp_path) == ["unknown"]


def test_a_second_signal_ends_the_process_at_once(
    tmp_path: Path, target: Standin, installed: Sender
) -> None:
    with serving(tmp_path, STOP_SECONDS="300") as (process, origin):
        press_send(installed, origin)
        assert target.wait_for_call()
        process.send_signal(signal.SIGTERM)
        place = urlsplit(origin)
        assert wait_until(lambda: not is_listening(place.hostname, place.port))
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == -signal.SIGTERM


def is_listening(host: str | None, port: int | None) -> bool:
    try:
        requests.get(f"http://{host}:{port}/health/", timeout=LIMIT)
    except requests.ConnectionError:
        return False
    return True


def make_task(work: Any) -> Task:
    return Task(uuid.uuid4(), work)


def test_a_stopping_pool_rejects_with_a_sentence_and_cancels_what_is_late() -> None:
    pool = Pool(workers=1, waiting=2, waiters=1)
    ended = threading.Event()

    def work(cancel: threading.Event) -> None:
        cancel.wait(LIMIT)
        ended.set()

    assert pool.submit(make_task(work))
    began = time.monotonic()
    pool.stop(0.1)
    assert ended.is_set()
    assert time.monotonic() - began < LIMIT
    assert not pool.submit(make_task(work))
    assert pool.describe_full().message.startswith("Not sent: API Playground is stopping.")
