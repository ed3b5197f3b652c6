"""Payloads that no longer fit their workflow, because its definition changed since."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from playground.drafts.changes import Applied, apply_edit
from playground.drafts.drafts import find_draft, list_drafts
from playground.drafts.models import Draft
from playground.drafts.states import Edit, State
from playground.openapi.operations import UnknownOperation, get_operation
from playground.payload_templates.models import Template
from playground.payload_templates.templates import visible_templates
from playground.payload_templates.variants import Variant, derive_edits
from playground.payload_templates.versions import (
    Content,
    VersionConflict,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from playground.rules.definition_changes import DefinitionChange, compare_definitions
from playground.rules.drift import find_drift, realign
from playground.rules.facts import Facts
from playground.rules.problems import NOTE, Problem
from playground.workspace.models import Connection, WorkflowChange
from playground.workspace.workflows import find_workflow, read_definition_facts

MAX_LISTED = 300


@dataclass(frozen=True)
class Drift:
    """What a change of the workflow did to one payload.

    `aligned` is the payload's text after the repair, `left` the problems that remain then.
    """

    change: WorkflowChange
    changes: tuple[DefinitionChange, ...]
    problems: tuple[Problem, ...]
    aligned: str
    left: tuple[Problem, ...] = ()

    @property
    def breaks(self) -> bool:
        """False where the workflow only gained something that could be added."""
        return any(each.severity != NOTE for each in self.problems)

    @property
    def fixes(self) -> list[str]:
        """What the repair does, in words, without repeats."""
        return list(dict.fromkeys(each.fix.label for each in self.problems if each.fix))


def find_payload_drift(
    operation_id: str,
    connection: Connection | None,
    path_values: Mapping[str, str],
    text: str,
    since: datetime,
) -> Drift | None:
    """The drift of a payload that fitted at `since`, or None where it still fits."""
    schema = _body_schema(operation_id)
    uid = path_values.get("workflow_uid", "")
    workflow = find_workflow(connection, uid) if schema is not None and uid else None
    if workflow is None or schema is None:
        return None
    # The first change since then holds the definition that the payload was made for.
    change = workflow.changes.filter(made_at__gt=since).order_by("made_at").first()
    if change is None:
        return None
    before = _definition_facts(change.before)
    after = _definition_facts(workflow.definition)
    problems = tuple(find_drift(text, schema, before, after))
    if not problems:
        return None
    aligned = realign(text, schema, before, after)
    left = tuple(find_drift(aligned, schema, before, after))
    return Drift(change, tuple(compare_definitions(before, after)), problems, aligned, left)


def _body_schema(operation_id: str) -> Mapping[str, Any] | None:
    try:
        return get_operation(operation_id).body_schema
    except UnknownOperation:
        return None


def _definition_facts(definition: str) -> Facts:
    # Accounts, variables and secrets change without the workflow: they are no drift of it.
    return replace(read_definition_facts(definition), accounts=None, variables=None, secrets=None)


def find_draft_drift(draft: Draft) -> Drift | None:
    since = draft.payload_made_at or draft.created_at
    values, text = draft.path_values, draft.text
    return find_payload_drift(draft.operation, draft.connection, values, text, since)


def list_drifted_drafts(person: Person) -> list[tuple[Draft, Drift]]:
    """The person's drafts that no longer fit, newest first."""
    matches = Q()
    for connection, uid in find_changed_workflows():
        matches |= Q(connection_id=connection, path_values__workflow_uid=uid)
    # An empty Q would match every draft.
    found = list_drafts(person).defer(None).filter(matches)[:MAX_LISTED] if matches else []
    return [(draft, drift) for draft in found if (drift := find_draft_drift(draft))]


def find_broken_drafts(drafts: Iterable[Draft]) -> set[uuid.UUID]:
    """The ids of those drafts that no longer fit."""
    changed = find_changed_workflows()
    # Lists defer the documents: only those of changed workflows are loaded.
    ids = [d.id for d in drafts if (d.connection_id, d.path_values.get("workflow_uid")) in changed]
    found = Draft.objects.select_related("connection").filter(id__in=ids) if ids else []
    return {each.id for each in found if (drift := find_draft_drift(each)) and drift.breaks}


def list_drifted_templates(person: Person) -> list[tuple[Template, Drift]]:
    """The visible templates whose newest version no longer fits."""
    uids = {uid for _connection, uid in find_changed_workflows()}
    # By UID only: a template may have another connection than its variants.
    rows = visible_templates(person).filter(workflow_uid__in=uids, archived_at=None)
    return [(each, drift) for each in rows[:MAX_LISTED] if (drift := find_template_drift(each))]


def find_template_drift(template: Template) -> Drift | None:
    """The drift of the newest version: its shared payload, and what its variants add."""
    version = get_version(template)
    content, since = read_content(version), version.created_at
    drift = _find_state_drift(template, content.shared, since)
    known = {(each.code, each.pointer) for each in drift.problems} if drift else set()
    for variant in content.variants:
        own = _find_state_drift(template, content.state(variant.name), since)
        added = [p for p in own.problems if (p.code, p.pointer) not in known] if own else []
        if own and added:
            # The person repairing it has to know which variant to look at.
            named = tuple(replace(p, message=f"{variant.name}: {p.message}") for p in added)
            drift = replace(own, problems=(drift.problems if drift else ()) + named)
    return drift


def _find_state_drift(template: Template, state: State, since: datetime) -> Drift | None:
    rows = Connection.objects.filter(pk=state.connection) if state.connection else None
    connection = rows.first() if rows is not None else None
    values, text = state.path_values, state.text
    return find_payload_drift(template.operation, connection, values, text, since)


def repair_draft(person: Person, draft_id: uuid.UUID) -> bool:
    """Apply every safe fix as one edit, which undo reverts. Returns whether anything changed.

    Raises Draft.DoesNotExist.
    """
    draft = find_draft(person, draft_id)
    # Computed again: the page that offered the repair may be old.
    drift = find_draft_drift(draft)
    if drift is None or drift.aligned == draft.text:
        return False
    edit = Edit("replace", value=drift.aligned)
    return isinstance(apply_edit(person, draft_id, edit, draft.revision, "repair"), Applied)


def repair_template(person: Person, template: Template) -> bool:
    """Apply every safe fix as a new version. Returns whether anything changed."""
    version = get_version(template)
    content = read_content(version)
    repaired = _repair_content(template, content, version.created_at)
    if repaired == content:
        return False
    note = _("Repaired after the workflow changed")
    saved = save_version(person, template, repaired, version.number, note)
    return not isinstance(saved, VersionConflict)


def _repair_content(template: Template, content: Content, since: datetime) -> Content:
    shared = _align(template, content.shared, since)
    variants = []
    for variant in content.variants:
        # Edits alone can't be checked: each variant is repaired as a whole payload.
        former = content.state(variant.name)
        state = _align(template, former, since)
        unchanged = shared == content.shared and state == former
        edits = variant.edits if unchanged else derive_edits(shared, state)
        variants.append(Variant(variant.name, edits))
    return Content(shared, tuple(variants))


def _align(template: Template, state: State, since: datetime) -> State:
    drift = _find_state_drift(template, state, since)
    return replace(state, text=drift.aligned) if drift else state


def find_changed_workflows() -> set[tuple[uuid.UUID, str]]:
    """Connection id and UID of every workflow whose definition has ever changed."""
    rows = WorkflowChange.objects.values_list("workflow__connection_id", "workflow__uid")
    return set(rows.distinct())
