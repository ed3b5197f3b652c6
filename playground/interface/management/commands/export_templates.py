"""`manage.py export_templates DIR`: every template as a file made for git."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from playground.interface.acting import find_actor
from playground.library.exporting import list_files
from playground.library.templates import visible_to


class Command(BaseCommand):
    help = "Writes the templates that a person sees as YAML files, one each, without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--user", default="", help="whose templates; else the first owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_actor(options["user"])
        if person is None:
            self.stderr.write(f"There is nobody named {options['user'] or 'as an owner'}.")
            sys.exit(2)
        count = 0
        for path, text in list_files(visible_to(person).order_by("folder", "name", "id")):
            target = options["folder"] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="\n")
            count += 1
        self.stdout.write(f"{count} templates in {options['folder']}.")
