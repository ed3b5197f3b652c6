"""Servers with variables in the form of a connection."""

from html import unescape

import pytest
from django.test import Client

from playground.apis.importing import import_document
from playground.openapi.operations import get_api
from playground.openapi.values import ServerVariable
from playground.pages.server_choice import ServerChoice, list_servers
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.apis.documents import as_bytes
from tests.apis.pets import pets

pytestmark = pytest.mark.django_db
SERVERS = [
    {
        "url": "https://{tenant}.pets.example:{port}/{base}",
        "variables": {
            "tenant": {"default": "", "description": "Your <b>tenant</b>"},
            "port": {"default": "443", "enum": ["443", "8443"]},
            "base": {"default": "v1"},
        },
    }
]


def choice(template: str, *names: str) -> ServerChoice:
    return ServerChoice(template, template, "", tuple(ServerVariable(n, "d") for n in names))


@pytest.mark.parametrize(
    ("template", "url", "values"),
    [
        ("https://{a}.x/{b}", "https://me.x/v1", {"a": "me", "b": "v1"}),
        ("https://{a}.x/{b}", "https://me.x/v1/", {"a": "me", "b": "v1"}),
        ("https://{a}.x/{b}", "https://me.x/", None),
        ("https://{a}.x/{b}", "https://me.y/v1", None),
        ("https://{a}.x/v1", "https://a.b.x/v1", {"a": "a.b"}),
        ("https://{a}.x/v1", "https://a.x/v1/more", None),
        ("https://{a}{b}", "https://xy", {"a": "x", "b": "y"}),
        ("https://x/{a}/{a}", "https://x/1/1", {"a": "1"}),
        ("https://x", "https://x/", {}),
        ("https://x", "https://y", None),
        ("https://{a}", "https://", None),
    ],
)
def test_the_values_of_an_address_are_found(template: str, url: str, values) -> None:
    assert choice(template, *(n for n in "ab" if f"{{{n}}}" in template)).match(url) == values


def test_variables_that_list_their_values_become_choices(editor: Person) -> None:
    import_document(editor, as_bytes(pets(servers=SERVERS)))
    found = list_servers(get_api("pets"))
    assert [each.template for each in found] == [
        "https://{tenant}.pets.example:443/{base}",
        "https://{tenant}.pets.example:8443/{base}",
    ]
    assert found[1].fill({"tenant": " me ", "base": ""}) == "https://me.pets.example:8443/v1"


def test_people_fill_in_the_others(as_owner: Client, editor: Person) -> None:
    document = pets(servers=SERVERS)
    document["components"]["securitySchemes"]["token"]["description"] = "Sign <i>in</i>"
    import_document(editor, as_bytes(document))
    page = as_owner.get("/connections/new/?api=pets").content.decode()
    assert "Your &lt;b&gt;tenant&lt;/b&gt;" in page
    assert "Sign &lt;i&gt;in&lt;/i&gt;" in page
    assert "<i>" not in page.split("<main")[1]
    assert 'name="server_base" value="v1"' in page
    server = list_servers(get_api("pets"))[1].url
    sent = {"name": "Mine", "server": server, "colour": "grey", "secret_token": "t"}
    answer = as_owner.post("/connections/new/?api=pets", sent)
    assert answer.status_code == 422
    assert "Enter {tenant}." in unescape(answer.content.decode())
    sent |= {"server_tenant": "me", "server_base": ""}
    assert as_owner.post("/connections/new/?api=pets", sent).status_code == 302
    made = Connection.objects.get()
    assert made.base_url == "https://me.pets.example:8443/v1"
    page = as_owner.get(f"/connections/{made.id}/edit/").content.decode()
    assert f'<option value="{server}" selected>' in page
    assert 'name="server_tenant" value="me"' in page
    # Another tenant is another host: its credential is asked for again.
    sent |= {"server_tenant": "you", "secret_token": ""}
    answer = as_owner.post(f"/connections/{made.id}/edit/", sent)
    assert "The host changed. Enter this again for the new host." in answer.content.decode()
    sent |= {"base_url": "https://own.example/x", "secret_token": "t"}
    as_owner.post(f"/connections/{made.id}/edit/", sent)
    made.refresh_from_db()
    assert made.base_url == "https://own.example/x"
    page = as_owner.get(f"/connections/{made.id}/edit/").content.decode()
    assert 'value="https://own.example/x"' in page
