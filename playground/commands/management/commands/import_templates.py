"""`manage.py import_templates FILE…`: lists and imports template files."""

import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from playground.commands.schedule_files import import_file_schedules
from playground.commands.scripts import INVALID_ARGUMENTS, InvalidArgument
from playground.commands.startup import COMMAND_LINE_USER, explain_missing_person, find_importer
from playground.commands.template_files import read_files
from playground.payload_templates.imports import (
    ImportStep,
    import_template,
    plan_import,
)
from playground.payload_templates.models import Sharing
from playground.people.models import Person


class Command(BaseCommand):
    help = (
        "Import template files and their schedules, which are then paused. The exit status is 0 "
        "if all were imported, 1 if files or schedules in conflict were skipped, 2 if a file "
        "isn't valid; then nothing is imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="YAML, JSON, zip or folder")
        parser.add_argument("--user", default="", help="their owner; default: the first owner")
        parser.add_argument("--dry-run", action="store_true", help="only list what would happen")
        parser.add_argument(
            "--conflicts", choices=["leave", "copy", "version"], default="leave",
            help="what to do with templates that have changed here as well",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_importer(options["user"])
        if person is None or not person.may_edit:
            name = options["user"]
            message = f"{name} is a viewer." if person else explain_missing_person(name)
            self.stderr.write(message)
            sys.exit(2)
        try:
            files = read_files(options["files"])
        except InvalidArgument as error:
            self.stderr.write(str(error))
            sys.exit(INVALID_ARGUMENTS)
        with transaction.atomic():
            # A generator: each file is planned after those before it are imported, so that the
            # same file given twice is imported once.
            steps = (step for file in files for step in plan_import(person, [file]))
            skipped = [self.run_step(person, step, options) for step in steps]
        if any(skipped):
            sys.exit(1)

    def run_step(self, person: Person, step: ImportStep, options: dict[str, Any]) -> bool:
        """Report on one file and import it; True if it was skipped because of a conflict."""
        is_conflict = step.kind == "conflict"
        skips = is_conflict and options["conflicts"] == "leave"
        self.stdout.write(f"{step.kind:8} {step.file.path}{' (skipped)' if skips else ''}")
        if names := step.file.secret_names:
            self.stdout.write(f"         stores as secrets: {', '.join(names)}")
        if name := step.file.missing_connection:
            self.stdout.write(f"         has no connection: none here is named {name}")
        if skips:
            return True
        as_copy = is_conflict and options["conflicts"] == "copy"
        template = None if as_copy else step.template
        if not options["dry_run"]:
            template = import_template(person, share_with_team(person, step), as_copy)
        done = import_file_schedules(
            person, step.file, template, options["conflicts"], options["dry_run"]
        )
        for line in [line for each in done for line in each.list_lines()]:
            self.stdout.write(line)
        return any(each.is_skipped for each in done)


def share_with_team(person: Person, step: ImportStep) -> ImportStep:
    # Nobody can sign in as the command-line user: its private templates would be out of reach.
    if person.username != COMMAND_LINE_USER:
        return step
    details = replace(step.file.details, sharing=Sharing.EDIT)
    return replace(step, file=replace(step.file, details=details))
