"""`manage.py export_workflow UID`: the definition that counts, as JSON."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.commands.startup import prepare_library
from playground.workspace.models import Workflow
from playground.workspace.workflow_files import dump_definition_file


class Command(BaseCommand):
    help = "Prints a workflow's definition and the accounts it may use, for import_workflow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uid")
        parser.add_argument("--connection", metavar="NAME", help="the connection that has it")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_library()
        found = Workflow.objects.filter(uid=options["uid"]).select_related("connection")
        if options["connection"]:
            found = found.filter(connection__name=options["connection"])
        kept = found.order_by("-edited_at").first()
        if kept is None:
            raise CommandError(f"No workflow with the UID {options['uid']} is known here.")
        self.stdout.write(dump_definition_file(kept), ending="")
