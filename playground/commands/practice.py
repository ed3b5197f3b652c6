"""The practice data: connections to the sandbox, its workflows and accounts."""

import json
from dataclasses import replace

from django.db import transaction

from playground.sandbox import practice
from playground.workspace.accounts import store_accounts
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection, Workflow
from playground.workspace.secrets import store_secret
from playground.workspace.workflows import store_workflow

# `sandbox:` is replaced by the address of the running server, whose port may change.
CAPTAIN_DATA = ConnectionInput(
    name="Practice",
    api="captain-data",
    base_url="sandbox:captain-data/v3",
    settings={"project_id": practice.PRACTICE_WORKSPACE},
    colour="blue",
)
ALTCRAFT = ConnectionInput(
    name="Practice Altcraft",
    api="altcraft",
    base_url="sandbox:altcraft/api/v1.1",
    colour="blue",
)
IMPORTED = ConnectionInput(
    name="Imported workflows",
    api="captain-data",
    base_url="sandbox:captain-data/v3",
    settings={"project_id": practice.PRACTICE_WORKSPACE},
)


def find_import_connection() -> Connection:
    """The connection for definitions imported from files; it goes to the sandbox.

    Nothing tells which real connection they are meant for, and a wrong guess could send.
    """
    found = Connection.objects.filter(name=IMPORTED.name, api=IMPORTED.api).first()
    if found is None:
        found = save_connection(replace(IMPORTED, name=_free_name(IMPORTED.name)))
        store_secret(found, "key", practice.PRACTICE_KEY, person=None, public=True)
    return found


# Atomic, so that a start that is interrupted doesn't leave half of it.
@transaction.atomic
def fill_practice() -> int:
    """Create what is missing and return how many objects that were.

    Existing data stays as it is: people may have changed it.
    """
    captain_data, created = _create_connection(CAPTAIN_DATA, "key", practice.PRACTICE_KEY)
    _, also_created = _create_connection(ALTCRAFT, "token", practice.PRACTICE_TOKEN)
    return created + also_created + _fill_workflows(captain_data) + _fill_accounts(captain_data)


def _create_connection(details: ConnectionInput, part: str, value: str) -> tuple[Connection, int]:
    # By its flag, not its name: people rename connections.
    found = Connection.objects.filter(practice=True, api=details.api).first()
    if found is not None:
        return found, 0
    created = save_connection(replace(details, name=_free_name(details.name)))
    created.practice = True
    created.save(update_fields=["practice"])
    store_secret(created, part, value, person=None, public=True)
    return created, 1


def _free_name(name: str) -> str:
    taken = set(Connection.objects.values_list("name", flat=True))
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


def _fill_workflows(connection: Connection) -> int:
    """Store the definitions of the sandbox where they differ from the stored ones."""
    # Those come from a sync; people's edits are stored separately.
    stored = dict(Workflow.objects.filter(connection=connection).values_list("uid", "details"))
    changed = 0
    for details in practice.load_workflows():
        text = json.dumps(details, ensure_ascii=False)
        if stored.get(details["uid"]) != text:
            store_workflow(connection, text)
            changed += 1
    return changed


def _fill_accounts(connection: Connection) -> int:
    created = 0
    for slug, integration in practice.load_integrations().items():
        if connection.accounts.filter(integration=slug).exists():
            continue
        rows = [
            {"uid": account.uid, "name": account.name, "is_valid": account.valid}
            for account in integration.accounts
        ]
        created += store_accounts(connection, slug, rows)
    return created
