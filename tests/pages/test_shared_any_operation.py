"""A guest fills and sends an operation of an imported API, in the media type of the template."""

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from playground.apis.importing import import_document
from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.pages.shared import access, sending
from playground.payload_templates.models import Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.sending.submission import wait_for_exchange
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from tests.apis.documents import as_bytes, shop
from tests.sending.conftest import standin  # noqa: F401
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def fresh_pace() -> None:
    access.PAGE_RATE.clear()
    sending.CHECK_RATE.clear()


def describe(title: str, kind: str) -> dict:
    properties = {"amount": {"type": kind, "title": title}}
    return {"schema": {"type": "object", "properties": properties, "required": ["amount"]}}


@pytest.fixture
def connection(editor: Person, standin: Standin) -> Connection:  # noqa: F811
    document = shop()
    body = document["paths"]["/orders"]["post"]["requestBody"]
    body["content"] = {
        "application/json": describe("Cents", "integer"),
        FORM: describe("Price in words", "string"),
    }
    api = import_document(editor, as_bytes(document)).api
    return save_connection(ConnectionInput("Shop", api.id, standin.origin))


@pytest.fixture
def template(editor: Person, connection: Connection) -> Template:
    metadata = Metadata(media_type=FORM)
    state = State('{"amount": "one"}', metadata=metadata, connection=str(connection.id))
    operation = f"{connection.api}:placeOrder"
    return create_template(editor, operation, Content(state), TemplateInput("Order"))


def test_a_guest_sees_and_sends_the_chosen_media_type(
    template: Template,
    connection: Connection,
    as_editor: Client,
    standin: Standin,  # noqa: F811
) -> None:
    standin.status, standin.body = 201, b"{}"
    offered = as_editor.get(reverse("share_template", args=[template.id])).content.decode()
    assert "Price in words" in offered
    assert "Cents" not in offered
    wanted = ShareLinkInput("fill", connection=connection, fillable_fields=("/amount",))
    token = create_share_link(template.person, template, wanted)
    page = Client().get(reverse("share", args=[token])).content.decode()
    assert "Price in words" in page
    assert "Cents" not in page
    typed = {"submission": str(uuid.uuid4()), "/amount": "two pounds"}
    answer = Client().post(reverse("send_share", args=[token]), typed)
    assert answer.status_code == 200
    wait_for_exchange(Exchange.objects.get(), 20)
    method, path, headers, body = standin.seen[0]
    assert (method, path, body) == ("POST", "/orders", b"amount=two%20pounds")
    assert headers["Content-Type"] == FORM


def test_the_preview_hides_what_is_typed_into_a_secret(
    editor: Person,
    standin: Standin,  # noqa: F811
) -> None:
    document = shop()
    properties = {"pin": {"type": "string", "format": "password"}, "note": {"type": "string"}}
    body = {"schema": {"type": "object", "properties": properties}}
    document["paths"]["/orders"]["post"]["requestBody"]["content"] = {"application/json": body}
    api = import_document(editor, as_bytes(document)).api
    connection = save_connection(ConnectionInput("Shop", api.id, standin.origin))
    state = State('{"pin": "", "note": ""}', connection=str(connection.id))
    template = create_template(
        editor, f"{api.id}:placeOrder", Content(state), TemplateInput("Order")
    )
    fields = ("/pin", "/note")
    wanted = ShareLinkInput("fill", connection=connection, max_sends=3, fillable_fields=fields)
    token = create_share_link(editor, template, wanted)
    typed = {"/pin": "12345", "/note": "hi"}
    checked = Client().post(reverse("check_share", args=[token]), typed).json()
    assert json.loads(checked["text"]) == {"pin": "••••", "note": "hi"}
    assert "3 sends are left" in Client().get(reverse("share", args=[token])).content.decode()
    sent = typed | {"submission": str(uuid.uuid4())}
    answer = Client().post(reverse("send_share", args=[token]), sent).content.decode()
    assert "2 sends are left" in answer
    wait_for_exchange(Exchange.objects.get(), 20)
    assert json.loads(standin.seen[0][3]) == {"pin": "12345", "note": "hi"}
