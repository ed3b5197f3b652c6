"""Template secrets: available to the person who entered them, shown nowhere."""

import json

import pytest

from playground.drafts.credentials import draft_secrets, extract_credentials
from playground.drafts.drafts import start_draft, state_of
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.payload_templates.exports import write_json, write_templates_zip, write_yaml
from playground.payload_templates.imports import import_template, plan_import, read_upload
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.variants import Variant, derive_edits
from playground.payload_templates.versions import (
    Content,
    create_template,
    duplicate_template,
    fork_template,
    get_version,
    open_template,
    restore_version,
    save_version,
)
from playground.people.models import Person
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import check_plan, plan_state
from playground.workspace.models import Connection
from playground.workspace.secrets import store_secret

pytestmark = pytest.mark.django_db
COOKIE = "AQEDAcookie-of-a-person"
ORIGIN = "http://127.0.0.1:8000"
TEXT = json.dumps({"account": {"cookies": {"li_at": COOKIE}, "name": "Jane"}})


@pytest.fixture
def connection() -> Connection:
    made = Connection.objects.create(
        name="Elsewhere", api="captain-data", base_url="https://api.example.com/v3",
        settings={"project_id": "p-1"},
    )  # fmt: skip
    store_secret(made, "key", "key-of-elsewhere", None)
    return made


@pytest.fixture
def draft(editor: Person, connection: Connection) -> Draft:
    made = start_draft(editor, "update-account", TEXT, connection=connection)
    extract_credentials(made, editor)
    return made


@pytest.fixture
def template(editor: Person, draft: Draft) -> Template:
    wanted = TemplateInput("Jane", sharing=Sharing.EDIT)
    content = Content(state_of(draft))
    return create_template(editor, draft.operation, content, wanted, source=draft)


def values_of(draft: Draft) -> list[tuple[str, set[str]]]:
    return [(each.value, set(each.hosts)) for each in draft_secrets(draft, ORIGIN)]


def test_a_reopened_template_has_its_secrets_bound_to_the_same_hosts(
    editor: Person, template: Template
) -> None:
    opened = open_template(editor, template)
    assert "{{secret:li_at}}" in opened.text
    assert values_of(opened) == [(COOKIE, {"api.example.com"})]


def test_nobody_else_gets_the_secrets(owner: Person, template: Template) -> None:
    opened = open_template(owner, template)
    assert values_of(opened) == []
    version = get_version(template)
    state = State(version.text, connection=str(version.connection_id))
    codes = {
        each.code for each in check_plan(plan_state("update-account", state, "", version, owner))
    }
    assert "unknown-secret" in codes


def test_a_send_without_a_draft_has_the_secrets(editor: Person, template: Template) -> None:
    version = get_version(template)
    state = State(
        version.text, path_values={"integration_uid": "linkedin"},
        connection=str(version.connection_id),
    )  # fmt: skip
    plan = plan_state("update-account", state, "", version, editor)
    assert "unknown-secret" not in {each.code for each in check_plan(plan)}
    assert COOKIE in [each.value for each in assemble_plan(plan).call.secrets]


def test_secrets_follow_into_versions_copies_and_forks(editor: Person, template: Template) -> None:
    content = Content(State(get_version(template).text))
    save_version(editor, template, content, 1)
    restore_version(editor, Template.objects.get(id=template.id), 1)
    for kept in (
        template,
        fork_template(editor, template),
        duplicate_template(editor, template, "x"),
    ):
        kept.refresh_from_db()
        assert values_of(open_template(editor, kept)) == [(COOKIE, {"api.example.com"})]


def test_forking_another_persons_template_copies_no_secrets(
    owner: Person, template: Template
) -> None:
    assert not get_version(fork_template(owner, template)).secrets.exists()


def test_a_version_without_references_keeps_no_secrets(editor: Person, template: Template) -> None:
    save_version(editor, template, Content(State("{}")), 1)
    template.refresh_from_db()
    assert not get_version(template).secrets.exists()


def test_exported_files_contain_only_references(template: Template) -> None:
    for text in (
        write_yaml(template),
        write_json(template),
        write_templates_zip([template]).decode("latin-1"),
    ):
        assert COOKIE not in text
    assert "{{secret:li_at}}" in write_yaml(template)


def test_credentials_in_metadata_are_extracted_too(editor: Person, connection: Connection) -> None:
    metadata = Metadata(
        off={"/account/cookies/bcookie": f'"{COOKIE}"'},
        away={"/auth": f'{{"token": "{COOKIE}-2"}}'},
    )
    draft = start_draft(editor, "update-account", "{}", connection=connection, metadata=metadata)
    assert extract_credentials(draft, editor) == ["bcookie", "token"]
    kept = Metadata.read(Draft.objects.get().metadata)
    assert kept.off == {"/account/cookies/bcookie": '"{{secret:bcookie}}"'}
    assert kept.away == {"/auth": '{"token": "{{secret:token}}"}'}
    assert [each.value for each in draft_secrets(draft, ORIGIN)] == [COOKIE, f"{COOKIE}-2"]
    assert extract_credentials(draft, editor) == []


def test_more_than_fifty_credentials_are_extracted(editor: Person) -> None:
    text = json.dumps([{"password": f"hush-{n}"} for n in range(120)])
    content = Content(State(text), (Variant("v", derive_edits(State("{}"), State(text))),))
    written = write_yaml(create_template(editor, "launch-workflow", content, TemplateInput("many")))
    assert "hush-" not in written
    draft = start_draft(editor, "launch-workflow", text)
    assert len(extract_credentials(draft, editor)) == 120
    assert "hush-" not in draft.text


def test_credentials_in_a_file_become_secrets_of_its_template(
    editor: Person, connection: Connection
) -> None:
    file = {
        "format": "api-playground-template", "schema": 1, "name": "Jane",
        "operation": "update-account", "connection": "Elsewhere",
        "document": TEXT, "off": {"/account/password": '"hush-hush"'},
        "variants": [{"name": "v", "edits": [{"kind": "set", "pointer": "/account/password",
                                               "value": '"hush-two"'}]}],
    }  # fmt: skip
    [step] = plan_import(editor, read_upload("jane.json", json.dumps(file).encode()))
    assert step.file.secret_names == ["li_at", "password", "password_2"]
    template = import_template(editor, step)
    version = get_version(template)
    kept = version.text + version.metadata + version.variants
    assert COOKIE not in kept
    assert "hush" not in kept
    opened = open_template(editor, template)
    assert {value for value, _ in values_of(opened)} == {COOKIE, "hush-hush", "hush-two"}
