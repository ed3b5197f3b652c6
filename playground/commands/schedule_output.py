"""What `schedules` prints: for people in lines, for scripts as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playground.commands.batch_output import Printer
from playground.commands.schedule_files import ImportedSchedule
from playground.commands.scripts import NOT_SENT, REFUSED, UNKNOWN
from playground.rules.wording import abbreviate
from playground.schedules.descriptions import (
    describe_content,
    describe_preview,
    describe_schedule,
    describe_slot,
    describe_version_rule,
    find_last_slots,
)
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.previews import RunPreview
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone

State = Slot.State
EXIT_STATUS = {
    State.ACCEPTED: 0,
    State.COMPLETE: 0,
    State.RUNNING: 0,
    State.REFUSED: REFUSED,
    State.PARTLY: REFUSED,
    State.FAILED: REFUSED,
    State.UNKNOWN: UNKNOWN,
}
SHOWN_RUNS = 10


class ScheduleOutput:
    """Prints one value of a command, in words or as JSON."""

    def __init__(self, out: Printer, as_json: bool) -> None:
        self.out, self.as_json = out, as_json

    def print_json(self, value: dict[str, Any]) -> None:
        self.out.print(json.dumps(value, ensure_ascii=False))

    def print_state(self, schedule: Schedule, sentence: str) -> None:
        """What was done to a schedule, and how it is now."""
        if not self.as_json:
            self.out.print(sentence)
            return
        last = find_last_slots([schedule]).get(schedule.pk)
        self.print_json(describe_schedule(schedule, last))

    def print_row(self, schedule: Schedule, version: ScheduleVersion, last: Slot | None) -> None:
        """One schedule of a list, in one line."""
        if self.as_json:
            self.print_json(describe_schedule(schedule, last))
            return
        words = f"{describe_version_rule(version)} in {version.zone}"
        parts = [f"{schedule.state:6}", str(schedule.pk), abbreviate(schedule.name), words]
        if last is not None:
            parts.append(f"last: {last.state}")
        self.out.print("  ".join(parts))

    def print_whole(
        self, schedule: Schedule, version: ScheduleVersion, runs: list[RunPreview]
    ) -> None:
        """A schedule with its next and last runs."""
        slots = Slot.objects.filter(schedule=schedule).order_by("-planned_at")[:SHOWN_RUNS]
        if self.as_json:
            last = find_last_slots([schedule]).get(schedule.pk)
            self.print_json(
                {
                    **describe_schedule(schedule, last),
                    **describe_content(version),
                    "next_runs": [describe_preview(each) for each in runs],
                    "slots": [describe_slot(each) for each in slots],
                }
            )
            return
        for line in _list_facts(schedule, version):
            self.out.print(line)
        self.print_runs(runs)
        if slots:
            self.out.print("Last runs:")
        for slot in slots:
            moment = _write_local(slot, version)
            self.out.print(f"  {moment}  {slot.state}  {abbreviate(slot.reason, 200)}".rstrip())

    def print_runs(self, runs: list[RunPreview], with_requests: bool = False) -> None:
        """The runs ahead, as JSON Lines or in words."""
        for each in runs:
            if self.as_json:
                self.print_json(describe_preview(each))
                continue
            if each is runs[0]:
                self.out.print("Next runs:")
            local = each.run.local.strftime("%Y-%m-%d %H:%M")
            note = each.run.note or each.clock_change
            self.out.print(f"  {local} UTC{each.run.offset}  {note}".rstrip())
            if with_requests and each.method:
                self.out.print(f"{each.method} {each.url}\n{each.body}")

    def print_count(self, count: int, files: int, folder: Path) -> None:
        """How many schedules an export wrote."""
        if self.as_json:
            self.print_json({"schedules": count, "files": files})
            return
        schedules = f"{count} schedule{'' if count == 1 else 's'}"
        self.out.print(f"Wrote {schedules} to {files} file{'' if files == 1 else 's'} in {folder}.")

    def print_import(self, imported: ImportedSchedule) -> None:
        """What became of a schedule of a file."""
        if self.as_json:
            self.print_json(imported.as_dict())
            return
        for line in imported.list_lines():
            self.out.print(line)

    def print_slot(self, slot: Slot) -> int:
        """What became of a run; return the exit status."""
        state = State(slot.state)
        if self.as_json:
            self.print_json(describe_slot(slot))
        else:
            job = f"{state.label}: job {slot.job_uid}" if slot.job_uid else f"{state.label}."
            self.out.print(slot.reason or job)
        return EXIT_STATUS.get(state, NOT_SENT)


def _list_facts(schedule: Schedule, version: ScheduleVersion) -> Iterator[str]:
    yield f"{schedule.name} ({schedule.state}, version {version.number})"
    if schedule.reason:
        yield schedule.reason
    words = describe_version_rule(version)
    said = version.phrase if version.phrase == words else f"{version.phrase} ({words})"
    yield f"When: {said} in {version.zone}"
    if version.template_name:
        number = version.template_version or "newest"
        variant = f", variant {version.variant}" if version.variant else ""
        yield f"Template: {version.template_name}, version {number}{variant}"
    yield f"Connection: {schedule.connection_name}"
    yield f"By: {schedule.person_name}"
    for edit in describe_content(version)["own_values"]:
        yield f"Own value: {edit['kind']} {edit['pointer']} {abbreviate(edit.get('value', ''))}"


def _write_local(slot: Slot, version: ScheduleVersion) -> str:
    try:
        local = slot.planned_at.astimezone(get_zone(version.zone))
    except InvalidTiming:
        local = slot.planned_at
    return local.strftime("%Y-%m-%d %H:%M")
