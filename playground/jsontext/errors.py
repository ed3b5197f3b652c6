"""The sentences for a text that is no JSON, and the error that carries them."""

from __future__ import annotations

from collections.abc import Mapping

from playground.jsontext.scanning import column_at, line_at

SENTENCES: Mapping[str, str] = {
    "empty": "the text is empty; a payload begins with {{ and ends with }}",
    "byte_order_mark": "a byte-order mark (U+FEFF) stands before the text; save it without one",
    "other_encoding": "the text is {encoding}; save it as UTF-8",
    "not_utf8": "the byte {byte} (number {number}) is not UTF-8; save the text as UTF-8",
    "missing_comma": "a comma is missing before {found}",
    "extra_comma": "a comma too many before {found}",
    "comma_expected": "a comma belongs here, not {found}",
    "missing_colon": "a colon is missing after {key}",
    "colon_expected": "a colon belongs between a key and its value, not {found}",
    "colon_in_list": "a colon stands in a list; only an object in {{ }} has keys",
    "missing_value": "the value of {key} is missing before {found}",
    "missing_item": "a value is missing before {found}",
    "missing_key": "a key in double quotes is missing before {found}",
    "unquoted_key": "the key {found} needs double quotes",
    "unquoted_text": "{found} needs double quotes to be a text",
    "wrong_quotes": 'a text stands in double quotes ("), not in {found}',
    "comment": "JSON has no comments; remove the one that begins here",
    "wrong_case": "{found} is written small: {right}",
    "foreign_word": "{found} is not known to JSON; write {right}",
    "not_finite": "{found} is no number in JSON; write null or a text in double quotes",
    "leading_zero": "the number {found} begins with a zero too many",
    "plus_sign": "the number {found} must not begin with a plus sign",
    "bare_dot": "a digit is missing next to the dot of {found}",
    "bare_exponent": "digits are missing after the e of {found}",
    "bad_number": "{found} is no number in JSON",
    "unclosed_string": (
        "the text ends inside a string that begins at line {begin_line}, column {begin_column}"
    ),
    "broken_string": "the string that begins at column {begin_column} is not closed on its line",
    "control_character": "{found} stands in a string; write it as {right}",
    "bad_escape": "{found} is no escape; a backslash itself is written \\\\",
    "bad_unicode_escape": "{found} needs four hexadecimal digits after \\u",
    "lone_surrogate": "{found} is half of a character; its other half is missing",
    "too_deep": "brackets are nested more than {limit} deep",
    "unclosed": (
        "{right} is missing before {found}: "
        "the {opened} of line {begin_line}, column {begin_column} is not closed"
    ),
    "unclosed_at_end": (
        "the text ends and {right} is missing: "
        "the {opened} of line {begin_line}, column {begin_column} is not closed"
    ),
    "ends_early": "the text ends before the value of {key}",
    "extra_bracket": "{found} closes nothing",
    "extra_text": "the document is complete before {found}; nothing may follow it",
    "odd_space": "{found} stands between the values; only spaces, tabs and line breaks may",
    "unexpected": "{found} has no place here",
    "not_an_object": "this is valid JSON but no payload: a payload is an object in {{ }}, "
    "this is {found}",
}
"""By code. The places in braces are the error's `params`."""


class Unreadable(ValueError):
    """What a text is not, and where.

    `line` and `column` count from 1, columns in characters; `offset` from 0. `sentence` is
    the whole message with its place; the part after the place is `SENTENCES[code]` filled
    with `params`.
    """

    def __init__(
        self, code: str, place: tuple[int, int, int], params: Mapping[str, str | int]
    ) -> None:
        self.code = code
        self.offset, self.line, self.column = place
        self.params = dict(params)
        what = SENTENCES[code].format(**self.params)
        self.sentence = f"Line {self.line}, column {self.column}: {what}."
        super().__init__(self.sentence)


class NotJson(Unreadable):
    """A text that is no JSON by RFC 8259."""


class NotPayload(Unreadable):
    """Valid JSON whose top level is no object."""


def fault(text: str, code: str, offset: int, **params: str | int) -> NotJson:
    """The fault `code` at an offset of the text."""
    return NotJson(code, place_of(text, offset), params)


def place_of(text: str, offset: int) -> tuple[int, int, int]:
    """Offset, line and column."""
    return offset, line_at(text, offset), column_at(text, offset)


def show(found: str) -> str:
    """A piece of the text as a sentence can hold it: short, and nothing invisible."""
    short = found if len(found) <= 40 else f"{found[:37]}…"
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in short)
