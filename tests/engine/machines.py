"""A whole installation on throw-away servers, for drills and measures."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.drill.sender import Sender
from tests.engine.deployment import HOME, Deployment, make_settings
from tests.engine.servers import RABBITMQ, throwaway_rabbitmq
from tests.engine.workers import Gate
from tests.postgresql import list_program_folders, throwaway_cluster

# Run by `manage.py shell` with the settings of the installation.
SETUP = """
import json
from tests.drill.sender import create_sender
sender = create_sender({target!r})
print(json.dumps([sender.token, sender.template]))
"""


@dataclass
class Machines:
    """The installation, its database, the way to its broker, and a person with a token."""

    deployment: Deployment
    database: str
    broker: Gate
    sender: Sender

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        psycopg: Any = import_module("psycopg")
        with psycopg.connect(self.database) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        return rows


def find_missing_server() -> str:
    """Why no such installation can run here; empty if it can."""
    if not list_program_folders() or find_spec("psycopg") is None:
        return "PostgreSQL or its driver isn't installed (apt install postgresql)."
    if not (RABBITMQ.exists() or shutil.which("rabbitmq-server")):
        return "RabbitMQ isn't installed (apt install rabbitmq-server)."
    return ""


@contextmanager
def start_machines(target: str, home: Path = HOME, **settings: str) -> Iterator[Machines]:
    """PostgreSQL, RabbitMQ and a prepared installation; processes are started by the caller.

    `target` is where the template of its sender goes; `home` has the code.
    """
    folder = Path(tempfile.mkdtemp(prefix="playground-machines-"))
    try:
        with ExitStack() as stack:
            database = stack.enter_context(throwaway_cluster())
            broker = Gate(stack.enter_context(throwaway_rabbitmq()))
            more = {"ALLOW_NETWORKS": "127.0.0.0/8", **settings}
            given = make_settings(folder, database, broker.url, **more)
            deployment = stack.enter_context(Deployment(given, folder / "log", home))
            deployment.manage("prepare")
            made = deployment.manage("shell", "--no-imports", "-c", SETUP.format(target=target))
            token, template = json.loads(made.splitlines()[-1])
            yield Machines(deployment, database, broker, Sender(token, template))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
