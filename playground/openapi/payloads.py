"""Payloads built from definitions, and definitions inferred from payloads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from playground.openapi.custom_workflows import CustomInput, CustomStep, to_custom_parameter
from playground.openapi.operations import Operation, Schema
from playground.openapi.workflows import WorkflowDefinition, WorkflowStep, infer_type

# A key of input rows that is the caller's own and no input of a step.
META = "meta"


def build_default_payload(operation: Operation, workflow: WorkflowDefinition | None = None) -> str:
    """The default payload as formatted JSON text, in the key order of the schema.

    Without a workflow it is the operation's sample. With one, its definition provides each
    required property that the schema marks `x-from: workflow.…` or `x-from: step.…`.
    """
    if workflow is None or operation.body_schema is None:
        return operation.sample_text
    return json.dumps(_fill(operation.body_schema, workflow), indent=2, ensure_ascii=False)


def _fill(
    schema: Schema, workflow: WorkflowDefinition, step: WorkflowStep | None = None
) -> dict[str, Any]:
    required = schema.get("required", ())
    properties = schema["properties"].items()
    return {key: _value_of(part, workflow, step) for key, part in properties if key in required}


def _value_of(schema: Schema, workflow: WorkflowDefinition, step: WorkflowStep | None) -> Any:
    match schema.get("x-from"):
        case "workflow.name":
            return workflow.name
        case "workflow.inputs":
            # One row to fill in, as an empty list has no keys to show.
            return [{key.name: key.example for key in workflow.inputs}] if workflow.inputs else []
        case "workflow.steps":
            return [_fill(schema["items"], workflow, each) for each in workflow.steps]
        case "step.parameters" if step:
            return step.defaults()
        case "step.uid" if step:
            return step.uid
    return schema.get("default")


def build_account_payload(operation: Operation, integration: str, uid: str = "") -> str:
    """The payload to start an account update with: its UID and its integration's empty fields.

    Without a UID the API adds an account. The fields come from the schema (`x-starts-with`);
    an unknown integration has none, and people add their own.
    """
    schema = operation.body_schema or {}
    account = schema.get("properties", {}).get("account", {})
    fields: dict[str, Any] = account.get("x-starts-with", {}).get(integration.casefold(), {})
    # Empty fields rather than none: they show what the integration asks for.
    body = {"account": {**({"uid": uid} if uid else {}), **fields}}
    return json.dumps(body, indent=2, ensure_ascii=False)


def infer_steps(
    payload: Any, integrations: Mapping[str, str], names: Mapping[str, str]
) -> tuple[CustomStep, ...]:
    """A definition's steps, inferred from a payload that the API accepted.

    `integrations` are by account UID, `names` by step UID. The input keys go to the first step,
    as callers provide them.
    """
    body = payload if isinstance(payload, Mapping) else {}
    rows = body.get("steps")
    steps = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    inputs = tuple(_infer_inputs(body.get("inputs")))
    return tuple(
        _infer_step(row, index, integrations, names, inputs if index == 0 else ())
        for index, row in enumerate(steps)
    )


def _infer_step(
    row: Mapping[str, Any],
    index: int,
    integrations: Mapping[str, str],
    names: Mapping[str, str],
    inputs: tuple[CustomInput, ...],
) -> CustomStep:
    uid = row.get("step_uid")
    uid = uid if isinstance(uid, str) else ""
    given = row.get("accounts")
    accounts = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    # An account tells its step's integration, which the payload doesn't have.
    slugs = dict.fromkeys(integrations[each] for each in accounts if integrations.get(each))
    values = row.get("parameters")
    parameters = values.items() if isinstance(values, Mapping) else ()
    return CustomStep(
        uid=uid,
        name=names.get(uid) or f"Step {index + 1}",
        integrations=tuple(slugs),
        accounts="required" if accounts else "optional",
        # One payload can't tell a required parameter from one that was merely set.
        parameters=tuple(
            to_custom_parameter(name, {**infer_type(value), "default": value}, required=False)
            for name, value in parameters
        ),
        inputs=inputs,
    )


def _infer_inputs(rows: Any) -> Iterator[CustomInput]:
    """The keys of the rows in order of appearance; required if every row has them."""
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    for name in dict.fromkeys(name for row in found for name in row if name != META):
        yield CustomInput(str(name), all(name in row for row in found))
