"""Definitions as JSON files: what goes out comes in again, here or in another playground."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode, parse
from playground.jsontext.printing import dump
from playground.openapi.workflows import WorkflowDefinition
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import (
    edit_workflow,
    read_definition,
    read_object,
    store_accounts,
)

LONGEST_UID = 200


class BadFile(ValueError):
    """Why a file is no definition, as a sentence."""


@dataclass(frozen=True)
class DefinitionFile:
    """A definition, and the accounts it may use by integration."""

    definition: WorkflowDefinition
    text: str
    accounts: Mapping[str, list[dict[str, Any]]]


def read_file(data: bytes) -> DefinitionFile:
    """A bare `details` answer, or `{"workflow": {…}, "accounts": […]}`. Raises BadFile."""
    tree = _read_object(data)
    details = tree.get("workflow", tree)
    if not isinstance(details, dict):
        raise BadFile("`workflow` is the definition, as an object.")
    text = dump(details)
    definition = WorkflowDefinition.read(read_object(text))
    if not definition.uid or "/" in definition.uid or len(definition.uid) > LONGEST_UID:
        raise BadFile("The definition needs a `uid`: text of at most 200 characters, no slash.")
    if not definition.steps:
        raise BadFile("The definition needs `steps`: a list of objects with a `step_uid`.")
    accounts = json.loads(dump(tree.get("accounts", [])))
    return DefinitionFile(definition, text, _read_accounts(accounts))


def import_file(connection: Connection, file: DefinitionFile) -> Workflow:
    """Keep it as a definition made by hand; a later sync does not overwrite it."""
    uid = file.definition.uid
    kept = connection.workflows.filter(uid=uid).first() or Workflow(connection=connection, uid=uid)
    edit_workflow(kept, file.text, file.definition.name or uid)
    for integration, rows in file.accounts.items():
        store_accounts(connection, integration, rows, complete=False)
    return kept


def write_file(kept: Workflow) -> str:
    """The definition that counts, with the accounts its steps may use: no secret is there."""
    slugs = {slug for step in read_definition(kept).steps for slug in step.integrations}
    rows = kept.connection.accounts.filter(integration__in=slugs).order_by("integration", "name")
    accounts = [
        {"uid": r.uid, "name": r.name, "integration": r.integration, "is_valid": r.valid}
        for r in rows
    ]
    return dump({"workflow": _read_definition(kept.definition), "accounts": accounts}) + "\n"


def _read_definition(text: str) -> Mapping[str, Any]:
    """With every number as the API wrote it; where the text is no JSON, what can be read."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return read_object(text)
    return tree if isinstance(tree, dict) else {}


def _read_object(data: bytes) -> dict[str, Any]:
    """Its numbers are kept as they are written."""
    try:
        tree = parse(decode(data))
    except JSONSyntaxError as error:
        raise BadFile(error.message) from None
    if not isinstance(tree, dict):
        raise BadFile("A definition is a JSON object.")
    return tree


def _read_accounts(listed: Any) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(listed, list):
        raise BadFile("`accounts` is a list of objects.")
    found: dict[str, list[dict[str, Any]]] = {}
    for place, row in enumerate(listed, 1):
        slug = _slug_of(row)
        if not slug or not isinstance(row.get("uid"), str) or not row["uid"]:
            raise BadFile(f"Account {place} needs a `uid` and an `integration`.")
        found.setdefault(slug, []).append(
            {**row, "is_valid": row.get("is_valid", row.get("valid"))}
        )
    return found


def _slug_of(row: Any) -> str:
    if not isinstance(row, dict):
        return ""
    said = row.get("integration") or row.get("application_permalink")
    return said if isinstance(said, str) else ""
