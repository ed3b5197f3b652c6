"""`manage.py import_templates FILE…`: says what is new, changed, in conflict; then takes it in."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from playground.interface.acting import find_actor
from playground.library.archives import Refused
from playground.library.importing import carry_out, plan_import, read_upload


class Command(BaseCommand):
    help = (
        "Takes template files in. Ends with 0 when all was taken, 1 when something is in conflict "
        "and was left, 2 when a file was refused; then nothing is taken at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="YAML, JSON or zip")
        parser.add_argument("--user", default="", help="whose they become; else the first owner's")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--conflicts", choices=["leave", "copy", "version"], default="leave",
            help="what to do with files that others changed meanwhile",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_actor(options["user"])
        if person is None or not person.may_edit:
            self.stderr.write(f"There is no editor named {options['user'] or 'as an owner'}.")
            sys.exit(2)
        try:
            files = [
                filed
                for path in options["files"]
                for filed in read_upload(path.name, path.read_bytes())
            ]
        except Refused as sentence:
            self.stderr.write(str(sentence))
            sys.exit(2)
        except OSError as error:
            self.stderr.write(f"{error.filename} cannot be read: {error.strerror}.")
            sys.exit(2)
        left = 0
        for step in plan_import(person, files):
            conflict = step.kind == "conflict"
            leaves = conflict and options["conflicts"] == "leave"
            left += leaves
            self.stdout.write(f"{step.kind:8} {step.filed.path}{' (left)' if leaves else ''}")
            if names := step.filed.secret_names:
                self.stdout.write(f"         moves to the secrets: {', '.join(names)}")
            if not leaves and not options["dry_run"]:
                carry_out(person, step, conflict and options["conflicts"] == "copy")
        if left:
            sys.exit(1)
