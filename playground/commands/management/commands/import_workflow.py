"""`manage.py import_workflow FILE`: the definition and the accounts of a workflow."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.commands.practice import find_import_connection
from playground.commands.startup import migrate
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflow_files import (
    InvalidDefinition,
    import_definition,
    parse_definition_file,
)


class Command(BaseCommand):
    help = (
        "Import a definition from a JSON file: the `details` response of the API, or "
        '{"workflow": {...}, "accounts": [{"uid", "name", "integration", "is_valid"}]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument(
            "--connection", metavar="NAME", help="default: the one with this workflow"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = parse_definition_file(self.read(options["file"]))
        except InvalidDefinition as error:
            raise CommandError(str(error)) from None
        # Only now: an invalid file shouldn't create a database.
        migrate()
        connection = self.choose(options["connection"], file.definition.uid)
        workflow = import_definition(connection, file)
        self.stdout.write(f"Imported {workflow.name} ({workflow.uid}) into {connection.name}.")

    def read(self, file: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"Can't read {file}: {reason}.") from None

    def choose(self, name: str | None, uid: str) -> Connection:
        if name:
            found = Connection.objects.filter(name=name).first()
            if found is None:
                raise CommandError(f"There is no connection named {name}.")
            return found
        # A definition edited for a synced workflow belongs to that workflow.
        known = Workflow.objects.filter(uid=uid).select_related("connection").first()
        return known.connection if known else find_import_connection()
