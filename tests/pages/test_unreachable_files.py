"""While the bucket of attached files can't be reached, pages say so and nothing is sent."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.files import store_file
from playground.workspace.models import File
from playground.workspace.secrets import store_secret
from tests.buckets import use_bucket

pytestmark = pytest.mark.django_db
SENTENCE = "The server can't reach its file storage. Try again in a moment."


@pytest.fixture
def draft(editor: Person, settings: Any, bucket: str) -> Draft:
    """A draft with an attachment, in a bucket that is gone since."""
    connection = save_connection(ConnectionInput("A", "altcraft", "http://127.0.0.1:9/api/v1.1"))
    store_secret(connection, "token", "a-token-value", editor)
    file = store_file([b"abc"], "list.csv", "text/csv", editor)
    text = (
        '{"id": 12, "email": "a@example.com", '
        f'"attach": [{{"name": "list.csv", "data": "{{{{file:{file.id}}}}}"}}]}}'
    )
    # Port 9 is the discard service's, which no machine of today has.
    use_bucket(settings, bucket, endpoint_url="http://127.0.0.1:9")
    return start_draft(editor, "start-scenario", text, connection=connection)


def test_a_download_is_answered_503(as_editor: Client, draft: Draft) -> None:
    as_editor.raise_request_exception = False
    address = f"/drafts/{draft.id}/files/{File.objects.get().id}/"
    answer = as_editor.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "The file storage doesn&#x27;t answer" in answer.content.decode()


def test_an_upload_is_answered_503_and_leaves_nothing(as_editor: Client, draft: Draft) -> None:
    sent = {"file": SimpleUploadedFile("b.csv", b"b")}
    answer = as_editor.post(f"/drafts/{draft.id}/files/", sent)
    assert (answer.status_code, answer.json()) == (503, {"sentence": SENTENCE})
    assert File.objects.count() == 1


def test_the_form_says_why_and_calls_no_file_damaged(as_editor: Client, draft: Draft) -> None:
    page = as_editor.get(f"/drafts/{draft.id}/")
    assert page.status_code == 200
    text = page.content.decode().replace("&#x27;", "'")
    assert "Can't be read now." in text
    assert "Damaged." not in text


def test_nothing_is_sent(as_editor: Client, draft: Draft) -> None:
    answer = as_editor.post(f"/drafts/{draft.id}/send/", {"submission": str(uuid.uuid4())})
    assert answer.status_code == 200
    exchange = Exchange.objects.get()
    assert exchange.outcome == "not-sent"
    assert exchange.message == (
        "Not sent: the file list.csv can't be read now, because the server can't use its file "
        "storage. Try again in a moment."
    )
