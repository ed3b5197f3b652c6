"""JSON text in: bytes to text, text to a tree that keeps number tokens, duplicate keys.

RFC 8259 decides what is JSON. Where it leaves a choice, the safe one is made: no byte-order
mark, no half of a surrogate pair, no more than 100 levels of nesting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, Overflow
from itertools import islice
from json import JSONDecoder
from typing import Any, NamedTuple, NoReturn

from playground.jsontext import pointers
from playground.jsontext.errors import (
    JSONSyntaxError,
    NotAnObjectError,
    Position,
    excerpt,
    position_at,
    syntax_error,
)
from playground.jsontext.scanning import children, skip_space
from playground.jsontext.syntax_errors import MAX_DEPTH, check_syntax

# Digits of an integer: Python refuses to convert more than 4,300 (CVE-2020-10735).
LONGEST_INT = 4000
_LONG = Context(LONGEST_INT, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation, Overflow])


class NumberToken(str):
    """A number as its token was typed, such as `1.10` or `1E400`.

    Equal only to a number with the same token, never to a string. As it is a `str`, check for
    `NumberToken` before checking for `str`.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NumberToken) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"NumberToken({str.__repr__(self)})"


Tree = dict[str, "Tree"] | list["Tree"] | str | bool | None
"""A JSON value; its numbers are `NumberToken`s."""

# UTF-32 comes first: its little-endian mark starts with the one of UTF-16.
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_START = Position(0, 1, 1)


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes; raises JSONSyntaxError for other encodings and for a BOM."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise JSONSyntaxError("other_encoding", _START, {"encoding": encoding})
    # JSON starts with an ASCII character, so a zero byte nearby means wide characters.
    if data[:1] and b"\0" in data[:2] and len(data) % 2 == 0:
        raise JSONSyntaxError("other_encoding", _START, {"encoding": "UTF-16 or UTF-32"})
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        valid = data[: error.start].decode("utf-8")
        byte = f"0x{data[error.start]:02X}"
        params: dict[str, str | int] = {"byte": byte, "number": error.start + 1}
        raise JSONSyntaxError("not_utf8", position_at(valid, len(valid)), params) from None
    if text.startswith("\ufeff"):
        raise syntax_error(text, "byte_order_mark", 0)
    return text


def _refuse_constant(constant: str) -> NoReturn:
    """Reject NaN and Infinity, which Python's decoder accepts and RFC 8259 doesn't have."""
    raise ValueError(constant)


_decode = JSONDecoder(
    parse_int=NumberToken, parse_float=NumberToken, parse_constant=_refuse_constant
).decode
# Escaped backslashes and complete surrogate pairs; what looks like a surrogate without them
# is half of a pair.
_complete = re.compile(r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..").sub
_surrogate = re.compile(r"\\u[dD][89a-fA-F]").search


def parse(text: str) -> Tree:
    """The tree of a JSON text: keys in the order typed, of duplicate keys the last value.

    Raises JSONSyntaxError, and nothing else, for a text that is not JSON.
    """
    tree: Tree = _parse(text, _decode)
    return tree


def try_parse(text: str) -> tuple[Tree] | None:
    """The tree of a JSON text in a tuple, as null is a tree too; None for any other text.

    Faster than `parse` on broken text, since nothing is found out about the error.
    """
    try:
        tree: Tree = _decode(text)
    except (ValueError, RecursionError):
        return None
    return None if _has_lone_surrogate(text) or _is_too_deep(text, tree) else (tree,)


def parse_object(text: str) -> dict[str, Tree]:
    """The tree of a payload; raises JSONSyntaxError, or NotAnObjectError for other JSON."""
    tree = parse(text)
    if isinstance(tree, dict):
        return tree
    position = position_at(text, skip_space(text))
    raise NotAnObjectError("not_an_object", position, {"found": _describe_kind(tree)})


def _describe_kind(tree: Tree) -> str:
    if tree is None or isinstance(tree, bool):
        return "null" if tree is None else str(tree).lower()
    if isinstance(tree, NumberToken):
        return "a number"
    return "text" if isinstance(tree, str) else "a list"


class PlainDocument(NamedTuple):
    """A document as plain values (see `to_plain`), and whether an object repeats a key."""

    value: Any
    has_duplicate_keys: bool


def parse_plain(text: str) -> PlainDocument:
    """The plain values of a JSON text; raises JSONSyntaxError as `parse` does."""
    has_duplicate_keys = False

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicate_keys
        built = dict(pairs)
        has_duplicate_keys |= len(built) < len(pairs)
        return built

    # Noticing duplicates on the way is cheaper than a second pass over each document.
    decoder = JSONDecoder(
        object_pairs_hook=build_object,
        parse_int=_plain_number,
        parse_float=_plain_number,
        parse_constant=_refuse_constant,
    )
    value = _parse(text, decoder.decode)
    return PlainDocument(value, has_duplicate_keys)


def _parse(text: str, decode: Callable[[str], Any]) -> Any:
    try:
        tree = decode(text)
    except (ValueError, RecursionError):
        # Python's own message knows less. `check_syntax` finds every error but the depth that
        # made the decoder give up.
        check_syntax(text)
        raise syntax_error(text, "too_deep", 0, limit=MAX_DEPTH) from None
    if _has_lone_surrogate(text) or _is_too_deep(text, tree):
        check_syntax(text)
    return tree


_CONTAINERS = (dict, list)


def _has_lone_surrogate(text: str) -> bool:
    """Whether half of a surrogate pair is in valid JSON: escaped, or as a character."""
    if _surrogate(text) and _surrogate(_complete("  ", text)):
        return True
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_too_deep(text: str, tree: Any) -> bool:
    # Counting brackets is enough for all but large documents.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    level = [tree]
    for _ in range(MAX_DEPTH):
        inside = (each.values() if type(each) is dict else each for each in level)
        level = [each for items in inside for each in items if type(each) in _CONTAINERS]
        if not level:
            return False
    return True


def to_plain(tree: Tree) -> Any:
    """The values for validation: numbers as int, or as Decimal where they have a `.` or `e`.

    Numbers beyond what Decimal can hold become the largest it can.
    """
    if isinstance(tree, dict):
        return {key: to_plain(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [to_plain(item) for item in tree]
    return _plain_number(tree) if isinstance(tree, NumberToken) else tree


def _plain_number(token: str) -> int | Decimal:
    if len(token) < LONGEST_INT and token.lstrip("-").isdigit():
        return int(token)
    # Rounded to 4,000 digits, so that a longer integer has an exponent: a message that shows
    # it would otherwise convert it to digits, which Python refuses.
    try:
        return _LONG.create_decimal(token)
    except (InvalidOperation, Overflow):
        return _clamp(token)


def _clamp(token: str) -> Decimal:
    """The number that Decimal has nearest to one whose exponent is out of its range."""
    mantissa, _, exponent = token.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    if exponent.startswith("-") or not mantissa.strip("-0."):
        return Decimal(f"{sign}0")
    return Decimal(f"{sign}9e{MAX_EMAX}")


class DuplicateKey(NamedTuple):
    """A key that an object has more than once; the last one counts.

    `pointer` names the member; lines and columns (from 1) are those of two of its keys.
    """

    pointer: str
    key: str
    first_line: int
    first_column: int
    second_line: int
    second_column: int

    @property
    def message(self) -> str:
        """The warning that names both positions."""
        return (
            f"Line {self.second_line}, column {self.second_column}: "
            f'duplicate key "{excerpt(self.key)}", also at line {self.first_line}, '
            f"column {self.first_column}; the last one counts."
        )


def find_duplicate_keys(text: str, limit: int | None = None) -> list[DuplicateKey]:
    """The duplicate keys of a valid JSON text in reading order, the first `limit` if given.

    A key that occurs three times gives two entries, each with the occurrence before it.
    """
    return list(islice(_find_duplicate_keys(text), limit))


def _find_duplicate_keys(text: str) -> Iterator[DuplicateKey]:
    waiting = [("", skip_space(text))]
    while waiting:
        pointer, at = waiting.pop()
        begins: dict[str, int] = {}
        inner = []
        for index, child in enumerate(children(text, at)):
            inside = pointers.child(pointer, index if child.key is None else child.key)
            if child.key is not None:
                if child.key in begins:
                    first = position_at(text, begins[child.key])
                    second = position_at(text, child.begin)
                    yield DuplicateKey(inside, child.key, *first[1:], *second[1:])
                begins[child.key] = child.begin
            if text[child.start] in "[{":
                inner.append((inside, child.start))
        # Reversed, so that the stack hands them out in reading order.
        waiting.extend(reversed(inner))
