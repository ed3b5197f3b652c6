"""Throw-away message brokers on loopback, made from the system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu import Connection

from tests.postgresql import find_free_port, install_packages

URLS = "PLAYGROUND_TEST_BROKER_URLS"
PATIENCE = 120
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def throwaway_rabbitmq() -> Iterator[str]:
    """The URL of a new RabbitMQ, which is gone afterwards."""
    program = find_program("rabbitmq-server", RABBITMQ)
    port, epmd_port = find_free_port(), find_free_port()
    with server_folder("rabbitmq") as folder:
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": f"playground{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(find_free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }
        # Erlang's name server, which a node would otherwise start and leave behind.
        with running(["epmd"], "rabbitmq", own), running([program], "rabbitmq", own):
            url = f"amqp://guest:guest@127.0.0.1:{port}//"
            wait_for_broker(url)
            yield url


@contextmanager
def throwaway_redis() -> Iterator[str]:
    """The URL of a new Redis, which is gone afterwards."""
    program, port = find_program("redis-server"), find_free_port()
    with server_folder("redis") as folder:
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
        with running([program, *options], "redis", {"PATH": os.environ["PATH"]}):
            url = f"redis://127.0.0.1:{port}/0"
            wait_for_broker(url)
            yield url


BROKERS = {"rabbitmq": throwaway_rabbitmq, "redis": throwaway_redis}


def find_program(name: str, path: Path | None = None) -> str:
    """The path of a server; exits and names the package to install if it is missing."""

    def find() -> str | None:
        return str(path) if path is not None and path.exists() else shutil.which(name)

    found = find()
    if found is None:
        install_packages(name)
        found = find()
    if found is None:
        raise SystemExit(
            f"The program {name} is missing. Install it (Debian: apt install {name}), or set "
            f"{URLS} to the URLs of brokers that are running."
        )
    return found


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A folder that belongs to the user a server runs as."""
    folder = Path(tempfile.mkdtemp(prefix=f"playground-{name}-"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: list[str], user: str, environment: dict[str, str]) -> Iterator[None]:
    """A server as that user, in a session of its own, so that its children end with it."""
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [*as_user, *command],
        env=environment,
        cwd="/",
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def wait_for_broker(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with Connection(url, connect_timeout=3) as connection:
                connection.connect()
                return
        except Exception:  # each transport has errors of its own
            if time.monotonic() > deadline:
                raise SystemExit(f"The broker at {url} didn't start.") from None
            time.sleep(0.2)
