"""What is known outside a document is remembered, and never a moment too long."""

import json
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from playground.drafts.facts import facts_for
from playground.vault.models import Secret
from playground.workspace.models import Account, Connection, Repeat, Workflow

pytestmark = pytest.mark.django_db
UID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def place() -> Connection:
    made = Connection.objects.create(name="One", api="captain-data")
    details = json.dumps({"uid": UID, "steps": [{"step_uid": "a", "step_name": "First"}]})
    Workflow.objects.create(connection=made, uid=UID, name="One", details=details)
    Account.objects.create(connection=made, integration="x", uid="acc", name="Ada", valid=True)
    Secret.objects.create(connection=made, name="key", value="s")
    Repeat.objects.create(connection=made, job_name="Night")
    return made


CHANGES: dict[str, Callable[[Connection], object]] = {
    "an account by itself": lambda at: at.accounts.update(valid=False),
    "an account gone": lambda at: at.accounts.all().delete(),
    "a new secret": lambda at: Secret.objects.create(connection=at, name="b", value="s"),
    "a secret renamed": lambda at: at.secrets.update(name="c"),
    "a repeat deleted": lambda at: at.repeats.update(deleted_at=timezone.now()),
    "a definition edited": lambda at: at.workflows.update(edited='{"steps": []}'),
    "many accounts at once": lambda at: Account.objects.bulk_create(
        Account(connection=at, integration="x", uid=str(n), name=str(n)) for n in range(3)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_known_at_once(place: Connection, change: str) -> None:
    before = facts_for(place, UID)
    assert facts_for(place, UID) == before
    CHANGES[change](place)
    assert facts_for(place, UID) != before


def test_a_connection_s_variables_are_read_from_the_connection_at_hand(place: Connection) -> None:
    assert facts_for(place).variables == {}
    place.variables = '{"a": 1.10}'
    assert facts_for(place).variables == {"a": "1.10"}


def test_a_change_taken_back_is_not_remembered(place: Connection) -> None:
    before = facts_for(place, UID)
    with transaction.atomic():
        place.accounts.all().delete()
        assert facts_for(place, UID).accounts is None
        transaction.set_rollback(True)
    assert facts_for(place, UID) == before
    place.secrets.all().delete()
    assert facts_for(place, UID).accounts == before.accounts
