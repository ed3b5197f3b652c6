"""The playground started for real, in a process of its own."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

HOME = Path(__file__).resolve().parent.parent.parent


def environment(data: Path, **settings: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if "PLAYGROUND_" not in name}
    given = {f"PLAYGROUND_{name}": value for name, value in settings.items()}
    return {**own, "PLAYGROUND_DATA": str(data), "PLAYGROUND_PORT": "0", **given}


def start(data: Path, command: str = "serve", **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command.split()],
        cwd=HOME,
        env=environment(data, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(data: Path, command: str = "serve", **settings: str) -> tuple[int, str, str]:
    process = start(data, command, **settings)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def read_greeting(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The origin and what was printed up to the last line of the greeting."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Stop with"):
            break
    said = "".join(lines)
    found = re.search(r"(https?://[\w.:]+)/", said)
    assert found, f"{said}{process.stderr.read() if process.stderr else ''}"
    return found[1], said


@contextmanager
def served(data: Path, command: str = "serve", **settings: str) -> Iterator[tuple[str, str]]:
    """The origin and what was printed up to the last line of the greeting."""
    process = start(data, command, **settings)
    try:
        yield read_greeting(process)
    finally:
        process.send_signal(signal.SIGTERM)
        # Longer than a stop may wait for what is under way.
        process.communicate(timeout=150)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_the_printed_link_signs_the_first_owner_in_once(data: Path) -> None:
    with served(data) as (origin, said):
        link = re.search(r"http://\S+/link/\S+", said)
        assert link
        browser = requests.Session()
        page = browser.get(link[0]).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "name": "ada", "password": ""}
        assert browser.post(link[0], fields).url == f"{origin}/"
        assert requests.get(link[0]).status_code == 404
        assert requests.get(f"{origin}/health/").text == "ok\n"
    with served(data) as (_, said):
        assert "/link/" not in said


def test_static_files_are_compressed_and_cached_by_browsers(data: Path) -> None:
    with served(data) as (origin, _):
        page = requests.get(f"{origin}/sign-in/").text
        sheet = re.search(r'href="(/static/css/page\.[0-9a-f]+\.css)"', page)
        assert sheet
        answer = requests.get(origin + sheet[1])
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        plain = requests.get(f"{origin}/static/css/page.css")
        assert plain.content == answer.content


def test_static_files_are_collected_again_only_when_one_changed(data: Path) -> None:
    with served(data):
        pass
    stamp = (data / "static" / "collected").stat().st_mtime_ns
    with served(data):
        pass
    assert (data / "static" / "collected").stat().st_mtime_ns == stamp


def test_behind_a_proxy_cookies_are_sent_over_https_only(data: Path) -> None:
    settings = {"ORIGINS": "https://playground.example.com", "BEHIND_PROXY": "yes"}
    with served(data, **settings) as (_, said):
        assert "https://playground.example.com/" in said
        origin = (data / "address").read_text()
        proxied = {"Host": "playground.example.com", "X-Forwarded-Proto": "https"}
        answer = requests.get(f"{origin}/sign-in/", headers=proxied)
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        plain = requests.get(f"{origin}/sign-in/", headers={"Host": "playground.example.com"})
        assert "Strict-Transport-Security" not in plain.headers
        assert "; Secure" in answer.headers["Set-Cookie"]
        assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_a_port_in_use_is_one_sentence(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = run(data, PORT=str(port))
    assert (code, out) == (1, "")
    assert f"Port {port} is in use." in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "http"),
        ("HOST", "not a host"),
        ("SECRET_KEYS", "garbled"),
        ("ALLOW_NETWORKS", "nonsense/9"),
        ("ALLOW_HOSTS", "a..b"),
        ("CA_FILE", "/nowhere.pem"),
        ("EGRESS_PROXY", "ftp://proxy"),
        ("SANDBOX_ORIGIN", "nonsense"),
    ],
)
def test_an_invalid_setting_is_one_sentence(data: Path, setting: str, value: str) -> None:
    code, _, err = run(data, **{setting: value})
    assert code == 1
    assert f"PLAYGROUND_{setting}" in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_wrong_key_is_one_sentence(data: Path) -> None:
    code, _, err = run(data, SECRET_KEYS=Fernet.generate_key().decode())
    assert code == 1
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_one_command_rotates_the_key(tmp_path: Path) -> None:
    with served(tmp_path):
        pass
    former = (tmp_path / "secrets.key").read_text().strip()
    code, out, _ = run(tmp_path, "rotate_secrets --new-key --forget")
    assert code == 0
    assert "with the newest key" in out
    assert former not in (tmp_path / "secrets.key").read_text()
    with served(tmp_path):
        pass
    code, _, err = run(tmp_path, SECRET_KEYS=former)
    assert code == 1
    assert "The encryption key doesn't match the data" in err


def test_a_page_over_https_sets_secure_cookies(data: Path) -> None:
    with served(data, BEHIND_PROXY="yes") as (origin, _):
        plain = requests.get(f"{origin}/sign-in/")
        safe = requests.get(f"{origin}/sign-in/", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in safe.headers
    assert "; Secure" not in plain.headers["Set-Cookie"]
    assert "; Secure" in safe.headers["Set-Cookie"]


def test_a_person_who_is_locked_out_gets_a_link(data: Path) -> None:
    code, out, _ = run(data, "sign_in_link --user ada")
    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/link/[\w-]+/\n", out)
    code, out, err = run(data, "sign_in_link --user nobody")
    assert (code, out) == (1, "")
    assert "There is no person named nobody." in err


def test_the_database_is_in_wal_mode(data: Path) -> None:
    run(data, "sign_in_link")
    with closing(sqlite3.connect(data / "playground.sqlite3")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
