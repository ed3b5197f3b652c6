"""What a draft can know outside its document: asked for at every keystroke, so in few steps."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

from playground.library.models import Account, Connection, Draft, Repeat, Secret, Workflow
from playground.library.variables import read_variables
from playground.library.workflows import facts_in
from playground.payload.facts import NOTHING_KNOWN, AccountFacts, Facts
from playground.people.rows import Rows

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
    return replace(
        _facts_of_workflow(connection, workflow_uid),
        accounts=_accounts_of(connection),
        variables=read_variables(connection) if connection else None,
        secrets=_secret_names(connection, draft),
        repeats=repeating_names(connection),
    )


def repeating_names(connection: Connection | None) -> frozenset[str]:
    """The job names that repeat over this connection, as far as they were set from here."""
    found = _repeats.values(connection.pk) if connection else []
    return frozenset(name for name, deleted_at in found if deleted_at is None)


def _facts_of_workflow(connection: Connection | None, uid: str) -> Facts:
    found = _definitions.values(connection.pk, uid) if connection and uid else []
    return next((facts_in(edited or details) for edited, details in found), NOTHING_KNOWN)


def _accounts_of(connection: Connection | None) -> dict[str, AccountFacts] | None:
    """None (not known, not judged) until accounts were listed once."""
    found = sorted(_accounts.values(connection.pk), key=itemgetter(1)) if connection else []
    facts = (AccountFacts(uid, name, slug, ok is not False) for uid, name, slug, ok in found)
    return {each.uid: each for each in facts} or None


def _secret_names(connection: Connection | None, draft: Draft | None) -> frozenset[str] | None:
    if connection is None and draft is None:
        return None
    found = _secrets.values(connection.pk) if connection else []
    found += _own_secrets.values(draft.pk) if draft else []
    return frozenset(name for (name,) in found)
