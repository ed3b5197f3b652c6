"""Serialise the parameters of a call, which are typed as text or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from playground.calls.resolved import (
    Resolved,
    Scalar,
    find_variable,
    json_pieces,
    resolve_tree,
    to_resolved,
)
from playground.calls.styles import (
    STYLES,
    Notation,
    Parts,
    escape_for,
    write_named,
    write_styled,
)
from playground.calls.substitution import (
    AssemblyError,
    Piece,
    ReferenceValues,
    fill_text,
    text_of,
)
from playground.jsontext.parsing import try_parse
from playground.openapi.parameters import Parameter

_JSON_TYPE = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?json\s*(?:;|$)|\*/\*", re.I)
# Characters not allowed in header values, and those that would end a cookie.
_UNSAFE_IN_HEADER = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_UNSAFE_IN_COOKIE = re.compile(r"[^\x21-\x7e]|;")


def write_parameter(parameter: Parameter, typed: str, values: ReferenceValues) -> Parts:
    """The parts of a parameter; none if its value is null, an empty array or an empty object.

    The caller joins parts of a query by `&` and those of a cookie by `; `; the path and headers
    have at most one. Raises AssemblyError for values that the style can't express.
    """
    notation = _find_notation(parameter)
    if parameter.media_type:
        parts = [_write_content(parameter, notation, typed, values)]
    else:
        parts = write_styled(notation, read_typed(parameter, typed, values))
    if notation.escape == "raw":
        for part in parts:
            check_raw(part, parameter.title, parameter.place)
    return parts


@lru_cache(maxsize=512)
def _find_notation(parameter: Parameter) -> Notation:
    style = parameter.chosen_style
    escape = "reserved" if parameter.allow_reserved and parameter.place == "query" else "url"
    # Servers don't decode headers; OpenAPI 3.2 has a style for cookies without encoding.
    if parameter.place == "header" or style == "cookie":
        escape = "raw"
    known = style if style in STYLES else "form"
    return Notation(parameter.name, parameter.title, known, parameter.explodes, escape)


def read_typed(parameter: Parameter, typed: str, values: ReferenceValues) -> Resolved:
    """The value of typed text: JSON for arrays and objects, otherwise the text itself."""
    if parameter.takes_structure:
        if (variable := find_variable(typed)) is not None:
            return to_resolved(values.variables[variable])
        parsed = try_parse(typed)
        is_structure = parsed is not None and isinstance(parsed[0], dict | list)
        if parsed is not None and (is_structure or not parameter.takes_text):
            return resolve_tree(parsed[0], values)
        if not parameter.takes_text:
            raise AssemblyError("parameter-broken", title=parameter.title)
    return Scalar(tuple(fill_text(typed, values)))


def _write_content(
    parameter: Parameter, notation: Notation, typed: str, values: ReferenceValues
) -> list[Piece]:
    """A parameter described by a media type: JSON without spaces, other text as typed."""
    pieces: Iterable[Piece]
    if not is_json_type(parameter.media_type):
        pieces = fill_text(typed, values)
    else:
        if (variable := find_variable(typed)) is not None:
            value = to_resolved(values.variables[variable])
        elif parsed := try_parse(typed):
            value = resolve_tree(parsed[0], values)
        else:
            raise AssemblyError("parameter-broken", title=parameter.title)
        pieces = json_pieces(value)
        if notation.escape == "raw":
            pieces = map(_escape_beyond_ascii, pieces)
    # In the path and in headers, the style writes neither a name nor a prefix.
    unnamed = notation if STYLES[notation.style].named else replace(notation, style="simple")
    return write_named(unnamed, escape_for(notation, pieces))


@lru_cache(maxsize=256)
def is_json_type(media_type: str) -> bool:
    """Whether a body of this media type is JSON; `*/*` counts as JSON."""
    return _JSON_TYPE.match(media_type.strip()) is not None


def check_raw(pieces: Iterable[Piece], title: str, place: str) -> None:
    """Reject characters that would end a header or cookie, or start another one."""
    unsafe = _UNSAFE_IN_COOKIE if place == "cookie" else _UNSAFE_IN_HEADER
    for piece in pieces:
        found = unsafe.search(text_of(piece))
        if found is not None:
            shown = found[0] if found[0].isprintable() else f"U+{ord(found[0]):04X}"
            raise AssemblyError("parameter-unsafe", title=title, place=place, found=shown)


def _escape_beyond_ascii(piece: Piece) -> Piece:
    """JSON without the characters that headers don't allow."""
    if not isinstance(piece, str):
        return piece
    utf16 = piece.encode("utf-16-be")
    units = (int.from_bytes(utf16[at : at + 2]) for at in range(0, len(utf16), 2))
    return "".join(chr(unit) if unit < 128 else f"\\u{unit:04x}" for unit in units)
