"""`manage.py import_payload`: what a command, export, snippet or JSON is read as."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from playground.importers import Imported, Rejected, decode_pasted, import_text, operation_shapes


class Command(BaseCommand):
    """Prints one JSON object: the result, or `refused` with a message."""

    help = (
        "Read a cURL command, JSON, YAML, a Postman or HAR export, an HTTP request, a code snippet "
        "or a URL, and print the resulting request as one JSON object. Nothing in it is executed."
    )
    # They load every page, which takes longer than reading a snippet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument(
            "--request",
            type=int,
            metavar="N",
            help="which of several requests to read; the output lists them with their numbers",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = _understand(options["file"], options["request"])
        # Indented for people; any JSON reader ignores that.
        self.stdout.write(json.dumps(_as_dict(found), ensure_ascii=False, indent=2))
        if isinstance(found, Rejected):
            sys.exit(1)


def _understand(name: str, number: int | None) -> Imported | Rejected:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        return Rejected(f"Can't read {name}: {reason}.", "unreadable-file")
    text = decode_pasted(data)
    if text is None:
        return Rejected("This is not text in UTF-8; save it as UTF-8.", "not-utf8")
    return import_text(text, operation_shapes(), number)


def _as_dict(found: Imported | Rejected) -> dict[str, Any]:
    if isinstance(found, Rejected):
        return {"refused": found.message}
    return {
        "kind": found.kind,
        "operation": found.operation,
        "method": found.method,
        "url": found.url,
        "headers": _headers(found),
        "body": found.body,
        "document": found.document,
        "path_values": dict(found.path_values),
        "credentials": [{"name": each.name, "place": each.location} for each in found.credentials],
        "step_uid": found.step_uid,
        "variables": dict(found.variables),
        "request": found.number,
        "requests": [vars(each) for each in found.requests],
        "notes": [{"kind": each.kind, "sentence": each.message} for each in found.notes],
        "changes": [vars(each) for each in found.changes],
    }


def _headers(found: Imported) -> dict[str, str]:
    """The headers as a mapping; repeated ones are joined (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in found.headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
