"""`manage.py import_openapi`: what is understood of an OpenAPI document."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.openapi.reading import read_openapi
from playground.openapi.report import DocumentReport, make_report
from playground.openapi.yaml_reading import InvalidDocument


class Command(BaseCommand):
    help = (
        "Read an OpenAPI document (JSON or YAML) and report what was understood: operations, "
        "places that stay JSON fields, operations that can't be sent, and faults with lines."
    )
    # They load every page, which takes longer than reading the document.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file, or - for standard input")
        parser.add_argument(
            "--report", choices=("text", "json"), default="text", help="how to print the report"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        try:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"Can't read {file}: {reason}.") from None
        try:
            report = make_report(read_openapi(data))
        except InvalidDocument as error:
            place = f"Line {error.line}, column {error.column or 1}: " if error.line else ""
            raise CommandError(f"{place}{error}") from None
        if options["report"] == "json":
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            for line in describe_report(report):
                self.stdout.write(line)


def describe_report(report: DocumentReport) -> list[str]:
    """The report as lines of text."""
    counts = report.counts
    lines = [
        f"{report.title} {report.version} (OpenAPI {report.openapi})",
        f"Operations: {counts['operations']}, with a complete form: {counts['complete']}, "
        f"with JSON fields: {counts['with_json_fields']}, not sendable: {counts['unsendable']}",
    ]
    for each in report.operations:
        name = f"{each.method} {each.path} ({each.id})"
        lines += [f"{name} can't be sent: {why}" for why in each.obstacles]
        lines += [f"{name}, {place.pointer}: {place.reason}" for place in each.json_fields]
    lines += [f"Line {each.line}: {each.message}" for each in report.faults]
    if report.more_faults:
        lines.append(f"{report.more_faults} more faults aren't listed.")
    return lines
