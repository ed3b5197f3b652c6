"""Web processes and workers, started as the files in docs/deploy say, on free ports."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import socket
import subprocess
import time
from configparser import ConfigParser
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import requests
from cryptography.fernet import Fernet

HOME = Path(__file__).resolve().parent.parent.parent
DEPLOY = HOME / "docs" / "deploy"
INSTALLED = "/opt/playground"
ORIGIN = "https://playground.example.com"
LONG = 90.0


def read_unit(name: str) -> ConfigParser:
    """A systemd unit; raises an error if a line appears twice or isn't `key=value`."""
    unit = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / name).read_text())
    return unit


def read_environment() -> dict[str, str]:
    """The example settings."""
    lines = (DEPLOY / "environment.example").read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def read_command(unit: ConfigParser, key: str, instance: str, home: Path = HOME) -> list[str]:
    """A command of the unit, with this repository in the place of the installation."""
    text = unit["Service"][key].replace(INSTALLED, str(home))
    text = text.replace("%i", instance).replace("%%", "%")
    return shlex.split(text)


def make_settings(data: Path, database: str, broker: str, **more: str) -> dict[str, str]:
    """What an administrator fills in, and more settings without their prefix."""
    own = {
        "DATA": str(data),
        "DATABASE_URL": database,
        "BROKER_URL": broker,
        "SIGNING_KEY": secrets.token_urlsafe(48),
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "LOG": "text",
        **more,
    }
    return {f"PLAYGROUND_{name}": value for name, value in own.items()}


@dataclass
class Deployment:
    """An installation of several processes; ends them all when it is left.

    `settings` are the values that the example leaves to the administrator, `home` has the code.
    """

    settings: dict[str, str]
    log: Path
    home: Path = HOME
    running: list[Started] = field(default_factory=list)

    def __enter__(self) -> Deployment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # All of them first: an interruption while waiting must leave none behind.
        for each in self.running:
            each.signal(signal.SIGKILL)
        for each in self.running:
            each.kill()

    def start(self, unit: str, instance: str, **settings: str) -> Started:
        """Start an instance of a unit as systemd does; `ExecStartPre` has to succeed."""
        found = read_unit(unit)
        own = {name: value for name, value in os.environ.items() if "PLAYGROUND_" not in name}
        own |= read_environment() | self.settings | settings
        name, _, value = found["Service"].get("Environment", "").partition("=")
        if name:
            own[name] = value.replace("%i", instance)
        with self.log.open("ab") as log:
            if "ExecStartPre" in found["Service"]:
                before = read_command(found, "ExecStartPre", instance, self.home)
                subprocess.run(before, cwd=self.home, env=own, stdout=log, stderr=log, check=True)
            process = subprocess.Popen(
                read_command(found, "ExecStart", instance, self.home),
                cwd=self.home,
                env=own,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started = Started(process, unit, instance, settings)
        self.running.append(started)
        return started

    def serve(self, unit: str = "playground-web@.service", **settings: str) -> Started:
        """Start a web process on a free port and wait until it is ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        web = self.start(unit, str(port), **settings)
        self.wait_until_ready(web)
        return web

    def restart(self, killed: Started) -> Started:
        """Start what has been killed in the same place, as systemd does."""
        return self.start(killed.unit, killed.instance, **killed.settings)

    def wait_until_ready(self, web: Started) -> None:
        end = time.monotonic() + LONG
        while not web.is_ready():
            if time.monotonic() > end or web.process.poll() is not None:
                raise AssertionError(f"{web.origin} isn't ready:\n{self.log.read_text()}")
            time.sleep(0.05)

    def manage(self, *command: str) -> str:
        """What a management command prints, with the settings of the installation."""
        own = {**os.environ, **read_environment(), **self.settings}
        python = read_command(read_unit("playground-web@.service"), "ExecStart", "", self.home)[0]
        done = subprocess.run(
            [python, "manage.py", *command],
            cwd=self.home,
            env=own,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass
class Started:
    """A process with all its children in a group of their own."""

    process: subprocess.Popen[bytes]
    unit: str
    instance: str
    settings: dict[str, str]

    @property
    def origin(self) -> str:
        """The address of a web process, whose instance is its port."""
        return f"http://127.0.0.1:{self.instance}"

    def is_ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.origin}/ready/", timeout=5).status_code == 200
        return False

    def kill(self) -> None:
        """End every process at once, as a power cut does."""
        self.signal(signal.SIGKILL)
        self.process.wait(LONG)

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self) -> int:
        """Stop as systemd does; return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)
