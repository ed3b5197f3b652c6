"""Checks a payload from a file or the standard input: one JSON object per problem and line."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from playground.commands.workflow_facts import facts_of_workflow
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.rules.checking import blocks, check_document, report_not_json
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.problems import Problem

KEYS = ("code", "pointer", "line", "severity", "message")
NOT_UNDERSTOOD = 2


class Command(BaseCommand):
    help = (
        "Checks a payload and prints one JSON object per problem. Ends with 0 when nothing keeps "
        "it from being sent, with 1 otherwise, with 2 when the question was not understood."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        """The file may stand behind an option, which argparse takes only if it is told so."""
        parser = super().create_parser(*args, **options)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("operation", help="such as launch-workflow or start-scenario")
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument("--workflow", metavar="UID", help="judge by this workflow's definition")

    def handle(self, *args: Any, **options: Any) -> None:
        operation = self.find(options["operation"])
        facts = self.know(options["workflow"])
        problems = check_bytes(self.read(options["file"]), operation, facts)
        for each in problems:
            known = each.as_dict()
            line = {key: known[key] for key in KEYS}
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        if blocks(problems):
            sys.exit(1)

    def find(self, operation: str) -> Operation:
        try:
            return get_operation(operation)
        except UnknownOperation as error:
            self.refuse(str(error))

    def know(self, uid: str | None) -> Facts:
        if not uid:
            return NO_FACTS
        facts = facts_of_workflow(uid)
        if facts is None:
            self.refuse(f"No workflow with the UID {uid} is known here.")
        return facts

    def read(self, file: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.refuse(f"The file {file} cannot be read: {reason}.")

    def refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(NOT_UNDERSTOOD)


def check_bytes(data: bytes, operation: Operation, facts: Facts) -> list[Problem]:
    """The problems of a payload as it stands in a file."""
    try:
        text = decode(data)
    except JSONSyntaxError as error:
        return [report_not_json(error)]
    return check_document(text, operation.body_schema, facts)
