"""A reference alone opens no file: only who may open something that had it first may open it."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as db_connection

from playground.calls.values import Failure
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.history.models import Exchange
from playground.history.recording import set_shared
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.payload_templates.templates import TemplateInput, delete_template
from playground.payload_templates.versions import (
    Content,
    create_template,
    duplicate_template,
    get_version,
    open_template,
    save_version,
)
from playground.people.models import Person, Role
from playground.people.tokens import make_token
from playground.sending.file_access import find_openable_files
from playground.sending.pipeline import assemble_plan, start_exchange
from playground.sending.plans import Plan, check_plan, plan_draft, plan_state
from playground.sending.resending import draft_from_exchange
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.files import store_file
from playground.workspace.models import Connection, File, FileHolder
from playground.workspace.secrets import store_secret
from tests.conftest import make_person, signed_in

pytestmark = pytest.mark.django_db
HIDDEN = b"salaries of everybody"
BASE64 = "c2FsYXJpZXMgb2YgZXZlcnlib2R5"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def file(editor: Person) -> File:
    """A file of the editor's; the tests see it with the eyes of `other`."""
    return store_file([HIDDEN], "salaries.txt", "text/plain", editor)


@pytest.fixture
def other(db: None) -> Person:
    return make_person(Role.EDITOR, "other")


@pytest.fixture
def connection(db: None, owner: Person) -> Connection:
    wanted = ConnectionInput("Altcraft", "altcraft", "http://127.0.0.1:9/api/v1.1")
    connection = save_connection(wanted)
    store_secret(connection, "token", "a-token-value", owner)
    return connection


def refer(file: File, spelling: str = "{{{{file:{}}}}}") -> str:
    data = spelling.format(file.id)
    return f'{{"id": 12, "email": "a@b.example", "attach": [{{"name": "x", "data": "{data}"}}]}}'


def share(person: Person, text: str, sharing: str = Sharing.EDIT, **more: Any) -> Template:
    details = TemplateInput("Shared", sharing=sharing)
    return create_template(person, "start-scenario", Content(State(text)), details, **more)


def is_sent(plan: Plan) -> bool:
    """Whether a send would contain the file; if not, the check says that it is unknown."""
    assembled = assemble_plan(plan)
    sent = BASE64 in (assembled.call.body or b"").decode()
    assert sent or (isinstance(assembled.failure, Failure)), "either the file or a refusal"
    codes = {problem.code for problem in check_plan(plan)}
    assert sent is ("unknown-file" not in codes)
    return sent


def make_draft(person: Person, text: str, connection: Connection) -> Draft:
    return start_draft(person, "start-scenario", text, connection=connection)


def record_sent(person: Person, draft: Draft) -> Exchange:
    return start_exchange(plan_draft(draft), assemble_plan(plan_draft(draft)).call, person, None)


@pytest.mark.parametrize(
    "spelling", ["{{{{file:{}}}}}", "\\u007b\\u007bfile:{}\\u007d\\u007d", "a {{{{file:{}}}}} b"]
)
def test_a_typed_reference_to_a_colleagues_file_opens_nothing(
    file, editor, other, connection, spelling: str
) -> None:
    text = refer(file, spelling)
    own = assemble_plan(plan_draft(make_draft(editor, text, connection))).call.body or b""
    assert BASE64 in own.decode()
    theirs = make_draft(other, text, connection)
    assert not is_sent(plan_draft(theirs))
    client = signed_in(other)
    for address in ("", "uri/"):
        assert client.get(f"/drafts/{theirs.id}/files/{file.id}/{address}").status_code == 404
    pages = [client.get(f"/drafts/{theirs.id}/"), client.post(f"/drafts/{theirs.id}/dry-run/")]
    for page in [*pages, client.get(f"/drafts/{theirs.id}/code/curl/")]:
        shown = page.content.decode()
        assert BASE64 not in shown
        assert HIDDEN.decode() not in shown
        assert "salaries.txt" not in shown


def test_no_way_of_putting_a_reference_into_a_draft_opens_it(
    file, other, connection, as_editor
) -> None:
    client = signed_in(other)
    draft = make_draft(other, '{"id": 12, "email": "a@b.example"}', connection)
    body = {"revision": 0, "tab": "one", "kind": "set", "pointer": "/attach"}
    body["value"] = json.dumps(json.loads(refer(file))["attach"])
    sent = client.post(
        f"/drafts/{draft.id}/edit/", json.dumps(body), content_type="application/json"
    )
    assert sent.status_code == 200
    assert "salaries.txt" not in sent.content.decode()
    assert not is_sent(plan_draft(Draft.objects.get(id=draft.id)))


def test_a_template_shared_by_its_uploader_opens_the_file(file, editor, other, connection) -> None:
    template = share(editor, refer(file))
    version = get_version(template)
    assert find_openable_files(other, [file.id]) == {file.id}
    draft = open_template(other, template)
    draft.connection = connection
    assert is_sent(plan_draft(draft))
    state = State(refer(file), connection=str(connection.id))
    assert is_sent(plan_state("start-scenario", state, "", version, other))
    assert signed_in(other).get(f"/drafts/{draft.id}/files/{file.id}/").status_code == 200
    # Files opened while it was shared stay accessible in the draft.
    delete_template(template)
    assert is_sent(plan_draft(draft))


def test_a_private_template_opens_it_for_nobody_else(file, editor, other) -> None:
    template = share(editor, refer(file), Sharing.PRIVATE)
    assert find_openable_files(other, [file.id]) == set()
    template.sharing = Sharing.VIEW
    template.save()
    assert find_openable_files(other, [file.id]) == {file.id}


def test_saving_a_reference_as_a_template_opens_it_for_nobody(
    file, editor, other, connection
) -> None:
    draft = make_draft(other, refer(file), connection)
    template = share(other, refer(file), source=draft)
    third = make_person(Role.EDITOR, "third")
    for copy in (template, duplicate_template(other, template, "Copy")):
        state = State(refer(file), connection=str(connection.id))
        plan = plan_state("start-scenario", state, "", get_version(copy), other)
        assert not is_sent(plan)
    for person in (other, third):
        assert find_openable_files(person, [file.id]) == set()


def test_a_save_by_the_uploader_does_not_publish_what_a_colleague_planted(
    file, editor, other
) -> None:
    template = share(other, refer(file))
    content = Content(State(refer(file).replace("12", "13")))
    save_version(editor, template, content, template.latest_version)
    assert find_openable_files(other, [file.id]) == set()


def test_an_exchange_opens_what_it_sent_while_it_is_shared(
    file, editor, other, owner, connection
) -> None:
    exchange = record_sent(editor, make_draft(editor, refer(file), connection))
    assert find_openable_files(owner, [file.id]) == {file.id}, "owners see every exchange"
    assert find_openable_files(other, [file.id]) == set()
    set_shared(exchange, True)
    assert find_openable_files(other, [file.id]) == {file.id}
    again = draft_from_exchange(other, exchange)
    set_shared(exchange, False)
    assert again is not None
    assert is_sent(plan_draft(again)), "the draft was made while the exchange was shared"


def test_an_exchange_that_was_refused_opens_nothing(file, other, connection) -> None:
    exchange = record_sent(other, make_draft(other, refer(file), connection))
    assert find_openable_files(other, [file.id]) == set()
    page = signed_in(other).get(f"/history/{exchange.id}/?part=code")
    assert BASE64 not in page.content.decode()


def test_text_that_looks_like_a_reference_is_not_a_file_in_code(file, other, connection) -> None:
    draft = make_draft(other, refer(file, "\\\\{{{{file:{}}}}}"), connection)
    exchange = record_sent(other, draft)
    page = signed_in(other).get(f"/history/{exchange.id}/?part=code&language=curl")
    assert f"file:{file.id}" in page.content.decode()
    assert BASE64 not in page.content.decode()


def test_a_value_sent_by_the_api_opens_no_file(file, other, connection) -> None:
    template = share(other, '{"id": 12, "email": "a@b.example"}', Sharing.PRIVATE)
    token = make_token(other, "script", ["read", "send", "save"], 1)
    sent = signed_in(other).post(
        f"/api/templates/{template.id}/check",
        json.dumps(
            {
                "connection": "Altcraft",
                "json_values": {"/attach": json.dumps(json.loads(refer(file))["attach"])},
            }
        ),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert sent.status_code == 200, sent.content
    assert sent.json()["ready"] is False
    assert "unknown-file" in {each["code"] for each in sent.json()["problems"]}


def test_a_link_sends_the_files_of_its_template_and_no_others(
    file, editor, other, connection
) -> None:
    state = State(refer(file), connection=str(connection.id))
    theirs = share(other, refer(file))
    assert not is_sent(plan_state("start-scenario", state, "", get_version(theirs), other))
    mine = share(editor, refer(file), Sharing.PRIVATE)
    assert is_sent(plan_state("start-scenario", state, "", get_version(mine), editor))
    token = create_share_link(editor, mine, ShareLinkInput("fork"))
    page = signed_in(other).get(f"/s/{token}/")
    assert BASE64 not in page.content.decode()
    signed_in(other).post(f"/s/{token}/fork/")
    fork = Template.objects.get(person=other, parent=mine)
    assert is_sent(plan_state("start-scenario", state, "", get_version(fork), other))


def test_the_upgrade_keeps_files_with_their_holders(file, editor, other, connection) -> None:
    template = share(editor, refer(file))
    exchange = record_sent(editor, make_draft(editor, refer(file), connection))
    opened, typed = (
        start_draft(other, "start-scenario", refer(file), template=each)
        for each in (template, None)
    )
    FileHolder.objects.all().delete()
    migration = importlib.import_module("playground.workspace.migrations.0009_hold_files")
    migration.hold_files(apps, db_connection.schema_editor())
    holders = set(FileHolder.objects.values_list("holder", flat=True))
    assert holders == {template.id, exchange.id, opened.id}
    assert typed.id not in holders
