"""docs/deploy: the files are right, and what they start works as one installation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.environment import PREFIX
from tests.engine.databases import create_database
from tests.engine.deployment import (
    DEPLOY,
    HOME,
    Deployment,
    make_settings,
    read_command,
    read_environment,
    read_unit,
)
from tests.engine.journey import Browser, Journey, send_as_guest
from tests.engine.servers import URLS
from tests.postgresql import URL

UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_what_exists(name: str) -> None:
    unit = read_unit(name)
    assert unit["Service"]["WorkingDirectory"] == "/opt/playground"
    assert unit["Service"]["EnvironmentFile"] == "/etc/playground/environment"
    for key in {"ExecStartPre", "ExecStart"} & set(unit["Service"]):
        program, *arguments = read_command(unit, key, "8001")
        assert Path(program).exists(), program
        for argument in arguments:
            if argument.endswith(".py"):
                assert (HOME / argument).exists(), argument
    # The embedded server prepares everything itself, everything else needs the command.
    is_embedded = "manage.py serve" in unit["Service"]["ExecStart"]
    assert ("ExecStartPre" in unit["Service"]) is not is_embedded


def test_the_example_names_settings_that_exist() -> None:
    readme = (HOME / "README.md").read_text()
    for name in read_environment():
        assert f"| `{name}` |" in readme, name


def test_a_stop_leaves_more_time_than_sends_have() -> None:
    longest = 30 + 10  # PLAYGROUND_STOP_SECONDS, and what gunicorn adds to it
    assert all(int(read_unit(name)["Service"]["TimeoutStopSec"]) > longest for name in UNITS)


def test_gunicorn_accepts_its_configuration() -> None:
    command = read_command(read_unit("playground-gunicorn@.service"), "ExecStart", "8001")
    own = {name: value for name, value in os.environ.items() if PREFIX not in name}
    own |= {f"{PREFIX}PORT": "8431", f"{PREFIX}STOP_SECONDS": "7", f"{PREFIX}WEB_PROCESSES": "3"}
    checked = subprocess.run(
        [*command[:-1], "--print-config", command[-1]],
        cwd=HOME,
        env=own,
        capture_output=True,
        text=True,
    )
    shown = {
        line.split("=")[0].strip(): line.split("=", 1)[1].strip()
        for line in checked.stdout.splitlines()
        if "=" in line
    }
    assert checked.returncode == 0, checked.stderr
    assert shown["bind"] == "['127.0.0.1:8431']"
    assert shown["workers"] == "3"
    assert shown["graceful_timeout"] == "17"
    assert "PLAYGROUND_SANDBOX_ORIGIN=http://127.0.0.1:8431" in shown["raw_env"]


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("nginx isn't installed (Debian: apt install nginx-light)")
    if shutil.which("openssl") is None:
        pytest.skip("openssl isn't installed, which makes the certificate for nginx")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=playground.example.com", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/playground", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ include site.conf; }}\n"
    )
    checked = subprocess.run(
        [program, "-t", "-p", tmp_path, "-c", whole], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """An empty database of its own: PostgreSQL if there is a server for tests, else SQLite."""
    server = os.environ.get(URL, "")
    if not server:
        yield f"sqlite:///{tmp_path}/playground.sqlite3"
        return
    with create_database(server) as url:
        yield url


def deploy(tmp_path: Path, database: str, broker: str) -> Deployment:
    more = {"WORKER_PROCESSES": "1", "SANDBOX_JOB_RUNNING_SECONDS": "1"}
    return Deployment(make_settings(tmp_path, database, broker, **more), tmp_path / "log")


def test_threads_of_two_web_processes_serve_a_whole_journey(tmp_path: Path, database: str) -> None:
    with deploy(tmp_path, database, broker="") as deployment:
        webs = [
            deployment.serve("playground-web@.service"),
            deployment.serve("playground-gunicorn@.service", PLAYGROUND_WEB_PROCESSES="1"),
        ]
        travel(deployment, [web.origin for web in webs])
        assert [web.stop() for web in webs] == [0, 0]


@pytest.mark.broker
def test_two_web_processes_and_two_workers_serve_a_whole_journey(
    tmp_path: Path, database: str
) -> None:
    urls = os.environ.get(URLS, "").split()
    if not urls:
        pytest.skip(f"{URLS} names no broker; `make test-engine` starts some")
    with deploy(tmp_path, database, urls[0]) as deployment:
        webs = [
            deployment.serve("playground-web@.service"),
            deployment.serve("playground-gunicorn@.service", PLAYGROUND_WEB_PROCESSES="1"),
        ]
        workers = [deployment.start("playground-worker@.service", name) for name in "12"]
        travel(deployment, [web.origin for web in webs])
        assert [each.stop() for each in (*workers, *webs)] == [0, 0, 0, 0]
        log = deployment.log.read_text()
    assert "ERROR" not in log
    assert len(set(re.findall(r"(\d)@\S+ ready\.", log))) == 2, log


def travel(deployment: Deployment, origins: list[str]) -> None:
    """Sign in, build, send, follow, cancel, save, share, and send as a guest."""
    journey = Journey(Browser(origins))
    journey.sign_in(deployment.manage("sign_in_link").strip())
    journey.build("Night run")
    job = journey.send()
    assert "Finished" in journey.follow_job(job)
    template = journey.save()
    link = journey.share(template)
    assert "kind-accepted" in send_as_guest(Browser(origins), link)
    journey.type_name("[fail:timeout]")
    assert journey.cancel() == "unknown"
    history = journey.browser.get("/history/")
    assert len(set(re.findall(r"/history/([0-9a-f-]{36})/", history))) == 3
