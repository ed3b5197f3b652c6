"""A token expires while a batch runs: it is renewed once, and no row is sent twice."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from playground.apis.importing import import_document
from playground.batches import batches
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.batches.options import Options, set_options
from playground.drafts.drafts import start_draft
from playground.people.models import Person
from playground.workspace import secrets
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes
from tests.apis.jobs import jobs
from tests.batches.conftest import run, wait_for
from tests.sending.token_server import TokenServer

CONCURRENCY, ROWS, LASTS = 4, 40, 15


@pytest.fixture
def server(transactional_db: None, settings) -> Iterator[TokenServer]:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with TokenServer() as made:
        yield made


@pytest.fixture
def batch(server: TokenServer, editor: Person) -> Batch:
    flows = {"clientCredentials": {"tokenUrl": f"{server.origin}/token", "scopes": {}}}
    document = jobs(security=[{"o": []}])
    document["components"]["securitySchemes"] = {"o": {"type": "oauth2", "flows": flows}}
    # Any 2xx reply is a success.
    document["paths"]["/jobs"]["post"]["responses"] = {"200": {"description": "Started"}}
    import_document(editor, as_bytes(document))
    connection = save_connection(
        ConnectionInput("Jobs", "jobs", server.origin, settings={"o_client_id": "me"})
    )
    secrets.store_secret(connection, "o_client_secret", "s-12345678", None)
    draft = start_draft(editor, "jobs:startJob", '{"name": "x"}', connection=connection)
    rows = "".join(f"n{number}\n" for number in range(ROWS))
    made = batches.create_batch(editor, draft, [f"name\n{rows}".encode()], "rows.csv")
    batches.set_mapping(editor, made.pk, Mapping((ColumnMapping(0, "/name"),)))
    set_options(editor, made.pk, Options(concurrency=CONCURRENCY))
    batches.check_rows(editor, made.pk)
    assert wait_for(made, Batch.State.CHECKED), made.reason
    return made


def test_a_rejected_token_is_renewed_once_and_no_row_is_sent_twice(
    server: TokenServer, batch: Batch, editor: Person
) -> None:
    server.lasts = {"Bearer t-1": LASTS}
    ended = run(editor, batch)
    assert ended.state == Batch.State.ENDED, ended.reason
    assert len(server.tokens) == 2
    assert Counter(json.loads(each)["name"] for each in server.bodies) == Counter(
        f"n{number}" for number in range(ROWS)
    )
    sent = Counter(server.calls)
    rejected = sent["Bearer t-1"] - LASTS
    # Those that were in flight when the first one was rejected.
    assert 1 <= rejected <= CONCURRENCY
    assert sent == {"Bearer t-1": LASTS + rejected, "Bearer t-2": ROWS - LASTS - rejected}
    rows = Row.objects.filter(batch=batch)
    assert Counter(rows.values_list("state", "status")) == {
        (Row.State.ACCEPTED, 200): ROWS - rejected,
        (Row.State.REFUSED, 401): rejected,
    }


def test_a_token_that_cannot_be_renewed_pauses_the_batch(
    server: TokenServer, batch: Batch, editor: Person
) -> None:
    server.lasts = {"Bearer t-1": 3}

    def answer() -> tuple[int, str]:
        if len(server.tokens) == 1:
            return 200, '{"access_token": "t-1", "expires_in": 600}'
        return 400, '{"error": "unauthorized_client"}'

    server.make_token = answer  # type: ignore[method-assign]
    paused = run(editor, batch)
    assert paused.state == Batch.State.PAUSED
    assert "unauthorized_client" in paused.reason
    assert len(server.bodies) <= 3 + CONCURRENCY
    waiting = Row.objects.filter(batch=batch, state=Row.State.WAITING).count()
    assert waiting == ROWS - len(server.bodies)
