"""`manage.py import_templates FILE…`: says what is new, changed, in conflict; then takes it in."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from playground.commands.actor import STAND_IN, explain_nobody, find_keeper
from playground.payload_templates.imports import (
    EXTENSIONS,
    ImportStep,
    import_template,
    plan_import,
    read_upload,
)
from playground.payload_templates.models import Sharing
from playground.payload_templates.template_files import (
    MAX_FILE_BYTES,
    InvalidTemplateFile,
    TemplateFile,
)
from playground.people.models import Person


class Command(BaseCommand):
    help = (
        "Takes template files in. Ends with 0 when all was taken, 1 when something is in conflict "
        "and was left, 2 when a file was refused; then nothing is taken at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="YAML, JSON, zip or folder")
        parser.add_argument("--user", default="", help="whose they become; else the first owner's")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--conflicts", choices=["leave", "copy", "version"], default="leave",
            help="what to do with files that others changed meanwhile",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_keeper(options["user"])
        if person is None or not person.may_edit:
            name = options["user"]
            told = f"{name} may not edit." if person else explain_nobody(name)
            self.stderr.write(told)
            sys.exit(2)
        try:
            files = [filed for path in find_files(options["files"]) for filed in read_path(path)]
        except InvalidTemplateFile as sentence:
            self.stderr.write(str(sentence))
            sys.exit(2)
        except OSError as error:
            self.stderr.write(f"{error.filename} cannot be read: {error.strerror}.")
            sys.exit(2)
        with transaction.atomic():
            # Each is planned when those before it are in: the same file twice is taken once.
            steps = (step for filed in files for step in plan_import(person, [filed]))
            left = [self.take(person, step, options) for step in steps]
        if any(left):
            sys.exit(1)

    def take(self, person: Person, step: ImportStep, options: dict[str, Any]) -> bool:
        """Tell of one file and take it in; whether it was left, being in conflict."""
        conflict = step.kind == "conflict"
        leaves = conflict and options["conflicts"] == "leave"
        self.stdout.write(f"{step.kind:8} {step.file.path}{' (left)' if leaves else ''}")
        if names := step.file.secret_names:
            self.stdout.write(f"         moves to the secrets: {', '.join(names)}")
        if name := step.file.missing_connection:
            self.stdout.write(f"         no connection is named {name} here: choose one to send")
        if not leaves and not options["dry_run"]:
            import_template(
                person, share(person, step), conflict and options["conflicts"] == "copy"
            )
        return leaves


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files themselves; of a folder, all the template files below it."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in EXTENSIONS)
        else:
            yield path


def read_path(path: Path) -> list[TemplateFile]:
    """Raises Refused or OSError; of a file that is too large no more is read than shows that."""
    with path.open("rb") as file:
        return read_upload(path.name, file.read(MAX_FILE_BYTES + 1))


def share(person: Person, step: ImportStep) -> ImportStep:
    """Before anybody signed in, what is taken in belongs to the whole team."""
    if person.username != STAND_IN:
        return step
    details = replace(step.file.details, sharing=Sharing.EDIT)
    return replace(step, file=replace(step.file, details=details))
