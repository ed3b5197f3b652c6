"""Values that an API lists: their names, and warnings about unknown or unusable ones."""

import pytest
from django.test import Client
from django.utils import timezone

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.people.models import Person
from playground.sending.plans import check_plan, plan_draft
from playground.workspace.models import ChoiceList, Connection

pytestmark = pytest.mark.django_db
LISTED = [["12", "Welcome", ""], ["13", "Old one", "not active"]]


@pytest.fixture
def over(db: None) -> Connection:
    fill_practice()
    return Connection.objects.get(api="altcraft", practice=True)


def warnings(editor: Person, over: Connection, value: str) -> list[tuple[str, str, int]]:
    text = f'{{\n  "email": "a@b.c",\n  "id": {value}\n}}'
    draft = start_draft(editor, "start-scenario", text, connection=over)
    found = [each for each in check_plan(plan_draft(draft)) if each.code.startswith("choice-")]
    return [(each.code, each.message, each.line) for each in found]


def test_unknown_and_inactive_scenarios_are_warned_of(editor: Person, over: Connection) -> None:
    assert warnings(editor, over, "4711") == []  # nothing is known before the list was read
    ChoiceList.objects.create(
        connection=over, operation="list-scenarios", choices=LISTED, read_at=timezone.now()
    )
    assert warnings(editor, over, "12") == []
    assert warnings(editor, over, '"{{scenario}}"') == []
    [(code, message, line)] = warnings(editor, over, "13")
    assert (code, line) == ("choice-unfit", 3)
    assert message == "Scenario 13 (Old one) is not active."
    [(code, message, line)] = warnings(editor, over, "4711")
    assert (code, line) == ("choice-unknown", 3)
    assert message == f"Scenario 4711 isn't in the list from {over.name}."


def test_a_list_that_was_read_again_counts_at_once(editor: Person, over: Connection) -> None:
    listing = ChoiceList.objects.create(
        connection=over, operation="list-scenarios", choices=LISTED, read_at=timezone.now()
    )
    assert warnings(editor, over, "14")
    listing.choices, listing.read_at = [*LISTED, ["14", "New", ""]], timezone.now()
    listing.save()
    assert warnings(editor, over, "14") == []


def test_the_hint_of_a_field_names_its_value(
    as_editor: Client, editor: Person, over: Connection
) -> None:
    ChoiceList.objects.create(
        connection=over, operation="list-scenarios", choices=LISTED, read_at=timezone.now()
    )
    draft = start_draft(editor, "start-scenario", '{"id": 13}', connection=over)
    hint = as_editor.get(f"/drafts/{draft.id}/part/", {"part": "hint", "pointer": "/id"})
    assert hint.content.decode() == "<p>Old one, not active</p>"
    practice = Connection.objects.get(name="Practice")
    row = practice.workflows.first()
    assert row is not None
    for uid, said in ((row.uid, row.name), ("no-such", "Practice has no such workflow")):
        draft = start_draft(
            editor,
            "launch-workflow",
            "{}",
            connection=practice,
            path_values={"workflow_uid": uid},
        )
        query = {"part": "hint", "pointer": "#path/workflow_uid"}
        assert said in as_editor.get(f"/drafts/{draft.id}/part/", query).content.decode()
        assert said in as_editor.get(f"/drafts/{draft.id}/").content.decode()


def test_a_list_read_by_another_process_counts_at_once(editor: Person, over: Connection) -> None:
    ChoiceList.objects.create(
        connection=over, operation="list-scenarios", choices=LISTED, read_at=timezone.now()
    )
    assert [code for code, _, _ in warnings(editor, over, "4711")] == ["choice-unknown"]
    row = ChoiceList.objects.get()
    row.choices, row.read_at = [*LISTED, ["4711", "New", ""]], timezone.now()
    row.save()
    assert warnings(editor, over, "4711") == []
