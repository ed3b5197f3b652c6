"""`manage.py preview_rows FILE`: the rows of a table as they would be read, and its problems."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from django.core.management.base import BaseCommand

from playground.commands.scripts import add_reading_arguments, make_reading
from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import InvalidReading, InvalidTable, Reading, Row
from playground.importers.values import Note


class Command(BaseCommand):
    """Prints one JSON object for each row or problem, and notes as text to standard error.

    A row is `{"line": 2, "row": {"name": "Ada", "age": null}}`: cells are strings exactly as in
    the file, null if the row has no such cell, and other JSON values only in a JSON file. A problem
    is `{"line": 5, "column": 3, "problem": "Line 5 has …"}`, without line and column if the whole
    file is meant.
    """

    help = (
        "Print the rows of a CSV, TSV, JSON Lines, JSON, Excel (.xlsx) or ODS file, one JSON "
        "object for each row or problem. The exit status is 1 if there is any problem."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file, or - for standard input")
        add_reading_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        reading = make_reading(options)
        try:
            with open_seekable(options["file"]) as file:
                has_problems = self.print_rows(file, options["file"], reading)
        except InvalidReading as error:
            self.exit(str(error))
        except InvalidTable as error:
            self.print_problem(error.line, error.column, str(error))
            has_problems = True
        except BrokenPipeError:
            raise
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.exit(f"Can't read {options['file']}: {reason}.")
        if has_problems:
            sys.exit(1)

    def print_rows(self, file: BinaryIO, name: str, reading: Reading) -> bool:
        """Print all rows; whether any has a problem."""
        source = recognise(file, name, reading)
        self.print_notes(source.notes)
        keys = [json.dumps(each, ensure_ascii=False) for each in source.columns]
        has_problems = False
        rows = read_rows(file, source)
        for row in rows:
            if isinstance(row, Row):
                self.print_line(format_row(row, keys))
            else:
                has_problems = True
                self.print_problem(row.line, row.column, row.message)
        self.print_notes(rows.list_notes())
        return has_problems

    def print_problem(self, line: int | None, column: int | None, message: str) -> None:
        problem = {"line": line, "column": column, "problem": message}
        self.print_line(json.dumps(problem, ensure_ascii=False))

    def print_notes(self, notes: Sequence[Note]) -> None:
        for note in notes:
            self.stderr.write(note.message)

    def print_line(self, text: str) -> None:
        # Bytes, so that the text stays UTF-8 whatever the locale of the terminal.
        stream = getattr(self.stdout, "buffer", None)
        if stream is None:
            self.stdout.write(text)
        else:
            stream.write(text.encode() + b"\n")

    def exit(self, message: str) -> NoReturn:
        self.stderr.write(message)
        sys.exit(1)


def format_row(row: Row, keys: Sequence[str]) -> str:
    """A row as JSON whose values have the tokens of the file."""
    members = []
    for index, (key, cell) in enumerate(zip(keys, row.cells, strict=True)):
        if cell is None:
            value = "null"
        elif index in row.json_cells:
            value = cell
        else:
            value = json.dumps(cell, ensure_ascii=False)
        members.append(f"{key}: {value}")
    return f'{{"line": {row.line}, "row": {{{", ".join(members)}}}}}'


@contextmanager
def open_seekable(name: str) -> Iterator[BinaryIO]:
    """A file opened for reading; what can't be read twice, such as a pipe, is copied."""
    if name == "-":
        with copy_temporarily(sys.stdin.buffer) as copy:
            yield copy
        return
    with Path(name).open("rb") as file:
        if file.seekable():
            yield file
        else:
            with copy_temporarily(file) as copy:
                yield copy


@contextmanager
def copy_temporarily(source: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        yield copy
