"""A full disk and a locked database while the product runs, for real."""

import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from tests.commands.installation import prepare, read_outcomes
from tests.commands.test_serve import read_greeting, run, start
from tests.drill.sender import Sender
from tests.drill.small_disk import CannotMount, fill, small_disk
from tests.sending.stand_ins import Standin, wait_until

LIMIT = 60


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[str]:
    process = start(data, ALLOW_NETWORKS="127.0.0.0/8", **settings)
    try:
        yield read_greeting(process)[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=2 * LIMIT)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, which a test can fill."""
    try:
        with small_disk(tmp_path) as mounted:
            yield mounted
    except CannotMount:
        pytest.skip("this user can't mount a small disk")


def ask_for_page(origin: str, headers: dict[str, str]) -> requests.Response:
    """Ask for a page that writes: an attempt to sign in is counted."""
    browser = requests.Session()
    page = browser.get(f"{origin}/sign-in/").text
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    fields = {"csrfmiddlewaretoken": token, "name": "ada", "password": "wrong"}
    return browser.post(f"{origin}/sign-in/", fields, headers=headers, timeout=LIMIT)


def test_a_full_disk_is_reported_and_a_reply_is_kept(disk: Path) -> None:
    with Standin() as target:
        installed = prepare(disk, target.origin)
        target.hold()
        with serving(disk) as origin:
            thread = threading.Thread(target=installed.send, args=(origin,), daemon=True)
            thread.start()
            assert target.wait_for_call()
            ballast = fill(disk)
            check_full(origin, installed)
            target.release()
            time.sleep(1)
            assert read_outcomes(disk) == ["sending"]
            ballast.unlink()
            assert wait_until(lambda: read_outcomes(disk) == ["accepted"], LIMIT)
            thread.join(LIMIT)
            assert wait_until(
                lambda: requests.get(f"{origin}/health/").text == "ok\n", seconds=LIMIT
            )
        with closing(sqlite3.connect(disk / "playground.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def check_full(origin: str, installed: Sender) -> None:
    assert wait_until(lambda: requests.get(f"{origin}/health/").status_code == 503)
    assert requests.get(f"{origin}/health/").text == "The disk is full\n"
    ready = requests.get(f"{origin}/ready/")
    assert (ready.status_code, ready.json()["writable"]) == (503, "The disk is full")
    # Blocks already allocated by SQLite may have room for a few rows.
    assert wait_until(lambda: installed.send(origin).status_code == 507)
    answer = installed.send(origin)
    assert answer.json()["detail"].startswith("The disk of the server is full")
    assert answer.headers["Retry-After"] == "30"
    page = ask_for_page(origin, {"Accept": "text/html"})
    assert page.status_code == 507
    assert "<h1" in page.text
    assert "The disk is full" in page.text
    assert "made a mistake" not in page.text
    toast = ask_for_page(origin, {"HX-Request": "true"})
    assert (toast.status_code, toast.headers["Content-Type"]) == (507, "text/plain; charset=utf-8")
    assert toast.text.startswith("The disk of the server is full")


def test_a_locked_database_is_named_after_a_short_wait(tmp_path: Path) -> None:
    with Standin() as target:
        installed = prepare(tmp_path, target.origin)
        with serving(tmp_path, DATABASE_WAIT_SECONDS="1") as origin:
            with closing(sqlite3.connect(tmp_path / "playground.sqlite3")) as other:
                other.execute("BEGIN IMMEDIATE")
                answer = installed.send(origin)
                assert answer.status_code == 503
                assert answer.json()["detail"].startswith("Another program is writing")
                assert answer.headers["Retry-After"] == "5"
                page = ask_for_page(origin, {"Accept": "text/html"})
                assert page.status_code == 503
                assert "The database is busy" in page.text
                assert requests.get(f"{origin}/health/").text == "The database is busy\n"
                assert target.seen == []
            assert installed.send(origin).json()["outcome"] == "accepted"


def refuse_to_start(data: Path) -> str:
    code, _, err = run(data)
    assert code == 1
    assert "Traceback" not in err
    [line] = err.strip().splitlines()
    return line


def test_a_full_disk_at_the_start_is_one_sentence(disk: Path) -> None:
    fill(disk)
    line = refuse_to_start(disk)
    assert f"the key file {disk / 'signing.key'} can't be used: No space left on device." in line
    assert not (disk / "signing.key").exists()
    (disk / "ballast").unlink()
    assert run(disk, "seed_practice")[0] == 0
    fill(disk)
    assert f"The disk of {disk} is full. Free some space, then start again." in refuse_to_start(
        disk
    )


def test_a_read_only_disk_at_the_start_is_one_sentence(disk: Path) -> None:
    assert run(disk, "seed_practice")[0] == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert f"The data folder {disk} can't be written to: Read-only file system." in refuse_to_start(
        disk
    )
    assert "Traceback" not in run(disk, "purge_files")[2]
