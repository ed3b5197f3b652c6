"""Several web processes on one data folder: preparing, refusing until then, static files."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from playground.commands.data_state import lock_data_folder
from playground.commands.static_files import KEEP_SECONDS, remove_outdated
from playground.people.origin import (
    ADDRESS_FILE,
    forget_origin,
    get_public_origin,
    remember_origin,
)
from tests.commands.test_serve import HOME, environment, run, served, start
from tests.postgresql import find_free_port
from tests.sending.stand_ins import wait_until

LONG = 60


@contextmanager
def gunicorn(data: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of gunicorn with the documented configuration, answering, and its process."""
    port = find_free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "docs/deploy/gunicorn.conf.py", "playground.wsgi"],
        cwd=HOME,
        env={**environment(data, WEB_PROCESSES="1", **settings), "PLAYGROUND_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    origin = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: answers(origin), LONG)
        yield origin, process
    finally:
        process.terminate()
        process.wait(LONG)


def answers(origin: str) -> bool:
    try:
        return bool(requests.get(f"{origin}/version/", timeout=LONG).text)
    except requests.ConnectionError:
        return False


def test_a_process_refuses_until_everything_is_prepared(tmp_path: Path) -> None:
    with gunicorn(tmp_path) as (origin, process):
        for path in ("/", "/ready/", "/sign-in/"):
            refused = requests.get(origin + path, timeout=LONG)
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "10"
            assert refused.text.startswith("API Playground isn't ready yet.")
        assert requests.head(f"{origin}/sign-in/", timeout=LONG).status_code == 503
        assert run(tmp_path, "prepare")[0] == 0
        page = requests.get(f"{origin}/sign-in/", timeout=LONG)
        assert page.status_code == 200
        sheet = page.text.partition('href="/static/')[2].partition('"')[0]
        assert requests.get(f"{origin}/static/{sheet}", timeout=LONG).status_code == 200
        assert requests.get(f"{origin}/ready/", timeout=LONG).json()["ready"]
        process.terminate()
        assert process.stdout
        log = process.stdout.read()
    assert process.returncode == 0
    assert log.count("migrations are missing. Run: manage.py prepare") == 1


def test_static_files_that_are_missing_on_a_machine_are_named(tmp_path: Path) -> None:
    assert run(tmp_path, "prepare")[0] == 0
    (tmp_path / "static").rename(tmp_path / "elsewhere")
    with gunicorn(tmp_path) as (origin, process):
        assert requests.get(f"{origin}/sign-in/", timeout=LONG).status_code == 503
        process.terminate()
        assert process.stdout
        assert "static files haven't been collected" in process.stdout.read()


def test_processes_that_start_together_prepare_one_after_the_other(tmp_path: Path) -> None:
    processes = [start(tmp_path, "prepare", LOG_LEVEL="info") for _ in range(2)]
    ends = [process.communicate(timeout=LONG * 2) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    assert all("The database and the files are ready." in out for out, _ in ends)
    assert all("sign_in_link" in out for out, _ in ends)


def test_the_lock_keeps_others_out(settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    with lock_data_folder():
        process = start(tmp_path, "prepare")
        time.sleep(3)
        assert process.poll() is None
        assert not (tmp_path / "playground.sqlite3").exists()
    out, _ = process.communicate(timeout=LONG)
    assert process.returncode == 0, out


def test_the_address_of_the_latest_server_stays(settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    remember_origin("http://127.0.0.1:1")
    remember_origin("http://127.0.0.1:2")
    forget_origin("http://127.0.0.1:1")
    assert get_public_origin() == "http://127.0.0.1:2"
    forget_origin("http://127.0.0.1:2")
    assert not (tmp_path / ADDRESS_FILE).exists()
    forget_origin("http://127.0.0.1:2")


def test_an_upgrade_leaves_the_files_that_the_version_before_serves(tmp_path: Path) -> None:
    with served(tmp_path) as (origin, _):
        page = requests.get(f"{origin}/sign-in/", timeout=LONG).text
        sheet = page.partition('href="/static/')[2].partition('"')[0]
        former = tmp_path / "static" / sheet
        newer = former.with_name("page.0123456789ab.css")
        former.rename(newer)  # as if the new version had another one
        (tmp_path / "static" / "collected").write_text("another version")
        assert run(tmp_path, "prepare")[0] == 0
        assert newer.exists()
        assert requests.get(f"{origin}/static/{sheet}", timeout=LONG).status_code == 200


@pytest.mark.parametrize(
    ("name", "days", "stays"),
    [
        ("css/page.0123456789ab.css", 1, True),
        ("css/page.0123456789ab.css.gz", 1, True),
        ("css/page.0123456789ab.css", 40, False),
        ("css/page.css", 1, False),
        ("css/page.css.gz", 1, False),
        ("staticfiles.json", 1, False),
    ],
)
def test_only_recent_files_with_a_hash_stay(
    tmp_path: Path, name: str, days: int, stays: bool
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    at = time.time() - days * 24 * 3600
    os.utime(path, (at, at))
    assert KEEP_SECONDS == 30 * 24 * 3600
    remove_outdated(tmp_path)
    assert path.exists() is stays
