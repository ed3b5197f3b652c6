"""A credential planted everywhere stands in no file, page, or log of the playground."""

import base64
import logging
import uuid
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection as database

from playground.history.bodies import read_body
from playground.history.models import Body, Exchange
from playground.library.secrets import keep_secret, take_in
from playground.sending.presses import press_send, wait
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = 'canary/+ "quoted" wörter-7391'
PASTED = "pasted-canary-4820"
LONG = 15.0


def in_base64(value: str) -> list[bytes]:
    """Inside longer texts, at each of the three places in a group of three bytes."""
    return [base64.b64encode(b"x" * before + value.encode() + b":") for before in range(3)]


def plain_spellings(value: str) -> list[bytes]:
    quoted = value.replace('"', '\\"')
    return [value.encode(), quote(value, safe="").encode(), quoted.encode()]


def echoes(value: str) -> list[bytes]:
    """The value as servers send it back."""
    return plain_spellings(value) + in_base64(value)


def spellings(value: str) -> list[bytes]:
    """What must be found nowhere; of base64 the part that holds nothing but the value."""
    return plain_spellings(value) + [text[4:-4] for text in in_base64(value)]


def database_bytes() -> bytes:
    """The file, and what still stands beside it in the write-ahead log."""
    with database.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(FULL)")
    name = Path(str(database.settings_dict["NAME"]))
    files = [name, *name.parent.glob(name.name + "-*")]
    return b"".join(file.read_bytes() for file in files)


@pytest.fixture
def sent(editor, draft_to, standin) -> Exchange:
    """Both canaries went out, and came back in every spelling."""
    draft = draft_to()
    keep_secret(draft.connection, "key", CANARY, editor)
    draft.connection.secrets.update(hosts="127.0.0.1")
    draft.text = draft.text.replace("Night run", take_in(draft, "job_name", PASTED, editor))
    draft.secrets.update(hosts="127.0.0.1")
    draft.save()
    echo = b" ".join(echoes(CANARY) + echoes(PASTED))
    standin.status, standin.body = 400, b'{"message": "no", "echo": ' + echo + b"}"
    exchange = wait(press_send(editor, draft, uuid.uuid4()), LONG)
    assert exchange.status == 400
    return exchange


def test_both_really_went_out(sent, standin) -> None:
    [(_, _, headers, body)] = standin.seen
    assert CANARY in headers["Authorization"]
    assert PASTED.encode() in body


@pytest.mark.parametrize("value", [CANARY, PASTED])
def test_it_is_in_no_byte_of_the_database(sent, value) -> None:
    kept = database_bytes() + b"".join(read_body(body) for body in Body.objects.all())
    for spelling in spellings(value):
        assert spelling not in kept


@pytest.mark.parametrize("value", [CANARY, PASTED])
def test_it_is_on_no_page(sent, editor, owner, value) -> None:
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


def test_it_is_in_no_log(editor, draft_to, standin, caplog, request) -> None:
    caplog.set_level(logging.DEBUG)
    request.getfixturevalue("sent")
    for spelling in spellings(CANARY) + spellings(PASTED):
        assert spelling.decode("utf-8", "replace") not in caplog.text
