"""The context of a send: connection, variables and workflow, and how they changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from playground.drafts.metadata import Metadata
from playground.jsontext.references import find_references
from playground.openapi.workflows import WorkflowDefinition
from playground.sending.plans import Plan
from playground.workspace.connections import format_variables
from playground.workspace.models import Connection
from playground.workspace.workflows import describe_changes, find_workflow, load_details

# A note is for reading: beyond this, "everything changed" would do.
MOST_NOTES, LONGEST_VALUE = 12, 120


def fingerprint_plan(plan: Plan) -> str:
    """Return a digest that is equal for the same document, values and connection."""
    own = Metadata.read(plan.metadata).variables
    # This list and the salt must never change: stored digests are compared with new ones.
    parts = [
        plan.operation.id,
        str(plan.connection.id if plan.connection else ""),
        sorted(plan.path_values.items()),
        sorted(plan.query_values.items()),
        plan.text,
        *([sorted(own.items())] if own else ()),
    ]
    # Keyed: a short document could be guessed from a plain digest.
    return salted_hmac("playground.likeness", json.dumps(parts), algorithm="sha256").hexdigest()


def describe_send_context(plan: Plan) -> str:
    """Return the context as JSON text, as it is stored with the exchange."""
    connection = plan.connection
    workflow = find_workflow(connection, plan.workflow_uid)
    context = {
        "connection": {
            "name": connection.name,
            "base_url": connection.base_url,
            "way": connection.settings.get("way", ""),
        }
        if connection
        else None,
        "variables": _list_variables(plan),
        "workflow": workflow.definition if workflow else None,
    }
    return json.dumps(context)


def describe_drift(then: str, connection: Connection | None, workflow_uid: str) -> list[str]:
    """Return a message for each thing that is not as it was in a stored context."""
    context = load_details(then)
    notes = list(_compare_connection(context.get("connection"), connection))
    if connection is not None:
        notes += _compare_variables(context.get("variables") or {}, format_variables(connection))
    workflow = find_workflow(connection, workflow_uid)
    before, after = context.get("workflow"), workflow.definition if workflow else None
    if isinstance(before, str) and before != after:
        notes += _compare_workflow(before, after)
    return notes[:MOST_NOTES]


def _list_variables(plan: Plan) -> dict[str, str]:
    """Return the values of the connection's variables that the plan names, as typed."""
    texts = [plan.text, *plan.path_values.values()]
    if not any("{{" in text for text in texts):
        return {}
    # Only those that are used: a change of any other would not concern this send.
    values = format_variables(plan.connection)
    named = {
        each.name for text in texts for each in find_references(text) if each.kind == "variable"
    }
    return {name: values[name] for name in sorted(named) if name in values}


def _compare_connection(
    before: Mapping[str, Any] | None, connection: Connection | None
) -> Iterator[str]:
    if not before:
        return
    if connection is None:
        yield _("The connection %(name)s was deleted. Choose another one.") % before
    elif connection.base_url != before["base_url"]:
        values = {"name": connection.name, "now": connection.base_url, "then": before["base_url"]}
        yield _("%(name)s now points to %(now)s. It was %(then)s.") % values
    # Exchanges of the first versions have no `way`.
    elif "way" in before and before["way"] != connection.settings.get("way", ""):
        yield _("%(name)s now authenticates in another way.") % {"name": connection.name}


def _compare_variables(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, then in before.items():
        now = after.get(name)
        values = {"name": name, "then": _shorten(then), "now": _shorten(now or "")}
        if now is None:
            yield _("The variable %(name)s no longer has a value. It was “%(then)s”.") % values
        elif now != then:
            yield _("The variable %(name)s is now “%(now)s”. It was “%(then)s”.") % values


def _compare_workflow(before: str, after: str | None) -> Iterator[str]:
    if after is None:
        yield _("The workflow is no longer known here.")
        return
    then, now = (WorkflowDefinition.read(load_details(text)).name for text in (before, after))
    if then != now:
        yield _("The workflow is now called “%(now)s”. It was “%(then)s”.") % {
            "then": then,
            "now": now,
        }
    yield from describe_changes(before, after)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
