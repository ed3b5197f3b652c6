"""Rules of an imported operation, from a send to the next operation, over real HTTP."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.apis.rules import FollowUp, set_follow_up, set_reply_rule
from playground.batches import batches
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.calls.values import Outcome
from playground.drafts.drafts import start_draft, state_of
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.openapi.reply_rules import ReplyRule
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.people.tokens import make_token
from playground.sending.follow_ups import find_offer, list_offers
from playground.sending.submission import submit_draft
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from tests.apis.documents import as_bytes
from tests.apis.jobs import jobs
from tests.batches.conftest import run, wait_for
from tests.conftest import signed_in
from tests.sending.stand_ins import Standin

OK = ReplyRule("equals", "/done", "true", ("/why",))
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def api(editor: Person, standin: Standin) -> ImportedApi:
    standin.status, standin.body = (
        201,
        b'{"id": 90071992547409931234, "done": true, "state": "new"}',
    )
    document = jobs()
    content = document["paths"]["/jobs"]["post"]["requestBody"]["content"]
    content[FORM] = content["application/json"]
    return import_document(editor, as_bytes(document)).api


@pytest.fixture
def connection(api: ImportedApi, standin: Standin) -> Connection:
    return save_connection(ConnectionInput("Jobs", "jobs", f"{standin.origin}/v1"))


@pytest.fixture
def draft(editor: Person, connection: Connection) -> Draft:
    values = {"query:trace": "t-1"}
    text = '{"name": "Night"}'
    return start_draft(editor, "jobs:startJob", text, connection=connection, path_values=values)


def send(draft: Draft) -> Exchange:
    found = submit_draft(draft.person, draft, uuid.uuid4(), "", 10)
    assert isinstance(found, Exchange), found
    found.refresh_from_db()
    return found


def test_a_rule_judges_a_send_of_the_builder_from_the_next_one_on(
    api: ImportedApi, draft: Draft, standin: Standin, editor: Person
) -> None:
    standin.body = b'{"id": 1, "done": false, "why": "No worker"}'
    assert send(draft).outcome == Outcome.ACCEPTED
    set_reply_rule(editor, api, "startJob", OK)
    refused = send(draft)
    assert (refused.outcome, refused.message) == (
        "refused",
        "Refused by Jobs: No worker (status 201)",
    )
    standin.body = b'{"done": true}'
    assert send(draft).outcome == Outcome.ACCEPTED
    set_reply_rule(editor, api, "startJob", None)
    # Again the document decides, which requires an id.
    assert send(draft).outcome == Outcome.UNKNOWN


def test_a_rule_judges_the_rows_of_a_batch(
    api: ImportedApi, draft: Draft, standin: Standin, editor: Person
) -> None:
    set_reply_rule(editor, api, "startJob", OK)
    standin.body = b'{"id": 1, "done": false, "why": "No worker"}'
    batch = batches.create_batch(editor, draft, [b"name\nOne\nTwo\n"], "rows.csv")
    batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(0, "/name"),)))
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    run(editor, batch)
    rows = Row.objects.filter(batch=batch).order_by("number")
    assert [(each.state, each.message) for each in rows] == [
        ("refused", "Refused by Jobs: No worker (status 201)")
    ] * 2
    assert sorted(json.loads(body)["name"] for *_, body in standin.seen) == ["One", "Two"]


def test_a_rule_judges_a_send_of_a_script(
    api: ImportedApi, connection: Connection, standin: Standin, editor: Person
) -> None:
    set_reply_rule(editor, api, "startJob", OK)
    standin.body = b'{"id": 1, "done": false, "why": "No worker"}'
    content = Content(State('{"name": "Night"}', connection=str(connection.id)))
    template = create_template(editor, "jobs:startJob", content, TemplateInput("Night run"))
    token = make_token(editor, "script", ["read", "send"], 1)
    answer = Client(headers={"Authorization": f"Bearer {token}"}).post(
        f"/api/templates/{template.pk}/send", "{}", content_type="application/json"
    )
    assert answer.json()["outcome"] == "refused", answer.content
    assert answer.json()["sentence"] == "Refused by Jobs: No worker (status 201)"


def describe(exchange: Exchange) -> list[tuple[str, Any]]:
    return [
        (each.operation.id, dict(each.filled.path_values) if each.filled else each.reason)
        for each in list_offers(exchange)
    ]


def test_links_of_the_document_take_values_of_the_request_and_the_reply(
    draft: Draft, standin: Standin
) -> None:
    standin.headers = {"X-Job": "j 9"}
    exchange = send(draft)
    assert describe(exchange) == [
        ("jobs:readJob", {"id": "90071992547409931234", "query:fields": "state,new"}),
        ("jobs:stopJob", {"id": "j 9", "header:X-Trace": "t-1"}),
        ("jobs:startJob", "The reply has no /owner."),
    ]
    standin.headers, standin.body = {}, b'{"id": 5, "state": "{{secret:key}}", "owner": {"a": 1.0}}'
    exchange = send(draft)
    found = describe(exchange)
    assert found[0] == ("jobs:readJob", {"id": "5", "query:fields": r"state,\{{secret:key}}"})
    # Those that can be followed come first.
    assert found[2] == ("jobs:stopJob", "The reply has no header X-Job.")
    offer = find_offer(exchange, 2)
    assert offer is not None
    assert offer.filled is not None
    assert offer.filled.body == (
        '{\n  "name": "Night again",\n  "parent": 5,\n  "owner": {\n    "a": 1.0\n  },\n'
        '  "tries": 2\n}'
    )
    assert find_offer(exchange, 1) is None
    assert find_offer(exchange, 9) is None


def test_links_belong_to_the_documented_response(draft: Draft, standin: Standin) -> None:
    standin.status = 404
    assert list_offers(send(draft)) == []
    standin.status, standin.body = 200, b'{"id": 5, "state": "new"}'
    assert [id for id, _ in describe(send(draft))][:1] == ["jobs:readJob"]


def test_a_body_of_another_type_gives_its_values_as_the_document_has_them(
    draft: Draft, standin: Standin
) -> None:
    standin.body = b'{"id": 5, "owner": {}}'
    Draft.objects.filter(pk=draft.pk).update(metadata=Metadata(media_type=FORM).write())
    draft.refresh_from_db()
    exchange = send(draft)
    assert standin.seen[-1][3] == b"name=Night"
    offer = find_offer(exchange, 2)
    assert offer is not None
    assert offer.filled is not None
    assert json.loads(offer.filled.body or "")["name"] == "Night again"


def test_a_next_operation_of_a_rule_is_offered_after_a_success_only(
    api: ImportedApi, draft: Draft, standin: Standin, editor: Person
) -> None:
    set_reply_rule(editor, api, "startJob", OK)
    own = FollowUp("stopJob", {"id": "/id", "header:X-Trace": "{$request.query.trace}-2"})
    set_follow_up(editor, api, "startJob", own)
    exchange = send(draft)
    expected = {"id": "90071992547409931234", "header:X-Trace": "t-1-2"}
    assert describe(exchange)[1] == ("jobs:stopJob", expected)
    standin.body = b'{"id": 5, "done": false}'
    assert len(describe(send(draft))) == 3


def test_one_click_opens_a_draft_on_the_same_connection(
    draft: Draft, connection: Connection, standin: Standin, editor: Person
) -> None:
    save_connection(ConnectionInput("A first one", "jobs", "https://jobs.example/v1"))
    exchange = send(draft)
    client = signed_in(editor)
    page = client.get(f"/history/{exchange.id}/").content.decode()
    assert f'action="/history/{exchange.id}/follow-up/"' in page
    assert "Read a job" in page
    assert "Stop a job: The reply has no header X-Job." in page
    answer = client.post(f"/history/{exchange.id}/follow-up/", {"link": "0"})
    opened = Draft.objects.exclude(pk=draft.pk).get()
    assert answer["Location"] == f"/drafts/{opened.id}/"
    state = state_of(opened)
    assert (opened.operation, state.connection) == ("jobs:readJob", str(connection.id))
    assert state.path_values == {"id": "90071992547409931234", "query:fields": "state,new"}
    assert len(standin.seen) == 1
    # What can't be followed opens nothing.
    answer = client.post(f"/history/{exchange.id}/follow-up/", {"link": "1"}, follow=True)
    assert "This link is no longer offered." in answer.content.decode()
    assert Draft.objects.count() == 2


def test_a_cut_reply_offers_no_values_of_its_body(draft: Draft, standin: Standin, settings) -> None:
    settings.MAX_REPLY_BYTES = 12
    exchange = send(draft)
    assert exchange.truncated
    assert ("jobs:readJob", "Only the first part of the reply was saved.") in describe(exchange)
