"""Pages about 10,000 schedules with 1,000,000 past runs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.utils import timezone

from playground.people.models import Person
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.timing.rules import Daily, write_rule
from playground.workspace.models import Connection
from tests.bench.figures import Figure
from tests.bench.product import Served, make_visitor
from tests.bench.shelves import measure_page
from tests.payload_templates.templates import make_template

SCHEDULES, RUNS_OF_EACH, BATCH = 10_000, 100, 5_000
STATES = ("accepted", "accepted", "accepted", "refused", "missed")
PAGES = {
    "list of schedules": "/schedules/",
    "schedules, searched": "/schedules/?text=777",
    "calendar of schedules": "/schedules/calendar/?zone=Europe/Berlin",
    "timeline of schedules": "/schedules/timeline/?zone=Europe/Berlin",
}


def measure_schedules(served: Served) -> Iterator[Figure]:
    """The list, the calendar, the timeline and one schedule's page."""
    visitor = make_visitor()
    if Schedule.objects.count() < SCHEDULES:  # or an earlier run has filled it
        fill_schedules(visitor.person)
    for name, path in PAGES.items():
        yield from measure_page(served, visitor, name, path, 100.0)
    path = f"/schedules/{Schedule.objects.values_list('pk', flat=True)[0]}/"
    yield from measure_page(served, visitor, "page of a schedule", path, 100.0)


def fill_schedules(person: Person) -> None:
    """Daily schedules at all minutes of the day, each with a run for each of the last days."""
    connection = Connection.objects.get(practice=True, api="captain-data")
    template = make_template(person, connection=connection)
    now = timezone.now().replace(second=0, microsecond=0)
    schedules = [
        Schedule(
            id=uuid.uuid4(),
            person=person,
            person_name=person.username,
            name=f"Schedule {number}",
            template=template,
            connection=connection,
            connection_name=connection.name,
            base_url=connection.base_url,
            # Far ahead, so that none of them runs while pages are measured.
            next_at=now + timedelta(days=1, minutes=number % 1440),
        )
        for number in range(SCHEDULES)
    ]
    Schedule.objects.bulk_create(schedules, batch_size=BATCH)
    ScheduleVersion.objects.bulk_create(
        (make_version(each, number) for number, each in enumerate(schedules)), batch_size=BATCH
    )
    for start in range(0, SCHEDULES, BATCH // RUNS_OF_EACH):
        # A million of them at once would be gigabytes.
        some = schedules[start : start + BATCH // RUNS_OF_EACH]
        Slot.objects.bulk_create(list_runs(some, now))


def make_version(schedule: Schedule, number: int) -> ScheduleVersion:
    at = time(number // 60 % 24, number % 60)
    rule = Daily((at,), 1, timezone.now().date())
    return ScheduleVersion(
        schedule=schedule,
        number=1,
        name=schedule.name,
        template=schedule.template,
        phrase=f"every day at {at:%H:%M}",
        rule=write_rule(rule),
        zone="Europe/Berlin",
    )


def list_runs(schedules: Sequence[Schedule], now: datetime) -> Iterator[Slot]:
    for number, schedule in enumerate(schedules):
        for run in range(1, RUNS_OF_EACH + 1):
            at = now - timedelta(days=run, minutes=number % 1440)
            yield Slot(
                schedule=schedule,
                planned_at=at,
                due_at=at,
                state=STATES[(number + run) % len(STATES)],
                version=1,
                started_at=at,
                ended_at=at + timedelta(seconds=2),
            )
