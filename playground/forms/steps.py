"""Steps of a workflow as rows: each knows its definition by UID, never by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.fields import ABSENT, Beside, Field, Schema, read_fields, start_value
from playground.jsontext import printing
from playground.rules.facts import AccountFacts, Facts, StepFacts


@dataclass(frozen=True)
class AccountChip:
    """An account that a step names."""

    uid: str
    name: str
    integration: str
    known: bool
    valid: bool | None
    index: int


@dataclass(frozen=True)
class StepRow:
    """One element of the steps array."""

    index: int
    pointer: str
    uid: str
    name: str
    known: bool
    integrations: tuple[str, ...]
    accounts: tuple[AccountChip, ...]
    has_accounts: bool
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]

    @property
    def parameters_set(self) -> int:
        return sum(field.is_on for field in self.parameters)


def read_steps(
    field: Field, tree: Any, facts: Facts, beside: Beside, only: int | None = None
) -> tuple[StepRow, ...]:
    """The rows of the steps array; `only` one of them where that is enough."""
    rows = tree if isinstance(tree, list) else []
    schema = field.schema.get("items", {})
    return tuple(
        _read_step(schema, row, index, f"{field.pointer}/{index}", facts, beside)
        for index, row in enumerate(rows)
        if only is None or index == only
    )


def default_step(schema: Schema, facts: Facts, uid: str) -> str:
    """A new element of the steps array as JSON text: the step's own parameters at their
    defaults, the UID where the schema says it comes from."""
    step = find_step(facts, uid)
    row: dict[str, Any] = {}
    for key, part in schema.get("properties", {}).items():
        if part.get("x-from") == "step.uid":
            row[key] = uid
        elif part.get("x-from") == "step.parameters" and step:
            row[key] = _defaults(step.parameters)
        elif key in schema.get("required", ()):
            row[key] = start_value(part)
    return printing.dump(row)


def _defaults(parameters: Schema) -> dict[str, Any]:
    known = parameters.get("properties", {}).items()
    return {key: schema["default"] for key, schema in known if "default" in schema}


def find_step(facts: Facts, uid: str) -> StepFacts | None:
    return next((step for step in facts.steps or () if step.uid == uid), None)


def _read_step(
    schema: Schema, row: Any, index: int, pointer: str, facts: Facts, beside: Beside
) -> StepRow:
    values = row if isinstance(row, dict) else {}
    uid = _text(values.get("step_uid"))
    step = find_step(facts, uid)
    fields = read_fields(with_definition(schema, step), values, pointer, "", beside)
    by_kind = {field.kind: field for field in fields}
    parameters = by_kind.get("parameters")
    return StepRow(
        index=index,
        pointer=pointer,
        uid=uid,
        name=step.name if step else "",
        known=step is not None,
        integrations=tuple(step.integrations) if step else (),
        accounts=read_accounts(values.get("accounts"), facts),
        has_accounts="accounts" in values,
        parameters=_parameters(parameters, values.get("parameters"), beside),
        fields=tuple(f for f in fields if f.kind not in ("parameters", "accounts")),
    )


def with_definition(schema: Schema, step: StepFacts | None) -> Schema:
    """The schema of a step's object with its own parameters filled in."""
    if step is None:
        return schema
    properties = {
        key: {**value, **step.parameters, "x-widget": "parameters"}
        if value.get("x-widget") == "parameters"
        else value
        for key, value in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


def read_accounts(uids: Any, facts: Facts) -> tuple[AccountChip, ...]:
    listed = uids if isinstance(uids, list) else []
    known: Mapping[str, AccountFacts] = facts.accounts or {}
    return tuple(_chip(_text(uid), known.get(_text(uid)), i) for i, uid in enumerate(listed))


def fitting_accounts(facts: Facts, integrations: tuple[str, ...]) -> list[AccountFacts]:
    """Accounts a step may use: those of its integrations, valid ones first."""
    known = list((facts.accounts or {}).values())
    fitting = [a for a in known if not integrations or a.integration in integrations]
    return sorted(fitting, key=lambda account: (account.valid is False, account.name.lower()))


def _chip(uid: str, account: AccountFacts | None, index: int) -> AccountChip:
    if account is None:
        return AccountChip(uid, "", "", False, None, index)
    return AccountChip(uid, account.name, account.integration, True, account.valid, index)


def _parameters(field: Field | None, tree: Any, beside: Beside) -> tuple[Field, ...]:
    if field is None:
        return ()
    values = tree if isinstance(tree, dict) else ABSENT
    return read_fields(field.schema, values, field.pointer, field.at, beside)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
