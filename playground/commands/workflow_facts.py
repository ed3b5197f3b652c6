"""What a command knows about a workflow by its UID alone: from the library, else from practice."""

from __future__ import annotations

from dataclasses import replace

from django.db import DatabaseError

from playground.drafts.facts import load_facts
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.facts import Facts, read_facts
from playground.sandbox import practice
from playground.workspace.models import Workflow


def facts_of_workflow(uid: str) -> Facts | None:
    """The workflow's facts with its connection's accounts; None for a UID nobody knows.

    Variables and secrets are left out: which connection will send the document is not said.
    """
    facts = _from_library(uid) or _from_practice(uid)
    return replace(facts, variables=None, secrets=None) if facts else None


def _from_library(uid: str) -> Facts | None:
    """None also where there is no database yet, as on a fresh clone."""
    try:
        known = Workflow.objects.filter(uid=uid).select_related("connection")
        kept = known.order_by("-edited_at").first()
        return load_facts(kept.connection, uid) if kept else None
    except DatabaseError:
        return None


def _from_practice(uid: str) -> Facts | None:
    details = practice.find_workflow_details(uid)
    if details is None:
        return None
    accounts = [
        {"uid": each.uid, "name": each.name, "integration": slug, "valid": each.valid}
        for slug, integration in practice.load_integrations().items()
        for each in integration.accounts
    ]
    return read_facts(WorkflowDefinition.read(details).as_facts(), accounts)
