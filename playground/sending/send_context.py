"""What stands around a document when it is sent, and how today differs from then."""

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
from playground.workspace.workflows import find_workflow

WORKFLOW_UID = "workflow_uid"
MOST, LONGEST = 12, 120


def fingerprint_plan(plan: Plan) -> str:
    """Equal for the same document, path values and connection; keyed, since a document may
    hold something short that nobody should be able to guess from a digest."""
    whole = [
        plan.operation.id,
        str(plan.connection.id if plan.connection else ""),
        sorted(plan.path_values.items()),
        sorted(plan.query_values.items()),
        plan.text,
        *([sorted(own.items())] if (own := Metadata.read(plan.metadata).variables) else ()),
    ]
    return salted_hmac("playground.likeness", json.dumps(whole), algorithm="sha256").hexdigest()


def describe_send_context(plan: Plan) -> str:
    """A JSON text: the connection's name, address and way of signing in, the values of the
    variables that the document names, the workflow's definition."""
    connection = plan.connection
    workflow = find_workflow(connection, plan.path_values.get(WORKFLOW_UID, ""))
    known = {
        "connection": {
            "name": connection.name,
            "base_url": connection.base_url,
            "way": connection.settings.get("way", ""),
        }
        if connection
        else None,
        "variables": _variables_of(plan),
        "workflow": workflow.definition if workflow else None,
    }
    return json.dumps(known)


def _variables_of(plan: Plan) -> dict[str, str]:
    """As somebody would type them, by name."""
    typed = [plan.text, *plan.path_values.values()]
    if not any("{{" in text for text in typed):
        return {}
    values = format_variables(plan.connection)
    named = {
        mark.name for text in typed for mark in find_references(text) if mark.kind == "variable"
    }
    return {name: values[name] for name in sorted(named) if name in values}


def describe_drift(then: str, connection: Connection | None, workflow_uid: str) -> list[str]:
    """One sentence for each thing that is not as it was when `then` was described."""
    known = _read(then)
    notes = list(_note_connection(known.get("connection"), connection))
    if connection is not None:
        notes += _note_variables(known.get("variables") or {}, format_variables(connection))
    workflow = find_workflow(connection, workflow_uid)
    before, after = known.get("workflow"), workflow.definition if workflow else None
    if isinstance(before, str) and before != after:
        if after is None:
            notes.append(_("The workflow is not known any more: it was when this was sent."))
        else:
            notes += _note_workflow(
                WorkflowDefinition.read(_read(before)), WorkflowDefinition.read(_read(after))
            )
    return notes[:MOST]


def _note_connection(
    before: Mapping[str, Any] | None, connection: Connection | None
) -> Iterator[str]:
    if not before:
        return
    if connection is None:
        yield _("%(name)s, the connection it went over, is gone. Choose another one.") % before
    elif connection.base_url != before["base_url"]:
        names = {"name": connection.name, "now": connection.base_url, "then": before["base_url"]}
        yield _("%(name)s leads to %(now)s today; it was %(then)s then.") % names
    elif "way" in before and before["way"] != connection.settings.get("way", ""):
        yield _("%(name)s signs in another way today than it did then.") % {"name": connection.name}


def _note_variables(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, then in before.items():
        now = after.get(name)
        names = {"name": name, "then": _cut(then), "now": _cut(now or "")}
        if now is None:
            yield _("The variable %(name)s has no value today; it was “%(then)s” then.") % names
        elif now != then:
            yield _("The variable %(name)s is “%(now)s” today; it was “%(then)s” then.") % names


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _note_workflow(before: WorkflowDefinition, after: WorkflowDefinition) -> Iterator[str]:
    if before.name != after.name:
        names = {"then": before.name, "now": after.name}
        yield _("The workflow is called “%(now)s” today; it was “%(then)s” then.") % names
    for step in before.steps:
        if after.step(step.uid) is None:
            yield _("The step “%(name)s” is not in the workflow any more.") % {"name": step.name}
    for step in after.steps:
        earlier = before.step(step.uid)
        if earlier is None:
            yield _("The step “%(name)s” is new in the workflow.") % {"name": step.name}
        else:
            yield from _note_parameters(step.name, _names(earlier), _names(step))
    yield from _note_inputs({key.name for key in before.inputs}, {key.name for key in after.inputs})


def _note_parameters(step: str, before: set[str], after: set[str]) -> Iterator[str]:
    for name in sorted(after - before):
        yield _("%(step)s takes a new parameter, `%(name)s`.") % {"step": step, "name": name}
    for name in sorted(before - after):
        yield _("%(step)s takes no `%(name)s` any more.") % {"step": step, "name": name}


def _note_inputs(before: set[str], after: set[str]) -> Iterator[str]:
    for name in sorted(after - before):
        yield _("The workflow reads a new input, `%(name)s`.") % {"name": name}
    for name in sorted(before - after):
        yield _("The workflow reads no input `%(name)s` any more.") % {"name": name}


def _names(step: Any) -> set[str]:
    return set(step.parameters.get("properties", ()))


def _read(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text or "{}")
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}
