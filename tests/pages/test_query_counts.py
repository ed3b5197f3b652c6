"""Edits take as many queries on a long document as on a short one."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.bench.documents import INPUTS1000, SMALL, STEPS50, Sample

pytestmark = pytest.mark.django_db
TURNS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    fill_practice()


def make_draft(person: Person, sample: Sample) -> Draft:
    practice = Connection.objects.get(practice=True, api="captain-data")
    return start_draft(
        person,
        "launch-workflow",
        sample.text(),
        connection=practice,
        path_values={"workflow_uid": sample.workflow_uid},
    )


def count_queries(client: Client, draft: Draft, sample: Sample, typed: str) -> tuple[int, bytes]:
    sent = {"kind": "set", "pointer": sample.pointer, "typed": typed, "as": "text"}
    sent |= {"revision": draft.revision, "tab": "one", "step": "one-1"}
    with CaptureQueriesContext(connection) as seen:
        answer = client.post(
            f"/drafts/{draft.id}/edit/", json.dumps(sent), content_type="application/json"
        )
    assert answer.status_code == 200
    asked = [each for each in seen if not each["sql"].startswith(TURNS)]
    return len(asked), answer.content


@pytest.mark.parametrize("sample", [SMALL, STEPS50, INPUTS1000], ids=lambda sample: sample.name)
def test_an_edit_takes_few_queries_at_every_size(
    as_editor: Client, editor: Person, sample: Sample
) -> None:
    draft = make_draft(editor, sample)
    count_queries(as_editor, draft, sample, "first")
    draft.refresh_from_db()
    count, _ = count_queries(as_editor, draft, sample, "second")
    assert count <= 12


def test_an_edit_returns_only_the_changed_line(as_editor: Client, editor: Person) -> None:
    draft = make_draft(editor, INPUTS1000)
    count_queries(as_editor, draft, INPUTS1000, "first")
    draft.refresh_from_db()
    _, answer = count_queries(as_editor, draft, INPUTS1000, "second")
    [_, removed, lines] = json.loads(answer)["lines"]
    assert (removed, [line.strip() for line in lines]) == (1, ['"parameter_2": "second"'])
    assert len(answer) < 16 * 1024


@pytest.mark.parametrize("sample", [SMALL, STEPS50, INPUTS1000], ids=lambda sample: sample.name)
def test_the_builder_takes_few_queries_at_every_size(
    as_editor: Client, editor: Person, sample: Sample
) -> None:
    draft = make_draft(editor, sample)
    with CaptureQueriesContext(connection) as seen:
        assert as_editor.get(f"/drafts/{draft.id}/").status_code == 200
    assert len(seen) <= 25
