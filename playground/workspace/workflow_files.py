"""Definitions as JSON files: exported here, imported here or in another playground."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode, parse
from playground.jsontext.printing import dump
from playground.openapi.workflows import WorkflowDefinition
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import (
    LONGEST_UID,
    edit_workflow,
    load_details,
    read_definition,
)


class InvalidDefinition(ValueError):
    """Why a file isn't a definition, as a message."""


@dataclass(frozen=True)
class DefinitionFile:
    """A definition, its JSON text, and the accounts it may use by integration."""

    definition: WorkflowDefinition
    text: str
    accounts: Mapping[str, list[dict[str, Any]]]


def parse_definition_file(data: bytes) -> DefinitionFile:
    """Parse a bare `details` answer, or `{"workflow": {…}, "accounts": […]}`.

    Raises InvalidDefinition.
    """
    try:
        tree = parse(decode(data))
    except JSONSyntaxError as error:
        raise InvalidDefinition(error.message) from None
    if not isinstance(tree, dict):
        raise InvalidDefinition("A definition must be a JSON object.")
    details = tree.get("workflow", tree)
    if not isinstance(details, dict):
        raise InvalidDefinition("`workflow` must be an object.")
    text = dump(details)
    definition = WorkflowDefinition.read(load_details(text))
    if not definition.uid or "/" in definition.uid or len(definition.uid) > LONGEST_UID:
        raise InvalidDefinition(
            f"`uid` must be a text of 1 to {LONGEST_UID} characters without slashes."
        )
    if not definition.steps:
        raise InvalidDefinition("`steps` must be a list of objects with a `step_uid`.")
    # Through JSON text: plain values instead of the tree's number tokens.
    accounts = json.loads(dump(tree.get("accounts", [])))
    return DefinitionFile(definition, text, _parse_accounts(accounts))


def import_definition(connection: Connection, file: DefinitionFile) -> Workflow:
    """Store it as edited by hand, so that the next sync doesn't overwrite it."""
    uid = file.definition.uid
    workflow = connection.workflows.filter(uid=uid).first()
    workflow = workflow or Workflow(connection=connection, uid=uid)
    edit_workflow(workflow, file.text, file.definition.name or uid)
    for integration, rows in file.accounts.items():
        # The file has the accounts of one workflow only: others must stay.
        store_accounts(connection, integration, rows, complete=False)
    return workflow


def dump_definition_file(workflow: Workflow) -> str:
    """Return the definition in force and the accounts its steps may use; no secrets."""
    slugs = {slug for step in read_definition(workflow).steps for slug in step.integrations}
    rows = workflow.connection.accounts.filter(integration__in=slugs)
    accounts = [
        {"uid": r.uid, "name": r.name, "integration": r.integration, "is_valid": r.valid}
        for r in rows.order_by("integration", "name")
    ]
    return dump({"workflow": _parse_details(workflow.definition), "accounts": accounts}) + "\n"


def _parse_details(text: str) -> Mapping[str, Any]:
    """Return the object with every number as the API wrote it."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        # APIs also answer NaN, which is not JSON: export what can be read.
        return load_details(text)
    return tree if isinstance(tree, dict) else {}


def _parse_accounts(listed: Any) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(listed, list):
        raise InvalidDefinition("`accounts` must be a list of objects.")
    found: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(listed, 1):
        values = row if isinstance(row, dict) else {}
        # The API's own lists name the integration `application_permalink`.
        slug = values.get("integration") or values.get("application_permalink")
        uid = values.get("uid")
        if not (isinstance(slug, str) and slug and isinstance(uid, str) and uid):
            raise InvalidDefinition(f"Account {number} needs a `uid` and an `integration`.")
        # Exports write `is_valid` as the API does; files written by hand often say `valid`.
        valid = row.get("is_valid", row.get("valid"))
        found.setdefault(slug, []).append({**row, "is_valid": valid})
    return found
