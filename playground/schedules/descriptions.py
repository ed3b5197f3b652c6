"""Schedules, their versions and their runs as values for scripts: the HTTP API, commands."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from playground.importers.credentials import Collector
from playground.payload_templates.exports import serialize_edit
from playground.payload_templates.secrets import mask_variant
from playground.payload_templates.variants import Variant
from playground.schedules.content import Policies, read_overlay
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.previews import RunPreview
from playground.sending.webhooks import mask_webhook
from playground.timing.errors import InvalidTiming
from playground.timing.rules import read_rule
from playground.timing.wording import describe_timing
from playground.workspace.models import Connection

POLICIES = tuple(each.name for each in fields(Policies))
# The last run that has begun or was left out.
_last = Slot.objects.filter(schedule=OuterRef("pk")).exclude(state=Slot.State.WAITING)
_last = _last.order_by("-planned_at")


def find_last_slots(schedules: Sequence[Schedule]) -> dict[object, Slot]:
    """The last run of each of these schedules, by the schedule's ID."""
    # For these rows only: in the query of a list, it would be looked up for each row it sorts.
    found = Schedule.objects.filter(pk__in=[each.pk for each in schedules])
    keys = found.annotate(last=Subquery(_last.values("pk")[:1])).values_list("last", flat=True)
    slots = Slot.objects.filter(pk__in=[key for key in keys if key])
    return {each.schedule_id: each for each in slots}


def describe_version_rule(version: ScheduleVersion) -> str:
    """When a version runs, in words; as it was typed if the rule can't be read any more."""
    try:
        return describe_timing(read_rule(version.rule))
    except InvalidTiming:
        return version.phrase


def describe_schedule(schedule: Schedule, last: Slot | None) -> dict[str, Any]:
    """How a schedule is: its state, its next run and its last one."""
    return {
        "id": str(schedule.pk),
        "name": schedule.name,
        "kind": str(schedule.kind),
        "state": str(schedule.state),
        "reason": schedule.reason,
        "person": schedule.person_name,
        "template": str(schedule.template_id) if schedule.template_id else None,
        "connection": schedule.connection_name,
        "version": schedule.latest_version,
        "next_at": write_instant(schedule.next_at),
        "failures": schedule.failures,
        "last": describe_slot(last) if last else None,
        "created_at": write_instant(schedule.created_at),
        "changed_at": write_instant(schedule.changed_at),
    }


def describe_content(version: ScheduleVersion) -> dict[str, Any]:
    """What a version sends and when, with references in place of credentials."""
    return {
        "version": version.number,
        "name": version.name,
        "phrase": version.phrase,
        "words": describe_version_rule(version),
        "zone": version.zone,
        "variant": version.variant,
        "template_version": version.template_version,
        "own_values": _describe_values(version),
        "starts_at": write_instant(version.starts_at),
        "ends_at": write_instant(version.ends_at),
        "days_off": version.days_off,
        **{name: getattr(version, name) for name in POLICIES},
        # Its path may be a secret.
        "webhook": mask_webhook(version.webhook),
    }


def describe_save(version: ScheduleVersion) -> dict[str, Any]:
    """Who saved a version, and when."""
    return {
        "version": version.number,
        "note": version.note,
        "person": version.person_name,
        "created_at": write_instant(version.created_at),
    }


def describe_slot(slot: Slot) -> dict[str, Any]:
    """One run that was due, and what became of it."""
    return {
        "planned_at": write_instant(slot.planned_at),
        "manual": slot.manual,
        "version": slot.version,
        "state": str(slot.state),
        "code": slot.code,
        "sentence": slot.reason,
        "exchange": str(slot.exchange_id) if slot.exchange_id else None,
        "batch": str(slot.batch_id) if slot.batch_id else None,
        "job": slot.job_uid,
        "started_at": write_instant(slot.started_at),
        "ended_at": write_instant(slot.ended_at),
    }


def describe_preview(preview: RunPreview) -> dict[str, Any]:
    """One run ahead with its masked request."""
    return {
        "note": "",
        **preview.run.as_dict(),
        "clock_change": preview.clock_change,
        "summary": preview.summary,
        "method": preview.method,
        "url": preview.url,
        "body": preview.body,
        "problems": [each.as_dict() for each in preview.problems],
        "obstacle": preview.obstacle,
    }


def write_instant(instant: datetime | None) -> str | None:
    """An instant in UTC; with microseconds, as it may be the place to go on from."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z" if instant else None


def find_connection_name(key: str) -> str:
    """The name of the connection with this ID; empty if it was deleted, or for no ID."""
    names = Connection.objects.filter(pk=key).values_list("name", flat=True) if key else ()
    return next(iter(names), "")


def _describe_values(version: ScheduleVersion) -> list[dict[str, Any]]:
    masked = mask_variant(Variant("", read_overlay(version.values)), Collector())
    rows = []
    for edit in masked.edits:
        row = serialize_edit(edit)
        if edit.kind == "connect":
            row["value"] = find_connection_name(edit.value)
        rows.append(row)
    return rows
