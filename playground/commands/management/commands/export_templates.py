"""`manage.py export_templates FOLDER`: every template as a file made for git."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import explain_missing_person, find_actor
from playground.payload_templates.exports import export_files, find_exported_credentials
from playground.payload_templates.templates import visible_templates
from playground.people.models import Person


class Command(BaseCommand):
    help = "Write the templates that a person can see as YAML files, without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--user", default="", help="whose; default: the first owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_actor(options["user"])
        if person is None:
            self.stderr.write(explain_missing_person(options["user"]))
            sys.exit(2)
        try:
            count = write_files(person, options["folder"])
        except OSError as error:
            self.stderr.write(f"Can't write {error.filename}: {error.strerror}.")
            sys.exit(2)
        word = "template" if count == 1 else "templates"
        for template in visible_templates(person):
            if places := find_exported_credentials(template):
                self.stderr.write(
                    f"Warning: {template.name} shows values that look like secrets: "
                    f"{', '.join(places)}"
                )
        self.stdout.write(f"Wrote {count} {word} to {options['folder']}.")


def write_files(person: Person, folder: Path) -> int:
    """Write the files and return how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path, text in export_files(visible_templates(person).order_by("folder", "name", "id")):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # The same bytes on every system, so that git shows real changes only.
        target.write_text(text, "utf-8", newline="\n")
        count += 1
    return count
