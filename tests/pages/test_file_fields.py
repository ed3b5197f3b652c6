"""Files and optional bodies of any operation: chosen, shown, sent as they are, left out."""

import json
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from playground.apis.importing import import_document
from playground.calls.values import Call
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import get_operation
from playground.people.models import Person, Role
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import check_plan, plan_draft
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.files import store_file
from playground.workspace.models import Connection
from tests.apis.documents import as_bytes
from tests.apis.uploads import uploads
from tests.conftest import make_person
from tests.pages.edits import edit

pytestmark = pytest.mark.django_db
PHOTO = b"\x89PNG\r\n\x00\xff--playground-boundary"


@pytest.fixture
def connection(editor: Person) -> Connection:
    import_document(editor, as_bytes(uploads()))
    return save_connection(ConnectionInput("Files", "uploads", "https://files.example"))


def start(editor: Person, connection: Connection, id: str, text: str = "") -> Draft:
    operation = get_operation(f"uploads:{id}")
    return start_draft(editor, operation.id, text or operation.sample_text, connection=connection)


def upload(client: Client, draft: Draft, name: str, data: bytes, media_type: str) -> str:
    sent = {"file": SimpleUploadedFile(name, data, media_type)}
    answer = client.post(f"/drafts/{draft.id}/files/", sent)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def messages(draft: Draft) -> list[tuple[str, str]]:
    return [(each.pointer, each.message) for each in check_plan(plan_draft(draft))]


def assemble(draft: Draft) -> Call:
    assembled = assemble_plan(plan_draft(draft))
    assert assembled.failure is None
    return assembled.call


def test_a_chosen_file_is_shown_with_its_size_and_sent_as_it_is(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    draft = start(editor, connection, "addPhoto")
    assert json.loads(draft.text) == {"title": "", "photo": ""}
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert page.count("data-file-entry") == 1
    assert messages(draft) == [("/photo", "`photo` has no file. Choose one.")]
    data = upload(as_editor, draft, "my photo.png", PHOTO, "image/png")
    answer = edit(as_editor, draft, pointer="/photo", value=data, part="field")
    assert "my photo.png" in answer["html"]
    assert f"{len(PHOTO)} bytes · image/png" in answer["html"]
    assert answer["problems"] == []
    for name, part in (("a.txt", b"a"), ("b.txt", b"b" * 1500)):
        data = upload(as_editor, draft, name, part, "text/plain")
        answer = edit(as_editor, draft, kind="add-item", pointer="/more", value=data, part="field")
    assert answer["html"].index("a.txt") < answer["html"].index("b.txt")
    assert "1.5 kB · text/plain" in answer["html"]
    data = upload(as_editor, draft, "c.bin", b"abc", "application/x-c")
    edit(as_editor, draft, kind="add-field", pointer="/encoded", value=data)
    call = assemble(draft)
    [content_type] = [value for name, value in call.headers if name == "Content-Type"]
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = list(BytesParser(policy=HTTP).parsebytes(head + (call.body or b"")).iter_parts())
    assert [
        (p.get_param("name", header="content-disposition"), p.get_filename(), p.get_content_type())
        for p in parts
    ] == [
        ("title", None, "text/plain"),
        ("photo", "my photo.png", "image/png"),
        ("more", "a.txt", "text/plain"),
        ("more", "b.txt", "text/plain"),
        ("encoded", "c.bin", "application/x-c"),
    ]
    contents = [each.get_payload(decode=True) for each in parts]
    assert contents == [b"", PHOTO, b"a", b"b" * 1500, b"YWJj"]


def test_a_whole_body_may_be_a_file(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    draft = start(editor, connection, "putRaw")
    assert draft.text == '""'
    assert messages(draft) == [("", "The body has no file. Choose one.")]
    data = upload(as_editor, draft, "song.mp3", b"\x00ID3\xff", "audio/mpeg")
    answer = edit(as_editor, draft, pointer="", value=data, part="field", at="")
    assert "song.mp3" in answer["html"]
    assert answer["problems"] == []
    call = assemble(draft)
    assert call.body == b"\x00ID3\xff"
    assert ("Content-Type", "application/octet-stream") in call.headers


def test_somebody_elses_file_is_neither_shown_nor_sent(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    other = store_file([b"secret"], "theirs.txt", "text/plain", make_person(Role.EDITOR, "eve"))
    text = json.dumps({"title": "x", "photo": f"{{{{file:{other.id}}}}}"})
    draft = start(editor, connection, "addPhoto", text)
    problem = f"`photo` uses the file {other.id}, which doesn't exist."
    assert messages(draft) == [("/photo", problem)]
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert "theirs.txt" not in page
    assert f"{{{{file:{other.id}}}}}" in page
    assert assemble_plan(plan_draft(draft)).failure is not None


def test_a_file_that_is_too_large_gets_a_sentence(
    as_editor: Client, editor: Person, connection: Connection, settings: object
) -> None:
    settings.MAX_FILE_BYTES = 5  # type: ignore[attr-defined]
    draft = start(editor, connection, "putRaw")
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'data-largest-file="5" data-largest-file-text="5 bytes"' in page
    sent = {"file": SimpleUploadedFile("a.bin", b"123456")}
    answer = as_editor.post(f"/drafts/{draft.id}/files/", sent)
    assert answer.status_code == 422
    assert "a.bin" in answer.json()["sentence"]


def test_a_text_that_may_be_a_file_is_recognised(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    text = '{"title": "x", "photo": "{{name}}", "either": "https://a.example/"}'
    draft = start(editor, connection, "addPhoto", text)
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert page.count("data-file-entry") == 1
    assert 'value="{{name}}"' in page
    data = upload(as_editor, draft, "e.txt", b"e", "text/plain")
    answer = edit(as_editor, draft, pointer="/either", value=data, part="field")
    assert 'value="File" checked' in answer["html"]
    assert "e.txt" in answer["html"]


def test_a_body_is_left_out_and_comes_back(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    draft = start(editor, connection, "startJob", '{"name": ""}')
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'id="send_body" data-send-body checked' in page
    assert 'id="request_line"' not in page
    edit(as_editor, draft, pointer="/name", value="5")
    assert [pointer for pointer, _ in messages(draft)] == ["/name"]
    answer = edit(as_editor, draft, kind="body", value="leave-out")
    assert answer["payload"] is True
    assert answer["problems"] == []
    call = assemble(draft)
    assert call.body is None
    assert "Content-Type" not in dict(call.headers)
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'id="send_body" data-send-body aria' in page
    assert "POST https://files.example/jobs\n\nThe body is left out.</pre>" in page
    assert 'data-at="/name"' not in page
    undone = as_editor.post(
        f"/drafts/{draft.id}/turn/undo/", {"tab": "t"}, content_type="application/json"
    )
    assert undone.json()["reload"] is True
    draft.refresh_from_db()
    assert json.loads(assemble(draft).body or b"") == {"name": 5}
    edit(as_editor, draft, kind="body", value="leave-out")
    edit(as_editor, draft, kind="body", value="send")
    assert json.loads(assemble(draft).body or b"") == {"name": 5}


def test_the_change_log_names_what_is_outside_the_document(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    draft = start(editor, connection, "startJob")
    edit(as_editor, draft, kind="body", value="leave-out")
    edit(as_editor, draft, kind="path", pointer="query:limit", value="5")
    edit(as_editor, draft, kind="path", pointer="query:token", value="s3cr3t")
    edit(as_editor, draft, kind="leave-out", pointer="query:limit")
    edit(as_editor, draft, kind="media-type", value="application/x-www-form-urlencoded")
    log = as_editor.get(f"/drafts/{draft.id}/steps/").content.decode()
    form = "application/x-www-form-urlencoded"
    for line in (
        "Body: <del>sent</del> → <ins>left out</ins>",
        "Parameter limit (query): <del>left out</del> → <ins>5</ins>",
        "Parameter limit (query): <del>5</del> → <ins>left out</ins>",
        "Parameter token (query): <del>left out</del> → <ins>••••</ins>",
        f"Media type: <del>application/json</del> → <ins>{form}</ins>",
    ):
        assert line in log
    assert "#" not in log
    assert "s3cr3t" not in log


def test_a_required_body_cannot_be_left_out(
    as_editor: Client, editor: Person, connection: Connection
) -> None:
    draft = start(editor, connection, "addPhoto")
    assert "data-send-body" not in as_editor.get(f"/drafts/{draft.id}/").content.decode()
    body = {"revision": 0, "tab": "t", "kind": "body", "value": "leave-out"}
    answer = as_editor.post(f"/drafts/{draft.id}/edit/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["sentence"] == "This operation needs a body."
