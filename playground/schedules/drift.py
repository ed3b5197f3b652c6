"""Schedules whose payload no longer fits its workflow or its API, which have changed."""

import uuid
from collections.abc import Mapping, Sequence

from playground.apis.updates import ApiUpdates
from playground.payload_templates.drift import find_changed_workflows
from playground.payload_templates.payload_drift import Drift, find_payload_drift
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.preparing import CannotRun, read_payload
from playground.schedules.shared_lookups import SharedLookups


def find_schedule_drift(
    schedule: Schedule,
    version: ScheduleVersion,
    lookups: SharedLookups | None = None,
    updates: ApiUpdates | None = None,
) -> Drift | None:
    """The drift of what this version sends: its template's version, variant and own values.

    None if it still fits, and if something else keeps it from being sent.
    """
    if schedule.kind != Schedule.Kind.TEMPLATE:
        return None
    lookups = lookups or SharedLookups()
    try:
        _person, template_version, state = read_payload(schedule, version, lookups)
    except CannotRun:
        return None
    connection = lookups.load_connection(state.connection)
    operation, since = template_version.template.operation, template_version.created_at
    return find_payload_drift(operation, connection, state, since, updates)


def find_outdated_schedules(
    schedules: Sequence[Schedule], versions: Mapping[uuid.UUID, ScheduleVersion]
) -> set[uuid.UUID]:
    """The IDs of those of these schedules that no longer fit; they come with their templates."""
    workflows = {uid for _connection, uid in find_changed_workflows()}
    updates, lookups = ApiUpdates(), SharedLookups()
    found = set()
    for schedule in schedules:
        template, version = schedule.template, versions.get(schedule.pk)
        if template is None or version is None:
            continue
        # Payloads are read only where something has changed at all since the first version.
        if template.workflow_uid in workflows or updates.has_changed(
            template.operation, template.created_at
        ):
            drift = find_schedule_drift(schedule, version, lookups, updates)
            if drift is not None and drift.breaks:
                found.add(schedule.pk)
    return found
