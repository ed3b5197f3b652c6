"""`manage.py import_openapi FILE|URL`: import an API, and report what was understood of it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.apis.importing import ApiImport, ImportRefused, import_source
from playground.apis.models import ImportedApi
from playground.commands.startup import explain_missing_person, find_importer
from playground.forms.coverage import find_json_fields
from playground.openapi.reading import SourceDocument, read_openapi
from playground.openapi.report import make_report
from playground.openapi.yaml_reading import InvalidDocument
from playground.sending.document_fetching import FetchRefused, fetch_document
from playground.sending.reference_fetching import add_references


class Command(BaseCommand):
    help = (
        "Import an OpenAPI document (JSON or YAML) as an API of the team and report what was "
        "understood: operations, places that stay JSON fields, operations that can't be sent, "
        "and faults with lines. An API of this --name, or from this address, is updated."
    )
    # They load every page, which takes longer than reading the document.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a file, an address, or - for standard input")
        parser.add_argument("--name", default="", help="default: the title in the document")
        parser.add_argument(
            "--user", default="", metavar="NAME", help="who imports it; default: the first owner"
        )
        parser.add_argument(
            "--report", choices=("text", "json"), default="text", help="how to print the report"
        )
        parser.add_argument(
            "--fetch-references",
            action="store_true",
            help="also fetch the documents it refers to, from the origin of its address",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only report, without importing anything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        is_address = source.lower().startswith(("http://", "https://"))
        try:
            data = fetch_document(None, source) if is_address else read_file(source)
            url = source if is_address else ""
            document = read_openapi(data)
            if options["fetch_references"]:
                document = add_references(None, document, url)
            if options["dry_run"]:
                report = make_report(document, find_json_fields)
                head = f"{report.title} {report.version}".strip()
                self.print_report(options["report"], head, report.as_dict())
                return
            imported = self.store(document, options, url)
        except InvalidDocument as error:
            place = f"Line {error.line}, column {error.column or 1}: " if error.line else ""
            raise CommandError(f"{place}{error}") from None
        except (ImportRefused, FetchRefused) as error:
            raise CommandError(str(error)) from None
        api = imported.api
        changes = list(imported.changes)
        report_data = {"id": api.id, "title": api.title, "changes": changes, **api.report}
        head = f"Imported {api.title} {api.version}".strip() + f" as {api.id}"
        self.print_report(options["report"], head, report_data)

    def store(self, document: SourceDocument, options: Mapping[str, Any], url: str) -> ApiImport:
        person = find_importer(options["user"])
        if person is None:
            raise CommandError(explain_missing_person(options["user"]))
        name = options["name"].strip()
        former = ImportedApi.objects.filter(title=name).first() if name else None
        if former is None and url:
            former = ImportedApi.objects.filter(url=url).first()
        return import_source(
            person,
            document,
            name=name,
            url=url,
            api=former,
            reads_references=options["fetch_references"],
        )

    def print_report(self, kind: str, head: str, report: Mapping[str, Any]) -> None:
        if kind == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            return
        for line in describe_report(head, report):
            self.stdout.write(line)


def read_file(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"Can't read {name}: {reason}.") from None


def describe_report(head: str, report: Mapping[str, Any]) -> Iterable[str]:
    """The report as lines of text."""
    counts = report["counts"]
    yield f"{head} (OpenAPI {report['openapi']})"
    yield (
        f"Operations: {counts['operations']}, with a complete form: {counts['complete']}, "
        f"with JSON fields: {counts['with_json_fields']}, not sendable: {counts['unsendable']}"
    )
    for each in report["operations"]:
        name = f"{each['method']} {each['path']} ({each['id']})"
        yield from (f"{name} can't be sent: {why}" for why in each["obstacles"])
        yield from (f"{name}, {at['pointer']}: {at['reason']}" for at in each["json_fields"])
    for address in report.get("references", ()):
        yield f"Refers to {address}, which wasn't read (see --fetch-references)."
    yield from (f"Line {each['line']}: {each['message']}" for each in report["faults"])
    if report["more_faults"]:
        yield f"{report['more_faults']} more faults aren't listed."
    for change in report.get("changes", ()):
        yield f"{change['operation']} {change['kind']}{' (breaking)' if change['breaking'] else ''}"
