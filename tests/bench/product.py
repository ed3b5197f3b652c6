"""The product, served as anybody serves it, on free ports with data of its own."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
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


class Client:
    """One kept connection of a signed-in person, without a browser."""

    def __init__(self, served: Served, visitor: Visitor, draft: Draft, tab: str = "bench") -> None:
        self.connection = http.client.HTTPConnection(*served.address, timeout=PATIENCE)
        self.path = f"/drafts/{draft.id}/"
        self.tab = tab
        self.revision = 0
        self.digest = ""
        self.headers = {"Cookie": visitor.cookie, "Accept-Encoding": "gzip"}
        self._take_token()

    def _take_token(self) -> None:
        """The page's token, as the browser would send it back."""
        response, page = self.get(self.path, {"Accept-Encoding": "identity"})
        name = settings.CSRF_COOKIE_NAME
        cookie = re.search(rf"{name}=([^;]+)", response.headers.get("Set-Cookie", ""))
        token = re.search(rb'name="csrf-token" content="([^"]+)"', page)
        digest = re.search(rb'data-digest="([^"]*)"', page)
        revision = re.search(rb'data-revision="(\d+)"', page)
        if not (response.status == 200 and cookie and token and digest and revision):
            raise SystemExit(f"The builder's page was not as expected ({response.status}).")
        self.digest, self.revision = digest[1].decode(), int(revision[1])
        self.headers["Cookie"] += f"; {name}={cookie[1]}"
        self.headers["X-CSRFToken"] = token[1].decode()
        self.headers["Content-Type"] = "application/json"

    def get(
        self, path: str, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request("GET", path, headers={**self.headers, **(headers or {})})
        response = self.connection.getresponse()
        return response, response.read()

    def set(self, pointer: str, typed: str) -> tuple[float, int]:
        """Type into one field. Seconds until the answer, and its size on the wire."""
        sent = json.dumps(self.describe(pointer, typed))
        begun = time.perf_counter()
        self.connection.request("POST", self.path + "edit/", sent, self.headers)
        response = self.connection.getresponse()
        body = response.read()
        took = time.perf_counter() - begun
        self.take(response.status, body)
        return took, len(body)

    def describe(self, pointer: str, typed: str) -> dict[str, Any]:
        """An edit, as the page sends it."""
        return {
            "kind": "set",
            "pointer": pointer,
            "typed": typed,
            "as": "text",
            "revision": self.revision,
            "tab": self.tab,
            "step": f"{self.tab}-{pointer}",
            "digest": self.digest,
        }

    def take(self, status: int, body: bytes) -> None:
        """Remember what the answer says, as the page does."""
        if status != 200:
            raise SystemExit(f"An edit was refused ({status}): {body[:200]!r}")
        answer: dict[str, Any] = json.loads(body)
        self.revision, self.digest = answer["revision"], answer.get("digest", self.digest)
