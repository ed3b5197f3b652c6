"""Files of a draft: uploaded, shown, rejected, deleted when nothing refers to them."""

import errno
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from playground.calls.values import Reply
from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.recording import record_end
from playground.pages.builder.draft_context import DraftContext
from playground.people.models import Person, Role
from playground.sending.policy import announce_origin
from playground.vault.file_storage import list_names
from playground.workspace.files import (
    FileRejected,
    delete_unused_files,
    read_pieces,
    store_file,
)
from playground.workspace.models import Connection, File
from tests.conftest import make_person, signed_in
from tests.history.exchanges import ACCEPTED, make_call, start_exchange
from tests.vault.stored_files import delete_stored, is_stored

pytestmark = pytest.mark.django_db
TEXT = '{\n  "id": 12,\n  "email": "a@example.com"\n}'
US = "data:text/csv;base64,SEVMTE8K"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def draft(editor: Person) -> Draft:
    return start_draft(editor, "start-scenario", TEXT)


def upload(client: Client, draft: Draft, name: str, data: bytes, kind: str = "") -> HttpResponse:
    sent = SimpleUploadedFile(name, data, kind)
    return client.post(f"/drafts/{draft.id}/files/", {"file": sent})


def edit(client: Client, draft: Draft, **sent: Any) -> dict[str, Any]:
    body = json.dumps({"revision": 0, "tab": "one", **sent})
    answer = client.post(f"/drafts/{draft.id}/edit/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def attach(client: Client, draft: Draft, name: str, data: bytes, kind: str = "text/csv") -> File:
    value = upload(client, draft, name, data, kind).json()["value"]
    edit(client, draft, kind="insert", pointer="/attach", index=0, value=value)
    draft.refresh_from_db()
    return File.objects.get(id=re.findall(r"file:(\w+)", value)[0])


def codes_of(draft: Draft) -> list[tuple[str, str]]:
    found = DraftContext(Draft.objects.get(id=draft.id)).problems
    return [(p.code, p.pointer) for p in found if p.code != "no-connection"]


@pytest.mark.parametrize(
    "name", ["日本.txt", "US.txt", 'a b; c="d".csv', "é.tar.gz", "-", "x" * 250]
)
def test_any_file_name_survives(as_editor: Client, draft: Draft, name: str) -> None:
    answer = upload(as_editor, draft, name, b"HELLO\n").json()
    assert json.loads(answer["name"]) == name
    assert json.loads(answer["value"])["name"] == name
    assert re.fullmatch(r"\{\{file:f\w+\}\}", json.loads(answer["value"])["data"])


def test_a_path_is_cut_to_its_last_part(as_editor: Client, draft: Draft) -> None:
    answer = upload(as_editor, draft, "../../etc/passwd", b"x").json()
    assert json.loads(answer["name"]) == "passwd"


def test_the_bytes_are_stored_once_readable_by_the_server_only(
    as_editor: Client, draft: Draft, folder: Path
) -> None:
    one, two = (attach(as_editor, draft, name, b"same") for name in ("a.csv", "b.csv"))
    assert one.id != two.id
    [kept] = [each for each in folder.rglob("*") if each.is_file()]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert b"".join(read_pieces(one)) == b"same"


def test_an_empty_file_is_a_file(as_editor: Client, draft: Draft) -> None:
    assert attach(as_editor, draft, "empty.csv", b"").size == 0


def test_a_file_over_a_limit_is_rejected_with_a_message(
    as_editor: Client, draft: Draft, settings: Any, folder: Path
) -> None:
    settings.MAX_FILE_BYTES = 5
    assert upload(as_editor, draft, "a.txt", b"12345").status_code == 200
    refused = upload(as_editor, draft, "a.txt", b"123456")
    assert refused.status_code == 422
    assert refused.json()["sentence"] == "a.txt is larger than 5 bytes."
    settings.MAX_FILES_BYTES = 7
    refused = upload(as_editor, draft, "b.txt", b"1234")
    assert "no room" in refused.json()["sentence"]
    assert len(list_names()) == 1


def test_an_upload_to_a_full_disk_is_rejected_with_a_sentence(
    as_editor: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", fail)
    answer = upload(as_editor, draft, "a.txt", b"1")
    assert answer.status_code == 507
    assert answer.json()["sentence"].startswith("The disk of the server is full")
    assert not File.objects.exists()


def test_an_upload_without_a_file_is_rejected(as_editor: Client, draft: Draft) -> None:
    assert as_editor.post(f"/drafts/{draft.id}/files/").status_code == 422


def test_a_stored_file_is_never_served_as_a_page(as_editor: Client, draft: Draft) -> None:
    file = attach(as_editor, draft, "x.html", b"<script>alert(1)</script>", "text/html")
    answer = as_editor.get(f"/drafts/{draft.id}/files/{file.id}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]


def test_other_people_cannot_read_a_file(as_editor: Client, draft: Draft) -> None:
    file = attach(as_editor, draft, "a.csv", b"mine")
    other = signed_in(make_person(Role.EDITOR, "other"))
    assert other.get(f"/drafts/{draft.id}/files/{file.id}/").status_code == 404
    own = start_draft(make_person(Role.EDITOR, "third"), "start-scenario", TEXT)
    assert other.get(f"/drafts/{own.id}/files/{file.id}/").status_code == 404


def test_a_pasted_data_uri_becomes_a_file(as_editor: Client, draft: Draft) -> None:
    value = json.dumps([{"data": US, "name": "US.txt"}, {"name": "b.txt", "data": US + "!"}])
    edit(as_editor, draft, kind="set", pointer="/attach", value=value)
    [file] = File.objects.all()
    assert (file.name, file.media_type, file.size) == ("US.txt", "text/csv", 6)
    rows = json.loads(Draft.objects.get().text)["attach"]
    assert rows[0] == {"data": f"{{{{file:{file.id}}}}}", "name": "US.txt"}
    assert rows[1]["data"] == US + "!"


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"id": 1, "attach": [{"name": "a", "data": US}]}),
        ("/attach", [{"name": "a", "data": US}]),
        ("/attach/0", {"name": "a", "data": US}),
        ("/attach/0/data", US),
    ],
)
def test_a_data_uri_becomes_a_file_wherever_it_is_pasted(
    as_editor: Client, draft: Draft, pointer: str, value: object
) -> None:
    edit(as_editor, draft, kind="set", pointer="/attach", value='[{"name": "a", "data": ""}]')
    kind = "set" if pointer else "replace"
    edit(as_editor, draft, kind=kind, pointer=pointer, value=json.dumps(value), revision=1)
    assert "{{file:f" in Draft.objects.get().text
    assert "base64" not in Draft.objects.get().text


@pytest.mark.parametrize("pointer", ["/content/data", "/email", "/attachments"])
def test_a_data_uri_outside_attachments_stays_text(
    as_editor: Client, draft: Draft, pointer: str
) -> None:
    edit(as_editor, draft, pointer=pointer, typed=US)
    assert US in Draft.objects.get().text


def test_a_media_type_that_contradicts_the_name_is_a_warning(
    as_editor: Client, draft: Draft
) -> None:
    attach(as_editor, draft, "US.txt", b"HELLO\n", "text/csv")
    assert codes_of(draft) == [("media-type-differs", "/attach/0/data")]


def test_a_reference_to_a_missing_file_is_an_error(as_editor: Client, draft: Draft) -> None:
    value = '[{"name": "a.txt", "data": "{{file:fnowhere}}"}]'
    edit(as_editor, draft, kind="set", pointer="/attach", value=value)
    assert ("unknown-file", "/attach/0/data") in codes_of(draft)


def test_a_body_over_the_limit_is_a_warning(as_editor: Client, draft: Draft) -> None:
    attach(as_editor, draft, "a.csv", b"x" * 7_600_000)
    [(code, _)] = codes_of(draft)
    assert code == "body-too-large"


def test_incomplete_json_is_an_error_with_line_and_column(as_editor: Client, draft: Draft) -> None:
    edit(as_editor, draft, pointer="/custom_request", typed='{\n "a": }', **{"as": "json"})
    [found] = [p for p in DraftContext(Draft.objects.get()).problems if p.code == "half-typed"]
    assert found.blocks
    assert "Line 2, column" in found.message


def test_only_unreferenced_files_are_deleted(
    as_editor: Client, draft: Draft, editor: Person
) -> None:
    used = attach(as_editor, draft, "a.csv", b"used")
    unused = store_file([b"unused"], "b.csv", "text/csv", editor)
    twin = store_file([b"used"], "c.csv", "text/csv", editor)
    assert delete_unused_files() == 0
    File.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert delete_unused_files() == 2
    assert list(File.objects.all()) == [used]
    assert is_stored(twin)
    assert not is_stored(unused)
    edit(as_editor, draft, kind="remove", pointer="/attach/0", revision=9)
    assert delete_unused_files() == 0, "undo can still bring it back"


def test_a_rejected_upload_leaves_nothing_behind(folder: Path, settings: Any, db: None) -> None:
    settings.MAX_FILE_BYTES = 3
    with pytest.raises(FileRejected):
        store_file([b"12", b"34"], "a", "", None)
    assert not [each for each in folder.rglob("*") if each.is_file()]
    assert list_names() == []


def test_an_edit_never_reads_the_bytes_of_a_file(as_editor: Client, draft: Draft) -> None:
    file = attach(as_editor, draft, "a.csv", b"x" * 1000)
    delete_stored(file)
    answer = edit(as_editor, draft, pointer="/email", typed="b@example.com", revision=1)
    assert not [p for p in answer.get("problems", []) if p["pointer"].startswith("/attach")]


def test_a_pasted_request_may_contain_files(as_editor: Client, draft: Draft) -> None:
    body = json.dumps({"id": 1, "email": "a@b", "attach": [{"data": US, "name": "US.txt"}]})
    sent = json.dumps(
        {"text": f"curl https://ru.altkraft.com/api/v1.1/workflows/start -d '{body}'"}
    )
    address = f"/drafts/{draft.id}/paste/"
    answer = as_editor.post(address, sent, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert "{{file:f" in Draft.objects.get().text


def test_a_data_uri_typed_in_the_editor_is_stored_when_the_editor_is_left(
    as_editor: Client, editor: Person
) -> None:
    text = json.dumps({"id": 1, "attach": [{"data": US, "name": "US.txt"}]}, indent=2)
    typed = start_draft(editor, "start-scenario", text)
    answer = as_editor.post(
        f"/drafts/{typed.id}/secrets/", json.dumps({"tab": "one"}), content_type="application/json"
    )
    assert answer.json()["taken"] == ["/attach/0/data"]
    assert "{{file:f" in Draft.objects.get(id=typed.id).text


def test_code_contains_a_short_file_and_explains_where_a_long_one_goes(
    as_editor: Client, draft: Draft, editor: Person
) -> None:
    announce_origin("http://127.0.0.1:8123")
    fill_practice()
    draft.connection = Connection.objects.get(api="altcraft")
    draft.save()
    us = attach(as_editor, draft, "US.txt", b"HELLO\n")
    code = as_editor.get(f"/drafts/{draft.id}/code/curl/").content.decode()
    assert f'"{US}"' in code
    assert "{{file:" not in code
    call = replace(make_call(), body=draft.text.encode())
    exchange = start_exchange(editor, call=call)
    record_end(exchange, call, Reply(200, "OK", (), b"{}"), ACCEPTED)
    page = as_editor.get(f"/history/{exchange.id}/?part=code&language=ruby").content.decode()
    assert US in page
    assert us.id not in page
    long = attach(as_editor, draft, "long.csv", b"x" * 200_000)
    code = as_editor.get(f"/drafts/{draft.id}/code/curl/").content.decode()
    assert f"# Replace {{{{file:{long.id}}}}} with the data URI of the file first\n" in code
