"""JSON text in: bytes to text, text to tree with its digits kept, duplicates, and all places.

RFC 8259 decides what is JSON. What it leaves open is decided for safety: no byte-order mark,
no half of a surrogate pair, no nesting over 100 brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, Overflow
from itertools import islice
from json import JSONDecoder
from typing import Any, NamedTuple, NoReturn

from playground.jsontext import pointers
from playground.jsontext.errors import NotJson, NotPayload, fault, place_of, show
from playground.jsontext.levels import levels
from playground.jsontext.locating import Span, key_span, line_of, lines_of, locate, pointer_at
from playground.jsontext.scanning import children, skip_space
from playground.jsontext.syntax_errors import MAX_DEPTH, explain

__all__ = [
    "Digits",
    "Duplicate",
    "NotJson",
    "NotPayload",
    "Span",
    "Tree",
    "decode",
    "duplicates",
    "key_span",
    "line_of",
    "lines_of",
    "locate",
    "plain",
    "pointer_at",
    "read",
    "read_object",
]


LONGEST_INT = 4000  # digits of a whole number; Python refuses to convert more than 4,300
_LONG = Context(LONGEST_INT, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation, Overflow])


class Digits(str):
    """A number as its token was typed, such as `1.10` or `1E400`.

    Equal only to a number of the same token, never to a string. It is a `str`: ask for
    `Digits` before asking for `str`.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digits) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"Digits({str.__repr__(self)})"


Tree = dict[str, "Tree"] | list["Tree"] | str | bool | None
"""A JSON value; its numbers are `Digits`."""

_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes; raises NotJson for anything else and for a byte-order mark."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            raise NotJson("other_encoding", (0, 1, 1), {"encoding": encoding})
    if data[:1] and b"\0" in data[:2] and len(data) % 2 == 0:
        raise NotJson("other_encoding", (0, 1, 1), {"encoding": "UTF-16 or UTF-32"})
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        params: dict[str, str | int] = {
            "byte": f"0x{data[error.start]:02X}",
            "number": error.start + 1,
        }
        raise NotJson("not_utf8", place_of(good, len(good)), params) from None
    if text.startswith("\ufeff"):
        raise fault(text, "byte_order_mark", 0)
    return text


def refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


_decode = JSONDecoder(parse_int=Digits, parse_float=Digits, parse_constant=refuse_constant).decode
_whole = re.compile(r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..").sub
_half = re.compile(r"\\u[dD][89a-fA-F]").search


def read(text: str) -> Tree:
    """The tree of a JSON text: dicts in the order typed, of duplicate keys the last.

    Raises NotJson, and nothing else, for a text that is no JSON.
    """
    tree: Tree = read_as(text, _decode, _is_too_deep)
    return tree


def read_as(
    text: str, decode: Callable[[str], Any], is_too_deep: Callable[[str, Any], bool]
) -> Any:
    """The same with the values that a decoder of ours makes of the tokens."""
    try:
        tree = decode(text)
    except (ValueError, RecursionError):
        explain(text)
        raise fault(text, "too_deep", 0, limit=MAX_DEPTH) from None
    if _has_halves(text) or is_too_deep(text, tree):
        explain(text)
    return tree


def try_read(text: str) -> tuple[Tree] | None:
    """What `read` gives, in a tuple; None, and quicker, where nobody asks what is wrong."""
    try:
        tree: Tree = _decode(text)
        if _has_halves(text) or _is_too_deep(text, tree):
            explain(text)
    except (ValueError, RecursionError):
        return None
    return (tree,)


def read_object(text: str) -> dict[str, Tree]:
    """The tree of a payload; raises NotJson, or NotPayload for JSON that is no object."""
    tree = read(text)
    if isinstance(tree, dict):
        return tree
    at = len(text) - len(text.lstrip())
    raise NotPayload("not_an_object", place_of(text, at), {"found": _kind_of(tree)})


def _kind_of(tree: Tree) -> str:
    if tree is None or isinstance(tree, bool):
        return "null" if tree is None else str(tree).lower()
    if isinstance(tree, Digits):
        return "a number"
    return "a text" if isinstance(tree, str) else "a list"


def _has_halves(text: str) -> bool:
    if _half(text) and _half(_whole("  ", text)):
        return True
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_too_deep(text: str, tree: Tree) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    return next(islice(levels(tree), MAX_DEPTH, None), None) is not None


def plain(tree: Tree) -> Any:
    """The twin for validation: numbers as int, or Decimal where they have a dot or an e.

    Numbers beyond what Decimal can hold become the largest it can.
    """
    if isinstance(tree, dict):
        return {key: plain(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [plain(item) for item in tree]
    return _number(tree) if isinstance(tree, Digits) else tree


def _number(digits: str) -> int | Decimal:
    # Python refuses to convert more than 4,300 digits to int. Decimal takes them, but written
    # out they would be converted when a schema tells of them: rounded, it has an exponent.
    if len(digits) < LONGEST_INT and digits.lstrip("-").isdigit():
        return int(digits)
    try:
        return _LONG.create_decimal(digits)
    except (InvalidOperation, Overflow):
        return _beyond(digits)


def _beyond(digits: str) -> Decimal:
    mantissa, _, exponent = digits.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    if exponent.startswith("-") or not mantissa.strip("-0."):
        return Decimal(f"{sign}0")
    return Decimal(f"{sign}9e{MAX_EMAX}")


class Duplicate(NamedTuple):
    """A key that an object has more than once; the second place counts.

    `pointer` names the member, lines and columns (from 1) are those of the two keys.
    """

    pointer: str
    key: str
    first_line: int
    first_column: int
    second_line: int
    second_column: int

    @property
    def sentence(self) -> str:
        """The warning that names both places."""
        return (
            f'Line {self.second_line}, column {self.second_column}: the key "{show(self.key)}" '
            f"stands already at line {self.first_line}, column {self.first_column}; "
            "the last one counts."
        )


def duplicates(text: str) -> list[Duplicate]:
    """The keys that valid JSON text has more than once in one object, in reading order.

    A key that stands three times gives two entries, each naming the place before it.
    """
    noticed: list[bool] = []
    _watching(noticed)(text)
    return list(_find_duplicates(text)) if noticed else []


def _watching(noticed: list[bool]) -> Callable[[str], object]:
    def watch(pairs: list[tuple[str, object]]) -> None:
        if len(pairs) > 1 and len({key for key, _ in pairs}) < len(pairs):
            noticed.append(True)

    return JSONDecoder(parse_int=len, parse_float=len, object_pairs_hook=watch).decode


def _find_duplicates(text: str) -> Iterator[Duplicate]:
    waiting = [("", skip_space(text))]
    while waiting:
        pointer, at = waiting.pop()
        places: dict[str, int] = {}
        inner = []
        for index, item in enumerate(children(text, at)):
            place = pointers.child(pointer, index if item.key is None else item.key)
            if item.key is not None:
                if item.key in places:
                    first, second = (place_of(text, o) for o in (places[item.key], item.begin))
                    yield Duplicate(place, item.key, *first[1:], *second[1:])
                places[item.key] = item.begin
            if text[item.start] in "[{":
                inner.append((place, item.start))
        waiting.extend(reversed(inner))
