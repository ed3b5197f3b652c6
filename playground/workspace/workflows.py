"""Workflows: storing the API's definitions, and editing them by hand."""

import json
import math
import re
import uuid
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.utils import timezone

from playground.openapi.workflows import WorkflowDefinition
from playground.rules.definition_changes import compare_definitions
from playground.rules.facts import Facts, read_facts
from playground.workspace.models import Connection, Workflow

LONGEST_UID = 200
LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def store_workflow(
    connection: Connection, details_text: str, uid: str = "", name: str = ""
) -> Workflow | None:
    """Store a `details` answer unaltered; return None when it isn't a workflow.

    A definition edited by hand stays in force. `uid` and `name` come from the list of
    workflows, for answers that have none.
    """
    details = load_details(details_text)
    # The list's UID wins: it is the one that worked in the URL of this answer.
    own_uid = details.get("uid")
    uid = own_uid if isinstance(own_uid, str) and own_uid and not uid else uid
    # A slash would not fit into the path of the workflow's page.
    if not is_valid_uid(uid) or "/" in uid or not details:
        return None
    workflow = connection.workflows.filter(uid=uid).first()
    workflow = workflow or Workflow(connection=connection, uid=uid)
    before = workflow.definition
    shown = (workflow.edited and workflow.name) or str(details.get("name") or name or uid)
    workflow.name = replace_surrogates(shown)[:300]
    workflow.details, workflow.synced_at, workflow.gone_at = details_text, timezone.now(), None
    workflow.save()
    record_change(workflow, before)
    return workflow


def edit_workflow(workflow: Workflow, definition: str, name: str) -> list[str]:
    """Store a definition made by hand next to the API's own; return what changed, in words."""
    before = workflow.definition
    workflow.edited, workflow.name = definition, replace_surrogates(name)[:300]
    # Remembering the API's answer of this moment shows later whether the API changed since.
    workflow.edit_base, workflow.edited_at = workflow.details, timezone.now()
    workflow.save()
    return record_change(workflow, before, by_hand=True)


def discard_edit(workflow: Workflow) -> list[str]:
    """Put the API's own definition in force again; return what changed, in words."""
    before = workflow.definition
    workflow.edited, workflow.edit_base, workflow.edited_at = "", "", None
    name = str(load_details(workflow.details).get("name") or workflow.name)
    workflow.name = replace_surrogates(name)[:300]
    workflow.save()
    return record_change(workflow, before, by_hand=True)


def delete_workflow(workflow: Workflow) -> None:
    workflow.delete()
    workflow.connection.touch_facts()


def confirm_edit(workflow: Workflow) -> None:
    """Keep the edited definition although the API's has changed; don't report that again."""
    workflow.edit_base = workflow.details
    workflow.save(update_fields=["edit_base"])


def record_change(workflow: Workflow, before: str, by_hand: bool = False) -> list[str]:
    """Add to the change log how the definition changed, if it did; return that in words."""
    if before == workflow.definition:
        return []
    workflow.connection.touch_facts()
    if not before:
        return []
    messages = describe_changes(before, workflow.definition)
    if messages:
        workflow.changes.create(
            before=before, after=workflow.definition, by_hand=by_hand, messages=messages
        )
    return messages


def describe_changes(before: str, after: str) -> list[str]:
    """Return how two definitions (JSON texts) differ, in words."""
    found = compare_definitions(read_definition_facts(before), read_definition_facts(after))
    return [each.message for each in found]


@lru_cache(maxsize=100)
def read_definition_facts(definition: str) -> Facts:
    """Return what a definition (JSON text) says, as facts for the rules.

    Cached by the text itself, so that a changed definition can never be mistaken for its earlier
    self. Validators are cached by the identity of the schemas in here.
    """
    return read_facts(WorkflowDefinition.read(load_details(definition)).as_facts())


def mark_unlisted(connection: Connection, listed: Collection[str]) -> list[Workflow]:
    """Mark the workflows that the API no longer lists, and return them.

    They are not deleted: drafts and templates may need them.
    """
    # Definitions made by hand were never synced: the API can't list them.
    present = connection.workflows.exclude(synced_at=None).filter(gone_at=None)
    gone = [each for each in present if each.uid not in listed]
    connection.workflows.filter(pk__in=[each.pk for each in gone]).update(gone_at=timezone.now())
    return gone


def find_workflow(connection: Connection | None, uid: str) -> Workflow | None:
    return connection.workflows.filter(uid=uid).first() if connection and uid else None


def find_definition_text(connection: Connection | None, uid: str) -> str | None:
    """Return the JSON text of the definition in force; None when the workflow isn't known."""
    if connection is None or not uid:
        return None
    return _find_definition_text(connection.pk, connection.facts_version, uid)


# Each send reads this. The version is regenerated with each change of a definition.
@lru_cache(maxsize=32)
def _find_definition_text(connection: uuid.UUID, version: uuid.UUID, uid: str) -> str | None:
    # Not the whole row, which holds up to three definitions.
    rows = Workflow.objects.filter(connection=connection, uid=uid)
    texts = rows.values_list("edited", "details").first()
    return texts and (texts[0] or texts[1])


def find_definition(connection: Connection | None, uid: str) -> WorkflowDefinition | None:
    """Return the definition in force; None when the workflow isn't known."""
    workflow = find_workflow(connection, uid)
    return read_definition(workflow) if workflow else None


def read_definition(workflow: Workflow) -> WorkflowDefinition:
    """Return the definition in force."""
    return WorkflowDefinition.read(load_details(workflow.definition))


def load_details(text: str) -> dict[str, Any]:
    """Return the object in a JSON text, or an empty one.

    Values that can't be stored again are replaced: NaN and infinite numbers by null, lone
    surrogates by question marks.
    """
    try:
        tree = json.loads(text or "{}", parse_constant=lambda _: None, parse_float=_parse_finite)
        # A lone surrogate hides in an escape: json accepts it, UTF-8 (and the database) doesn't.
        if LONE_SURROGATE.search(text):
            tree = json.loads(replace_surrogates(json.dumps(tree, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def is_valid_uid(value: Any) -> bool:
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST_UID
    return fits and replace_surrogates(value) == value


def replace_surrogates(text: str) -> str:
    """Return the text with question marks for what can't be stored: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def _parse_finite(digits: str) -> float | None:
    return number if math.isfinite(number := float(digits)) else None
