"""Runs ahead of now, of several schedules at once: bounded, whatever their rules are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from playground.pages.schedules.spans import ONE_DAY, Day, find_current_versions
from playground.schedules.content import Timing, read_timing
from playground.schedules.models import Schedule, ScheduleVersion
from playground.sending.send_limits import find_connection_limit
from playground.timing.errors import InvalidTiming
from playground.timing.wording import describe_timing
from playground.workspace.models import Connection

# Schedules whose runs are computed, those that run first; and runs of one that are listed in a
# month. One that runs more often has its rule on each of its days instead.
MOST_SCHEDULES, MOST_RUNS = 50, 45
# In a day all runs are listed, also of a schedule that runs each minute, up to so many in all.
MOST_RUNS_OF_DAY, MOST_OF_ALL = 1440, 2000
# So many runs within a day are often.
OFTEN = 4
MOMENT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
MOST_CONFLICTS = 20


@dataclass(frozen=True)
class PlannedRun:
    """A run ahead; `words` is the rule of a schedule that runs often on that day."""

    schedule: Schedule
    instant: datetime
    words: str = ""


@dataclass(frozen=True)
class Ahead:
    """The runs, earliest first; `is_cut` if there are schedules that weren't looked at."""

    runs: list[PlannedRun] = field(default_factory=list)
    is_cut: bool = False


@dataclass(frozen=True)
class RateConflict:
    """More runs in a minute over a connection than it allows."""

    instant: datetime
    connection: str
    runs: int
    limit: int

    @property
    def sentence(self) -> str:
        text = _(
            "%(runs)d runs begin in the same minute, and %(connection)s allows %(limit)d sends a "
            "minute: the others start later."
        )
        numbers = {"runs": self.runs, "limit": self.limit, "connection": self.connection}
        return text % numbers


def list_ahead(found: QuerySet[Schedule], days: Sequence[Day], now: datetime) -> Ahead:
    """The runs of active schedules on these days, from now on."""
    begin, end = max(now, days[0].begin), days[-1].end
    if begin >= end:
        return Ahead()
    due = found.filter(state=Schedule.State.ACTIVE, next_at__lt=end).order_by("next_at", "pk")
    schedules = list(due.select_related("connection")[: MOST_SCHEDULES + 1])
    is_cut, schedules = len(schedules) > MOST_SCHEDULES, schedules[:MOST_SCHEDULES]
    versions = find_current_versions(schedules)
    runs: list[PlannedRun] = []
    for schedule in schedules:
        version = versions.get(schedule.pk)
        if len(runs) > MOST_OF_ALL:
            is_cut = True
            break
        if version is not None:
            runs += _list_runs(schedule, version, days, begin)
    return Ahead(sorted(runs, key=lambda each: each.instant), is_cut)


def _list_runs(
    schedule: Schedule, version: ScheduleVersion, days: Sequence[Day], begin: datetime
) -> list[PlannedRun]:
    try:
        timing = read_timing(version)
    except InvalidTiming:
        # The planner pauses it with that sentence.
        return []
    # A run that is due has no slot yet: it is counted from there.
    begin = max(begin, schedule.next_at or begin)
    end = days[-1].end - MOMENT
    if len(days) == 1:
        instants = timing.list_from(begin, MOST_RUNS_OF_DAY, end)
        return [PlannedRun(schedule, each) for each in instants]
    is_often = len(timing.list_from(begin, OFTEN, min(end, begin + ONE_DAY))) == OFTEN
    instants = [] if is_often else timing.list_from(begin, MOST_RUNS + 1, end)
    if is_often or len(instants) > MOST_RUNS:
        return list(_list_busy_days(schedule, timing, days, begin))
    return [PlannedRun(schedule, each) for each in instants]


def _list_busy_days(
    schedule: Schedule, timing: Timing, days: Sequence[Day], begin: datetime
) -> Iterable[PlannedRun]:
    """The first run of each day, shown instead of all of them."""
    words = describe_timing(timing.rule)
    for day in days:
        if day.end > begin:
            first = timing.list_from(max(begin, day.begin), 1, day.end - MOMENT)
            yield from (PlannedRun(schedule, each, words) for each in first)


def find_conflicts(runs: Iterable[PlannedRun]) -> list[RateConflict]:
    """Minutes in which more runs begin than their connection allows, earliest first."""
    counts: Counter[tuple[datetime, object]] = Counter()
    connections: dict[object, Connection] = {}
    for run in runs:
        connection = run.schedule.connection
        # What a sync reads isn't counted as sends.
        if connection is not None and run.schedule.kind != Schedule.Kind.SYNC:
            connections[connection.pk] = connection
            minute = run.instant.replace(second=0, microsecond=0)
            counts[minute, connection.pk] += 1
    limits = {key: find_connection_limit(each) for key, each in connections.items()}
    found = [
        RateConflict(minute, connections[key].name, number, limits[key])
        for (minute, key), number in counts.items()
        if 0 < limits[key] < number
    ]
    return sorted(found, key=lambda each: (each.instant, each.connection))[:MOST_CONFLICTS]
