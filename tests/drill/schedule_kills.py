"""Schedules on two machines, kill -9 twenty times: no slot is lost, and none is sent twice."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from playground.calls.values import Outcome
from playground.drafts.states import Edit
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.schedules.content import write_overlay
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.preparing import find_slot_submission
from playground.timing.rules import Interval, write_rule
from playground.workspace.models import Connection
from tests.bench.product import start_one
from tests.drill.report import Report
from tests.drill.sender import create_sender
from tests.sending.stand_ins import Standin, wait_until

KILLS, SCHEDULES, MACHINES = 20, 1_000, 2
# From one time at which many are due to the next, and how long a machine runs before it is killed.
EVERY, SECONDS = timedelta(seconds=5), (0.1, 3.0)
# What a machine has under way at most, with the usual settings.
SENDERS = 24
DAY_MINUTES, PATIENCE = 24 * 60, 300


def run() -> Report:
    report = Report()
    with Standin() as target:
        start = timezone.now() + timedelta(seconds=10)
        moments = [start + number % KILLS * EVERY for number in range(SCHEDULES)]
        schedules = make_schedules(target.origin, moments)
        machines = [start_one() for _ in range(MACHINES)]
        time.sleep(max(0.0, (start - timezone.now()).total_seconds()))
        for _ in range(KILLS):
            time.sleep(random.uniform(*SECONDS))
            place = random.randrange(MACHINES)
            machines[place].process.kill()
            machines[place].process.wait()
            machines[place] = start_one()
        ended = wait_until(lambda: have_ended(schedules), PATIENCE)
        for each in machines:
            each.process.terminate()
            each.process.wait(60)
        # A GET follows the job of a launch.
        arrived = Counter(
            json.loads(body)["job_name"] for method, *_, body in target.seen if method == "POST"
        )
    report.figures["kills"] = f"{KILLS}, of {MACHINES} machines"
    report.expect(ended, "some slots didn't end")
    judge(report, schedules, arrived)
    return report


def judge(report: Report, schedules: Sequence[Schedule], arrived: Counter[str]) -> None:
    slots = list(Slot.objects.filter(schedule__in=schedules).select_related("schedule"))
    keys = [find_slot_submission(each) for each in slots]
    found = Exchange.objects.filter(submission__in=keys)
    outcomes = dict(found.values_list("submission", "outcome"))
    unknown = sum(outcome == Outcome.UNKNOWN for outcome in outcomes.values())
    names = {each.schedule.name for each in slots}
    doubled = sum(times > 1 for times in arrived.values())
    lost = [
        slot.schedule.name
        for slot, key in zip(slots, keys, strict=True)
        if slot.schedule.name not in arrived and outcomes.get(key) != Outcome.UNKNOWN
    ]
    report.figures["slots"] = f"{len(slots)} of {len(schedules)} schedules, {unknown} unknown"
    report.figures["arrived"] = f"{len(arrived)}, doubled {doubled}"
    report.expect(len(slots) == len(schedules) == len(names), "slots are missing or doubled")
    report.expect(len(outcomes) == len(slots), "not every slot has its exchange")
    report.expect(doubled == 0, f"{doubled} slots were sent twice")
    report.expect(not lost, f"{len(lost)} slots were never sent")
    report.expect(unknown <= KILLS * SENDERS, f"{unknown} slots are unknown")


def have_ended(schedules: Sequence[Schedule]) -> bool:
    """Whether all have run; a job that they launched may still be followed."""
    slots = Slot.objects.filter(schedule__in=schedules)
    open_slots = slots.filter(state__in=(Slot.State.WAITING, Slot.State.STARTING))
    sending = Exchange.objects.filter(outcome=Outcome.SENDING)
    return slots.count() >= len(schedules) and not open_slots.exists() and not sending.exists()


def make_schedules(origin: str, moments: Sequence[datetime]) -> list[Schedule]:
    """A schedule for each of these times, once a day, that sends a payload of its own."""
    create_sender(origin, f"schedules-{uuid.uuid4().hex[:8]}")
    person, template = Person.objects.latest("pk"), Template.objects.latest("created_at")
    connection = Connection.objects.get(practice=True, api="captain-data")
    schedules = [
        Schedule(
            id=uuid.uuid4(),
            person=person,
            person_name=person.username,
            name=f"Run {number}",
            template=template,
            connection=connection,
            connection_name=connection.name,
            base_url=connection.base_url,
            next_at=moment,
        )
        for number, moment in enumerate(moments)
    ]
    with transaction.atomic():
        Schedule.objects.bulk_create(schedules)
        ScheduleVersion.objects.bulk_create(
            make_version(schedule, moment)
            for schedule, moment in zip(schedules, moments, strict=True)
        )
    return schedules


def make_version(schedule: Schedule, moment: datetime) -> ScheduleVersion:
    values = (Edit("set", "/job_name", json.dumps(schedule.name)),)
    return ScheduleVersion(
        schedule=schedule,
        number=1,
        name=schedule.name,
        template=schedule.template,
        values=write_overlay(values),
        phrase="every day",
        rule=write_rule(Interval(DAY_MINUTES, moment)),
        zone="UTC",
        # However long a machine takes to start again.
        missed=ScheduleVersion.Missed.ALL,
    )
