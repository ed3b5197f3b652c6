"""Documents with the values of their references, split where secrets and files join later."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from playground.jsontext.indentation import fit, has_break, indent_of, line_break_of, margin_at
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump, dump_inline, quote
from playground.jsontext.references import (
    Reference,
    dynamic_value,
    escape_deferred,
    escape_references,
    find_deferred_marks,
    find_marks,
    may_have_references,
)

# Consumes strings without a brace pair, then the next string that may have a reference. It
# matches everywhere, so that the whole search is one pass. The repetitions are bounded because
# the engine keeps a stack entry for each round.
_PLAIN = r'"[^"\\{]*+(?:(?:\\(?!u007[bB]).|\{(?!\{|\\u007))[^"\\{]*+){0,200}"'
_candidates = re.compile(
    rf'(?:[^"]++|{_PLAIN}){{0,1000}}'
    r'("(?:[^"\\]++|\\.)*+")?([ \t\n\r]*+:)?',
    re.S,
).finditer
_escapes = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
).finditer


class Piece(NamedTuple):
    """A piece of JSON text; `reference` is the secret or file whose value replaces it.

    A deferred reference is always inside a string: its value must be escaped for JSON.
    """

    text: str
    reference: Reference | None = None


# The tree of a reference; raises KeyError if it is unknown.
Lookup = Callable[[Reference], Any]
# The pieces of the string `text[start:end]`.
Split = Callable[[str, int, int], Iterable[Piece]]


def resolve_pieces(
    text: str, values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]
) -> tuple[Piece, ...]:
    """Valid JSON text with its variables and dynamic references resolved, for assembling a call.

    The text is split at deferred references. `values` are trees by name. A string that is only
    a variable takes the type of its value, and a number its token; a longer string takes the
    value's text. Unknown names stay as written; `\\{{` becomes `{{`. All other tokens keep
    every byte.
    """
    return tuple(_split_text(text, _resolver(values, now, make_uuid)))


def resolve_document(
    text: str, values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]
) -> str:
    """As `resolve_pieces`, but one text, to be shown or passed to `split_deferred`.

    What looks like a secret or file but isn't (an escaped one, or one that came in with a
    value) gets a backslash, which `split_deferred` removes.
    """
    resolve = _resolver(values, now, make_uuid)
    pieces = _split_text(text, lambda *span: _escape_pieces(list(resolve(*span))))
    return "".join(piece.text for piece in pieces)


def split_deferred(text: str) -> tuple[Piece, ...]:
    """The text that `resolve_document` returned, split at its deferred references."""
    return tuple(_split_text(text, _split_deferred_string))


def _resolver(values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]) -> Split:
    def lookup(reference: Reference) -> Any:
        if reference.kind == "dynamic":
            return dynamic_value(reference.name, now, make_uuid)
        return values[reference.variable]

    return lambda text, start, end: _resolve_string(text, start, end, lookup)


def find_strings(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the strings, except keys, of a valid JSON text that may have a reference."""
    if not may_have_references(text):
        return
    for match in _candidates(text):
        start, end = match.span(1)
        if start >= 0 and not match.group(2):
            yield start, end


def escape_strings(text: str) -> str:
    """Valid JSON text in which nothing is a reference: `{{` in its strings is escaped."""
    pieces: list[str] = []
    at = 0
    for start, end in find_strings(text):
        value: str = json.loads(text[start:end])
        if "{{" in value:
            pieces += (text[at:start], quote(escape_references(value)))
            at = end
    return "".join([*pieces, text[at:]])


def _split_text(text: str, split: Split) -> Iterator[Piece]:
    """The text in pieces: `split` is called for each string, except keys, with a brace pair."""
    # Never parsed and printed again: the tokens that are typed are the tokens that are sent.
    at = 0
    for start, end in find_strings(text):
        yield Piece(text[at:start])
        yield from split(text, start, end)
        at = end
    yield Piece(text[at:])


def _resolve_string(text: str, start: int, end: int, lookup: Lookup) -> Iterator[Piece]:
    value = json.loads(text[start:end])
    marks = list(find_marks(value))
    if len(marks) == 1 and isinstance(mark := marks[0], Reference) and mark.whole:
        yield from _resolve_whole(text, start, end, mark, lookup)
    else:
        yield from _split_string(text[start:end], value, marks, lookup)


def _resolve_whole(
    text: str, start: int, end: int, mark: Reference, lookup: Lookup
) -> Iterator[Piece]:
    try:
        tree = mark if mark.deferred else lookup(mark)
    except KeyError:
        yield Piece(text[start:end])
        return
    if isinstance(tree, Reference):
        yield from (Piece('"'), Piece(text[start + 1 : end - 1], mark), Piece('"'))
    else:
        yield Piece(_print_at(text, start, tree))


def _print_at(text: str, at: int, tree: Any) -> str:
    """A tree formatted for the offset where it goes."""
    if not has_break(text):
        return dump_inline(tree)  # a document on one line stays on one line
    return fit(dump(tree), margin_at(text, at), indent_of(text), line_break_of(text))


def _split_deferred_string(text: str, start: int, end: int) -> Iterator[Piece]:
    value = json.loads(text[start:end])
    return _split_string(text[start:end], value, list(find_deferred_marks(value)), _no_value)


def _no_value(mark: Reference) -> Any:
    raise KeyError(mark.name)


def _split_string(
    raw: str, value: str, marks: list[Reference | int], lookup: Lookup
) -> Iterator[Piece]:
    """The pieces of a string token: values put in, backslashes before `{{` left out."""
    offset_of = raw_offsets(raw, value)
    written: list[str] = []
    at = 0
    for mark in marks:
        if isinstance(mark, int):
            start, end, new = offset_of(mark), offset_of(mark + 1), ""
        else:
            start, end = offset_of(mark.start), offset_of(mark.end)
            new = raw[start:end] if mark.deferred else _text_of(mark, lookup, raw[start:end])
        written.append(raw[at:start])
        at = end
        if isinstance(mark, Reference) and mark.deferred:
            yield Piece("".join(written))
            yield Piece(new, mark)
            written.clear()
        else:
            written.append(new)
    yield Piece("".join([*written, raw[at:]]))


def _text_of(mark: Reference, lookup: Lookup, unknown: str) -> str:
    """The text of a reference inside a longer string, escaped for JSON."""
    try:
        tree = lookup(mark)
    except KeyError:
        return unknown
    is_text = isinstance(tree, str) and not isinstance(tree, NumberToken)
    return quote(tree if is_text else dump_inline(tree))[1:-1]


def raw_offsets(raw: str, value: str) -> Callable[[int], int]:
    """A function from an offset in a string's value to the offset in its token."""
    if "\\" not in raw:
        return lambda offset: offset + 1  # the opening quote
    # After each escape: the offsets in the value and in the token.
    inside, outside = [0], [1]
    for match in _escapes(raw):
        inside.append(inside[-1] + match.start() - outside[-1] + 1)
        outside.append(match.end())

    def offset_of(offset: int) -> int:
        index = bisect_right(inside, offset) - 1
        return outside[index] + offset - inside[index]

    return offset_of


def _escape_pieces(pieces: list[Piece]) -> Iterable[Piece]:
    """The pieces of one string, with a backslash before plain text that looks deferred."""
    # A value that replaced the whole string may be an object or array: its strings are escaped
    # one by one.
    first = pieces[0].text
    if first[:1] in ("{", "["):
        return _split_text(first, lambda t, start, end: [Piece(escape_deferred(t[start:end]))])
    return [p if p.reference else Piece(escape_deferred(p.text)) for p in pieces]
