"""Find out whether a payload still fits after its workflow or its API's document changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from playground.apis.updates import ApiUpdates, OperationUpdate
from playground.drafts.states import State
from playground.openapi.operations import UnknownOperation, get_operation
from playground.rules.definition_changes import compare_definitions
from playground.rules.drift import find_drift, realign
from playground.rules.facts import Facts
from playground.rules.operation_drift import (
    OPERATION,
    OperationPayload,
    find_operation_drift,
    realign_payload,
)
from playground.rules.problems import ERROR, NOTE, Problem
from playground.workspace.models import Connection
from playground.workspace.workflows import find_workflow, read_definition_facts


@dataclass(frozen=True)
class Drift:
    """How a newer workflow or document affects a payload.

    `cause` says what changed, first at `made_at`; `changes` describes the changes in words.
    `aligned` is the payload after the repair, which may also change its `operation`; `left` are
    the remaining problems.
    """

    cause: str
    made_at: datetime
    changes: tuple[str, ...]
    problems: tuple[Problem, ...]
    aligned: State
    operation: str
    left: tuple[Problem, ...] = ()

    @property
    def breaks(self) -> bool:
        """False if the workflow only gained something that could be added."""
        return any(each.severity != NOTE for each in self.problems)

    @property
    def is_gone(self) -> bool:
        """Whether the operation no longer exists, so the payload can't be opened."""
        return any(each.pointer == OPERATION for each in self.problems)

    @property
    def fixes(self) -> list[str]:
        """What the repair does, in words, without duplicates."""
        return list(dict.fromkeys(each.fix.label for each in self.problems if each.fix))


def find_payload_drift(
    operation_id: str,
    connection: Connection | None,
    state: State,
    since: datetime,
    updates: ApiUpdates | None = None,
) -> Drift | None:
    """The drift of a payload that was valid at `since`, or None if it still fits.

    Pass the same `updates` for many payloads, so that they are read only once.
    """
    update = (updates or ApiUpdates()).find(operation_id, since)
    if update is not None:
        return _find_api_drift(operation_id, state, update)
    return _find_workflow_drift(operation_id, connection, state, since)


def _find_api_drift(operation_id: str, state: State, update: OperationUpdate) -> Drift | None:
    changes = tuple(each.message for each in update.differences)
    if update.after is None:
        problem = _report_removed(update.before.title)
        return Drift(
            _("API changed"), update.made_at, changes, (problem,), state, operation_id, (problem,)
        )
    before, after = update.before, update.after
    payload = OperationPayload(
        operation_id, state.text, state.path_values, state.metadata.media_type
    )
    problems = tuple(find_operation_drift(payload, before, after))
    if not problems:
        return None
    fixed = realign_payload(payload, before, after)
    left = tuple(find_operation_drift(fixed, before, after))
    aligned = replace(
        state,
        text=fixed.text,
        path_values=fixed.values,
        metadata=replace(state.metadata, media_type=fixed.media_type),
    )
    return Drift(
        _("API changed"), update.made_at, changes, problems, aligned, fixed.operation, left
    )


def _report_removed(title: str) -> Problem:
    message = f"{title} isn't in the newer document, so it can't be sent."
    return Problem("drift-operation-gone", OPERATION, 1, ERROR, message, {"title": title})


def _find_workflow_drift(
    operation_id: str, connection: Connection | None, state: State, since: datetime
) -> Drift | None:
    schema = _body_schema(operation_id, state.metadata.media_type)
    uid = state.path_values.get("workflow_uid", "")
    workflow = find_workflow(connection, uid) if schema is not None and uid else None
    if workflow is None or schema is None:
        return None
    # The first change since then has the definition that the payload was made for.
    change = workflow.changes.filter(made_at__gt=since).order_by("made_at").first()
    if change is None:
        return None
    before = _definition_facts(change.before)
    after = _definition_facts(workflow.definition)
    problems = tuple(find_drift(state.text, schema, before, after))
    if not problems:
        return None
    text = realign(state.text, schema, before, after)
    return Drift(
        cause=_("Workflow changed"),
        made_at=change.made_at,
        changes=tuple(each.message for each in compare_definitions(before, after)),
        problems=problems,
        aligned=replace(state, text=text),
        operation=operation_id,
        left=tuple(find_drift(text, schema, before, after)),
    )


def _body_schema(operation_id: str, media_type: str) -> Mapping[str, Any] | None:
    try:
        return get_operation(operation_id).find_body_schema(media_type)
    except UnknownOperation:
        return None


def _definition_facts(definition: str) -> Facts:
    # Accounts, variables and secrets change independently of the workflow and aren't drift.
    return replace(read_definition_facts(definition), accounts=None, variables=None, secrets=None)
