"""Operations of any API over real HTTP: parameters in all places, bodies of several types."""

import uuid
from dataclasses import replace
from typing import Any

import pytest

from playground.calls.masking import format_masked
from playground.calls.values import Outcome
from playground.drafts.metadata import Metadata
from playground.history.bodies import read_request
from playground.history.models import Exchange
from playground.openapi.operations import Operation, get_operation
from playground.openapi.parameters import Parameter, RequestBody
from playground.openapi.security import SecurityReader
from playground.people.models import Person
from playground.sending.plans import Plan, check_plan, fingerprint_plan
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import store_secret
from tests.sending.stand_ins import Standin

FORM = "application/x-www-form-urlencoded"
ARRAY = {"type": "array", "items": {"type": "integer"}}
SCHEMES = {
    "key": {"type": "apiKey", "in": "query", "name": "key"},
    "sid": {"type": "apiKey", "in": "cookie", "name": "sid"},
}


def parameter(name: str, place: Any, schema: dict[str, Any] | None = None, **more) -> Parameter:
    return Parameter(name, name, "", more.pop("required", False), schema or {}, place, **more)


@pytest.fixture
def operation() -> Operation:
    launch = get_operation("launch-workflow")
    credential = SecurityReader(SCHEMES).read([{"key": [], "sid": []}]).credential
    return replace(
        launch,
        path="/pets/{pet-id}",
        path_fields=(parameter("pet-id", "path", required=True),),
        query_fields=(
            parameter("ids", "query", ARRAY),
            parameter("filter", "query", {"type": "object"}, style="deepObject"),
        ),
        header_fields=(parameter("X-Trace", "header", {"type": "string"}),),
        cookie_fields=(parameter("theme", "cookie", {"enum": ["dark", "light"]}),),
        bodies=(RequestBody("application/json", {}), RequestBody(FORM, {"type": "object"})),
        body_required=False,
        api=replace(launch.api, credential=credential),
    )


@pytest.fixture
def connection(standin: Standin) -> Connection:
    saved = save_connection(ConnectionInput("Pets", "captain-data", f"{standin.origin}/v1"))
    store_secret(saved, "key", "k&1=abcdef", None)
    store_secret(saved, "sid", "s-123456", None)
    return saved


def send(plan: Plan, person: Person) -> Exchange:
    exchange = submit_plan(person, plan, uuid.uuid4(), seconds=10)
    assert isinstance(exchange, Exchange), exchange
    return exchange


def test_every_place_gets_its_values_and_history_no_secret(
    standin, connection, operation, editor
) -> None:
    values = {
        "pet-id": "a/b",
        "query:ids": "[1, 2]",
        "query:filter": '{"name": {"not": "{{secret:key}}"}}',
        "header:X-Trace": "t 1",
        "cookie:theme": "dark",
    }
    metadata = Metadata(media_type=FORM).write()
    plan = Plan(operation, connection, values, text='{"n": 1.10}', metadata=metadata)
    exchange = send(plan, editor)
    assert exchange.outcome != Outcome.NOT_SENT, exchange.message
    [(method, path, headers, body)] = standin.seen
    assert method == "POST"
    assert path == (
        "/v1/pets/a%2Fb?ids=1&ids=2&filter%5Bname%5D%5Bnot%5D=k%261%3Dabcdef&key=k%261%3Dabcdef"
    )
    assert headers["X-Trace"] == "t 1"
    assert headers["Cookie"] == "theme=dark; sid=s-123456"
    assert (headers["Content-Type"], body) == (FORM, b"n=1.10")
    request = read_request(exchange)
    assert request is not None
    assert format_masked(request.url).endswith(
        "?ids=1&ids=2&filter%5Bname%5D%5Bnot%5D={{secret:key}}&key={{secret:key}}"
    )
    assert [format_masked(v) for n, v in request.headers if n == "Cookie"] == [
        "theme=dark; sid={{secret:sid}}"
    ]
    assert "abcdef" not in exchange.url


def test_an_optional_body_and_optional_parameters_may_be_missing(
    standin, connection, operation, editor
) -> None:
    plan = Plan(operation, connection, {"pet-id": "1"})
    assert check_plan(plan) == []
    send(plan, editor)
    [(_, path, headers, body)] = standin.seen
    assert path == "/v1/pets/1?key=k%261%3Dabcdef"
    assert body == b""
    assert "Content-Type" not in headers


def test_a_value_that_does_not_fit_blocks_the_send(connection, operation, editor) -> None:
    values = {"pet-id": "1", "query:ids": "1,2", "cookie:theme": "drak"}
    plan = Plan(operation, connection, values)
    assert [(each.pointer, each.code) for each in check_plan(plan)] == [
        ("#query/ids", "query-not-json"),
        ("#cookie/theme", "not-in-list"),
    ]
    blocked = submit_plan(editor, plan, uuid.uuid4(), seconds=10)
    assert isinstance(blocked, Blocked)


def test_the_media_type_is_part_of_what_was_sent(connection, operation) -> None:
    plan = Plan(operation, connection, {"pet-id": "1"}, text="{}")
    other = replace(plan, metadata=Metadata(media_type=FORM).write())
    assert fingerprint_plan(plan) != fingerprint_plan(other)
    # The schema of the chosen media type applies.
    assert check_plan(replace(plan, text='{"a": 1}')) == []
    [problem] = check_plan(replace(other, text="[]"))
    assert problem.code == "not-an-object"
