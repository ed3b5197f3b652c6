"""Payloads that no longer fit their workflow, since its definition changed after they began."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from playground.drafts.changes import Applied, apply_edit
from playground.drafts.drafts import drafts_of, find_draft
from playground.drafts.editing import Edit, State
from playground.drafts.models import Draft
from playground.openapi.operations import UnknownOperation, find_operation
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
from playground.rules.definition_changes import Change, compare_definitions
from playground.rules.drift import find_drift, realign
from playground.rules.facts import Facts
from playground.rules.problems import NOTE, Problem
from playground.workspace.models import Connection, WorkflowChange
from playground.workspace.workflows import facts_in, find_workflow

MOST = 300


@dataclass(frozen=True)
class Drift:
    """What a change of the workflow did to one payload. `aligned` is its text after the repair,
    `left` what that leaves for a person to decide."""

    change: WorkflowChange
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    aligned: str
    left: tuple[Problem, ...] = ()

    @property
    def breaks(self) -> bool:
        """False where there is only something new that could be added."""
        return any(each.severity != NOTE for each in self.problems)

    @property
    def fixes(self) -> list[str]:
        """What the repair does, in words, each once."""
        return list(dict.fromkeys(each.fix.label for each in self.problems if each.fix))


def find_payload_drift(
    operation_id: str,
    connection: Connection | None,
    path_values: Mapping[str, str],
    text: str,
    since: datetime,
) -> Drift | None:
    """The drift of a payload that was begun at `since`; None where it still fits."""
    schema = _schema_of(operation_id)
    uid = path_values.get("workflow_uid", "")
    kept = find_workflow(connection, uid) if schema is not None and uid else None
    change = kept.changes.filter(made_at__gt=since).order_by("made_at").first() if kept else None
    if kept is None or change is None or schema is None:
        return None
    before, after = _as_launched(facts_in(change.before)), _as_launched(facts_in(kept.definition))
    problems = tuple(find_drift(text, schema, before, after))
    if not problems:
        return None
    aligned = realign(text, schema, before, after)
    left = tuple(find_drift(aligned, schema, before, after))
    return Drift(change, tuple(compare_definitions(before, after)), problems, aligned, left)


def find_draft_drift(draft: Draft) -> Drift | None:
    since = draft.fits_since or draft.created_at
    return find_payload_drift(
        draft.operation, draft.connection, draft.path_values, draft.text, since
    )


def list_drifted_drafts(person: Person) -> list[tuple[Draft, Drift]]:
    """One's drafts that no longer fit, newest first."""
    changed = find_changed_workflows()
    found = drafts_of(person).defer(None).filter(_touched(changed))[:MOST] if changed else []
    return [(draft, drift) for draft in found if (drift := find_draft_drift(draft))]


def find_broken_drafts(drafts: Iterable[Draft]) -> set[uuid.UUID]:
    """Which of these drafts no longer fit; reads the documents of those in question only."""
    changed = find_changed_workflows()
    keys = {(connection, uid) for connection, uid in changed}
    asked = [d.id for d in drafts if (d.connection_id, d.path_values.get("workflow_uid")) in keys]
    found = Draft.objects.select_related("connection").filter(id__in=asked) if asked else []
    return {each.id for each in found if (drift := find_draft_drift(each)) and drift.breaks}


def list_drifted_templates(person: Person) -> list[tuple[Template, Drift]]:
    """Templates one may see whose newest version no longer fits."""
    changed = find_changed_workflows()
    uids = {uid for _, uid in changed}
    rows = visible_templates(person).filter(workflow_uid__in=uids, archived_at=None)
    return [(each, drift) for each in rows[:MOST] if (drift := find_template_drift(each))]


def find_template_drift(template: Template) -> Drift | None:
    """The drift of its newest version: of the shared payload, and of what variants add."""
    version = get_version(template)
    content, since = read_content(version), version.made_at
    drift = _judge_state(template, content.shared, since)
    known = {(each.code, each.pointer) for each in drift.problems} if drift else set()
    for variant in content.variants:
        own = _judge_state(template, content.state(variant.name), since)
        news = [p for p in own.problems if (p.code, p.pointer) not in known] if own else []
        if own and news:
            told = tuple(replace(p, message=f"{variant.name}: {p.message}") for p in news)
            drift = replace(own, problems=(drift.problems if drift else ()) + told)
    return drift


def _judge_state(template: Template, state: State, since: datetime) -> Drift | None:
    connection = (
        Connection.objects.filter(pk=state.connection).first() if state.connection else None
    )
    return find_payload_drift(template.operation, connection, state.path_values, state.text, since)


def repair_draft(person: Person, draft_id: uuid.UUID) -> bool:
    """Make every clear fix as one edit, which undo takes back; False where there is none.

    Raises Draft.DoesNotExist."""
    draft = find_draft(person, draft_id)
    drift = find_draft_drift(draft)
    if drift is None or drift.aligned == draft.text:
        return False
    edit = Edit("replace", value=drift.aligned)
    return isinstance(apply_edit(person, draft_id, edit, draft.revision, "repair"), Applied)


def repair_template(person: Person, template: Template) -> bool:
    """The same as a new version of a template."""
    version = get_version(template)
    content = read_content(version)
    mended = _mend_content(template, content, version.made_at)
    if mended == content:
        return False
    saved = save_version(person, template, mended, version.number, "Brought in line")
    return not isinstance(saved, VersionConflict)


def _mend_content(template: Template, content: Content, since: datetime) -> Content:
    """Shared payload and variants, each brought in line as the whole it is."""
    shared = _align(template, content.shared, since)
    variants = []
    for variant in content.variants:
        former = content.state(variant.name)
        state = _align(template, former, since)
        same = shared == content.shared and state == former
        edits = variant.edits if same else derive_edits(shared, state)
        variants.append(Variant(variant.name, edits))
    return Content(shared, tuple(variants))


def _align(template: Template, state: State, since: datetime) -> State:
    drift = _judge_state(template, state, since)
    return replace(state, text=drift.aligned) if drift else state


def find_changed_workflows() -> set[tuple[uuid.UUID, str]]:
    """Connection and UID of the workflows whose definition ever changed."""
    rows = WorkflowChange.objects.values_list("workflow__connection_id", "workflow__uid")
    return set(rows.distinct())


def _touched(changed: set[tuple[uuid.UUID, str]]) -> Q:
    found = Q()
    for connection, uid in changed:
        found |= Q(connection_id=connection, path_values__workflow_uid=uid)
    return found


def _as_launched(facts: Facts) -> Facts:
    """Only what the definition tells: accounts and variables made no drift."""
    return replace(facts, accounts=None, variables=None, secrets=None)


def _schema_of(operation_id: str) -> dict[str, object] | None:
    try:
        return find_operation(operation_id).body_schema
    except UnknownOperation:
        return None
