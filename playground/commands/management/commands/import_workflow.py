"""`manage.py import_workflow FILE`: a workflow's definition, with the accounts it may use."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.commands.practice import find_holder
from playground.commands.startup import migrate
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflow_files import (
    InvalidDefinition,
    import_definition,
    parse_definition_file,
)


class Command(BaseCommand):
    help = (
        "Keeps a definition from a JSON file: the API's own details answer, or "
        '{"workflow": {...}, "accounts": [{"uid", "name", "integration", "is_valid"}]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument(
            "--connection", metavar="NAME", help="keep it there; else where the UID is known"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = parse_definition_file(self.read(options["file"]))
        except InvalidDefinition as error:
            raise CommandError(str(error)) from None
        migrate()
        connection = self.choose(options["connection"], file.definition.uid)
        kept = import_definition(connection, file)
        self.stdout.write(f"{kept.name} ({kept.uid}) is kept under {connection.name}.")

    def read(self, file: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"The file {file} cannot be read: {reason}.") from None

    def choose(self, name: str | None, uid: str) -> Connection:
        if name:
            found = Connection.objects.filter(name=name).first()
            if found is None:
                raise CommandError(f"There is no connection named {name}.")
            return found
        known = Workflow.objects.filter(uid=uid).select_related("connection").first()
        return known.connection if known else find_holder()
