"""The database contains no plaintext of requests or replies."""

import json
import uuid
import zlib

import pytest

from playground.drafts.changes import apply_edit
from playground.drafts.states import Edit
from playground.history.models import Body, Exchange
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.models import ChoiceList, JobRecord, SyncRun
from tests.sending.test_planted_credential import LONG, read_database

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = (
    "requestcanary",
    "replycanary",
    "headercanary",
    "messagecanary",
    "editcanary",
    "listcanary",
)


@pytest.fixture
def stored(editor, draft_to, standin) -> Exchange:
    draft = draft_to()
    edit = Edit("set", "/job_name", json.dumps("editcanary"))
    apply_edit(editor, draft.id, edit, draft.revision, "tab", "step")
    draft.refresh_from_db()
    draft.text = draft.text.replace("editcanary", "requestcanary")
    draft.save()
    standin.status = 400
    standin.headers = {"X-Trace": "headercanary"}
    body = {"message": "messagecanary", "more": "replycanary " * 100}
    standin.body = json.dumps(body).encode()
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    JobRecord.objects.create(connection=draft.connection, uid="j", error_message="listcanary")
    SyncRun.objects.create(
        connection=draft.connection, failures=["listcanary"], changes=["listcanary"]
    )
    ChoiceList.objects.create(
        connection=draft.connection, operation="x", choices=[["listcanary"]], message="listcanary"
    )
    return exchange


def test_every_word_is_read_back(stored, client, editor) -> None:
    client.force_login(editor)
    page = b"".join(
        client.get(f"/history/{stored.id}/?part={part}").content
        for part in ("body", "headers", "request")
    ).decode()
    for word in ("requestcanary", "replycanary", "headercanary", "messagecanary"):
        assert word in page, word
    assert "messagecanary" in Exchange.objects.get().message
    assert SyncRun.objects.get().changes == ["listcanary"]
    assert ChoiceList.objects.get().choices == [["listcanary"]]


@pytest.mark.parametrize("word", WORDS)
def test_no_byte_of_the_database_has_it(stored, word) -> None:
    assert word.encode() not in read_database().lower()


def test_no_stored_body_unpacks_without_the_key(stored) -> None:
    contents = Body.objects.values_list("packed", flat=True)
    assert any(b"replycanary" in zlib.decompress(content) for content in contents)
    raw = read_database()
    assert not any(content in raw for content in contents)
