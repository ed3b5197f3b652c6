"""Why a text is not JSON: one pass through it, up to the first error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from playground.jsontext.errors import excerpt, position_at, syntax_error
from playground.jsontext.scanning import CLOSERS, number_end, skip_space, string_end, word_end

# RFC 8259 section 9 allows a limit. Deeper documents are attacks on recursive code.
MAX_DEPTH = 100

# Quotes of other languages, and those that word processors and blogs make of typed ones.
QUOTES = "'`´‘’‚“”„«»"
_piece = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"?|[\w.+$-]++|.', re.S).match
_odd_space = re.compile(r"[^\S \t\n\r]|[\ufeff\u200b-\u200f\u2060]").match
_comment = re.compile(r"//|/\*|#|<!--").match

# A state returns the next one, the last state None; the type can't name itself.
State = Callable[[], Any]


def check_syntax(text: str) -> None:
    """Raise JSONSyntaxError for the first error of the text; return None for valid JSON.

    Takes time proportional to the length of the text.
    """
    # A state machine instead of recursion, because the nesting of the text is unlimited.
    if text.startswith("\ufeff"):
        raise syntax_error(text, "byte_order_mark", 0)
    if skip_space(text) == len(text):
        raise syntax_error(text, "empty", 0)
    state: State | None = _Checker(text).value
    while state is not None:
        state = state()


class _Checker:
    """The current offset, the open brackets, the last key and the last punctuation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[int] = []
        self.key = (0, 0)
        self.value_start = 0
        self.before = ""

    def value(self) -> State:
        char = self.peek()
        self.value_start = self.at
        if char == '"':
            self.at = string_end(self.text, self.at)
        elif char in ("{", "["):
            return self.enter(char)
        elif char and (char in "+-." or char.isdigit()):
            self.at = number_end(self.text, self.at)
        elif char == "$" or char == "_" or char.isalpha():
            # What JavaScript and Python call names: most likely an unquoted text.
            self.at = word_end(self.text, self.at)
        else:
            self.refuse_value(char)
        return self.after_value

    def enter(self, char: str) -> State:
        if len(self.open) == MAX_DEPTH:
            self.fail("too_deep", limit=MAX_DEPTH)
        self.open.append(self.at)
        self.take(char)
        if self.peek() == CLOSERS[char]:
            return self.leave()
        return self.member if char == "{" else self.value

    def leave(self) -> State:
        self.open.pop()
        self.take("")
        return self.after_value

    def member(self) -> State:
        char = self.peek()
        if char != '"':
            self.refuse_key(char)
        begin = self.at
        self.at = string_end(self.text, begin)
        self.key = (begin, self.at)
        char = self.peek()
        if char != ":":
            self.refuse_colon(char)
        self.take(":")
        return self.value

    def after_value(self) -> State | None:
        char = self.peek()
        if not self.open:
            if char:
                code = "extra_bracket" if char in "]}" else "extra_text"
                self.fail(code, found=self.excerpt())
            return None
        bracket = self.text[self.open[-1]]
        if char == ",":
            self.take(",")
            return self.member if bracket == "{" else self.value
        if char != CLOSERS[bracket]:
            self.refuse_comma(char, bracket)
        return self.leave()

    def peek(self) -> str:
        """The next character that is not white space; empty at the end of the text."""
        self.at = skip_space(self.text, self.at)
        char = self.text[self.at : self.at + 1]
        if char in '"{}[],:' or char.isalnum():
            return char
        if _comment(self.text, self.at):
            self.fail("comment")
        if _odd_space(self.text, self.at):
            self.fail("odd_space", found=f"U+{ord(char):04X}")
        if char in QUOTES:
            self.fail("wrong_quotes", found=char)
        return char

    def take(self, punctuation: str) -> None:
        self.at += 1
        self.before = punctuation

    def excerpt(self) -> str:
        """The token, or what looks like one, at the current offset."""
        piece = _piece(self.text, self.at)
        return excerpt(piece.group() if piece else "")

    # The first error found is rarely the mistake somebody made: these choose the message that
    # leads to it.

    def fail(self, code: str, **params: str | int) -> NoReturn:
        raise syntax_error(self.text, code, self.at, **params)

    def refuse_value(self, char: str) -> NoReturn:
        if not char:
            self.refuse_end()
        # By what comes before: a bracket after a comma means an extra comma, not a missing value.
        if self.before == "," and char in ",]}":
            self.fail("extra_comma", found=char)
        if self.before == ":" and char in ",]}":
            self.fail("missing_value", key=self.key_excerpt(), found=char)
        if self.before == "[" and char in ",:":
            self.fail("missing_item", found=char)
        if char in "]}" and self.open:
            self.refuse_bracket(char)
        self.fail("extra_bracket" if char in "]}" else "unexpected", found=self.excerpt())

    def refuse_key(self, char: str) -> NoReturn:
        if not char:
            self.refuse_end()
        if char in ",]}":
            if self.before == ",":
                self.fail("extra_comma", found=char)
            if char != ",":
                self.refuse_bracket(char)
        elif char not in ":{[" and (char.isalnum() or char in "_$-+."):
            self.fail("unquoted_key", found=self.excerpt())
        self.fail("missing_key", found=self.excerpt())

    def refuse_colon(self, char: str) -> NoReturn:
        if not char:
            self.fail("ends_early", key=self.key_excerpt())
        if char in ",]}":
            self.fail("missing_value", key=self.key_excerpt(), found=char)
        if char in "=;":
            self.fail("colon_expected", found=char)
        self.fail("missing_colon", key=self.key_excerpt())

    def refuse_comma(self, char: str, bracket: str) -> NoReturn:
        if not char:
            self.refuse_end()
        if char in "]}":
            self.refuse_bracket(char)
        if char == ":":
            self.refuse_colon_after_value(bracket)
        if char in ";|=":
            self.fail("comma_expected", found=char)
        self.fail("missing_comma", found=self.excerpt())

    def refuse_colon_after_value(self, bracket: str) -> NoReturn:
        """A key where a value was expected: most often the list before it isn't closed."""
        inside_object = len(self.open) > 1 and self.text[self.open[-2]] == "{"
        if bracket == "[" and inside_object and self.before == ",":
            self.at = self.value_start
            self.fail("unclosed", right="]", found=self.excerpt(), **self.opening())
        self.fail("colon_in_list" if bracket == "[" else "unexpected", found=":")

    def refuse_bracket(self, char: str) -> NoReturn:
        """A bracket that doesn't match the one opened last."""
        opened = self.text[self.open[-1]]
        if CLOSERS[opened] == char:
            self.fail("unexpected", found=char)
        self.fail("unclosed", right=CLOSERS[opened], found=char, **self.opening())

    def refuse_end(self) -> NoReturn:
        # Where the next character has to go, not after blank lines at the end.
        self.at = len(self.text.rstrip(" \t\n\r"))
        if self.before == ":":
            self.fail("ends_early", key=self.key_excerpt())
        opened = self.text[self.open[-1]]
        self.fail("unclosed_at_end", right=CLOSERS[opened], **self.opening())

    def opening(self) -> dict[str, str | int]:
        begin = self.open[-1]
        _, line, column = position_at(self.text, begin)
        return {"opened": self.text[begin], "begin_line": line, "begin_column": column}

    def key_excerpt(self) -> str:
        return excerpt(self.text[slice(*self.key)])
