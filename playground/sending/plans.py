"""What a send starts from, found once and judged before anything leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.apis.operations import Operation, find_operation
from playground.library.editing import State
from playground.library.facts import facts_for
from playground.library.models import Connection, Draft
from playground.payload.checking import check
from playground.payload.facts import Facts
from playground.payload.problems import ERROR, Problem


@dataclass(frozen=True)
class Plan:
    """One call to be: the operation, where to, with which values. `text` is the document as
    it stands, references unresolved; `aside` goes along for "send again"."""

    operation: Operation
    connection: Connection | None
    path_values: Mapping[str, str] = field(default_factory=dict)
    query_values: Mapping[str, str] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    aside: str = field(default="{}", repr=False)
    draft: Draft | None = None
    name: str = ""


def plan_draft(draft: Draft) -> Plan:
    """Raises UnknownOperation for a draft of an operation that is gone."""
    return Plan(
        operation=find_operation(draft.operation),
        connection=draft.connection,
        path_values=dict(draft.path_values),
        text=draft.text,
        aside=draft.aside,
        draft=draft,
        name=draft.name,
    )


def plan_state(operation_id: str, state: State, name: str = "") -> Plan:
    """What a template holds, sent without a draft. Raises UnknownOperation."""
    connection = Connection.objects.filter(id=state.connection) if state.connection else None
    return Plan(
        operation=find_operation(operation_id),
        connection=connection.first() if connection is not None else None,
        path_values=dict(state.path_values),
        text=state.text,
        aside=state.aside.write(),
        name=name,
    )


def plan_operation(
    operation_id: str,
    connection: Connection,
    path_values: Mapping[str, str] | None = None,
    query_values: Mapping[str, str] | None = None,
    text: str = "",
) -> Plan:
    """A call of ours: sync, a job's status, a test of the connection."""
    return Plan(
        operation=find_operation(operation_id),
        connection=connection,
        path_values=dict(path_values or {}),
        query_values=dict(query_values or {}),
        text=text,
    )


def facts_of(plan: Plan) -> Facts:
    """What is known outside the document of this plan."""
    return facts_for(plan.connection, plan.path_values.get("workflow_uid", ""), plan.draft)


def check_plan(plan: Plan) -> list[Problem]:
    """Every problem at once: connection, path values, document."""
    return [*_check_connection(plan), *_check_path(plan), *_check_body(plan)]


def _check_connection(plan: Plan) -> list[Problem]:
    if plan.connection is None:
        return [_error("no-connection", "#connect", "Choose a connection.")]
    if plan.connection.api != plan.operation.api.id:
        sentence = f"{plan.connection.name} is no connection to {plan.operation.api.title}."
        return [_error("wrong-api", "#connect", sentence, connection=plan.connection.name)]
    return []


def _check_path(plan: Plan) -> list[Problem]:
    return [
        _error("path-missing", f"#path/{each.name}", f"{each.title} is missing.", name=each.name)
        for each in plan.operation.path_fields
        if each.required and not plan.path_values.get(each.name, "").strip()
    ]


def _check_body(plan: Plan) -> list[Problem]:
    if plan.operation.body_schema is None:
        return []
    return check(plan.text, plan.operation.body_schema, facts_of(plan))


def _error(code: str, pointer: str, sentence: str, **params: str) -> Problem:
    return Problem(code, pointer, 1, ERROR, sentence, params)
