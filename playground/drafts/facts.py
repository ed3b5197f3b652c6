"""What a draft can know outside its document: asked for at every keystroke, so in few steps."""

from __future__ import annotations

import uuid
from dataclasses import replace
from operator import itemgetter

from playground.drafts.models import Draft
from playground.people.rows import Rows
from playground.rules.facts import NO_FACTS, AccountFacts, Facts
from playground.vault.models import Secret
from playground.workspace.connections import format_variables
from playground.workspace.models import Account, Connection, Repeat, Workflow
from playground.workspace.workflows import read_definition_facts

_definitions = Rows(Workflow, "connection_id", "uid", only=["edited", "details"])
_accounts = Rows(Account, "connection_id", only=["uid", "name", "integration", "valid"])
_repeats = Rows(Repeat, "connection_id", only=["job_name", "deleted_at"])
_secrets = Rows(Secret, "connection_id", only=["name"])
_own_secrets = Rows(Secret, "draft_id", only=["name"])


def facts_for(
    connection: Connection | None,
    workflow_uid: str = "",
    draft: Draft | None = None,
) -> Facts:
    """Everything known outside a document: the workflow, accounts, variables, secret names."""
    place, own = connection.pk if connection else None, draft.pk if draft else None
    return replace(
        _facts_of_workflow(place, workflow_uid),
        accounts=_accounts_of(place),
        secrets=_secret_names(place, own),
        repeats=_repeating(place) if place else frozenset(),
        variables=format_variables(connection) if connection else None,
    )


def repeating_names(connection: Connection | None) -> frozenset[str]:
    """The job names that repeat over this connection, as far as they were set from here."""
    return _repeating(connection.pk) if connection else frozenset()


def _repeating(connection: uuid.UUID) -> frozenset[str]:
    found = _repeats.values(connection)
    return frozenset(name for name, deleted_at in found if deleted_at is None)


def _facts_of_workflow(connection: uuid.UUID | None, uid: str) -> Facts:
    found = _definitions.values(connection, uid) if connection and uid else []
    return next((read_definition_facts(edited or details) for edited, details in found), NO_FACTS)


def _accounts_of(connection: uuid.UUID | None) -> dict[str, AccountFacts] | None:
    """None (not known, not judged) until accounts were listed once."""
    found = sorted(_accounts.values(connection), key=itemgetter(1)) if connection else []
    facts = (AccountFacts(uid, name, slug, ok is not False) for uid, name, slug, ok in found)
    return {each.uid: each for each in facts} or None


def _secret_names(connection: uuid.UUID | None, draft: uuid.UUID | None) -> frozenset[str] | None:
    if connection is None and draft is None:
        return None
    found = _secrets.values(connection) if connection else []
    found += _own_secrets.values(draft) if draft else []
    return frozenset(name for (name,) in found)
