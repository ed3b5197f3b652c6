"""Steps of a workflow as rows; each finds its definition by UID, never by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from playground.forms.branches import read_branches
from playground.forms.field import Field, FieldMetadata
from playground.forms.fields import list_keys, read_object_fields
from playground.forms.kinds import ABSENT, kind_by_schema, start_value
from playground.forms.schemas import CONTAINERS, Schema, list_members
from playground.jsontext import printing
from playground.rules.context import ByIdentity
from playground.rules.facts import AccountFacts, Facts, StepFacts

# The key of a step that holds its parameters, and the name of their widget.
KEY = "parameters"
MOST_DEFINITIONS = 500


@dataclass(frozen=True)
class AccountChip:
    """An account in a step's list, known or not."""

    uid: str
    name: str
    known: bool


@dataclass(frozen=True)
class StepRow:
    """One element of the steps array. `schema` is that of its object, `values` the object."""

    index: int
    pointer: str
    uid: str
    name: str
    known: bool
    integrations: tuple[str, ...]
    accounts: tuple[AccountChip, ...]
    schema: Schema = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    metadata: FieldMetadata = field(repr=False)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """How many parameters are sent, and how many there are."""
        # Counted without reading the fields: of hundreds of steps nearly all are closed.
        schema, given = self.schema.get("properties", {}).get(KEY, {}), self.values.get(KEY, {})
        if schema.get("x-widget") != KEY or not isinstance(given, dict):
            return 0, 0
        pointer, branches = f"{self.pointer}/{KEY}", read_branches(schema, given)
        return len(given), len(list_keys(schema, given, pointer, self.metadata, branches))

    @cached_property
    def parameters(self) -> tuple[Field, ...]:
        """The fields of the parameters."""
        given = self.values.get(KEY)
        tree = given if isinstance(given, dict) else ABSENT
        found = (each for each in self._fields if each.kind == KEY)
        return tuple(
            inner
            for each in found
            for inner in read_object_fields(each.schema, tree, each.pointer, each.at, self.metadata)
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The other fields. The row's template draws accounts separately."""
        return tuple(f for f in self._fields if f.kind not in (KEY, "accounts"))

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return read_object_fields(self.schema, self.values, self.pointer, "", self.metadata)


def read_steps(
    field: Field, tree: Any, facts: Facts, metadata: FieldMetadata, only: int | None = None
) -> tuple[StepRow, ...]:
    """The rows of the steps array; with `only`, just the one at that index."""
    rows = tree if isinstance(tree, list) else []
    schema = field.schema.get("items", {})
    return tuple(
        _read_step(schema, row, index, f"{field.pointer}/{index}", facts, metadata)
        for index, row in enumerate(rows)
        if only is None or index == only
    )


def _read_step(
    schema: Schema, row: Any, index: int, pointer: str, facts: Facts, metadata: FieldMetadata
) -> StepRow:
    values = row if isinstance(row, dict) else {}
    uid = _text(values.get("step_uid"))
    step = facts.step(uid)
    return StepRow(
        index=index,
        pointer=pointer,
        uid=uid,
        name=step.name if step else "",
        known=step is not None,
        integrations=tuple(step.integrations) if step else (),
        accounts=_read_accounts(values.get("accounts"), facts),
        schema=_add_definition(schema, step),
        values=values,
        metadata=metadata,
    )


def _add_definition(schema: Schema, step: StepFacts | None) -> Schema:
    """The schema of a step's object with the parameters of this step filled in."""
    # The API's own schema says only that parameters are an object.
    if step is None:
        return schema
    properties = {
        key: {**value, **_draw_all(ByIdentity(step.parameters)), "x-widget": "parameters"}
        if value.get("x-widget") == "parameters"
        else value
        for key, value in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


# One result per definition, so that results cached by schema stay valid.
@lru_cache(maxsize=MOST_DEFINITIONS)
def _draw_all(key: ByIdentity) -> Schema:
    """An object whose keys are all drawn, with lists and maps as JSON fields.

    Definitions rarely describe lists and maps, and steps are already rows of fields.
    """
    schema: Schema = key.value
    members = {name: _draw_plainly(part) for name, part in list_members(schema).items()}
    return {**schema, "x-show": "all", **({"properties": members} if members else {})}


def _draw_plainly(schema: Schema) -> Schema:
    kind = kind_by_schema(schema)
    if kind == "group":
        return _draw_all(ByIdentity(schema))
    return {"x-widget": "json", **schema} if kind in CONTAINERS else schema


def _read_accounts(uids: Any, facts: Facts) -> tuple[AccountChip, ...]:
    known: Mapping[str, AccountFacts] = facts.accounts or {}
    # Anything may be in the list; the browser counts chips to find the index of each.
    listed = [_text(uid) for uid in uids] if isinstance(uids, list) else []
    return tuple(
        AccountChip(uid, known[uid].name if uid in known else "", uid in known) for uid in listed
    )


def list_fitting_accounts(facts: Facts, integrations: tuple[str, ...]) -> list[AccountFacts]:
    """Accounts a step may use: those of its integrations, valid ones first."""
    # A step without integrations takes any account: the API doesn't say which ones fit.
    known = (facts.accounts or {}).values()
    fitting = [a for a in known if not integrations or a.integration in integrations]
    return sorted(fitting, key=lambda account: (account.valid is False, account.name.lower()))


def default_step(schema: Schema, facts: Facts, uid: str) -> str:
    """A new element of the steps array as JSON text: the step's parameters at their defaults,
    the UID in the key that the schema gives for it."""
    step = facts.step(uid)
    row: dict[str, Any] = {}
    for key, part in schema.get("properties", {}).items():
        if part.get("x-from") == "step.uid":
            row[key] = uid
        elif part.get("x-from") == "step.parameters" and step:
            row[key] = step.defaults
        elif key in schema.get("required", ()):
            row[key] = start_value(part)
    return printing.dump(row)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
