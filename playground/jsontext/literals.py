"""Strings, numbers and words of JSON one at a time, with the fault of one that is wrong."""

from __future__ import annotations

import re
from typing import NoReturn

from playground.jsontext.errors import fault, place_of, show

# A stretch of a string's inside; the bound keeps the memory small.
_stretch = re.compile(
    r'(?:[^"\\\x00-\x1f\ud800-\udfff]++'
    r'|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}){1,1000}"
).match
_number = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?").fullmatch
_numberlike = re.compile(r"[-+.]*+\w*+(?:\.\w*+|(?<=[eE])[-+]\w*+){0,100}").match
_word = re.compile(r"[\w$]++").match
_hexadecimal = re.compile(r"\\u[0-9a-fA-F]{4}").match

WORDS = {"true", "false", "null"}
FOREIGN = {"none": "null", "undefined": "null", "nil": "null"}
SHORT = {"\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
NAMED = {"\t": "a tab", "\n": "a line break", "\r": "a line break"}


def string_end(text: str, at: int) -> int:
    """The offset after the string that opens at `at`; raises NotJson for its first fault."""
    end = at + 1
    while stretch := _stretch(text, end):
        end = stretch.end()
    if text[end : end + 1] == '"':
        return end + 1
    _blame_string(text, at, end)


def _blame_string(text: str, begin: int, at: int) -> NoReturn:
    char = text[at : at + 1]
    _, begin_line, begin_column = place_of(text, begin)
    if not char:
        raise fault(text, "unclosed_string", at, begin_line=begin_line, begin_column=begin_column)
    if char == "\\":
        _blame_escape(text, at)
    if char in "\r\n":
        raise fault(text, "broken_string", at, begin_column=begin_column)
    if char < " ":
        right = SHORT.get(char, f"\\u{ord(char):04x}")
        named = NAMED.get(char, f"the control character U+{ord(char):04X}")
        raise fault(text, "control_character", at, found=named, right=right)
    raise fault(text, "lone_surrogate", at, found=f"U+{ord(char):04X}")


def _blame_escape(text: str, at: int) -> NoReturn:
    if text[at + 1 : at + 2] in ("\r", "\n", ""):
        raise fault(text, "bad_escape", at, found="a backslash alone")
    if text[at + 1] != "u":
        raise fault(text, "bad_escape", at, found=show(text[at : at + 2]))
    if _hexadecimal(text, at):
        raise fault(text, "lone_surrogate", at, found=text[at : at + 6])
    found = re.split(r'["\\\s]', text[at + 1 : at + 6])[0]
    raise fault(text, "bad_unicode_escape", at, found=show(f"\\{found}"))


def number_end(text: str, at: int) -> int:
    """The offset after the number that begins at `at`; raises NotJson for its first fault."""
    match = _numberlike(text, at)
    end = match.end() if match else at
    if _number(text, at, end):
        return end
    _blame_number(text, at, text[at : max(end, at + 1)])


def _blame_number(text: str, at: int, found: str) -> NoReturn:
    unsigned = found.lstrip("+-")
    code = "bad_number"
    if unsigned.lower() in ("infinity", "inf", "nan"):
        code = "not_finite"
    elif found.startswith("+") and _number(unsigned):
        code = "plus_sign"
    elif re.fullmatch(r"0[0-9]+(\..*|[eE].*)?", unsigned):
        code = "leading_zero"
    elif re.fullmatch(r"(\.[0-9]+|[0-9]+\.)([eE].*)?", unsigned):
        code = "bare_dot"
    elif re.fullmatch(r"[0-9]+(\.[0-9]+)?[eE][-+]?", unsigned):
        code = "bare_exponent"
    raise fault(text, code, at, found=show(found))


def word_end(text: str, at: int) -> int:
    """The offset after the word that begins at `at`; raises NotJson unless JSON knows it."""
    match = _word(text, at)
    end = match.end() if match else at + 1
    word = text[at:end]
    if word in WORDS:
        return end
    small = word.lower()
    if small in WORDS:
        raise fault(text, "wrong_case", at, found=word, right=small)
    if small in ("nan", "infinity", "inf"):
        raise fault(text, "not_finite", at, found=word)
    if small in FOREIGN:
        raise fault(text, "foreign_word", at, found=word, right=FOREIGN[small])
    raise fault(text, "unquoted_text", at, found=show(word))
