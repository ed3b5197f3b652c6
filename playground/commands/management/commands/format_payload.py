"""`manage.py format_payload`: a document as it would be sent, or its error."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from playground.jsontext.errors import JSONSyntaxError, NotAnObjectError
from playground.jsontext.parsing import decode, find_duplicate_keys, parse_object
from playground.jsontext.printing import ensure_formatted


class Command(BaseCommand):
    """Reads like the JSON editor, and prints every token as it was typed."""

    help = "Print a payload as it would be sent, or the line and column of its first error."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = decode(_read_bytes(options["file"]))
            parse_object(text)
        except (JSONSyntaxError, NotAnObjectError) as problem:
            self._exit(problem.message)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._exit(f"Can't read {options['file']}: {reason}.")
        # Valid JSON all the same: readers take the last one.
        for found in find_duplicate_keys(text):
            self.stderr.write(f"Warning: {found.message}")
        self._print(ensure_formatted(text))

    def _exit(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(1)

    def _print(self, text: str) -> None:
        # Bytes, so that the text stays UTF-8 whatever the locale of the terminal.
        if self.stdout.isatty():
            text += "\n"
        stream = getattr(self.stdout, "buffer", None)
        if stream is None:
            self.stdout.write(text, ending="")
        else:
            stream.write(text.encode())
            stream.flush()


def _read_bytes(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
