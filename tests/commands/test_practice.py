"""Practice data is created once, and keeps what people changed."""

import pytest
from django.core.management import call_command

from playground.commands.practice import fill_practice
from playground.drafts.facts import load_facts
from playground.openapi.operations import get_operation
from playground.sandbox.practice import load_workflows
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from playground.workspace.workflows import find_definition

pytestmark = pytest.mark.django_db


def test_each_api_has_a_connection_with_its_public_key() -> None:
    fill_practice()
    found = {c.name: c for c in Connection.objects.all()}
    assert set(found) == {"Practice", "Practice Altcraft"}
    assert all(c.practice and c.secrets.get().public for c in found.values())
    assert found["Practice"].base_url == "sandbox:captain-data/v3"


def test_the_credentials_are_those_that_the_api_names() -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    fields = get_operation("launch-workflow").credential.fields
    assert {each.name for each in fields if each.secret} == {kept.secrets.get().name}
    assert {each.name for each in fields if not each.secret} == set(kept.settings)


def test_every_practice_workflow_and_account_is_stored() -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    for details in load_workflows():
        assert find_definition(kept, details["uid"]).name == details["name"]
    facts = load_facts(kept, load_workflows()[0]["uid"])
    assert facts.accounts is not None
    assert any(account.integration == "linkedin" for account in facts.accounts.values())


def test_filling_again_creates_nothing(capsys) -> None:
    assert fill_practice() > 0
    assert fill_practice() == 0
    call_command("seed_practice")
    assert "complete" in capsys.readouterr().out


def test_changes_by_people_stay() -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    kept.name, kept.colour = "Our own words", "red"
    kept.save()
    row = kept.workflows.first()
    row.edited = '{"uid": "mine"}'
    row.save()
    assert fill_practice() == 0
    kept.refresh_from_db()
    row.refresh_from_db()
    assert (kept.name, kept.colour, row.edited) == ("Our own words", "red", '{"uid": "mine"}')


def test_a_practice_connection_moved_elsewhere_is_no_longer_practice() -> None:
    fill_practice()
    kept = Connection.objects.get(name="Practice")
    save_connection(ConnectionInput("Practice", "captain-data", "https://api.example.com/v3"), kept)
    fill_practice()
    practice = Connection.objects.filter(practice=True, api="captain-data")
    assert [each.name for each in practice] == ["Practice 2"]
    assert not kept.practice
