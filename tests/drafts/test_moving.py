"""A draft on another connection: its steps are found anew, by name."""

import json

import pytest
from model_bakery import baker

from playground.drafts.changes import Applied, apply_edit
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.drafts.moving import plan_move
from playground.people.models import Person
from playground.workspace.models import Connection, Workflow

pytestmark = pytest.mark.django_db


def workflow(connection: Connection, uid: str, steps: dict[str, str]) -> None:
    listed = [{"step_uid": step, "step_name": name} for name, step in steps.items()]
    details = json.dumps({"uid": uid, "name": "Find mail", "steps": listed})
    Workflow.objects.create(connection=connection, uid=uid, name="Find mail", details=details)


@pytest.fixture
def here() -> Connection:
    return baker.make(Connection, name="Here", api="captain-data")


@pytest.fixture
def there() -> Connection:
    return baker.make(Connection, name="There", api="captain-data")


@pytest.fixture
def draft(here: Connection) -> Draft:
    text = json.dumps({"steps": [{"step_uid": "a1"}, {"step_uid": "own"}, {"step_uid": "b1"}]})
    person = baker.make(Person)
    workflow(here, "W1", {"Extract": "a1", "Mail": "b1"})
    return start_draft(
        person, "launch-workflow", text, connection=here, path_values={"workflow_uid": "W1"}
    )


def move(draft: Draft, connection: Connection) -> tuple[Draft, tuple[str, ...]]:
    plan = plan_move(draft, connection)
    done = apply_edit(draft.person, draft.id, plan.edit, draft.revision, "tab")
    assert isinstance(done, Applied)
    return Draft.objects.get(id=draft.id), plan.messages


def test_steps_get_the_uids_of_the_other_connection(draft: Draft, there: Connection) -> None:
    workflow(there, "W2", {"Mail": "b2", "Extract": "a2"})
    moved, sentences = move(draft, there)
    assert moved.connection == there
    assert moved.path_values == {"workflow_uid": "W2"}
    assert [s["step_uid"] for s in json.loads(moved.text)["steps"]] == ["a2", "own", "b2"]
    assert sentences == ("Matched with There by name: Find mail, 2 steps.",)


def test_a_step_without_a_namesake_is_reported(draft: Draft, there: Connection) -> None:
    workflow(there, "W2", {"Extract": "a2"})
    moved, sentences = move(draft, there)
    assert [s["step_uid"] for s in json.loads(moved.text)["steps"]] == ["a2", "own", "b1"]
    assert "Mail" in sentences[1]


def test_the_same_uid_there_changes_nothing_else(draft: Draft, there: Connection) -> None:
    workflow(there, "W1", {"Extract": "a9"})
    moved, sentences = move(draft, there)
    assert moved.text == draft.text
    assert sentences == ()


def test_an_unknown_workflow_is_reported(draft: Draft, there: Connection) -> None:
    moved, sentences = move(draft, there)
    assert moved.connection == there
    assert sentences == ("There has no workflow called Find mail.",)
