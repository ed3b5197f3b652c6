"""What a schedule holds, as people enter it: validated, written to a version and read back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from playground.drafts.states import Edit, State
from playground.payload_templates.models import Version
from playground.payload_templates.variants import (
    Variant,
    apply_variant,
    read_variants,
    write_variants,
)
from playground.payload_templates.versions import Content, read_content
from playground.schedules.access import InvalidSchedule
from playground.schedules.models import ScheduleVersion
from playground.schedules.moments import read_local_or_instant
from playground.sending.webhooks import judge_webhook
from playground.timing.days_off import DaysOff, read_days_off
from playground.timing.errors import InvalidTiming
from playground.timing.phrases import read_phrase
from playground.timing.rules import Cron, Interval, Once, Rule, read_rule, write_rule
from playground.timing.runs import list_runs, require_runs
from playground.timing.zones import get_zone

LONGEST_NAME = 200
MOST_MISSED = 1000
MOST_FAILURES = 1000
# Longer ago, nobody wants a run to start.
MOST_MINUTES = 31 * 24 * 60
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
Checked = TypeVar("Checked")


@dataclass(frozen=True)
class Policies:
    """What happens when the last run is still going, when runs were missed, and on failure.

    The fields are those of `ScheduleVersion`.
    """

    overlap: str = ScheduleVersion.Overlap.SKIP
    missed: str = ScheduleVersion.Missed.ONCE
    missed_most: int = 1
    on_failure: str = ScheduleVersion.OnFailure.NOTIFY
    pause_after: int = 3
    start_within: int = 0
    pauses_on_drift: bool = False
    webhook: str = field(default="", repr=False)


@dataclass(frozen=True)
class ScheduleInput:
    """A schedule as a person enters it. `values` are laid over the template's payload."""

    name: str
    phrase: str
    zone: str
    variant: str = ""
    template_version: int = 0
    values: tuple[Edit, ...] = field(default=(), repr=False)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days_off: str = ""
    policies: Policies = Policies()
    # Of a schedule of batches: what `batch_content` keeps of one, and the ID of its file.
    batch: str = field(default="", repr=False)
    file_id: str | None = None
    good_only: bool = False


@dataclass(frozen=True)
class Timing:
    """When a schedule runs."""

    rule: Rule
    zone: ZoneInfo
    days_off: DaysOff
    starts_at: datetime | None
    ends_at: datetime | None

    def find_next(self, after: datetime) -> datetime | None:
        """The first run at this instant or later."""
        runs = self.list_from(after, 1)
        return runs[0] if runs else None

    def list_from(
        self, after: datetime, count: int, until: datetime | None = None
    ) -> list[datetime]:
        """The first runs at this instant or later, up to and including `until`."""
        start = max(after, self.starts_at) if self.starts_at else after
        ends = [each for each in (self.ends_at, until) if each is not None]
        end = min(ends) if ends else None
        runs = list_runs(self.rule, self.zone, start, count, end, self.days_off)
        return [run.instant for run in runs]


def read_timing(version: ScheduleVersion) -> Timing:
    """When a stored version runs. Raises InvalidTiming, such as for a zone that is gone."""
    return Timing(
        rule=read_rule(version.rule),
        zone=get_zone(version.zone),
        days_off=read_days_off(version.days_off),
        starts_at=version.starts_at,
        ends_at=version.ends_at,
    )


def read_input(version: ScheduleVersion) -> ScheduleInput:
    """What was entered for a version, to edit, compare or restore it."""
    return ScheduleInput(
        name=version.name,
        phrase=version.phrase,
        zone=version.zone,
        variant=version.variant,
        template_version=version.template_version,
        values=read_overlay(version.values),
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        days_off=version.days_off,
        policies=Policies(
            overlap=version.overlap,
            missed=version.missed,
            missed_most=version.missed_most,
            on_failure=version.on_failure,
            pause_after=version.pause_after,
            start_within=version.start_within,
            pauses_on_drift=version.pauses_on_drift,
            webhook=version.webhook,
        ),
        batch=version.batch,
        file_id=version.file_id,
        good_only=version.good_only,
    )


def write_columns(wanted: ScheduleInput, timing: Timing) -> dict[str, Any]:
    """What was entered, as columns of a version."""
    return {
        "name": wanted.name,
        "template_version": wanted.template_version,
        "variant": wanted.variant,
        "values": write_overlay(wanted.values),
        "phrase": wanted.phrase,
        "rule": write_rule(timing.rule),
        "zone": timing.zone.key,
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "days_off": wanted.days_off,
        "batch": wanted.batch,
        "file_id": wanted.file_id,
        "good_only": wanted.good_only,
        **vars(wanted.policies),
    }


def write_overlay(values: tuple[Edit, ...]) -> str:
    """Edits laid over a template, as they are stored."""
    return write_variants([Variant("", values)])


def read_overlay(text: str) -> tuple[Edit, ...]:
    """The edits that `write_overlay` wrote."""
    return tuple(edit for variant in read_variants(text) for edit in variant.edits)


def overlay_state(version: Version, variant: str, values: tuple[Edit, ...]) -> State:
    """The payload of a template's version with values laid over it."""
    return overlay_content(read_content(version), variant, values)


def overlay_content(content: Content, variant: str, values: tuple[Edit, ...]) -> State:
    """As `overlay_state`, for content that was read before."""
    return apply_variant(content.state(variant), Variant(variant, values))


def check_timing(wanted: ScheduleInput, now: datetime, former: ScheduleVersion | None) -> Timing:
    """When this would run. Raises InvalidSchedule with a sentence for each field.

    Counting goes on from the former version's rule as long as the phrase means the same.
    """
    return _check(wanted, now, lambda zone, begin: _read_rule(wanted, zone, begin, former))


def check_paused_timing(wanted: ScheduleInput, now: datetime, since: str = "") -> Timing:
    """As `check_timing`, of what is paused: it needs no run ahead before it is resumed.

    `since` is where counting begins, as `write_rule` writes it; empty for now.
    """

    def read(zone: ZoneInfo, begin: datetime) -> Rule:
        return _count_since(read_phrase(wanted.phrase, zone, begin), since, zone)

    return _check(wanted, now, read, is_paused=True)


def _check(
    wanted: ScheduleInput,
    now: datetime,
    read: Callable[[ZoneInfo, datetime], Rule],
    is_paused: bool = False,
) -> Timing:
    checks = _Checks()
    zone = checks.run("zone", lambda: get_zone(wanted.zone))
    days_off = checks.run("days_off", lambda: read_days_off(wanted.days_off))
    if wanted.starts_at and wanted.ends_at and wanted.ends_at < wanted.starts_at:
        checks.fields["ends_at"] = _("The end is before the start.")
    elif wanted.ends_at and wanted.ends_at < now and not is_paused:
        checks.fields["ends_at"] = _("The end has passed.")
    begin = _round_up(max(now, wanted.starts_at) if wanted.starts_at else now)
    rule = checks.run("phrase", lambda: read(zone, begin)) if zone else None
    if rule is not None and zone is not None and days_off is not None:
        timing = Timing(rule, zone, days_off, wanted.starts_at, wanted.ends_at)
        if not is_paused and not checks.fields:
            end = wanted.ends_at
            checks.run("phrase", lambda: require_runs(rule, zone, begin, 1, end, days_off))
    _check_details(wanted, checks.fields)
    if checks.fields:
        raise InvalidSchedule(checks.fields)
    return timing


class _Checks:
    """Collects the sentences of checks that fail."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def run(self, name: str, check: Callable[[], Checked]) -> Checked | None:
        try:
            return check()
        except InvalidTiming as error:
            self.fields[name] = str(error)
            return None


def _read_rule(
    wanted: ScheduleInput, zone: ZoneInfo, begin: datetime, former: ScheduleVersion | None
) -> Rule:
    if former is not None and (former.phrase, former.zone, former.starts_at) == (
        wanted.phrase,
        wanted.zone,
        wanted.starts_at,
    ):
        return read_rule(former.rule)
    return read_phrase(wanted.phrase, zone, begin)


def _count_since(rule: Rule, since: str, zone: ZoneInfo) -> Rule:
    if not since or isinstance(rule, Once | Cron):
        return rule
    if isinstance(rule, Interval):
        return replace(rule, since=read_local_or_instant(since, zone.key) or rule.since)
    return replace(rule, since=date.fromisoformat(since[:10]))


def _round_up(instant: datetime) -> datetime:
    return (instant + MINUTE - MOMENT).replace(second=0, microsecond=0)


def _check_details(wanted: ScheduleInput, fields: dict[str, str]) -> None:
    name, policies = wanted.name.strip(), wanted.policies
    if not name:
        fields["name"] = _("Enter a name.")
    elif len(name) > LONGEST_NAME:
        text = _("The name can have at most %(limit)s characters.")
        fields["name"] = text % {"limit": LONGEST_NAME}
    if refused := judge_webhook(policies.webhook):
        fields["webhook"] = refused
    for key, kinds in {
        "overlap": ScheduleVersion.Overlap,
        "missed": ScheduleVersion.Missed,
        "on_failure": ScheduleVersion.OnFailure,
    }.items():
        if getattr(policies, key) not in kinds.values:
            fields[key] = _("Choose one of: %s.") % ", ".join(kinds.values)
    for key, least, most in (
        ("missed_most", 1, MOST_MISSED),
        ("pause_after", 1, MOST_FAILURES),
        ("start_within", 0, MOST_MINUTES),
    ):
        if not least <= getattr(policies, key) <= most:
            text = _("Enter a number from %(least)d to %(most)d.")
            fields[key] = text % {"least": least, "most": most}


def clean_input(wanted: ScheduleInput) -> ScheduleInput:
    """What was entered, without blanks around it."""
    return replace(
        wanted,
        name=wanted.name.strip(),
        phrase=" ".join(wanted.phrase.split()),
        zone=wanted.zone.strip(),
        policies=replace(wanted.policies, webhook=wanted.policies.webhook.strip()),
    )
