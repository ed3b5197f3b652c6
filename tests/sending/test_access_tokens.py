"""OAuth tokens are fetched before a send, renewed before they expire, and shared by sends."""

import base64
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from playground.calls.masking import format_masked
from playground.calls.values import Failure, Outcome, Reply, Secret
from playground.history.bodies import read_request
from playground.history.models import Exchange
from playground.openapi.credentials import Credential
from playground.openapi.operations import Operation, get_operation
from playground.openapi.security import SecurityReader
from playground.people.models import Person
from playground.sending.access_tokens import doubt_tokens
from playground.sending.api_calls import call_operation
from playground.sending.pipeline import assemble_plan, fetch_tokens
from playground.sending.plans import Plan
from playground.sending.submission import submit_plan
from playground.vault.models import AccessToken
from playground.workspace import secrets
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from tests.sending.token_server import TokenServer

CLIENT = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}
SIGN_IN = {"type": "oauth2", "flows": {"authorizationCode": {"tokenUrl": "/token", "scopes": {}}}}


@pytest.fixture
def server(transactional_db: None, settings) -> Iterator[TokenServer]:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with TokenServer() as made:
        yield made


def make_credential(scheme: dict[str, Any], scopes: tuple[str, ...] = ()) -> Credential:
    return SecurityReader({"o": scheme}).read([{"o": list(scopes)}]).credential


def make_operation(credential: Credential) -> Operation:
    operation = get_operation("list-accounts")
    api = replace(operation.api, credential=credential)
    return replace(operation, path="/x", path_fields=(), query_fields=(), api=api)


@pytest.fixture
def connection(server: TokenServer) -> Connection:
    saved = save_connection(
        ConnectionInput(
            name="OAuth",
            api="captain-data",
            base_url=server.origin,
            settings={"o_client_id": "me:&", "way": "o.client", "o_audience": "aud"},
        )
    )
    secrets.store_secret(saved, "o_client_secret", "s+c/1=", None)
    secrets.store_secret(saved, "o_refresh_token", "r-1", None)
    return saved


@pytest.fixture
def plan(connection: Connection) -> Plan:
    return Plan(make_operation(make_credential(CLIENT, ("read", "write"))), connection)


def send(plan: Plan, person: Person) -> Exchange:
    exchange = submit_plan(person, plan, uuid.uuid4(), seconds=10)
    assert isinstance(exchange, Exchange), exchange
    exchange.refresh_from_db()
    return exchange


def row(connection: Connection) -> AccessToken:
    return AccessToken.objects.get(connection=connection)


def test_a_send_fetches_the_token_that_it_needs_and_keeps_it(server, plan, editor) -> None:
    exchange = send(plan, editor)
    assert exchange.outcome != Outcome.NOT_SENT, exchange.message
    assert server.calls == ["Bearer t-1"]
    [(headers, fields)] = server.tokens
    assert fields == {
        "grant_type": "client_credentials",
        "scope": "read write",
        "audience": "aud",
    }
    # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
    encoded = base64.b64encode(b"me%3A%26:s%2Bc%2F1%3D").decode()
    assert headers["Authorization"] == f"Basic {encoded}"
    request = read_request(exchange)
    assert request is not None
    assert [format_masked(v) for n, v in request.headers if n == "Authorization"] == [
        "Bearer {{secret:o_access_token}}"
    ]
    kept = row(plan.connection)
    assert kept.value == "t-1"
    assert kept.renew_at < kept.expires_at
    send(plan, editor)
    assert (server.calls, len(server.tokens)) == (["Bearer t-1"] * 2, 1)


def test_a_token_is_renewed_before_it_expires(server, plan, editor) -> None:
    send(plan, editor)
    kept = row(plan.connection)
    assert kept.expires_at - kept.renew_at == timedelta(minutes=2)
    AccessToken.objects.update(renew_at=timezone.now())
    send(plan, editor)
    assert server.calls == ["Bearer t-1", "Bearer t-2"]


class Cancel(threading.Event):
    """An event that records whether anybody has waited for it."""

    is_awaited = False

    def wait(self, timeout: float | None = None) -> bool:
        self.is_awaited = True
        return super().wait(timeout)


def fetch_at_once(server: TokenServer, plan: Plan, count: int) -> list[Any]:
    """The results of sends: one asks the token server while the others wait for it."""
    server.free.clear()
    cancels = [Cancel() for _ in range(count)]
    results: list[Any] = []

    def work(cancel: Cancel) -> None:
        try:
            results.append(fetch_tokens(plan, cancel))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[each]) for each in cancels]
    for each in threads:
        each.start()
    while sum(each.is_awaited for each in cancels) < count - 1 and threads[0].is_alive():
        threading.Event().wait(0.01)
    server.free.set()
    for each in threads:
        each.join(20)
    return results


def test_many_sends_at_once_fetch_one_token(server, plan, editor) -> None:
    assert fetch_at_once(server, plan, 8) == [None] * 8
    assert len(server.tokens) == 1
    assert row(plan.connection).value == "t-1"


def test_waiting_sends_get_the_failure_of_the_one_that_fetched(server, plan) -> None:
    server.status, server.reply = 400, {"error": "invalid_scope", "error_description": "No s+c/1=!"}
    results = fetch_at_once(server, plan, 4)
    assert len(server.tokens) == 1
    message = "Not sent: the token server refused: No {{secret:o_client_secret}}!"
    assert [each.message for each in results] == [message] * 4


def test_a_server_that_ignores_the_header_gets_the_secret_in_the_form(server, plan, editor) -> None:
    server.reads_header = False
    send(plan, editor)
    assert server.calls == ["Bearer t-2"]
    headers, fields = server.tokens[1]
    assert "Authorization" not in headers
    assert (fields["client_id"], fields["client_secret"]) == ("me:&", "s+c/1=")


@pytest.mark.parametrize(
    ("status", "reply", "message"),
    [
        (400, {"error": "invalid_grant"}, "the token server refused: invalid_grant."),
        (500, [1], "the token server answered 500 without JSON."),
        (200, {}, "the token server answered 200 without a token."),
        (200, {"access_token": "a\nb"},
         "the token server sent a token that isn't valid in a header."),
        (200, {"access_token": "a", "token_type": "mac"},
         "the token server sent a token of an unsupported type: mac."),
    ],
)  # fmt: skip
def test_without_a_token_nothing_is_sent(server, plan, editor, status, reply, message) -> None:
    server.status, server.reply = status, reply
    exchange = send(plan, editor)
    assert (exchange.outcome, exchange.message) == (Outcome.NOT_SENT, f"Not sent: {message}")
    assert server.calls == []
    assert row(plan.connection).value == ""


def test_a_valid_token_is_sent_if_it_cannot_be_renewed(server, plan, editor) -> None:
    send(plan, editor)
    AccessToken.objects.update(renew_at=timezone.now())
    server.status = 503
    send(plan, editor)
    assert server.calls == ["Bearer t-1"] * 2
    AccessToken.objects.update(renew_at=timezone.now(), expires_at=timezone.now())
    assert send(plan, editor).outcome == Outcome.NOT_SENT


def test_a_token_that_the_api_rejects_is_fetched_again_for_the_next_send(
    server, plan, editor
) -> None:
    server.api_status = 401
    send(plan, editor)
    server.api_status = 200
    send(plan, editor)
    # The rejected request isn't repeated.
    assert server.calls == ["Bearer t-1", "Bearer t-2"]


def test_a_refresh_token_that_is_replaced_is_kept(server, connection, editor) -> None:
    plan = Plan(make_operation(make_credential(SIGN_IN)), connection)
    connection.settings["way"] = "o.refresh"
    connection.save()
    server.reply = {"access_token": "t-{n}", "refresh_token": "r-new{n}", "expires_in": "60"}
    send(plan, editor)
    kept = row(connection)
    assert kept.expires_at - kept.renew_at == timedelta(seconds=15)
    AccessToken.objects.update(renew_at=timezone.now())
    send(plan, editor)
    assert [fields["refresh_token"] for _, fields in server.tokens] == ["r-1", "r-new1"]
    assert connection.secrets.get(name="o_refresh_token").value == "r-new2"
    assert server.calls == ["Bearer t-1", "Bearer t-2"]


def test_calls_of_the_application_itself_fetch_tokens_too(server, plan) -> None:
    call_operation(plan)
    assert server.calls == ["Bearer t-1"]


def test_a_preview_fetches_nothing(server, plan) -> None:
    assembled = assemble_plan(plan)
    assert (assembled.failure, assembled.needs_tokens) == (None, True)
    assert server.tokens == []


def test_a_token_is_deleted_with_the_values_it_was_fetched_with(server, plan, editor) -> None:
    send(plan, editor)
    secrets.store_secret(plan.connection, "o_client_secret", "another", None)
    assert not AccessToken.objects.exists()
    send(plan, editor)
    connection = plan.connection
    values = ConnectionInput(
        connection.name, connection.api, connection.base_url, {"o_client_id": "other"}
    )
    save_connection(values, connection)
    assert not AccessToken.objects.exists()


def test_a_cancelled_send_fetches_nothing(server, plan) -> None:
    send_cancel = threading.Event()
    send_cancel.set()
    failure = fetch_tokens(plan, send_cancel)
    assert isinstance(failure, Failure)
    assert not failure.left
    assert server.tokens == []
    assert row(plan.connection).claimed_until <= timezone.now()


def test_a_process_that_died_while_fetching_blocks_others_only_briefly(server, plan) -> None:
    now = timezone.now()
    AccessToken.objects.create(
        connection=plan.connection, field="o_access_token", expires_at=now, renew_at=now,
        claimed_until=now + timedelta(seconds=0.5),
    )  # fmt: skip
    assert fetch_tokens(plan, threading.Event()) is None
    assert row(plan.connection).value == "t-1"


def test_the_secret_of_a_client_goes_only_to_the_token_server(
    server, connection, monkeypatch
) -> None:
    elsewhere = {**CLIENT, "flows": {"clientCredentials": {"tokenUrl": "https://login.example/t"}}}
    operation = make_operation(make_credential(elsewhere))
    # What an imported document says.
    monkeypatch.setattr(secrets, "get_api", lambda _: operation.api)
    own = server.origin.removeprefix("http://")
    assert secrets.find_hosts(connection, "o_client_secret") == ["login.example"]
    assert secrets.find_hosts(connection, "o") == [own]
    assert secrets.find_hosts(connection, "unknown") == [own]
    # It was stored for the API's own host before the document named another server.
    failure = fetch_tokens(Plan(operation, connection), threading.Event())
    assert isinstance(failure, Failure)
    assert failure.code == "secret-host"
    assert secrets.store_secret(connection, "o_client_secret", "s", None).hosts == "login.example"


def test_a_fetched_token_is_masked_in_what_the_api_echoes(server, plan) -> None:
    fetch_tokens(plan, threading.Event())
    [token] = assemble_plan(plan).call.secrets
    assert token == Secret("o_access_token", "t-1", token.hosts)
    assert token.hosts == frozenset({server.origin.removeprefix("http://")})


def test_a_late_rejection_of_the_old_token_renews_nothing(server, plan, editor) -> None:
    send(plan, editor)
    former = assemble_plan(plan).call
    rejected = Reply(401, "", (), b"")
    doubt_tokens(plan.connection, former, rejected)
    send(plan, editor)
    assert server.calls == ["Bearer t-1", "Bearer t-2"]
    doubt_tokens(plan.connection, former, rejected)
    send(plan, editor)
    assert server.calls[2:] == ["Bearer t-2"]
    doubt_tokens(plan.connection, assemble_plan(plan).call, rejected)
    send(plan, editor)
    assert server.calls[3:] == ["Bearer t-3"]
