"""`manage.py schedules ACTION`: lists, makes, changes, pauses and runs schedules."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NoReturn

from django.db import transaction
from django.utils import timezone

from playground.commands.batch_output import Printer
from playground.commands.schedule_arguments import (
    add_actions,
    find_schedule,
    read_changed,
    read_new,
)
from playground.commands.schedule_files import export_schedules, import_schedule_files
from playground.commands.schedule_output import ScheduleOutput
from playground.commands.scripts import (
    INVALID_ARGUMENTS,
    NOT_SENT,
    REFUSED,
    InvalidArgument,
    SendingCommand,
    find_named_connection,
    find_template,
)
from playground.commands.server import serve_sandbox
from playground.commands.startup import (
    announce_public_origin,
    explain_missing_person,
    find_actor,
)
from playground.commands.template_files import read_files
from playground.drafts.assignments import AssignmentError
from playground.engine.processes import count_alive
from playground.engine.tasks import uses_workers
from playground.payload_templates.templates import record_use
from playground.people.models import Person
from playground.people.search import contain_words
from playground.schedules import schedules
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    ScheduleRefused,
    visible_schedules,
)
from playground.schedules.content import read_input
from playground.schedules.descriptions import find_last_slots
from playground.schedules.models import OPEN_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.new_schedules import create_sync_schedule
from playground.schedules.pausing import find_newest_versions, get_schedule_version
from playground.schedules.previews import preview_input, preview_schedule
from playground.schedules.slot_running import enqueue_slots
from playground.timing.errors import InvalidTiming

LOOK_SECONDS = 0.2
PAGE = 500


class Command(SendingCommand):
    help = (
        "List, make, change, pause and run schedules. The exit status is 0 if it was done, 2 if "
        "the arguments aren't valid, 3 if it was refused. For run-now it is 0 if the run was "
        "accepted, 1 if it was refused, 3 if nothing was sent, 4 if the outcome is unknown; for "
        "import it is 1 if some were skipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_actions(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.err = Printer(self.stderr)
        self.output = ScheduleOutput(Printer(self.stdout), options["json"])
        actions: dict[str, Callable[[Person], int | None]] = {
            "list": self.list_visible,
            "show": self.show,
            "create": self.create,
            "edit": self.edit,
            "pause": self.pause,
            "resume": self.resume,
            "run-now": self.run_now,
            "duplicate": self.duplicate,
            "end": self.end,
            "delete": self.delete,
            "export": self.export,
            "import": self.import_files,
        }
        try:
            person = find_actor(options["user"])
            if person is None:
                raise InvalidArgument(explain_missing_person(options["user"]))
            status = actions[options["action"]](person)
        except InvalidSchedule as error:
            self.reject(" ".join(error.fields.values()), "not-understood", INVALID_ARGUMENTS)
        except (InvalidArgument, AssignmentError, InvalidTiming) as error:
            self.reject(str(error), "not-understood", INVALID_ARGUMENTS)
        except ScheduleConflict as error:
            self.reject(f"Version {error.latest} was saved since.", "blocked", NOT_SENT)
        except ScheduleRefused as error:
            hint = f" Use --confirm {error.confirm!r}." if error.confirm else ""
            self.reject(f"{error}{hint}", "blocked", NOT_SENT)
        except (Schedule.DoesNotExist, Slot.DoesNotExist):
            self.reject("The schedule was deleted.", "blocked", NOT_SENT)
        if status:
            sys.exit(status)

    def list_visible(self, person: Person) -> None:
        given = self.options
        found = visible_schedules(person)
        found = found.filter(contain_words(given["find"], "name", "person_name", "connection_name"))
        if given["state"]:
            found = found.filter(state=given["state"])
        if given["template"]:
            found = found.filter(template=find_template(person, given["template"]))
        if given["connection"]:
            found = found.filter(connection=find_named_connection(given["connection"]))
        keys = list(found.order_by("name", "pk").values_list("pk", flat=True))
        # A page at a time, as there may be any number of them.
        for start in range(0, len(keys), PAGE):
            rows = Schedule.objects.in_bulk(keys[start : start + PAGE])
            listed = [rows[key] for key in keys[start : start + PAGE] if key in rows]
            versions, last = find_newest_versions(listed), find_last_slots(listed)
            for each in listed:
                self.output.print_row(each, versions[each.pk], last.get(each.pk))

    def show(self, person: Person) -> None:
        schedule = find_schedule(person, self.options["name_or_id"])
        number = self.options["number"]
        try:
            version = get_schedule_version(schedule, number)
        except (ScheduleVersion.DoesNotExist, OverflowError):
            raise InvalidArgument(f"{schedule.name} has no version {number}.") from None
        announce_public_origin()
        is_ended = schedule.state == Schedule.State.ENDED
        runs = [] if is_ended else preview_schedule(schedule, version, timezone.now())
        self.output.print_whole(schedule, version, runs)

    def create(self, person: Person) -> int | None:
        given = self.options
        if bool(given["template"]) == bool(given["sync"]):
            raise InvalidArgument("Name either a template or, with --sync, a connection.")
        template = find_template(person, given["template"]) if given["template"] else None
        wanted, notes = read_new(template, given)
        self.note(notes)
        if given["dry_run"]:
            if template is None:
                raise InvalidArgument("--dry-run shows requests, and a sync has many.")
            announce_public_origin()
            runs = preview_input(person, template, wanted, timezone.now())
            return self.show_runs(runs)
        if template is None:
            connection = find_named_connection(given["sync"])
            made = create_sync_schedule(person, connection, wanted)
        else:
            made = schedules.create_schedule(
                person, template, wanted, given["confirm"], given["note"]
            )
            record_use(template)
        self.output.print_state(made, f"Made {made.name}, {made.pk}.")
        return None

    def edit(self, person: Person) -> int | None:
        given = self.options
        schedule = find_schedule(person, given["name_or_id"])
        base = given["base"] or schedule.latest_version
        if base != schedule.latest_version:
            raise ScheduleConflict(schedule.latest_version)
        former = get_schedule_version(schedule)
        # A batch has a copy of its payload.
        is_template = schedule.kind == Schedule.Kind.TEMPLATE
        template = schedule.template if is_template else None
        wanted, notes = read_changed(template, read_input(former), given)
        self.note(notes)
        if given["dry_run"]:
            if template is None:
                raise InvalidArgument("--dry-run shows requests, and this has no template.")
            announce_public_origin()
            return self.show_runs(preview_input(person, template, wanted, timezone.now(), former))
        saved = schedules.edit_schedule(
            person, schedule.pk, wanted, base, given["confirm"], given["note"]
        )
        schedule.refresh_from_db()
        self.output.print_state(schedule, f"Saved version {saved.number} of {schedule.name}.")
        return None

    def show_runs(self, runs: list[Any]) -> int | None:
        """Print runs of what isn't saved; the exit status says whether they would be sent."""
        self.output.print_runs(runs, with_requests=True)
        obstacles = list(dict.fromkeys(each.obstacle for each in runs if each.obstacle))
        for sentence in obstacles:
            self.err.print(sentence)
        return NOT_SENT if obstacles else None

    def pause(self, person: Person) -> None:
        found = find_schedule(person, self.options["name_or_id"])
        changed = schedules.pause_schedule(person, found.pk, self.options["reason"])
        self.output.print_state(changed, f"Paused {changed.name}.")

    def resume(self, person: Person) -> None:
        found = find_schedule(person, self.options["name_or_id"])
        changed = schedules.resume_schedule(person, found.pk, self.options["confirm"])
        self.output.print_state(changed, f"Resumed {changed.name}.")

    def duplicate(self, person: Person) -> None:
        found = find_schedule(person, self.options["name_or_id"])
        made = schedules.duplicate_schedule(person, found.pk)
        self.output.print_state(made, f"Made {made.name}, {made.pk}.")

    def end(self, person: Person) -> None:
        found = find_schedule(person, self.options["name_or_id"])
        changed = schedules.end_schedule(person, found.pk)
        self.output.print_state(changed, f"Ended {changed.name}.")

    def delete(self, person: Person) -> None:
        found = find_schedule(person, self.options["name_or_id"])
        schedules.delete_schedule(person, found.pk)
        self.output.print_state(found, f"Deleted {found.name}.")

    def export(self, person: Person) -> None:
        folder, names = self.options["folder"], self.options["names"]
        if names:
            chosen = [find_schedule(person, name) for name in names]
        else:
            # Such as those that sync, the others have no template to be written with.
            chosen = list(visible_schedules(person).filter(kind=Schedule.Kind.TEMPLATE))
        try:
            files, count = export_schedules(person, folder, chosen)
        except OSError as error:
            text = f"Can't write {error.filename}: {error.strerror}."
            raise InvalidArgument(text) from None
        if names and count < len(chosen):
            self.note(["Schedules that have ended, or have no template, weren't exported."])
        self.output.print_count(count, files, folder)

    def import_files(self, person: Person) -> int | None:
        if not person.may_edit:
            raise ScheduleRefused(f"{person.get_username()} is a viewer.")
        files = read_files(self.options["files"])
        choices = self.options["conflicts"], self.options["dry_run"]
        with transaction.atomic():
            done = list(import_schedule_files(person, files, *choices))
        for each in done:
            self.output.print_import(each)
        return REFUSED if any(each.is_skipped for each in done) else None

    def run_now(self, person: Person) -> int:
        schedule = find_schedule(person, self.options["name_or_id"])
        if schedule.connection is None:
            raise ScheduleRefused(f"The connection of {schedule.name} was deleted.")
        if uses_workers() and not count_alive()["worker"]:
            self.note(["No worker is running. The run waits until one is: make worker"])
        with serve_sandbox(schedule.connection):
            slot = schedules.run_now(person, schedule.pk, self.options["key"])
            return self.output.print_slot(wait_for_slot(slot))

    def note(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self.err.print(sentence)

    def reject(self, message: str, outcome: str, status: int) -> NoReturn:
        if self.options["json"]:
            answer = {"outcome": outcome, "sentence": message}
            self.output.out.print(json.dumps(answer, ensure_ascii=False))
        self.err.print(message)
        sys.exit(status)


def wait_for_slot(slot: Slot) -> Slot:
    """The slot once it has ended, or has started a job. Raises Slot.DoesNotExist."""
    # A job may take hours, and was accepted.
    while slot.state in OPEN_STATES and not slot.job_uid:
        time.sleep(LOOK_SECONDS)
        slot.refresh_from_db()
        # One that a limit has put off: a server that would look for it may not be running.
        is_due = slot.state == Slot.State.WAITING and slot.due_at <= timezone.now()
        if is_due and not uses_workers():
            enqueue_slots(1)
    return slot
