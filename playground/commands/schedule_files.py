"""Schedules in template files, as commands import them and report on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playground.commands.startup import COMMAND_LINE_USER
from playground.commands.template_files import write_files
from playground.payload_templates.exports import export_files
from playground.payload_templates.imports import plan_import
from playground.payload_templates.models import Template
from playground.payload_templates.template_files import SCHEDULES, TemplateFile
from playground.payload_templates.templates import visible_templates
from playground.people.models import Person
from playground.schedules.models import Schedule
from playground.schedules.schedule_files import read_file_schedules, serialize_schedules
from playground.schedules.schedule_imports import ScheduleStep, import_schedules, plan_schedules

LEFT_OUT = "left-out"
NOBODY = "It needs a person who can resume it: import it with --user NAME."
NO_TEMPLATE = "Its template isn't here. Import it with manage.py import_templates."


@dataclass(frozen=True)
class ImportedSchedule:
    """What became of one schedule of a file, or would."""

    file: str
    name: str
    kind: str
    is_skipped: bool = False
    remark: str = ""

    def list_lines(self) -> Iterator[str]:
        yield f"{self.kind:8} schedule {self.name}{' (skipped)' if self.is_skipped else ''}"
        if self.remark:
            yield f"         {self.remark}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "name": self.name,
            "kind": self.kind,
            "skipped": self.is_skipped,
            "remark": self.remark,
        }


def import_file_schedules(
    person: Person, file: TemplateFile, template: Template | None, conflicts: str, is_dry: bool
) -> list[ImportedSchedule]:
    """Import the schedules of a file, paused, and return what became of each.

    `conflicts` is `leave`, `copy` or `version`, for those that have changed here as well.
    """
    steps = plan_schedules(person, file, template)
    if person.username == COMMAND_LINE_USER:
        # Only the person who made a schedule can resume it, and this one never signs in.
        return [ImportedSchedule(file.path, each.name, LEFT_OUT, remark=NOBODY) for each in steps]
    done = []
    for step in steps:
        chosen, went = _choose(step, conflicts), step
        if chosen is not None and template is not None and not is_dry:
            [went] = import_schedules(person, file, template, [chosen])
        is_skipped = chosen is None or not (went.is_stored or went.kind == "same")
        kind = LEFT_OUT if went.kind == LEFT_OUT else step.kind
        done.append(ImportedSchedule(file.path, step.name, kind, is_skipped, went.remark))
    return done


def export_schedules(person: Person, folder: Path, chosen: Sequence[Schedule]) -> tuple[int, int]:
    """Write the files of the templates of these schedules; return how many of both.

    Schedules that have ended aren't exported. Raises OSError.
    """
    keys = {str(each.pk) for each in chosen}
    written = 0

    def list_parts(template: Template) -> dict[str, Any]:
        nonlocal written
        rows = serialize_schedules(person, template).get(SCHEDULES, [])
        rows = [each for each in rows if each["id"] in keys]
        written += len(rows)
        return {SCHEDULES: rows} if rows else {}

    templates = visible_templates(person).filter(pk__in={each.template_id for each in chosen})
    files = write_files(
        export_files(templates.order_by("folder", "name", "id"), list_parts), folder
    )
    return files, written


def import_schedule_files(
    person: Person, files: Sequence[TemplateFile], conflicts: str, is_dry: bool
) -> Iterator[ImportedSchedule]:
    """Import the schedules of templates that exist here; yield what became of each."""
    for file in files:
        [step] = plan_import(person, [file])
        if step.template is not None:
            yield from import_file_schedules(person, file, step.template, conflicts, is_dry)
            continue
        for read in read_file_schedules(file):
            yield ImportedSchedule(file.path, read.wanted.name, "new", True, NO_TEMPLATE)


def _choose(step: ScheduleStep, conflicts: str) -> ScheduleStep | None:
    """What to do; None to skip it."""
    if step.kind != "conflict" or conflicts == "version":
        return step
    return replace(step, kind="new", schedule=None) if conflicts == "copy" else None
