"""Facts are cached, and every change of what they are made from is known at once."""

import json
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from playground.drafts.credentials import store_draft_secret
from playground.drafts.drafts import find_draft, start_draft
from playground.drafts.facts import load_facts
from playground.people.models import Person
from playground.sending.plans import gather_facts, plan_draft
from playground.workspace.accounts import store_accounts
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import delete_secret, store_secret
from playground.workspace.workflows import discard_edit, edit_workflow, store_workflow

pytestmark = pytest.mark.django_db
UID = "00000000-0000-4000-8000-000000000001"


def define(*names: str) -> str:
    steps = [{"step_uid": name, "step_name": name} for name in names]
    return json.dumps({"uid": UID, "steps": steps})


@pytest.fixture
def place() -> Connection:
    made = Connection.objects.create(name="One", api="captain-data", base_url="https://one.example")
    store_workflow(made, define("First"))
    store_accounts(made, "x", [{"uid": "acc", "name": "Ada", "is_valid": True}])
    store_secret(made, "key", "s", None)
    return made


CHANGES: dict[str, Callable[[Connection], object]] = {
    "an account by itself": lambda at: store_accounts(
        at, "x", [{"uid": "acc", "name": "Ada", "is_valid": False}]
    ),
    "an account gone": lambda at: store_accounts(at, "x", []),
    "a new account": lambda at: store_accounts(at, "y", [{"uid": "b", "name": "Bob"}]),
    "a new secret": lambda at: store_secret(at, "b", "s", None),
    "a secret removed": lambda at: delete_secret(at, "key"),
    "a new host": lambda at: save_connection(
        ConnectionInput("One", "captain-data", "https://two.example"), at
    ),
    "a new definition": lambda at: store_workflow(at, define("First", "Second")),
    "a definition edited": lambda at: edit_workflow(at.workflows.get(), define("Second"), "One"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_known_at_once(place: Connection, change: str) -> None:
    before = load_facts(place, UID)
    assert load_facts(place, UID) == before
    CHANGES[change](Connection.objects.get())
    assert load_facts(Connection.objects.get(), UID) != before


def test_an_edit_by_hand_that_is_taken_back_is_known_at_once(place: Connection) -> None:
    before = load_facts(place, UID)
    edit_workflow(place.workflows.get(), define("Second"), "One")
    discard_edit(place.workflows.get())
    assert load_facts(Connection.objects.get(), UID) == before


def test_a_connection_s_variables_are_read_from_the_connection_at_hand(place: Connection) -> None:
    assert load_facts(place).variables == {}
    place.variables = '{"a": 1.10}'
    assert load_facts(place).variables == {"a": "1.10"}


def test_nothing_is_read_twice(place: Connection, editor: Person) -> None:
    made = start_draft(editor, "launch-workflow", "{}", connection=place)
    plan = plan_draft(find_draft(editor, made.id))
    gather_facts(plan)
    with CaptureQueriesContext(connection) as seen:
        gather_facts(plan)
    assert len(seen) == 0


def test_a_secret_of_the_draft_is_known_at_once(place: Connection, editor: Person) -> None:
    made = start_draft(editor, "launch-workflow", '{"a": "{{secret:token}}"}', connection=place)
    assert load_facts(place, UID, find_draft(editor, made.id)).secrets == {"key"}
    store_draft_secret(made, "token", "value", editor)
    assert load_facts(place, UID, find_draft(editor, made.id)).secrets == {"key", "token"}
    assert load_facts(place, UID).secrets == {"key"}


def test_a_change_that_is_rolled_back_is_not_remembered(place: Connection) -> None:
    before = load_facts(place, UID)
    with transaction.atomic():
        store_accounts(place, "x", [])
        assert load_facts(place, UID).accounts is None
        transaction.set_rollback(True)
    assert load_facts(Connection.objects.get(), UID) == before
    store_accounts(Connection.objects.get(), "y", [{"uid": "b", "name": "Bob"}])
    assert load_facts(Connection.objects.get(), UID).accounts
