"""What a version of a schedule holds, in words: to show it and to compare two of them."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.pages.schedules.run_rows import format_local
from playground.payload_templates.variants import overridden_pointers
from playground.schedules.content import read_overlay
from playground.schedules.descriptions import describe_version_rule
from playground.schedules.models import Schedule, ScheduleVersion
from playground.sending.webhooks import mask_webhook
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone


def describe_version(
    version: ScheduleVersion, kind: str = Schedule.Kind.TEMPLATE
) -> dict[str, str]:
    """The parts of a version by their labels; empty ones are left out."""
    is_template = kind == Schedule.Kind.TEMPLATE
    drift = _("Pause") if version.pauses_on_drift else _("Go on")
    parts = {
        _("Name"): version.name,
        _("When"): _write_rule(version),
        _("Time zone"): version.zone,
        _("From"): _write_moment(version.starts_at, version.zone),
        _("Until"): _write_moment(version.ends_at, version.zone),
        _("Days to skip"): version.days_off,
        _("File of rows"): _write_file(version) if kind == Schedule.Kind.BATCH else "",
        _("If rows have problems"): _write_bad_rows(version) if kind == Schedule.Kind.BATCH else "",
        _("Template"): _write_template(version) if is_template else "",
        _("Variant"): version.variant,
        _("If the previous run is still going"): str(
            ScheduleVersion.Overlap(version.overlap).label
        ),
        _("If runs were missed"): _write_missed(version),
        _("If a run fails"): _write_failure(version),
        _("Webhook"): mask_webhook(version.webhook),
        _("Late start"): _write_lateness(version),
        _("If the template no longer fits"): drift if is_template else "",
    }
    return {label: text for label, text in parts.items() if text}


def list_own_pointers(version: ScheduleVersion) -> list[str]:
    """Where a version's own values are, in the document and outside."""
    return overridden_pointers(read_overlay(version.values))


def _write_rule(version: ScheduleVersion) -> str:
    words = describe_version_rule(version)
    return words if words == version.phrase else f"{version.phrase} ({words})"


def _write_moment(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return ""
    try:
        return format_local(instant.astimezone(get_zone(zone)))
    except InvalidTiming:
        return f"{format_local(instant)} UTC"


def _write_template(version: ScheduleVersion) -> str:
    if version.template_version:
        names = {"name": version.template_name, "number": version.template_version}
        return _("%(name)s, version %(number)d") % names
    return _("%(name)s, newest version at each run") % {"name": version.template_name}


def _write_file(version: ScheduleVersion) -> str:
    if version.file is None:
        return _("Deleted")
    return version.file.name


def _write_bad_rows(version: ScheduleVersion) -> str:
    return _("Send the good rows") if version.good_only else _("Send nothing")


def _write_missed(version: ScheduleVersion) -> str:
    if version.missed == ScheduleVersion.Missed.SOME:
        text = ngettext(
            "Run the last one",
            "Run the last %(n)s of them, one after the other",
            version.missed_most,
        )
        return text % {"n": version.missed_most}
    return str(ScheduleVersion.Missed(version.missed).label)


def _write_failure(version: ScheduleVersion) -> str:
    if version.on_failure == ScheduleVersion.OnFailure.PAUSE:
        text = ngettext(
            "Pause after %(n)s failed run",
            "Pause after %(n)s failed runs in a row",
            version.pause_after,
        )
        return text % {"n": version.pause_after}
    return str(ScheduleVersion.OnFailure(version.on_failure).label)


def _write_lateness(version: ScheduleVersion) -> str:
    if not version.start_within:
        return _("Start however late it is")
    text = ngettext(
        "Start at most %(n)s minute late", "Start at most %(n)s minutes late", version.start_within
    )
    return text % {"n": version.start_within}
