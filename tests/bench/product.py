"""The product, served as anybody serves it, on free ports with data of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_default_payload
from playground.openapi.workflows import WorkflowDefinition
from playground.people.models import Person, Role
from playground.people.sessions import SessionStore
from playground.sandbox import practice
from playground.workspace.models import Connection
from playground.workspace.workflows import store_workflow
from tests.bench.documents import Sample

HOME = Path(__file__).resolve().parents[2]
GREETING = re.compile(r"(http://[^/\s]+)/")
PATIENCE = 60


@dataclass
class Served:
    """One process that serves the product."""

    origin: str
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.origin)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def cpu_seconds(self) -> float:
        """What the process has used of the processors so far (Linux; elsewhere 0)."""
        try:
            line = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return 0.0
        user, system = line.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """The memory that the process has of its own now (Linux; elsewhere 0)."""
        return read_megabytes("VmRSS", self.process.pid)

    def forget_peak(self) -> None:
        """Let the peak begin anew from what the process has now."""
        with suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


def read_megabytes(kind: str, process: int | str = "self") -> float:
    """VmRSS, the memory that a process has now, or VmHWM, its peak (Linux; elsewhere 0)."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(kind)), 0.0)


@contextmanager
def serve(count: int = 1) -> Iterator[list[Served]]:
    """So many processes of `manage.py serve` on the same data, each on a free port."""
    served = []
    try:
        for _ in range(count):
            served.append(start_one())
        yield served
    finally:
        for each in served:
            each.process.terminate()
        for each in served:
            each.process.wait(PATIENCE)


def start_one() -> Served:
    """Start a process and wait until it says where it listens."""
    environment = {**os.environ, "PLAYGROUND_PORT": "0", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=HOME,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if found := GREETING.search(line):
            return Served(found[1], process)
    raise SystemExit(f"The product did not start (exit {process.wait()}).")


@dataclass(frozen=True)
class Visitor:
    """A signed-in editor: the cookie a browser would hold."""

    person: Person
    session: str

    @property
    def cookie(self) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={self.session}"


def make_visitor() -> Visitor:
    person = Person.objects.create_user(f"bench-{uuid.uuid4().hex[:8]}", role=Role.OWNER)
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return Visitor(person, str(store.session_key))


def make_draft(visitor: Visitor, sample: Sample) -> Draft:
    """A fresh draft: one that was typed into before would read better than it is."""
    connection = Connection.objects.get(practice=True, api="captain-data")
    if not connection.workflows.filter(uid=sample.workflow_uid).exists():
        store_workflow(connection, json.dumps(sample.details()))
    return start_draft(
        visitor.person,
        "launch-workflow",
        sample.text(),
        name=f"Bench {sample.name}",
        connection=connection,
        path_values={"workflow_uid": sample.workflow_uid},
    )


def make_launch(visitor: Visitor) -> Draft:
    """The payload that a newcomer sends first: the first workflow of the sandbox, as offered."""
    connection = Connection.objects.get(practice=True, api="captain-data")
    workflow = practice.load_workflows()[0]
    operation = get_operation("launch-workflow")
    return start_draft(
        visitor.person,
        operation.id,
        build_default_payload(operation, WorkflowDefinition.read(workflow)),
        name="Bench launch",
        connection=connection,
        path_values={"workflow_uid": workflow["uid"]},
    )
