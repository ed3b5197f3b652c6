"""The playground over real HTTP with practice data, and servers that misbehave."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from playground.calls.values import Outcome
from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person
from playground.sending.policy import announce_origin
from playground.sending.submission import submit_draft
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import store_secret
from tests.buckets import attachments, bucket, bucket_server
from tests.sending.misbehaving import Misbehaving
from tests.sending.stand_ins import Standin, serve_forever

__all__ = ["attachments", "bucket", "bucket_server"]

THREADS = 4
LAUNCH = """{
  "job_name": "Night run",
  "steps": [
    {
      "accounts": ["00000000-0000-4000-8000-000000000002"],
      "parameters": {"max_results": 100},
      "step_uid": "00000000-0000-490a-877c-000000000ef5"
    }
  ],
  "inputs": [
    {"sales_navigator_profile_search_url": "https://www.linkedin.com/sales/search/people?query=x"}
  ]
}"""
WORKFLOW = "00000000-0000-4782-8d20-000000000546"


@pytest.fixture
def sandbox(transactional_db: None, settings) -> Iterator[str]:
    """This installation served by waitress with few threads, as `manage.py serve` does."""
    settings.THREADS = THREADS
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=THREADS)
    origin = f"http://127.0.0.1:{server.effective_port}"
    settings.ALLOWED_HOSTS = ["*"]
    announce_origin(origin)
    fill_practice()
    with serve_forever(server):
        yield origin


@pytest.fixture
def standin(transactional_db: None, settings) -> Iterator[Standin]:
    """A server of the test's own, allowed to be called."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as server:
        yield server


@pytest.fixture
def practice(sandbox: str) -> Connection:
    return Connection.objects.get(name="Practice")


@pytest.fixture
def draft(editor: Person, practice: Connection) -> Draft:
    return make_draft(editor, practice)


@pytest.fixture
def draft_to(editor: Person, standin: Standin) -> Callable[[], Draft]:
    """Drafts that go to the stand-in server."""
    connection = lead_practice_to(standin.origin)
    return lambda: make_draft(editor, connection)


def lead_practice_to(origin: str, name: str = "Practice") -> Connection:
    """The practice data, with one of its connections leading to a server of the test."""
    fill_practice()
    connection = Connection.objects.get(name=name)
    connection.base_url = origin
    connection.save()
    connection.secrets.update(hosts="127.0.0.1")
    return connection


def make_draft(person: Person, connection: Connection, text: str = LAUNCH) -> Draft:
    return Draft.objects.create(
        person=person,
        name="Night run",
        operation="launch-workflow",
        connection=connection,
        path_values={"workflow_uid": WORKFLOW},
        text=text,
    )


@pytest.fixture
def misbehaving(transactional_db: None, settings) -> Iterator[Misbehaving]:
    """A server on another origin that answers as the test tells it to."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Misbehaving() as server:
        yield server


@pytest.fixture
def elsewhere(misbehaving: Misbehaving) -> Connection:
    """A connection to that server."""
    wanted = ConnectionInput("Elsewhere", "captain-data", misbehaving.origin, {"project_id": "p-1"})
    kept = save_connection(wanted)
    store_secret(kept, "key", "key-of-elsewhere", None)
    return kept


def launch(person: Person, connection: Connection, text: str = LAUNCH) -> Exchange:
    """Launch the practice workflow; the exchange when it was accepted."""
    path = {"workflow_uid": WORKFLOW}
    draft = start_draft(person, "launch-workflow", text, connection=connection, path_values=path)
    sent = submit_draft(person, draft, uuid.uuid4(), seconds=20)
    assert isinstance(sent, Exchange), sent
    assert sent.outcome == Outcome.ACCEPTED, sent.message
    return sent
