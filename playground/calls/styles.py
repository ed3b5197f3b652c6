"""Serialise values in the styles of OpenAPI: those of RFC 6570 and a few more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote as percent_encode

from playground.calls.resolved import Resolved, Scalar
from playground.calls.substitution import (
    AssemblyError,
    Piece,
    escape_pieces,
    escape_value,
    text_of,
)
from playground.openapi.parameters import EXPLODED, Encoding

# The parts of a value, such as one `name=value` for each item of an exploded array.
Parts = list[list[Piece]]

_LONGEST_SHOWN = 40
# `allowReserved` doesn't encode these. OpenAPI 3.1.1 (Appendix E): `&`, `=` and `+` have a
# special meaning in a query, and brackets and `#` aren't allowed there.
_RESERVED = ":/?@!$'()*;,"
_TRIPLET = re.compile(r"(%[0-9A-Fa-f]{2})")
_DELIMITER_NAMES = {" ": "a space", ",": "a comma", "=": "an equals sign"}


class _Style(NamedTuple):
    """A row of the table in RFC 6570, appendix A; `named` writes `name=`, or `empty` after it."""

    first: str = ""
    separator: str = ","
    named: bool = False
    empty: str = ""
    items: str = ","


STYLES: Mapping[str, _Style] = {
    "simple": _Style(),
    "label": _Style(".", "."),
    "matrix": _Style(";", ";", named=True),
    "form": _Style("", "&", named=True, empty="="),
    "cookie": _Style("", "&", named=True, empty="="),
    "spaceDelimited": _Style("", "&", named=True, empty="=", items=" "),
    "pipeDelimited": _Style("", "&", named=True, empty="=", items="|"),
    "deepObject": _Style("", "&", named=True, empty="="),
}


@dataclass(frozen=True)
class Notation:
    """The name that a value is sent under, and how; `title` names it in messages.

    `escape` is `url`, `reserved` (`url` that leaves reserved characters alone) or `raw`.
    """

    name: str
    title: str
    style: str
    explode: bool
    escape: str = "url"

    def refuse(self, code: str, **params: str) -> AssemblyError:
        return AssemblyError(code, title=self.title, style=self.style, **params)


def notation_of_property(name: str, encoding: Encoding) -> Notation:
    """The notation of a form property whose encoding has a style."""
    style = encoding.style if encoding.style in STYLES else "form"
    explode = style in EXPLODED if encoding.explode is None else encoding.explode
    return Notation(name, name, style, explode, "reserved" if encoding.allow_reserved else "url")


def write_styled(notation: Notation, value: Resolved) -> Parts:
    """The parts of a value; none if it is null, an empty array or an empty object.

    Raises AssemblyError for values that the style can't express.
    """
    if value is None or value in ([], {}):
        return []
    if notation.style == "deepObject" and not isinstance(value, Scalar):
        return [
            [percent_encode(name, safe=""), "=", *escape_for(notation, each.pieces)]
            for name, each in _flatten(notation.name, value)
        ]
    if isinstance(value, Scalar):
        return [write_named(notation, escape_for(notation, value.pieces), value.visible == "")]
    if notation.explode:
        return _write_exploded(notation, value)
    return _write_joined(notation, value)


def _write_joined(notation: Notation, value: list[Resolved] | dict[str, Resolved]) -> Parts:
    """All items in one value: `a,b`, and `key,a` for objects."""
    between = STYLES[notation.style].items
    items: list[list[Piece]] = []
    for key, scalar in _list_scalars(notation, value):
        items += [[key]] if key is not None else []
        items.append(list(scalar.pieces))
    for item in items:
        # A percent-encoded comma is part of an item; an encoded space or bar still separates.
        if notation.escape == "raw" or between != ",":
            _check_delimiters(notation, item, between)
    escaped = [escape_for(notation, each, between) for each in items]
    is_literal = notation.escape == "raw" or between == ","
    delimiter = between if is_literal else escape_value(between, "url")
    return [write_named(notation, _join(escaped, delimiter))] if items else []


def _write_exploded(notation: Notation, value: list[Resolved] | dict[str, Resolved]) -> Parts:
    style = STYLES[notation.style]
    written: list[list[Piece]] = []
    for key, scalar in _list_scalars(notation, value):
        if notation.escape == "raw" and style.separator == ",":
            _check_delimiters(notation, [key or ""], ",=")
            _check_delimiters(notation, scalar.pieces, ",")
        elif style.separator == ".":
            # In text it is escaped below.
            _check_delimiters(notation, (p for p in scalar.pieces if not isinstance(p, str)), ".")
        escaped = escape_for(notation, scalar.pieces, style.separator)
        if key is None and not style.named:
            written.append(escaped)
        else:
            name = notation.name if key is None else key
            head = name if notation.escape == "raw" else percent_encode(name, safe="")
            empty = scalar.visible == "" and key is None
            written.append([head, style.empty if empty else "=", *escaped])
    if style.separator == "&":
        return written
    return [[style.first, *_join(written, style.separator)]] if written else []


def _list_scalars(
    notation: Notation, value: list[Resolved] | dict[str, Resolved]
) -> Iterator[tuple[str | None, Scalar]]:
    """The items with their keys, without null; a form repeats the key of an array."""
    pairs: Iterable[tuple[str | None, Resolved]]
    pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    repeats = notation.explode and STYLES[notation.style].separator == "&"
    for key, each in pairs:
        inner = each if isinstance(each, list) and key is not None and repeats else [each]
        for item in inner:
            if isinstance(item, Scalar):
                yield key, item
            elif item is not None:
                raise notation.refuse("parameter-nested", inner=_shorten(key or "an item"))


def _flatten(name: str, value: Resolved) -> Iterator[tuple[str, Scalar]]:
    """`name[key]` for each value of an object, `name[0]` for each item of an array."""
    if isinstance(value, Scalar):
        yield name, value
    elif value is not None:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from _flatten(f"{name}[{key}]", each)


def write_named(notation: Notation, value: list[Piece], is_empty: bool = False) -> list[Piece]:
    """An escaped value, with its name if the style writes it."""
    style = STYLES[notation.style]
    if not style.named:
        return [style.first, *value]
    name = notation.name if notation.escape == "raw" else percent_encode(notation.name, safe="")
    return [style.first, name, style.empty if is_empty else "=", *value]


def _join(parts: Sequence[list[Piece]], between: str) -> list[Piece]:
    joined: list[Piece] = []
    for number, part in enumerate(parts):
        joined += ([between] if number else []) + part
    return joined


def escape_for(notation: Notation, pieces: Iterable[Piece], delimiter: str = "") -> list[Piece]:
    """The pieces escaped for the place, including `delimiter` where it would separate."""
    if notation.escape == "reserved":
        return list(_escape_reserved(pieces, delimiter))
    escaped = list(escape_pieces(pieces, notation.escape))
    if delimiter == ".":
        # URLs don't escape dots, but here a dot is the delimiter.
        return [each.replace(".", "%2E") if isinstance(each, str) else each for each in escaped]
    return escaped


def _escape_reserved(pieces: Iterable[Piece], delimiter: str) -> Iterator[Piece]:
    safe = _RESERVED.replace(delimiter, "") if delimiter else _RESERVED
    for piece in pieces:
        if not isinstance(piece, str):
            yield from escape_pieces([piece], "url")
            continue
        # RFC 6570, 3.2.3: existing percent-encoding is preserved.
        for number, text in enumerate(_TRIPLET.split(piece)):
            yield text if number % 2 else percent_encode(text, safe=safe)


def _check_delimiters(notation: Notation, pieces: Iterable[Piece], delimiters: str) -> None:
    """Reject an item that would be split in two."""
    for piece in pieces:
        if found := next((each for each in delimiters if each in text_of(piece)), ""):
            name = _DELIMITER_NAMES.get(found, found)
            raise notation.refuse("parameter-delimiter", delimiter=name)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
