"""Reads a Postman environment or globals: variables, some of which are credentials."""

from __future__ import annotations

from typing import Any

from playground.importers.claims import claim_export
from playground.importers.credentials import Collector, is_placeholder, names_secret
from playground.importers.literals import make_reference
from playground.importers.spans import account
from playground.importers.values import (
    FoundRequest,
    Imported,
    Note,
    Pasted,
    Unreadable,
    note_ignored,
    note_repaired,
    note_understood,
)
from playground.jsontext.references import is_variable_name

SCOPES = ("environment", "globals")
# The export's metadata is read, too.
KEYS = (
    "id", "name", "values", "_postman_variable_scope", "_postman_exported_at",
    "_postman_exported_using",
)  # fmt: skip


def is_environment(pasted: Pasted) -> bool:
    """Whether the JSON is an environment rather than a request or a payload."""
    tree: Any = pasted.tree
    if not isinstance(tree, dict) or not isinstance(tree.get("values"), list):
        return False
    if tree.get("_postman_variable_scope") in SCOPES:
        return True
    # Older exports don't name the scope.
    keys = {"key", "value", "enabled"}
    pairs = all(isinstance(each, dict) and keys <= each.keys() for each in tree["values"])
    return pairs and bool(tree["values"]) and {"id", "name"} <= tree.keys()


def read_environment(pasted: Pasted) -> Imported:
    """The variables, and the credentials among them. Raises Unreadable if there are none."""
    tree: Any = pasted.tree
    collector = Collector()
    variables: dict[str, str] = {}
    off, renamed = list[str](), list[Note]()
    for each in tree["values"]:
        if not isinstance(each, dict) or not each.get("key"):
            continue
        key, value = str(each["key"]), str(each.get("value") or "")
        if each.get("enabled") is False or not value:
            off.append(key)
            continue
        # The same name that a placeholder of a pasted request gets.
        name = key if is_variable_name(key) else make_reference(key)[2:-2]
        if name != key:
            message = "Renamed the variable {key} to {name}."
            renamed.append(note_repaired("variable-name", message, key=key, name=name))
        secret = each.get("type") == "secret" or names_secret(key)
        if secret and not is_placeholder(value):
            variables[name] = collector.reference(name, f"variable:{name}", value)
        else:
            variables[name] = value
    if not variables:
        raise Unreadable("environment-empty", "This environment has no variables with a value.")
    request = FoundRequest(kind="environment", pointers=tuple(f"/{each}" for each in KEYS))
    claimed, notes = claim_export(pasted.text, request, ())
    spans, _ = account(pasted.original, pasted.traced.trace(claimed))
    message = "A Postman environment: {name}."
    notes = [
        note_understood("environment", message, name=tree.get("name") or "?"),
        *renamed,
        *notes,
    ]
    if off:
        message = "Left out variables that are switched off or have no value: {names}."
        notes.append(note_ignored("variables-off", message, names=", ".join(off)))
    return Imported(
        kind="environment",
        credentials=tuple(collector.found),
        notes=(*pasted.notes, *notes),
        spans=spans,
        variables=variables,
    )
