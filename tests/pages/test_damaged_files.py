"""A damaged attachment is named as such, logged by its id, and never sent."""

import json
import uuid
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.history.models import Exchange
from playground.people.models import Person
from playground.vault.sealed_files import MARK, PIECE
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.files import store_file
from playground.workspace.models import File
from playground.workspace.secrets import store_secret
from tests.vault.stored_files import delete_stored, path_of, read_stored, write_stored

pytestmark = pytest.mark.django_db
DATA = b"x" * (PIECE + 5)
HARMS = ["cut", "last piece gone", "turned", "mark", "key", "gone", "folder", "swapped", "empty"]


@pytest.fixture(autouse=True)
def in_both(attachments: str) -> None:
    """Each test runs for a folder and for a bucket."""


def harm(file: File, how: str, settings: Any) -> None:
    kept = read_stored(file)
    if how == "key":
        settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    elif how in ("gone", "folder"):
        delete_stored(file)
        if how == "folder":
            path_of(file.digest).mkdir()
    elif how == "swapped":
        other = store_file([b"other"], "other.txt", "text/plain", None)
        write_stored(file, read_stored(other))
    else:
        write_stored(
            file,
            {
                "cut": kept[: len(MARK) + 10],
                "last piece gone": kept[: -5 - 16],
                "turned": kept[:-1] + bytes([kept[-1] ^ 1]),
                "mark": b"?" + kept[1:],
                "empty": b"",
            }[how],
        )


@pytest.mark.parametrize("how", HARMS)
def test_a_damaged_file_is_named_logged_and_not_sent(
    as_editor: Client, editor: Person, settings: Any, how: str, attachments: str, caplog
) -> None:
    if how == "folder" and attachments == "bucket":
        pytest.skip("a bucket has no folders")
    connection = save_connection(ConnectionInput("A", "altcraft", "http://127.0.0.1:9/api/v1.1"))
    file = store_file([DATA], "list.csv", "text/csv", editor)
    text = json.dumps(
        {
            "id": 12,
            "email": "a@example.com",
            "attach": [{"name": "list.csv", "data": f"{{{{file:{file.id}}}}}"}],
        }
    )
    # Damaged first: after the key changes, only newly stored data can be read.
    harm(file, how, settings)
    draft = start_draft(editor, "start-scenario", text, connection=connection)
    store_secret(connection, "token", "a-token-value", editor)
    for address in ("", "uri/"):
        answer = as_editor.get(f"/drafts/{draft.id}/files/{file.id}/{address}")
        assert answer.status_code == 410
        assert "The file list.csv is damaged: " in answer.content.decode().replace("&#x27;", "'")
    assert f"The attached file {file.id} is damaged: " in caplog.text
    sent = as_editor.post(f"/drafts/{draft.id}/send/", {"submission": str(uuid.uuid4())})
    assert sent.status_code == 200
    exchange = Exchange.objects.get()
    assert exchange.outcome == "not-sent"
    assert exchange.message.startswith("Not sent: the file list.csv is damaged (")
    assert exchange.message.endswith("). Attach it again.")


def test_a_file_stored_before_encryption_is_not_damaged(as_editor: Client, editor: Person) -> None:
    file = store_file([b"plain"], "list.csv", "text/csv", editor)
    write_stored(file, b"plain")
    text = f'{{"attach": [{{"data": "{{{{file:{file.id}}}}}"}}]}}'
    draft = start_draft(editor, "start-scenario", text)
    answer = as_editor.get(f"/drafts/{draft.id}/files/{file.id}/")
    assert b"".join(answer.streaming_content) == b"plain"  # type: ignore[attr-defined]


def test_the_form_shows_that_a_file_is_damaged(as_editor: Client, editor: Person) -> None:
    file = store_file([b"abc"], "list.csv", "text/csv", editor)
    text = f'{{"attach": [{{"name": "a", "data": "{{{{file:{file.id}}}}}"}}]}}'
    draft = start_draft(editor, "start-scenario", text)
    assert "Damaged." not in as_editor.get(f"/drafts/{draft.id}/").content.decode()
    write_stored(file, b"")
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert "Damaged. Attach it again." in page
