"""`manage.py export_workflow UID`: its definition as JSON."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.commands.startup import prepare_database
from playground.workspace.models import Workflow
from playground.workspace.workflow_files import dump_definition_file


class Command(BaseCommand):
    help = "Print the definition and the accounts of a workflow, for import_workflow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uid")
        parser.add_argument("--connection", metavar="NAME", help="the connection it belongs to")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_database()
        found = Workflow.objects.filter(uid=options["uid"]).select_related("connection")
        if options["connection"]:
            found = found.filter(connection__name=options["connection"])
        # Several connections may have synced it; the one edited last is being worked on.
        row = found.order_by("-edited_at").first()
        if row is None:
            raise CommandError(f"There is no workflow with the UID {options['uid']}.")
        self.stdout.write(dump_definition_file(row), ending="")
