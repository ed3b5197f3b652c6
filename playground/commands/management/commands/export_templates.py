"""`manage.py export_templates FOLDER`: every template as a file made for git."""

import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from playground.commands.startup import explain_missing_person, find_actor
from playground.commands.template_files import write_files
from playground.payload_templates.exports import export_files, find_exported_credentials
from playground.payload_templates.templates import visible_templates
from playground.schedules.schedule_files import find_schedule_credentials, serialize_schedules


class Command(BaseCommand):
    help = (
        "Write the templates that a person can see, with their schedules, as YAML files, without "
        "secrets."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--user", default="", help="whose; default: the first owner's")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_actor(options["user"])
        if person is None:
            self.stderr.write(explain_missing_person(options["user"]))
            sys.exit(2)
        templates = visible_templates(person).order_by("folder", "name", "id")
        try:
            files = export_files(templates, partial(serialize_schedules, person))
            count = write_files(files, options["folder"])
        except OSError as error:
            self.stderr.write(f"Can't write {error.filename}: {error.strerror}.")
            sys.exit(2)
        word = "template" if count == 1 else "templates"
        for template in visible_templates(person):
            places = find_exported_credentials(template)
            if places := [*places, *find_schedule_credentials(person, template)]:
                self.stderr.write(
                    f"Warning: {template.name} shows values that look like secrets: "
                    f"{', '.join(places)}"
                )
        self.stdout.write(f"Wrote {count} {word} to {options['folder']}.")
