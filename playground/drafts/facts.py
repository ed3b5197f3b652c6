"""Facts about a draft's world: its workflow, accounts, variables, secrets and repeats."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter

from playground.drafts.models import Draft
from playground.rules.facts import AccountFacts, Facts
from playground.vault.models import Secret
from playground.workspace.connections import format_variables
from playground.workspace.models import Account, Connection, Repeat, Workflow
from playground.workspace.workflows import read_definition_facts


def load_facts(
    connection: Connection | None, workflow_uid: str = "", draft: Draft | None = None
) -> Facts:
    """Everything known outside a document; None for what nobody fetched yet.

    The draft's own secrets are read if one is given.
    """
    own = frozenset(draft.secrets.values_list("name", flat=True)) if draft else None
    if connection is None:
        return Facts(secrets=own)
    facts = _load_cached(connection.pk, connection.facts_version, workflow_uid)
    return replace(
        facts,
        accounts=_load_accounts(connection.pk, connection.facts_version),
        secrets=(facts.secrets or frozenset()) | (own or frozenset()),
        variables=format_variables(connection),
    )


# Every edit checks the whole document against these facts, which change with a sync, hours
# later. `Connection.facts_version` is regenerated with each change and read with the draft:
# it spares an edit four of ten statements and, where the API has 10,000 accounts, 25 ms.
@lru_cache(maxsize=128)
def _load_cached(connection: uuid.UUID, version: uuid.UUID, workflow_uid: str) -> Facts:
    workflows = Workflow.objects.filter(connection=connection, uid=workflow_uid)
    workflow = workflows.only("details", "edited").first() if workflow_uid else None
    secrets = Secret.objects.filter(connection=connection)
    repeats = Repeat.objects.filter(connection=connection, deleted_at=None)
    return replace(
        read_definition_facts(workflow.definition) if workflow else Facts(),
        secrets=frozenset(secrets.values_list("name", flat=True)),
        repeats=frozenset(repeats.values_list("job_name", flat=True)),
    )


# All workflows of a connection share its accounts, so they have a cache of their own.
@lru_cache(maxsize=16)
def _load_accounts(connection: uuid.UUID, version: uuid.UUID) -> Mapping[str, AccountFacts] | None:
    """Accounts by UID, in the order of their names; None until some were fetched."""
    fields = ("uid", "name", "integration", "valid")
    rows = Account.objects.filter(connection=connection).values_list(*fields)
    # Sorted here, because databases differ in how they order names with accents.
    accounts = (
        AccountFacts(uid, name, integration, valid is not False)
        for uid, name, integration, valid in sorted(rows, key=itemgetter(1))
    )
    return {account.uid: account for account in accounts} or None
