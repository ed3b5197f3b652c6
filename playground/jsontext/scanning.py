"""Stepping over JSON text: values and children at C speed, literals with their errors.

`skip_value` and `children` expect valid JSON. On anything else they raise one of `BROKEN` or
give an approximate answer, which is what a cursor in half-typed text needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json import JSONDecoder
from typing import NamedTuple, NoReturn

from playground.jsontext.errors import excerpt, position_at, syntax_error

Match = Callable[[str, int], re.Match[str]]

# Only the end of a value matters here. `int` would refuse more than 4,300 digits and `float`
# is slow; `len` accepts any token, and objects are freed as soon as they end.
_decode_at = JSONDecoder(parse_int=len, parse_float=len, object_hook=len).raw_decode
_space: Match = re.compile(r"[ \t\n\r]*").match  # type: ignore[assignment]
_colon: Match = re.compile(r"[ \t\n\r]*:?[ \t\n\r]*").match  # type: ignore[assignment]
_comma = re.compile(r"[ \t\n\r]*,[ \t\n\r]*").match

# Part of the inside of a string. The repetition is bounded because the regular expression
# engine keeps a stack entry for each round.
_string_part = re.compile(
    r'(?:[^"\\\x00-\x1f\ud800-\udfff]++'
    r'|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}){1,1000}"
).match
_number = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?").fullmatch
_numberlike = re.compile(r"[-+.]*+\w*+(?:\.\w*+|(?<=[eE])[-+]\w*+){0,100}").match
_word = re.compile(r"[\w$]++").match
_hexadecimal = re.compile(r"\\u[0-9a-fA-F]{4}").match

BROKEN = (ValueError, IndexError, RecursionError)
CLOSERS = {"{": "}", "[": "]"}
WORDS = {"true", "false", "null"}
NOT_FINITE = {"nan", "infinity", "inf"}
# What other languages call null.
FOREIGN = {"none": "null", "undefined": "null", "nil": "null"}
SHORT_ESCAPES = {"\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
CHARACTER_NAMES = {"\t": "a tab", "\n": "a line break", "\r": "a line break"}


class Child(NamedTuple):
    """A member of an object or an item of an array, as offsets into the text.

    `begin` is the key's opening quote (in an array the value's start), `key_end` the offset
    after the key's closing quote (in an array `begin`); the value is `text[start:end]`.
    """

    key: str | None
    begin: int
    key_end: int
    start: int
    end: int


def skip_space(text: str, at: int = 0) -> int:
    """The offset of the first character from `at` on that is not white space."""
    return _space(text, at).end()


def skip_value(text: str, at: int) -> int:
    """The offset after the value that starts at `at`."""
    return _decode_at(text, at)[1]


def children(text: str, at: int) -> Iterator[Child]:
    """The children of the object or array that opens at `at`; other values have none.

    Lazy: what follows the last child that is asked for is never read, so it may be broken.
    """
    opening = text[at]
    if opening not in CLOSERS:
        return
    at = skip_space(text, at + 1)
    if text[at] == CLOSERS[opening]:
        return
    while True:
        key, key_end, start = None, at, at
        if opening == "{":
            key, key_end = _decode_at(text, at)
            if not isinstance(key, str):
                raise ValueError(f"not a key: {key}")
            start = _colon(text, key_end).end()
        end = skip_value(text, start)
        yield Child(key, at, key_end, start, end)
        comma = _comma(text, end)
        if comma is None:
            return
        at = comma.end()


def item_start(text: str, at: int, index: int) -> int | None:
    """The offset of an item of the array that opens at `at`; None if there are fewer."""
    at = skip_space(text, at + 1)
    if text[at] == "]":
        return None
    # A tight loop takes half the time of `children`; an array may have thousands of items.
    for _ in range(index):
        comma = _comma(text, _decode_at(text, at)[1])
        if comma is None:
            return None
        at = comma.end()
    return at


def member_start(text: str, at: int, key: str) -> int | None:
    """The offset of the value of a key in the object that opens at `at`; of duplicates the last."""
    found = None
    at = skip_space(text, at + 1)
    while text[at] == '"':
        name, end = _decode_at(text, at)
        at = _colon(text, end).end()
        if name == key:
            found = at
            # What follows may be most of the document. Unless the key may follow, plain or with
            # escapes, it isn't read.
            if text.find(f'"{key}"', at) < 0 and text.find("\\", at) < 0:
                return found
        comma = _comma(text, skip_value(text, at))
        if comma is None:
            return found
        at = comma.end()
    return found


def string_end(text: str, at: int) -> int:
    """The offset after the string that opens at `at`; raises JSONSyntaxError."""
    end = at + 1
    while part := _string_part(text, end):
        end = part.end()
    if text[end : end + 1] == '"':
        return end + 1
    _refuse_string(text, at, end)


def _refuse_string(text: str, begin: int, at: int) -> NoReturn:
    char = text[at : at + 1]
    _, begin_line, begin_column = position_at(text, begin)
    if not char:
        raise syntax_error(
            text, "unclosed_string", at, begin_line=begin_line, begin_column=begin_column
        )
    if char == "\\":
        _refuse_escape(text, at)
    if char in "\r\n":
        raise syntax_error(text, "broken_string", at, begin_column=begin_column)
    if char < " ":
        right = SHORT_ESCAPES.get(char, f"\\u{ord(char):04x}")
        name = CHARACTER_NAMES.get(char, f"the control character U+{ord(char):04X}")
        raise syntax_error(text, "control_character", at, found=name, right=right)
    raise syntax_error(text, "lone_surrogate", at, found=f"U+{ord(char):04X}")


def _refuse_escape(text: str, at: int) -> NoReturn:
    if text[at + 1 : at + 2] in ("\r", "\n", ""):
        raise syntax_error(text, "bad_escape", at, found="a backslash alone")
    if text[at + 1] != "u":
        raise syntax_error(text, "bad_escape", at, found=excerpt(text[at : at + 2]))
    if _hexadecimal(text, at):
        # `_string_part` takes every other complete escape.
        raise syntax_error(text, "lone_surrogate", at, found=text[at : at + 6])
    found = re.split(r'["\\\s]', text[at + 1 : at + 6])[0]
    raise syntax_error(text, "bad_unicode_escape", at, found=excerpt(f"\\{found}"))


def number_end(text: str, at: int) -> int:
    """The offset after the number that starts at `at`; raises JSONSyntaxError."""
    match = _numberlike(text, at)
    end = match.end() if match else at
    if _number(text, at, end):
        return end
    found = text[at : max(end, at + 1)]
    raise syntax_error(text, _number_error(found), at, found=excerpt(found))


def _number_error(found: str) -> str:
    """The code of what is wrong with a number."""
    unsigned = found.lstrip("+-")
    if unsigned.lower() in NOT_FINITE:
        return "not_finite"
    if found.startswith("+") and _number(unsigned):
        return "plus_sign"
    if re.fullmatch(r"0[0-9]+(\..*|[eE].*)?", unsigned):
        return "leading_zero"
    if re.fullmatch(r"(\.[0-9]+|[0-9]+\.)([eE].*)?", unsigned):
        return "bare_dot"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?[eE][-+]?", unsigned):
        return "bare_exponent"
    return "bad_number"


def word_end(text: str, at: int) -> int:
    """The offset after true, false or null at `at`; raises JSONSyntaxError for other words."""
    match = _word(text, at)
    end = match.end() if match else at + 1
    word = text[at:end]
    if word in WORDS:
        return end
    lower = word.lower()
    if lower in WORDS:
        raise syntax_error(text, "wrong_case", at, found=word, right=lower)
    if lower in NOT_FINITE:
        raise syntax_error(text, "not_finite", at, found=word)
    if lower in FOREIGN:
        raise syntax_error(text, "foreign_word", at, found=word, right=FOREIGN[lower])
    raise syntax_error(text, "unquoted_text", at, found=excerpt(word))
