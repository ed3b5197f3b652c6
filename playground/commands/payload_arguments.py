"""The arguments of commands that fill a payload: --connection, --set, --var and --file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playground.commands.scripts import InvalidArgument, find_named_connection
from playground.drafts.assignments import (
    assign_connection,
    assign_file,
    assign_typed,
    assign_variable,
    is_table,
)
from playground.drafts.states import State
from playground.importers.rows import MOST_BYTES
from playground.sending.tables import assign_table


def add_payload_arguments(parser: ArgumentParser) -> None:
    """Add the options that say what to lay over a payload."""
    parser.add_argument("--connection", help="name of a connection to use instead")
    parser.add_argument(
        "--set", action="append", default=[], metavar="/POINTER=VALUE", dest="values"
    )
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", dest="variables"
    )
    parser.add_argument(
        "--file", action="append", default=[], metavar="/POINTER=FILE", dest="files"
    )


def has_payload_arguments(options: dict[str, Any]) -> bool:
    return any(options[name] for name in ("connection", "values", "variables", "files"))


def fill_payload(operation: str, state: State, options: dict[str, Any]) -> tuple[State, list[str]]:
    """The payload with what the options say, and the notes on its tables.

    Raises InvalidArgument, AssignmentError.
    """
    notes: list[str] = []
    if options["connection"]:
        state = assign_connection(state, str(find_named_connection(options["connection"]).id))
    # Variables come first: a value that is set may refer to them.
    for name, typed in _split_pairs(options["variables"], "NAME=value"):
        state = assign_variable(state, name, typed)
    for pointer, typed in _split_pairs(options["values"], "/pointer=value"):
        state = assign_typed(state, pointer, typed)
    for pointer, file in _split_pairs(options["files"], "/pointer=value"):
        content = _read_bytes(file)
        if is_table(file):
            state, found = assign_table(operation, state, pointer, file, content)
            notes += found
        else:
            state = assign_file(state, pointer, file, content)
    return state, notes


def _split_pairs(pairs: Sequence[str], form: str) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidArgument(f"Write {form}, not {pair!r}.")
        yield name, value


def _read_bytes(file: str) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            # One more byte shows that the input is too large.
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidArgument(f"Can't read {file}: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        size = MOST_BYTES // 1_000_000
        raise InvalidArgument(f"{file} is too large. At most {size} MB can be sent.")
    return content
