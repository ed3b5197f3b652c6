"""Template files: export, import, and what is rejected."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.payload_templates.exports import write_json, write_templates_zip, write_yaml
from playground.payload_templates.imports import import_template, plan_import, read_upload
from playground.payload_templates.models import Template
from playground.payload_templates.template_files import InvalidTemplateFile, TemplateFile
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import (
    Content,
    create_template,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db
TEXT = '{\n  "big": 12345678901234567890,\n'
TEXT += '  "a": 1.10, "b": -0,  \n\t"c": 1e400, "é": "\\u00e9 日本"\n}'


def make_full(person: Person) -> Template:
    shared = State(
        TEXT,
        Metadata(
            {"/x": "1.0"},
            {"/a": "why: 'so'"},
            {},
            {"/w": "2"},
            {},
            "text/csv",
            is_body_left_out=True,
        ),
        {"workflow_uid": "007"},
    )
    content = Content(shared).change("VIP: one", State(TEXT.replace("1.10", "yes".join('""'))))
    wanted = TemplateInput("Night: run", "for\nthe agency", ("vip", "no"), "a/b")
    return create_template(person, "launch-workflow", content, wanted)


def test_a_file_says_how_the_body_is_sent(editor: Person) -> None:
    text = write_yaml(make_full(editor))
    assert "media_type: text/csv\nbody: leave-out\n" in text
    [plain] = read_upload("x.yaml", text.replace("body: leave-out\n", "").encode())
    assert not plain.content.shared.metadata.is_body_left_out
    with pytest.raises(InvalidTemplateFile, match="body must be send or leave-out"):
        read_upload("x.yaml", text.replace("leave-out", "maybe").encode())


@pytest.mark.parametrize("write", [write_yaml, write_json])
def test_an_exported_file_imports_as_an_identical_template(
    editor: Person, owner: Person, write
) -> None:  # type: ignore[no-untyped-def]
    template = make_full(editor)
    text = write(template)
    [step] = plan_import(owner, read_upload("x.yaml", text.encode()))
    assert step.kind == "new"
    fresh = import_template(owner, step)
    assert read_content(get_version(fresh)) == read_content(get_version(template))
    for name in ("name", "description", "tags", "folder", "operation"):
        assert getattr(fresh, name) == getattr(template, name)
    assert text == write(template)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=25,
)
@given(st.text(max_size=60))
def test_any_text_survives_export_and_import(editor: Person, typed: str) -> None:
    text = json.dumps({"a": typed}, ensure_ascii=False, indent=1)[:-1] + "  }"
    metadata = Metadata({}, {"/a": typed} if typed else {})
    template = create_template(
        editor,
        "launch-workflow",
        Content(State(text, metadata)),
        TemplateInput("x", typed.replace("\0", "")),
    )
    for write in (write_yaml, write_json):
        [filed] = read_upload("x.yaml", write(template).encode())
        assert filed.content.shared == State(text, metadata)


@pytest.mark.parametrize("key", ["name", "description", "folder", "connection", "path_values"])
def test_a_nul_in_a_file_is_rejected_with_a_sentence(editor: Person, key: str) -> None:
    value = {"workflow_uid": "a\0b"} if key == "path_values" else "a\0b"
    row = json.loads(write_json(make_template(editor))) | {key: value}
    with pytest.raises(InvalidTemplateFile, match="can't contain the NUL character"):
        read_upload("x.json", json.dumps(row).encode())


def test_the_document_is_a_block_that_git_compares_by_line(editor: Person) -> None:
    text = '{\n  "job_name": "Night",\n  "inputs": []\n}'
    assert 'document: |-\n  {\n    "job_name": "Night",' in write_yaml(
        make_template(editor, text=text)
    )


def test_exports_contain_no_secrets(editor: Person) -> None:
    text = '{"api_key": "sk-live-1", "deep": {"password": "hunter22"}}'
    content = Content(State(text, Metadata({"/token": '"tok-123456"'})))
    content = content.change("v", State(text.replace("sk-live-1", "sk-live-2")))
    written = write_yaml(create_template(editor, "launch-workflow", content, TemplateInput("x")))
    for secret in ("sk-live-1", "sk-live-2", "hunter22", "tok-123456"):
        assert secret not in written


def test_a_file_is_identical_changed_or_in_conflict(editor: Person) -> None:
    template = make_full(editor)
    text = write_yaml(template)
    kind = lambda text: plan_import(editor, read_upload("x.yaml", text.encode()))[0].kind  # noqa: E731
    assert kind(text) == "same"
    assert kind(text.replace("12345", "54321")) == "changed"
    content = read_content(get_version(template))
    save_version(editor, template, content.change("", State("{}")), 1)
    assert kind(text) == "conflict"


def test_a_conflict_overwrites_nothing(editor: Person) -> None:
    template = make_full(editor)
    [filed] = read_upload("x.yaml", write_yaml(template).encode())
    content = read_content(get_version(template))
    save_version(editor, template, content.change("", State("{}")), 1)
    [step] = plan_import(editor, [filed])
    import_template(editor, step, as_copy=True)
    assert Template.objects.count() == 2
    [step] = plan_import(editor, [filed])
    import_template(editor, step)
    assert template.versions.count() == 3


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return held.getvalue()


GOOD = "format: api-playground-template\nschema: 1\noperation: launch-workflow\ndocument: '{}'\n"
BOMB = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.yaml", b"x" * 20_000_000, "Too large"),
        ("x.zip", b"PK\x03\x04" + b"x" * 20_000_000, "Too large"),
        ("x.yaml", BOMB.encode(), "anchors"),
        ("x.yaml", b"[" * 5000, "Too many parts"),
        ("x.yaml", b"{a: [", "Not valid YAML"),
        ("x.yaml", b"- x\n" * 60_000, "Too many parts"),
        ("x.json", b'{"a":' * 5000, "Not valid YAML"),
        ("x.yaml", b"\xff\xfe", "UTF-8"),
        ("x.yaml", b"a: 1", "Not an API Playground template"),
        ("x.yaml", GOOD.replace("schema: 1", "schema: 99").encode(), "Schema 99"),
        ("x.yaml", (GOOD + "secret: x\n").encode(), "Unknown key"),
        ("x.yaml", (GOOD + "tags: x\n").encode(), "tags"),
        ("x.yaml", GOOD.replace("'{}'", "'{'").encode(), "x.yaml"),
        ("x.yaml", GOOD.replace("launch-workflow", "rm").encode(), "operation"),
        ("x.yaml", (GOOD + "variants: [{name: a, edits: [{kind: all}]}]\n").encode(), "variants"),
        ("x.yaml", (GOOD + "variants: 7\n").encode(), "variants"),
        ("x.yaml", b"!!python/object/apply:os.system ['true']", "Not an API Playground template"),
        ("x.zip", b"PK\x03\x04rest", "Damaged"),
    ],
)  # fmt: skip
def test_hostile_and_unknown_files_are_rejected(name: str, data: bytes, says: str) -> None:
    with pytest.raises(InvalidTemplateFile, match=says):
        read_upload(name, data)


def test_hostile_zips_are_rejected() -> None:
    with pytest.raises(InvalidTemplateFile, match="outside"):
        read_upload("x.zip", zipped(**{"..__evil.yaml": GOOD.encode()}))
    with pytest.raises(InvalidTemplateFile, match="outside"):
        read_upload("x.zip", zipped(**{"__etc__evil.yaml": GOOD.encode()}))
    with pytest.raises(InvalidTemplateFile, match="Too large"):
        read_upload("x.zip", zipped(**{"x.yaml": b" " * 11_000_000}))
    with pytest.raises(InvalidTemplateFile, match="Too many files"):
        read_upload("x.zip", zipped(**{f"{n}.txt": b"" for n in range(20_001)}))
    with pytest.raises(InvalidTemplateFile, match="no template files"):
        read_upload("x.zip", zipped(**{"x.txt": b""}))


def test_all_templates_survive_a_zip(editor: Person, owner: Person) -> None:
    make_full(editor)
    make_template(editor)
    data = write_templates_zip(Template.objects.order_by("name"))
    assert data == write_templates_zip(Template.objects.order_by("name"))
    assert [s.kind for s in plan_import(owner, read_upload("t.zip", data))] == ["new", "new"]
    assert [s.kind for s in plan_import(editor, read_upload("t.zip", data))] == ["same", "same"]


def test_the_page_previews_an_import(as_editor: Client, editor: Person) -> None:
    file = io.BytesIO(GOOD.encode())
    file.name = "night.yaml"
    page = as_editor.post("/templates/import/", {"files": file})
    assert b"New" in page.content
    assert not Template.objects.exists()
    as_editor.post("/templates/import/", {"held": page.context["held"]})
    assert Template.objects.get().name == "night"
    for held in ("x", "eJw=", ""):
        assert as_editor.post("/templates/import/", {"held": held}).status_code == 422
    assert as_editor.post("/templates/import/").status_code == 422


def test_commands_export_to_and_import_from_a_folder(owner: Person, tmp_path: Path) -> None:
    make_full(owner)
    call_command("export_templates", str(tmp_path))
    [file] = tmp_path.rglob("*.yaml")
    assert file.parent == tmp_path / "a" / "b"
    call_command("import_templates", str(file))
    assert Template.objects.count() == 1
    Template.objects.all().delete()
    call_command("import_templates", str(file))
    assert Template.objects.get().name == "Night: run"
    with pytest.raises(SystemExit, match="2"):
        call_command("import_templates", str(tmp_path / "gone.yaml"))


def test_more_files_than_a_form_can_hold_are_rejected(as_editor: Client) -> None:
    file = io.BytesIO(zipped(**{f"{n}.yaml": GOOD.encode() for n in range(4001)}))
    file.name = "many.zip"
    answer = as_editor.post("/templates/import/", {"files": file})
    assert answer.status_code == 422
    assert b"manage.py import_templates" in answer.content


BARE = {
    "format": "api-playground-template",
    "schema": 1,
    "name": "Night",
    "operation": "launch-workflow",
    "document": "{}",
}


def read_bare(**more: object) -> list[TemplateFile]:
    return read_upload("night.json", json.dumps({**BARE, **more}).encode())


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"folder": "x" * 300}, "Folder can have at most 200"),
        ({"tags": ["x" * 600]}, "Tags can have at most 500"),
        ({"name": "Night \ud800"}, "half a character"),
        ({"notes": {"/a": "\udc00"}}, "half a character"),
        ({"notes": {"a": "no pointer"}}, "aren't valid"),
        ({"off": {"a": "1"}}, "aren't valid"),
        ({"variants": [{"name": "V", "edits": [{"kind": "set", "pointer": "a", "value": "1"}]}]},
         "aren't valid"),
        ({"variants": [{"name": "V", "edits": []}] * 2}, "aren't valid"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_stored_are_rejected_before_any_is(
    more: dict[str, object], says: str
) -> None:
    with pytest.raises(InvalidTemplateFile, match=says):
        read_bare(**more)


def test_an_unknown_connection_is_reported_and_is_no_change(
    as_editor: Client, editor: Person
) -> None:
    filed = read_bare(connection="Agency")[0]
    assert filed.missing_connection == "Agency"
    (step,) = plan_import(editor, [filed])
    template = import_template(editor, step)
    assert plan_import(editor, [filed])[0].kind == "same"
    template.connection = Connection.objects.create(
        name="Mine", api="captain-data", base_url="https://h"
    )
    content = read_content(get_version(template))
    mine = replace(content.shared, connection=str(template.connection.id))
    save_version(editor, template, Content(mine), 1)
    assert plan_import(editor, [filed])[0].kind == "same"
    upload = io.BytesIO(json.dumps({**BARE, "connection": "Agency"}).encode())
    upload.name = "night.json"
    page = as_editor.post("/templates/import/", {"files": upload}).content.decode()
    assert "There is no connection named Agency" in page


def test_the_same_file_is_imported_once(
    owner: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "night.json").write_text(json.dumps({**BARE, "connection": "Agency"}))
    call_command("import_templates", str(tmp_path / "night.json"), str(tmp_path))
    assert [line[:4].strip() for line in capsys.readouterr().out.splitlines()] == [
        "new", "", "same", "",
    ]  # fmt: skip
    assert Template.objects.count() == 1
