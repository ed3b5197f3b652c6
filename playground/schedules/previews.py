"""The next runs of a schedule and the exact request of each, masked, before and after saving."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from playground.calls.masking import format_masked, mask_call
from playground.drafts.models import Draft
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.rules.problems import Problem
from playground.schedules.content import (
    ScheduleInput,
    Timing,
    check_timing,
    clean_input,
    read_timing,
    write_columns,
)
from playground.schedules.kinds import explain_kind
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.preparing import CannotRun, judge_drift, judge_target, plan_run
from playground.sending.pipeline import assemble_plan, load_wire
from playground.sending.plans import check_plan, gather_facts
from playground.timing.runs import Run, list_runs, mark_clock_change

SHOWN = 5


@dataclass(frozen=True)
class RunPreview:
    """One run ahead. `obstacle` is why it wouldn't be sent as things are now.

    `summary` says what it does if that isn't one request.
    """

    run: Run
    # What clocks do on that day, in words.
    clock_change: str = ""
    method: str = ""
    url: str = ""
    body: str = field(default="", repr=False)
    problems: tuple[Problem, ...] = ()
    obstacle: str = ""
    summary: str = ""


def preview_schedule(
    schedule: Schedule, version: ScheduleVersion, now: datetime
) -> list[RunPreview]:
    """The next runs of a stored schedule. Raises InvalidTiming."""
    return _preview(schedule, version, read_timing(version), now)


def preview_input(
    person: Person,
    template: Template,
    wanted: ScheduleInput,
    now: datetime,
    former: ScheduleVersion | None = None,
    draft: Draft | None = None,
) -> list[RunPreview]:
    """The next runs of what was entered and isn't saved. Raises InvalidSchedule.

    `draft` is the one that it was entered in: its secrets are kept on saving.
    """
    wanted = clean_input(wanted)
    timing = check_timing(wanted, now, former)
    schedule = Schedule(person=person, template=template, name=wanted.name)
    version = ScheduleVersion(template=template, **write_columns(wanted, timing))
    return _preview(schedule, version, timing, now, is_saved=False, draft=draft)


def preview_unsaved(
    schedule: Schedule,
    wanted: ScheduleInput,
    now: datetime,
    former: ScheduleVersion | None = None,
) -> list[RunPreview]:
    """As `preview_input`, of what isn't a template. Raises InvalidSchedule."""
    wanted = clean_input(wanted)
    timing = check_timing(wanted, now, former)
    version = ScheduleVersion(**write_columns(wanted, timing))
    return _preview(schedule, version, timing, now, is_saved=False)


def _preview(
    schedule: Schedule,
    version: ScheduleVersion,
    timing: Timing,
    now: datetime,
    is_saved: bool = True,
    draft: Draft | None = None,
) -> list[RunPreview]:
    start = max(now, timing.starts_at) if timing.starts_at else now
    runs = list_runs(timing.rule, timing.zone, start, SHOWN, timing.ends_at, timing.days_off)
    if schedule.kind != Schedule.Kind.TEMPLATE:
        summary, obstacle = explain_kind(schedule, version)
        return [
            RunPreview(run, mark_clock_change(timing.zone, run), obstacle=obstacle, summary=summary)
            for run in runs
        ]
    try:
        return list(_show_requests(schedule, version, timing, runs, is_saved, draft))
    except CannotRun as reason:
        return [
            RunPreview(run, mark_clock_change(timing.zone, run), obstacle=str(reason))
            for run in runs
        ]


def _show_requests(
    schedule: Schedule,
    version: ScheduleVersion,
    timing: Timing,
    runs: Sequence[Run],
    is_saved: bool,
    draft: Draft | None,
) -> Iterable[RunPreview]:
    first = plan_run(schedule, version, runs[0].instant) if runs else None
    if first is None:
        return
    first = replace(first, draft=draft)
    # Runs differ by their time alone, so the rest is looked up once.
    facts, wire = gather_facts(first), load_wire(first)
    obstacle = ""
    try:
        # Where it may send to is agreed on by saving it.
        if is_saved:
            judge_target(schedule, first.connection)
        judge_drift(version, first)
    except CannotRun as reason:
        obstacle = str(reason)
    for run in runs:
        plan = replace(first, now=run.instant.astimezone(timing.zone))
        problems = check_plan(plan, facts)
        assembled = assemble_plan(plan, wire)
        masked = mask_call(assembled.call)
        errors = [each.message for each in problems if each.blocks]
        failure = assembled.failure.message if assembled.failure is not None else ""
        yield RunPreview(
            run=run,
            clock_change=mark_clock_change(timing.zone, run),
            method=masked.method,
            url=format_masked(masked.url),
            body=format_masked(masked.body) if masked.body is not None else "",
            problems=tuple(problems),
            obstacle=obstacle or next(iter(errors), failure),
        )
