"""A document with the values of its references in place, or cut where secrets join last."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from playground.jsontext.indentation import fit, has_break, indent_of, line_break_of, margin_at
from playground.jsontext.parsing import Digits
from playground.jsontext.printing import dump, dump_inline, quote
from playground.jsontext.reference_syntax import (
    Reference,
    dynamic_value,
    find_held_marks,
    find_marks,
    has_braces,
    shield,
)

# Consumes strings without a brace pair, then the next string that may hold a reference; it
# matches everywhere, so that one pass stays one pass. The bounds keep the memory small.
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
    """A piece of JSON text; `reference` is the secret or file that the piece stands for.

    A held reference always stands inside a string: its value is to be escaped for JSON.
    """

    text: str
    reference: Reference | None = None


Answer = Callable[[Reference], Any]  # the tree of a reference; KeyError where there is none
Cut = Callable[[str, int, int], Iterable[Piece]]  # the pieces of the string `text[start:end]`


def may_hold(text: str) -> bool:
    """Whether a reference can stand in this JSON text; quick."""
    return has_braces(text) or ("\\" in text and ("\\u007b" in text or "\\u007B" in text))


def resolve_pieces(
    text: str, values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]
) -> tuple[Piece, ...]:
    """Valid JSON text with variables and dynamic references resolved, cut at held references.

    `values` are trees by name. A string that is only a variable takes its type, and a number
    its digits as typed; inside a longer string stands the value's text. Unknown names stay as
    written; `\\{{` becomes `{{`. All other tokens keep every byte. This is the text to
    assemble a call from.
    """
    return tuple(_walk(text, _resolver(values, now, make_uuid)))


def resolve_document(
    text: str, values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]
) -> str:
    """As `resolve_pieces`, as a document: held references stay, for showing or `split_held`.

    What would read as a secret or file but is none (an escaped one, or one that came in with
    a value) stands behind a backslash, which `split_held` takes away.
    """
    resolve = _resolver(values, now, make_uuid)
    return "".join(
        piece.text for piece in _walk(text, lambda *place: _shielded(list(resolve(*place))))
    )


def split_held(text: str) -> tuple[Piece, ...]:
    """What `resolve_document` gave, cut at its held references; shielding backslashes go."""
    return tuple(_walk(text, _cut_held))


def _resolver(values: Mapping[str, Any], now: datetime, make_uuid: Callable[[], object]) -> Cut:
    def answer(reference: Reference) -> Any:
        if reference.kind == "dynamic":
            return dynamic_value(reference.name, now, make_uuid)
        return values[reference.name]

    return lambda text, start, end: _resolve_string(text, start, end, answer)


def _walk(text: str, cut: Cut) -> Iterator[Piece]:
    """The text in pieces: `cut` is asked for each string, keys aside, that has a brace pair."""
    if not may_hold(text):
        yield Piece(text)
        return
    at = 0
    for match in _candidates(text):
        start, end = match.span(1)
        if start >= 0 and not match.group(2):
            yield Piece(text[at:start])
            yield from cut(text, start, end)
            at = end
    yield Piece(text[at:])


def _resolve_string(text: str, start: int, end: int, answer: Answer) -> Iterator[Piece]:
    value = scanstring(text, start + 1)[0]
    marks = list(find_marks(value))
    if len(marks) == 1 and isinstance(mark := marks[0], Reference) and mark.whole:
        yield from _resolve_whole(text, start, end, mark, answer)
    else:
        yield from _cut_string(text[start:end], value, marks, answer)


def _resolve_whole(
    text: str, start: int, end: int, mark: Reference, answer: Answer
) -> Iterator[Piece]:
    try:
        tree = mark if mark.held else answer(mark)
    except KeyError:
        yield Piece(text[start:end])
        return
    if isinstance(tree, Reference):
        yield from (Piece('"'), Piece(text[start + 1 : end - 1], mark), Piece('"'))
    else:
        yield Piece(_print_at(text, start, tree))


def _print_at(text: str, at: int, tree: Any) -> str:
    """A tree laid out for the place where it comes in."""
    if not has_break(text):
        return dump_inline(tree)
    return fit(dump(tree), margin_at(text, at), indent_of(text), line_break_of(text))


def _cut_held(text: str, start: int, end: int) -> Iterator[Piece]:
    value = scanstring(text, start + 1)[0]
    return _cut_string(text[start:end], value, list(find_held_marks(value)), _no_answer)


def _no_answer(mark: Reference) -> Any:
    raise KeyError(mark.name)


def _cut_string(
    raw: str, value: str, marks: list[Reference | int], answer: Answer
) -> Iterator[Piece]:
    """The pieces of a string token: answers put in, escaping backslashes left out."""
    offset_of = _raw_offsets(raw, value)
    written: list[str] = []
    at = 0
    for mark in marks:
        if isinstance(mark, int):
            start, end, new = offset_of(mark), offset_of(mark + 1), ""
        else:
            start, end = offset_of(mark.start), offset_of(mark.end)
            new = raw[start:end] if mark.held else _text_of(mark, answer, raw[start:end])
        written.append(raw[at:start])
        at = end
        if isinstance(mark, Reference) and mark.held:
            yield Piece("".join(written))
            yield Piece(new, mark)
            written.clear()
        else:
            written.append(new)
    yield Piece("".join([*written, raw[at:]]))


def _text_of(mark: Reference, answer: Answer, unknown: str) -> str:
    """What stands for a reference inside a longer string, escaped for JSON."""
    try:
        tree = answer(mark)
    except KeyError:
        return unknown
    is_text = isinstance(tree, str) and not isinstance(tree, Digits)
    return quote(tree if is_text else dump_inline(tree))[1:-1]


def _raw_offsets(raw: str, value: str) -> Callable[[int], int]:
    """Gives for an offset in the value the offset in its token as typed."""
    if "\\" not in raw:
        return lambda offset: offset + 1
    # After each escape: the offsets in the value and in the token.
    inside, outside = [0], [1]
    for match in _escapes(raw):
        inside.append(inside[-1] + match.start() - outside[-1] + 1)
        outside.append(match.end())

    def offset_of(offset: int) -> int:
        index = bisect_right(inside, offset) - 1
        return outside[index] + offset - inside[index]

    return offset_of


def _shielded(pieces: list[Piece]) -> Iterable[Piece]:
    """The pieces of one string with plain text kept from reading as held."""
    first = pieces[0].text
    if first[:1] in ("{", "["):
        return _walk(first, lambda text, start, end: [Piece(shield(text[start:end]))])
    return [p if p.reference else Piece(shield(p.text)) for p in pieces]
