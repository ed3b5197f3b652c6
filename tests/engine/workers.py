"""Real workers as processes on the test's database, and a broker that can be cut off."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from playground.engine.models import Process
from tests.sending.stand_ins import wait_until

HOME = Path(__file__).resolve().parent.parent.parent
# Seconds. On a busy machine, the start of a process alone may take a minute.
LONG = 150.0


class Gate:
    """A port on loopback that leads to a broker, until it is shut."""

    def __init__(self, broker_url: str) -> None:
        parts = urlsplit(broker_url)
        self._broker = (parts.hostname or "", parts.port or 0)
        self._pairs: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.open()
        user = f"{parts.username}:{parts.password}@" if parts.username else ""
        self.url = urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{self._port}"))

    def open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", getattr(self, "_port", 0)))
        listener.listen()
        self._port: int = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        """As if the broker had ended: connections break and new ones are refused."""
        listener, self._listener = self._listener, None
        for each in [listener, *self._pairs]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        if listener is not None:
            listener.close()
        self._pairs = []

    def _accept(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                accepted, _ = listener.accept()
                ahead = socket.create_connection(self._broker, 10)
            except OSError:
                return
            ahead.settimeout(None)
            self._pairs += [accepted, ahead]
            for pair in ((accepted, ahead), (ahead, accepted)):
                threading.Thread(target=copy, args=pair, daemon=True).start()


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


class Worker:
    """`celery -A playground worker` with all its processes in a group of their own."""

    def __init__(self, broker_url: str, log: Path, processes: int = 1) -> None:
        own = {
            **{name: value for name, value in os.environ.items() if "PLAYGROUND_" not in name},
            "PLAYGROUND_DATA": str(settings.DATA),
            "PLAYGROUND_DATABASE_URL": describe_database(),
            "PLAYGROUND_SECRET_KEYS": " ".join(settings.SECRET_KEYS),
            "PLAYGROUND_BROKER_URL": broker_url,
            "PLAYGROUND_WORKER_PROCESSES": str(processes),
            "PLAYGROUND_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        # On RabbitMQ, two workers on one host need different names.
        name = f"worker-{uuid.uuid4().hex[:8]}@%h"
        command = [sys.executable, "-m", "celery", "-A", "playground", "worker", "-n", name]
        command += ["-l", "info"]
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, cwd=HOME, env=own, stdout=file, stderr=file, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        """Wait until one of its processes is seen: it takes tasks from then on."""
        assert wait_until(self._is_seen, LONG), self.log.read_text()

    def kill(self) -> None:
        """End every process at once, as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LONG)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)

    def _is_seen(self) -> bool:
        names = Process.objects.filter(kind="worker").values_list("name", flat=True)
        pids = {int(name.split("/")[1]) for name in names}
        return any(is_in_group(pid, self.process.pid) for pid in pids)


def is_in_group(pid: int, group: int) -> bool:
    try:
        return os.getpgid(pid) == group
    except ProcessLookupError:
        return False


def describe_database() -> str:
    """The URL of the test's database."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    password = f":{quote(values['PASSWORD'])}" if values["PASSWORD"] else ""
    place = f"{values['HOST']}:{values['PORT'] or 5432}"
    return f"postgres://{quote(values['USER'])}{password}@{place}/{values['NAME']}"
