"""Fills in what practice needs: two connections to the sandbox, its workflows and accounts."""

import json
from dataclasses import replace

from django.db import transaction

from playground.sandbox import practice
from playground.workspace.accounts import store_accounts
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection, Workflow
from playground.workspace.secrets import store_secret
from playground.workspace.workflows import store_workflow

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
HOLDER = ConnectionInput(
    name="Imported workflows",
    api="captain-data",
    base_url="sandbox:captain-data/v3",
    settings={"project_id": practice.PRACTICE_WORKSPACE},
)


def find_holder() -> Connection:
    """The connection that holds definitions from files; it goes to the sandbox."""
    kept = Connection.objects.filter(name=HOLDER.name, api=HOLDER.api).first()
    if kept is None:
        kept = save_connection(replace(HOLDER, name=_free_name(HOLDER.name))).connection
        store_secret(kept, "key", practice.PRACTICE_KEY, person=None, public=True)
    return kept


@transaction.atomic
def fill_practice() -> int:
    """Make what is missing; the number of things made. What is there already, and may have
    been changed by hand, stays as it is."""
    captain_data, made = _make_connection(CAPTAIN_DATA, "key", practice.PRACTICE_KEY)
    _, also_made = _make_connection(ALTCRAFT, "token", practice.PRACTICE_TOKEN)
    return made + also_made + _fill_workflows(captain_data) + _fill_accounts(captain_data)


def _make_connection(wanted: ConnectionInput, part: str, value: str) -> tuple[Connection, int]:
    kept = Connection.objects.filter(practice=True, api=wanted.api).first()
    if kept is not None:
        return kept, 0
    named = replace(wanted, name=_free_name(wanted.name))
    kept = save_connection(named).connection
    kept.practice = True
    kept.save(update_fields=["practice"])
    store_secret(kept, part, value, person=None, public=True)
    return kept, 1


def _free_name(wanted: str) -> str:
    taken = set(Connection.objects.values_list("name", flat=True))
    names = (wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _fill_workflows(connection: Connection) -> int:
    """The definitions as the sandbox answers them, where that differs from what is kept."""
    kept = dict(Workflow.objects.filter(connection=connection).values_list("uid", "details"))
    made = 0
    for details in practice.load_workflows():
        text = json.dumps(details, ensure_ascii=False)
        if kept.get(details["uid"]) != text:
            store_workflow(connection, text)
            made += 1
    return made


def _fill_accounts(connection: Connection) -> int:
    made = 0
    for integration, about in practice.load_integrations().items():
        if connection.accounts.filter(integration=integration).exists():
            continue
        rows = [
            {"uid": account.uid, "name": account.name, "is_valid": account.valid}
            for account in about.accounts
        ]
        made += store_accounts(connection, integration, rows)
    return made
