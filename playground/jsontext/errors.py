"""Errors of a document's text: what is wrong, where, and the message for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LONGEST_EXCERPT = 40

# Each message continues "Line 3, column 5: ", hence the lower case. Doubled braces are literal
# ones, because the messages are format strings.
MESSAGES: Mapping[str, str] = {
    "empty": "the text is empty; a payload starts with {{ and ends with }}",
    "byte_order_mark": "the text starts with a byte-order mark (U+FEFF); save it without one",
    "other_encoding": "the text is encoded as {encoding}; save it as UTF-8",
    "not_utf8": "byte {number} ({byte}) isn't valid UTF-8; save the text as UTF-8",
    "missing_comma": "a comma is missing before {found}",
    "extra_comma": "there is an extra comma before {found}",
    "comma_expected": "expected a comma, not {found}",
    "missing_colon": "a colon is missing after {key}",
    "colon_expected": "expected a colon between key and value, not {found}",
    "colon_in_list": "a list can't contain a colon; only an object in {{ }} has keys",
    "missing_value": "the value of {key} is missing before {found}",
    "missing_item": "a value is missing before {found}",
    "missing_key": "a key in double quotes is missing before {found}",
    "unquoted_key": "the key {found} must be in double quotes",
    "unquoted_text": "the text {found} must be in double quotes",
    "wrong_quotes": 'text must be in double quotes ("), not {found}',
    "comment": "JSON doesn't allow comments; remove the one that starts here",
    "wrong_case": "write {right} in lower case, not {found}",
    "foreign_word": "{found} isn't a JSON value; write {right}",
    "not_finite": "{found} isn't a JSON number; write null or text in double quotes",
    "leading_zero": "the number {found} has an extra leading zero",
    "plus_sign": "the number {found} can't start with a plus sign",
    "bare_dot": "a digit is missing next to the decimal point in {found}",
    "bare_exponent": "the exponent of {found} has no digits",
    "bad_number": "{found} isn't a valid JSON number",
    "unclosed_string": (
        "the text ends inside the string that starts at line {begin_line}, column {begin_column}"
    ),
    "broken_string": "the string that starts at column {begin_column} isn't closed on its line",
    "control_character": "a string can't contain {found}; write {right} instead",
    "bad_escape": "{found} isn't a valid escape; write a backslash as \\\\",
    "bad_unicode_escape": "{found} needs four hexadecimal digits after \\u",
    "lone_surrogate": "{found} is half of a surrogate pair; the other half is missing",
    "too_deep": "brackets are nested more than {limit} levels deep",
    "unclosed": (
        "{right} is missing before {found}: "
        "the {opened} at line {begin_line}, column {begin_column} isn't closed"
    ),
    "unclosed_at_end": (
        "{right} is missing at the end: "
        "the {opened} at line {begin_line}, column {begin_column} isn't closed"
    ),
    "ends_early": "the text ends before the value of {key}",
    "extra_bracket": "{found} doesn't close anything",
    "extra_text": "unexpected {found} after the end of the document",
    "odd_space": "{found} isn't allowed between values; use spaces, tabs or line breaks",
    "unexpected": "unexpected {found}",
    "not_an_object": (
        "this is valid JSON but not a payload: expected an object in {{ }}, found {found}"
    ),
}


class Position(NamedTuple):
    """A position in a text: `offset` counts from 0, `line` and `column` (characters) from 1."""

    offset: int
    line: int
    column: int


class DocumentError(ValueError):
    """A text that can't be used as a document.

    `message` is a complete sentence with the position; the part after the position is
    `MESSAGES[code]` filled with `params`.
    """

    def __init__(self, code: str, position: Position, params: Mapping[str, str | int]) -> None:
        self.code = code
        self.offset, self.line, self.column = position
        self.params = dict(params)
        # Complete even where nobody shows the attributes, as in a log.
        what = MESSAGES[code].format(**self.params)
        self.message = f"Line {self.line}, column {self.column}: {what}."
        super().__init__(self.message)


class JSONSyntaxError(DocumentError):
    """A text that isn't JSON according to RFC 8259."""


class NotAnObjectError(DocumentError):
    """Valid JSON whose top level is not an object."""


def syntax_error(text: str, code: str, offset: int, **params: str | int) -> JSONSyntaxError:
    """The error `code` at an offset of the text."""
    return JSONSyntaxError(code, position_at(text, offset), params)


def position_at(text: str, offset: int) -> Position:
    """The position of an offset."""
    return Position(offset, line_at(text, offset), column_at(text, offset))


def line_at(text: str, offset: int) -> int:
    """The line of an offset, from 1; lines end with `\\n`, `\\r\\n` or `\\r`."""
    # Counted in C, as an error may be at the end of a megabyte.
    line = 1 + text.count("\n", 0, offset)
    if "\r" in text:
        line += text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    return line


def column_at(text: str, offset: int) -> int:
    """The column of an offset in characters, from 1."""
    return offset - max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))


def excerpt(found: str) -> str:
    """A piece of the text for a message: short, with invisible characters spelled out."""
    short = found if len(found) <= LONGEST_EXCERPT else f"{found[: LONGEST_EXCERPT - 3]}…"
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in short)
