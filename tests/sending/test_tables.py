"""The grid, `send_template --file` and the HTTP API read a table the same way."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.people.tokens import make_token
from playground.workspace.models import Connection, Workflow
from tests.conftest import signed_in
from tests.importers.tables import RIGHT, WRONG
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = '{"inputs": [], "job_name": "N", "steps": []}'
# The rows of the document and the notes, or the sentence of a refusal.
Read = tuple[list[dict[str, str]], list[str]] | str
Reader = Callable[[str], Read]


@pytest.fixture
def template(owner: Person, sandbox: str) -> Template:
    workflow = Workflow.objects.get(name="Find an email", connection__practice=True)
    connection = Connection.objects.get(name="Practice")
    return make_template(owner, "T", text=TEXT, connection=connection, workflow_uid=workflow.uid)


def read_by_grid(template: Template, folder: Path) -> Reader:
    client = signed_in(template.person)
    version = template.versions.get()
    columns = ["first_name", "last_name", "company_name"]

    def read(text: str) -> Read:
        draft = start_draft(
            template.person, template.operation, TEXT, connection=version.connection,
            path_values={"workflow_uid": Workflow.objects.get(name="Find an email").uid},
        )  # fmt: skip
        body = {"text": text, "pointer": "/inputs", "keys": columns}
        answer = client.post(f"/drafts/{draft.id}/rows/", json.dumps(body), "application/json")
        if answer.status_code == 422:
            return str(answer.json()["sentence"])
        rows = json.loads(Draft.objects.get(id=draft.id).text)["inputs"]
        return rows, answer.json()["said"][1:]

    return read


def read_by_command(template: Template, folder: Path) -> Reader:
    def read(text: str) -> Read:
        file = folder / "rows.csv"
        file.write_bytes(text.encode())
        out, err = StringIO(), StringIO()
        arguments = ("T", "--file", f"/inputs={file}", "--dry-run", "--json")
        try:
            call_command("send_template", *arguments, stdout=out, stderr=err)
        except SystemExit as ended:
            if ended.code == 2:
                return err.getvalue()
        answer = json.loads(out.getvalue())
        return json.loads(answer["body"])["inputs"], answer["notes"]

    return read


def read_by_http(template: Template, folder: Path) -> Reader:
    token = make_token(template.person, "all", ["read", "send"], 1)
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def read(text: str) -> Read:
        url = f"/api/templates/{template.id}"
        body = json.dumps({"rows": {"/inputs": text}})
        checked = client.post(f"{url}/check", body, "application/json")
        if checked.status_code == 422:
            assert client.post(f"{url}/send", body, "application/json").status_code == 422
            return str(checked.json()["detail"])
        sent = client.post(f"{url}/send", body, "application/json")
        assert sent.status_code == 200, sent.content
        assert sent.json()["notes"] == checked.json()["notes"]
        exchange = Exchange.objects.get(id=sent.json()["exchange"])
        document = json.loads(exchange.sent_document.document)
        return document["inputs"], sent.json()["notes"]

    return read


@pytest.mark.parametrize("reader", [read_by_grid, read_by_command, read_by_http])
def test_the_same_table_gives_the_same_cells(
    template: Template, tmp_path: Path, reader: Callable[[Template, Path], Reader]
) -> None:
    read = reader(template, tmp_path)
    for name, case in RIGHT.items():
        found = read(case.text)
        assert isinstance(found, tuple), (name, found)
        rows = [{key: cell for key, cell in row.items() if cell} for row in found[0]]
        assert rows == case.rows, name
        assert len(found[1]) == len(case.notes), (name, found[1])
        assert all(words in note for words, note in zip(case.notes, found[1], strict=True)), name
    for name, (text, words) in WRONG.items():
        assert words in read(text), name
