"""A credential planted everywhere is in no file, page or log of the playground."""

import base64
import json
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection as database
from django.urls import reverse

from playground.calls.snippets import LANGUAGES
from playground.drafts.credentials import store_draft_secret
from playground.drafts.models import Draft
from playground.history.bodies import read_body
from playground.history.models import Body, Exchange
from playground.payload_templates.models import Sharing, Template
from playground.people.models import Person
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.secrets import store_secret
from tests.conftest import signed_in
from tests.payload_templates.templates import make_template
from tests.security.routes import list_pages

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = 'canary/+ "quoted" wörter-7391'
PASTED = "pasted-canary-4820"
TYPED = "typed-canary-2956"
LONG = 60.0


def in_base64(value: str) -> list[bytes]:
    """Inside longer texts, at each of the three places in a group of three bytes."""
    return [base64.b64encode(b"x" * before + value.encode() + b":") for before in range(3)]


def plain_spellings(value: str) -> list[bytes]:
    quoted = value.replace('"', '\\"')
    return [value.encode(), quote(value, safe="").encode(), quoted.encode()]


def list_addresses(mine: dict[str, object]) -> Iterator[str]:
    """Of every page about these objects, or about none in particular."""
    for route in list_pages():
        if set(route.takes) <= set(mine):
            yield reverse(route.name, kwargs={name: mine[name] for name in route.takes})


def template_of(person: Person, draft: Draft) -> object:
    """The draft kept as a template that everybody sees."""
    kept = Template.objects.filter(person=person).first()
    return (kept or make_template(person, sharing=Sharing.VIEW, text=draft.text)).id


def echoes(value: str) -> list[bytes]:
    """The value as servers send it back."""
    return plain_spellings(value) + in_base64(value)


def spellings(value: str) -> list[bytes]:
    """What must be found nowhere; of base64 the part that holds nothing but the value."""
    return plain_spellings(value) + [text[4:-4] for text in in_base64(value)]


def read_database() -> bytes:
    """Every value of every table. Of SQLite also the whole file and its write-ahead log, which
    hold former values too."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            found += [to_bytes(value) for row in cursor.fetchall() for value in row]
        if database.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(FULL)")
            name = Path(str(database.settings_dict["NAME"]))
            found += [file.read_bytes() for file in (name, *name.parent.glob(name.name + "-*"))]
    return b"\0".join(found)


def to_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


@pytest.fixture
def sent(editor, draft_to, standin) -> Exchange:
    """A connection's credential, a pasted one and one still standing in the document went
    out, and came back in every spelling."""
    draft = draft_to()
    store_secret(draft.connection, "key", CANARY, editor)
    draft.connection.secrets.update(hosts="127.0.0.1")
    draft.text = draft.text.replace(
        "Night run", store_draft_secret(draft, "job_name", PASTED, editor)
    )
    draft.secrets.update(hosts="127.0.0.1")
    draft.text = draft.text.replace('"max_results": 100', f'"password": "{TYPED}"')
    draft.save()
    values = (CANARY, PASTED, TYPED)
    echo = [each.decode() for value in values for each in echoes(value)]
    told = {"message": " ".join(values), "echo": echo}
    standin.status, standin.body = 400, json.dumps(told, ensure_ascii=False).encode()
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.status == 400
    return exchange


def test_every_planted_value_was_really_sent(sent, standin) -> None:
    [(_, _, headers, body)] = standin.seen
    assert CANARY in headers["Authorization"]
    assert PASTED.encode() in body
    assert TYPED.encode() in body


@pytest.mark.parametrize("value", [CANARY, PASTED, TYPED])
def test_no_byte_of_the_database_has_it(sent, value) -> None:
    kept = read_database() + b"".join(read_body(body) for body in Body.objects.all())
    for spelling in spellings(value):
        assert spelling not in kept


@pytest.mark.parametrize("value", [CANARY, PASTED, TYPED])
def test_no_page_of_the_exchange_has_it(sent, editor, owner, value) -> None:
    for client in (signed_in(editor), signed_in(owner)):
        addresses = ["/history/", "/connections/", f"/connections/{sent.connection_id}/"]
        for part in ("body", "raw", "headers", "request"):
            addresses.append(f"/history/{sent.id}/?part={part}")
        addresses += [f"/history/{sent.id}/body/", "/history/no-such-page/"]
        for address in addresses:
            page = client.get(address).content
            for spelling in spellings(value):
                assert spelling not in page, address
    assert value.encode() not in signed_in(owner).get("/audit/").content


@pytest.mark.parametrize("value", [CANARY, PASTED, TYPED])
def test_no_page_of_the_site_has_it(sent, standin, owner, editor, value) -> None:
    """Every address that can be looked at, with the objects that the canaries went through."""
    standin.body = json.dumps({"message": f"no: {CANARY}"}).encode()
    draft = Draft.objects.get()
    for person in (editor, owner):
        mine = {
            "connection_id": sent.connection_id,
            "exchange_id": sent.id,
            "draft_id": draft.id,
            "template_id": template_of(editor, draft),
            "job_uid": "j-1",
            "part": "key",
            "language": "curl",
        }
        client = signed_in(person)
        for address in list_addresses(mine):
            page = b"".join(client.get(address))
            for spelling in spellings(value):
                assert spelling not in page, address


@pytest.mark.parametrize("language", [each.id for each in LANGUAGES])
def test_no_snippet_has_it(sent, editor, language) -> None:
    code = signed_in(editor).get(f"/drafts/{Draft.objects.get().id}/code/{language}/").content
    assert code
    for spelling in [each for value in (CANARY, PASTED, TYPED) for each in spellings(value)]:
        assert spelling not in code


def test_the_dry_run_names_what_it_masks(sent, editor) -> None:
    page = signed_in(editor).get(f"/drafts/{Draft.objects.get().id}/dry-run/").content.decode()
    assert "masked here, sent in full: " in page
    assert "{{secret:job_name}}" in page


def test_no_error_page_has_it(sent, owner, monkeypatch) -> None:
    """Not even where the error itself quotes it."""

    def fail(*_: object) -> None:
        raise ValueError(f"{CANARY} {PASTED}")

    monkeypatch.setattr("playground.pages.connections.list_connections", fail)
    client = signed_in(owner)
    client.raise_request_exception = False
    answer = client.get("/connections/")
    assert answer.status_code == 500
    for spelling in spellings(CANARY) + spellings(PASTED):
        assert spelling not in answer.content


def test_no_log_has_it(editor, draft_to, standin, caplog, request) -> None:
    caplog.set_level(logging.DEBUG)
    request.getfixturevalue("sent")
    for spelling in spellings(CANARY) + spellings(PASTED):
        assert spelling.decode("utf-8", "replace") not in caplog.text
