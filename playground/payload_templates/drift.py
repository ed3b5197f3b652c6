"""Find drafts and templates that no longer fit their workflow or API, and repair them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from playground.apis.updates import ApiUpdates
from playground.drafts.changes import Applied, apply_edit
from playground.drafts.drafts import find_draft, list_drafts, state_of
from playground.drafts.models import Draft
from playground.drafts.states import Edit, State
from playground.payload_templates.models import Template
from playground.payload_templates.payload_drift import Drift, find_payload_drift
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
from playground.workspace.models import Connection, WorkflowChange

MAX_LISTED = 300
# An empty Q would match every row.
NOTHING = Q(pk__in=[])
OF_IMPORTED_API = Q(operation__contains=":")
# When a draft's payload was made: earlier changes aren't drift.
MADE_AT = Coalesce("payload_made_at", "created_at")


def find_draft_drift(draft: Draft, updates: ApiUpdates | None = None) -> Drift | None:
    since = draft.payload_made_at or draft.created_at
    return find_payload_drift(draft.operation, draft.connection, state_of(draft), since, updates)


def list_drifted_drafts(person: Person) -> list[tuple[Draft, Drift]]:
    """The person's drafts that no longer fit, newest first."""
    matches = NOTHING
    for connection, uid in find_changed_workflows():
        matches |= Q(connection_id=connection, path_values__workflow_uid=uid)
    return find_drifted_drafts(list_drafts(person), ApiUpdates(), matches)


def find_drifted_drafts(
    rows: QuerySet[Draft], updates: ApiUpdates, matches: Q = NOTHING
) -> list[tuple[Draft, Drift]]:
    """The outdated drafts among these: broken by updates of their API, or matched and broken."""
    if updates.newest:
        of_apis = rows.filter(OF_IMPORTED_API).values_list("pk", "operation", MADE_AT)
        matches |= Q(pk__in=updates.filter_changed(of_apis)[:MAX_LISTED])
    found = rows.defer(None).filter(matches)[:MAX_LISTED]
    return [(draft, drift) for draft in found if (drift := find_draft_drift(draft, updates))]


def find_broken_drafts(drafts: Iterable[Draft]) -> set[uuid.UUID]:
    """The ids of those drafts that no longer fit."""
    changed, updates = find_changed_workflows(), ApiUpdates()
    # Documents are deferred in lists: load only those of changed workflows and operations.
    ids = [
        each.id
        for each in drafts
        if (each.connection_id, each.path_values.get("workflow_uid")) in changed
        or updates.has_changed(each.operation, each.payload_made_at or each.created_at)
    ]
    found = Draft.objects.select_related("connection").filter(id__in=ids) if ids else []
    return {
        each.id for each in found if (drift := find_draft_drift(each, updates)) and drift.breaks
    }


def list_drifted_templates(person: Person) -> list[tuple[Template, Drift]]:
    """The visible templates whose newest version no longer fits."""
    rows = visible_templates(person).filter(archived_at=None)
    return list(find_drifted_templates(rows, ApiUpdates(), _of_changed_workflows()))


def find_broken_templates(templates: Iterable[Template]) -> set[uuid.UUID]:
    """The ids of templates whose newest version no longer fits."""
    rows = Template.objects.filter(pk__in=[each.pk for each in templates])
    found = find_drifted_templates(rows, ApiUpdates(), _of_changed_workflows())
    return {each.pk for each, drift in found if drift.breaks}


def _of_changed_workflows() -> Q:
    # By UID only: a template may have another connection than its variants.
    return Q(workflow_uid__in={uid for _connection, uid in find_changed_workflows()})


def find_drifted_templates(
    rows: QuerySet[Template], updates: ApiUpdates, matches: Q = NOTHING
) -> Iterator[tuple[Template, Drift]]:
    """The outdated templates among these: broken by updates of their API, or matched and broken."""
    if updates.newest:
        of_apis = rows.filter(OF_IMPORTED_API).values_list("pk", "operation", "changed_at")
        matches |= Q(pk__in=updates.filter_changed(of_apis)[:MAX_LISTED])
    for each in rows.filter(matches)[:MAX_LISTED]:
        if drift := find_template_drift(each, updates):
            yield each, drift


def find_template_drift(template: Template, updates: ApiUpdates | None = None) -> Drift | None:
    """The drift of the newest version: its shared payload, and what its variants add."""
    updates, version = updates or ApiUpdates(), get_version(template)
    content, since = read_content(version), version.created_at
    drift = _find_state_drift(template, content.shared, since, updates)
    known = {(each.code, each.pointer) for each in drift.problems} if drift else set()
    for variant in content.variants:
        own = _find_state_drift(template, content.state(variant.name), since, updates)
        added = [p for p in own.problems if (p.code, p.pointer) not in known] if own else []
        if own and added:
            # The person repairing it has to know which variant to look at.
            named = tuple(replace(p, message=f"{variant.name}: {p.message}") for p in added)
            drift = replace(own, problems=(drift.problems if drift else ()) + named)
    return drift


def _find_state_drift(
    template: Template, state: State, since: datetime, updates: ApiUpdates
) -> Drift | None:
    rows = Connection.objects.filter(pk=state.connection) if state.connection else None
    connection = rows.first() if rows is not None else None
    return find_payload_drift(template.operation, connection, state, since, updates)


def repair_draft(person: Person, draft_id: uuid.UUID) -> bool:
    """Apply every safe fix as one edit, which undo reverts. Returns whether anything changed.

    Raises Draft.DoesNotExist.
    """
    draft = find_draft(person, draft_id)
    # Computed again: the page that offered the repair may be old.
    drift = find_draft_drift(draft)
    if drift is None:
        return False
    parts = list_repairs(state_of(draft), drift.aligned)
    if parts:
        edit = Edit("all", parts=parts)
        if not isinstance(apply_edit(person, draft_id, edit, draft.revision, "repair"), Applied):
            return False
    if drift.operation != draft.operation:
        # Not an edit: with the old operation, the draft couldn't even be opened.
        Draft.objects.filter(pk=draft.pk).update(operation=drift.operation)
        return True
    return bool(parts)


def list_repairs(before: State, after: State) -> list[Edit]:
    """The edits that turn a payload into its repaired form."""
    text = [Edit("write", value=after.text)] if after.text != before.text else []
    # The text is unchanged, so only what is outside it is repaired.
    return [*text, *derive_edits(replace(before, text=after.text), after)]


def repair_template(person: Person, template: Template) -> bool:
    """Apply every safe fix as a new version. Returns whether anything changed."""
    version, updates = get_version(template), ApiUpdates()
    content, since = read_content(version), version.created_at
    drift = _find_state_drift(template, content.shared, since, updates)
    repaired = _repair_content(template, content, since, updates)
    operation = drift.operation if drift else template.operation
    if repaired == content and operation == template.operation:
        return False
    note = _("Repaired after the workflow changed")
    if updates.has_changed(template.operation, since):
        note = _("Repaired after the API changed")
    with transaction.atomic():
        saved = save_version(person, template, repaired, version.number, note)
        if isinstance(saved, VersionConflict):
            return False
        Template.objects.filter(pk=template.pk).update(operation=operation)
    template.operation = operation
    return True


def _repair_content(
    template: Template, content: Content, since: datetime, updates: ApiUpdates
) -> Content:
    shared = _align(template, content.shared, since, updates)
    variants = []
    for variant in content.variants:
        # Edits alone can't be checked: each variant is repaired as a whole payload.
        former = content.state(variant.name)
        state = _align(template, former, since, updates)
        unchanged = shared == content.shared and state == former
        edits = variant.edits if unchanged else derive_edits(shared, state)
        variants.append(Variant(variant.name, edits))
    return Content(shared, tuple(variants))


def _align(template: Template, state: State, since: datetime, updates: ApiUpdates) -> State:
    drift = _find_state_drift(template, state, since, updates)
    return drift.aligned if drift else state


def find_changed_workflows() -> set[tuple[uuid.UUID, str]]:
    """Connection id and UID of every workflow whose definition has ever changed."""
    rows = WorkflowChange.objects.values_list("workflow__connection_id", "workflow__uid")
    return set(rows.distinct())
