"""Put the parameters of a call in place: path, query, headers and cookies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from playground.calls.parameters import write_parameter
from playground.calls.substitution import AssemblyError, Piece, ReferenceValues
from playground.openapi.operations import Operation
from playground.openapi.parameters import Parameter

Pairs = Sequence[tuple[str, list[Piece]]]

# Splits a path such as `/pets/{id}` into alternating text and parameter names.
_PATH = re.compile(r"\{([^{}/]+)\}")


def write_url(
    operation: Operation,
    base_url: str,
    typed: Mapping[str, str],
    values: ReferenceValues,
) -> Iterator[Piece]:
    """The URL in pieces; a path value can't leave its own segment.

    `typed` has the values by the keys of their parameters. Raises AssemblyError.
    """
    # Paths start with a slash; a base URL may end with one.
    yield base_url.rstrip("/")
    fields = {each.name: each for each in operation.path_fields}
    for number, piece in enumerate(_PATH.split(operation.path)):
        if number % 2 == 0:
            yield piece
        else:
            # The document may not describe this one.
            parameter = fields.get(piece) or Parameter(piece, piece, "", True, {"type": "string"})
            yield from _write_path_value(parameter, typed.get(piece, "").strip(), values)
    parts = (
        part
        for each in operation.query_fields
        if each.key in typed
        for part in write_parameter(each, typed[each.key], values)
    )
    yield from write_query(parts, operation.path)


def write_query(parts: Iterable[Sequence[Piece]], before: str) -> Iterator[Piece]:
    """The parts of a query; `before` is the path, which may have a query already."""
    separator = "&" if "?" in before else "?"
    for part in parts:
        yield separator
        yield from part
        separator = "&"


def _write_path_value(parameter: Parameter, typed: str, values: ReferenceValues) -> list[Piece]:
    parts = write_parameter(parameter, typed, values) if typed else []
    pieces = parts[0] if parts else []
    # A secret counts as text: it is never empty and never a dot.
    visible = "".join(each if isinstance(each, str) else "…" for each in pieces)
    if not visible:
        raise AssemblyError("path-missing", title=parameter.title)
    # Percent-encoding wouldn't help: URL parsers read %2E as a dot.
    if visible in (".", ".."):
        raise AssemblyError("path-odd", title=parameter.title, value=visible)
    return pieces


def write_header_values(
    operation: Operation, typed: Mapping[str, str], values: ReferenceValues
) -> list[tuple[str, list[Piece]]]:
    """The headers that are parameters of the operation. Raises AssemblyError."""
    return [
        (each.name, part)
        for each in operation.header_fields
        # OpenAPI ignores a parameter of this name: the body decides.
        if each.key in typed and each.name.lower() != "content-type"
        for part in write_parameter(each, typed[each.key], values)
    ]


def write_cookies(
    operation: Operation,
    typed: Mapping[str, str],
    values: ReferenceValues,
    credential: Pairs = (),
) -> list[Piece]:
    """The cookies as the value of one header; empty if there are none. Raises AssemblyError."""
    parts = [
        part
        for each in operation.cookie_fields
        if each.key in typed
        for part in write_parameter(each, typed[each.key], values)
    ]
    parts += [[name, "=", *value] for name, value in credential]
    return [piece for part in parts for piece in ("; ", *part)][1:]
