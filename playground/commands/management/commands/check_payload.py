"""`manage.py check_payload`: one line of JSON for each problem of a payload."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from playground.drafts.facts import load_facts
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.checking import blocks, check_document, report_not_json
from playground.rules.facts import NO_FACTS, Facts, read_facts
from playground.rules.problems import Problem
from playground.sandbox import practice
from playground.workspace.models import Workflow

# What a script can rely on; `as_dict` has more for the form.
KEYS = ("code", "pointer", "line", "severity", "message")
INVALID_ARGUMENTS = 2


class Command(BaseCommand):
    help = (
        "Check a payload and print one line of JSON for each problem. The exit status is 0 if "
        "the payload can be sent, 1 if it can't, 2 if the arguments aren't valid."
    )
    # They load every page, which takes longer than the check itself.
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        # Otherwise argparse rejects an optional argument that follows an option.
        parser = super().create_parser(*args, **options)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "operation", help="for example launch-workflow, start-scenario or petstore:addPet"
        )
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument("--workflow", metavar="UID", help="check against its definition")

    def handle(self, *args: Any, **options: Any) -> None:
        operation = self.get_operation(options["operation"])
        facts = self.get_facts(options["workflow"])
        problems = check_bytes(self.read(options["file"]), operation, facts)
        for each in problems:
            known = each.as_dict()
            line = {key: known[key] for key in KEYS}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        if blocks(problems):
            sys.exit(1)

    def get_operation(self, operation: str) -> Operation:
        try:
            return get_operation(operation)
        except UnknownOperation as error:
            self.exit(str(error))
        except DatabaseError:  # no tables yet, so that nothing was imported
            self.exit(f'There is no operation "{operation}": no API has been imported.')

    def get_facts(self, uid: str | None) -> Facts:
        if not uid:
            return NO_FACTS
        facts = find_facts(uid)
        if facts is None:
            self.exit(f"There is no workflow with the UID {uid}.")
        return facts

    def read(self, file: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.exit(f"Can't read {file}: {reason}.")

    def exit(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(INVALID_ARGUMENTS)


def check_bytes(data: bytes, operation: Operation, facts: Facts) -> list[Problem]:
    """The problems of a payload as it is in a file."""
    try:
        text = decode(data)
    except JSONSyntaxError as error:
        return [report_not_json(error)]
    return check_document(text, operation.body_schema, facts)


def find_facts(uid: str) -> Facts | None:
    """The facts of a workflow and the accounts of its connection, or None.

    Without variables and secrets: nothing says which connection will send the document.
    """
    facts = _find_synced(uid) or _find_practice(uid)
    return replace(facts, variables=None, secrets=None) if facts else None


def _find_synced(uid: str) -> Facts | None:
    try:
        known = Workflow.objects.filter(uid=uid).select_related("connection")
        row = known.order_by("-edited_at").first()
        return load_facts(row.connection, uid) if row else None
    except DatabaseError:  # no tables yet, as before the first start
        return None


def _find_practice(uid: str) -> Facts | None:
    details = practice.find_workflow_details(uid)
    if details is None:
        return None
    accounts = [
        {"uid": each.uid, "name": each.name, "integration": slug, "valid": each.valid}
        for slug, integration in practice.load_integrations().items()
        for each in integration.accounts
    ]
    return read_facts(WorkflowDefinition.read(details).as_facts(), accounts)
