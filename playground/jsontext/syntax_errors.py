"""What is wrong with a text that is no JSON: one walk through it up to the first fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from playground.jsontext.errors import fault, place_of, show
from playground.jsontext.literals import number_end, string_end, word_end
from playground.jsontext.scanning import skip_space

MAX_DEPTH = 100

CLOSER = {"{": "}", "[": "]"}
QUOTES = "'`´‘’‚“”„«»"
_piece = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"?|[\w.+$-]++|.', re.S).match
_odd_space = re.compile(r"[^\S \t\n\r]|[\ufeff\u200b-\u200f\u2060]").match
_comment = re.compile(r"//|/\*|#|<!--").match

State = Callable[[], Any]  # a state returns the next one, the last state None


def explain(text: str) -> None:
    """Raise NotJson for the first fault of the text; return None for valid JSON.

    Walks once and without recursion: any text is answered in time proportional to its length.
    """
    if text.startswith("\ufeff"):
        raise fault(text, "byte_order_mark", 0)
    walk = _Walk(text)
    if skip_space(text) == len(text):
        raise fault(text, "empty", 0)
    state: State | None = walk.value
    while state is not None:
        state = state()


class _Walk:
    """Where the walk stands: the offset, the open brackets, the last key and punctuation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[int] = []
        self.key = (0, 0)
        self.begin = 0  # of the last value
        self.before = ""

    def value(self) -> State:
        char = self.peek()
        self.begin = self.at
        if char == '"':
            self.at = string_end(self.text, self.at)
        elif char in ("{", "["):
            return self.enter(char)
        elif char and (char in "+-." or char.isdigit()):
            self.at = number_end(self.text, self.at)
        elif char == "$" or char == "_" or char.isalpha():
            self.at = word_end(self.text, self.at)
        else:
            self.blame_value(char)
        return self.follow

    def enter(self, char: str) -> State:
        if len(self.open) == MAX_DEPTH:
            self.fail("too_deep", limit=MAX_DEPTH)
        self.open.append(self.at)
        self.take(char)
        if self.peek() == CLOSER[char]:
            return self.leave()
        return self.member if char == "{" else self.value

    def leave(self) -> State:
        self.open.pop()
        self.take("")
        return self.follow

    def member(self) -> State:
        char = self.peek()
        if char != '"':
            self.blame_key(char)
        begin = self.at
        self.at = string_end(self.text, begin)
        self.key = (begin, self.at)
        char = self.peek()
        if char != ":":
            self.blame_colon(char)
        self.take(":")
        return self.value

    def follow(self) -> State | None:
        char = self.peek()
        if not self.open:
            self.finish(char)
            return None
        bracket = self.text[self.open[-1]]
        if char == ",":
            self.take(",")
            return self.member if bracket == "{" else self.value
        if char != CLOSER[bracket]:
            self.blame_comma(char, bracket)
        return self.leave()

    def finish(self, char: str) -> None:
        if char:
            self.fail("extra_bracket" if char in "]}" else "extra_text", found=self.show())

    # Stepping

    def peek(self) -> str:
        """The next character that is no space; empty at the end of the text."""
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

    def show(self) -> str:
        """The piece of text that stands here."""
        piece = _piece(self.text, self.at)
        return show(piece.group() if piece else "")

    # Choosing the sentence

    def fail(self, code: str, **params: str | int) -> NoReturn:
        raise fault(self.text, code, self.at, **params)

    def blame_value(self, char: str) -> NoReturn:
        if not char:
            self.blame_end()
        if self.before == "," and char in ",]}":
            self.fail("extra_comma", found=char)
        if self.before == ":" and char in ",]}":
            self.fail("missing_value", key=self.show_key(), found=char)
        if self.before == "[" and char in ",:":
            self.fail("missing_item", found=char)
        if char in "]}" and self.open:
            self.blame_bracket(char)
        self.fail("extra_bracket" if char in "]}" else "unexpected", found=self.show())

    def blame_key(self, char: str) -> NoReturn:
        if not char:
            self.blame_end()
        if char in ",]}":
            if self.before == ",":
                self.fail("extra_comma", found=char)
            if char != ",":
                self.blame_bracket(char)
        elif char not in ":{[" and (char.isalnum() or char in "_$-+."):
            self.fail("unquoted_key", found=self.show())
        self.fail("missing_key", found=self.show())

    def blame_colon(self, char: str) -> NoReturn:
        if not char:
            self.fail("ends_early", key=self.show_key())
        if char in ",]}":
            self.fail("missing_value", key=self.show_key(), found=char)
        if char in "=;":
            self.fail("colon_expected", found=char)
        self.fail("missing_colon", key=self.show_key())

    def blame_comma(self, char: str, bracket: str) -> NoReturn:
        if not char:
            self.blame_end()
        if char in "]}":
            self.blame_bracket(char)
        if char == ":":
            self.blame_colon_after_value(bracket)
        if char in ";|=":
            self.fail("comma_expected", found=char)
        self.fail("missing_comma", found=self.show())

    def blame_colon_after_value(self, bracket: str) -> NoReturn:
        """A key where a value was expected: most often the list was not closed."""
        inside_object = len(self.open) > 1 and self.text[self.open[-2]] == "{"
        if bracket == "[" and inside_object and self.before == ",":
            self.at = self.begin
            self.fail("unclosed", right="]", found=self.show(), **self.opening())
        self.fail("colon_in_list" if bracket == "[" else "unexpected", found=":")

    def blame_bracket(self, char: str) -> NoReturn:
        """A bracket closes another than the one that was opened last."""
        opened = self.text[self.open[-1]]
        if CLOSER[opened] == char:
            self.fail("unexpected", found=char)
        self.fail("unclosed", right=CLOSER[opened], found=char, **self.opening())

    def blame_end(self) -> NoReturn:
        self.at = len(self.text.rstrip(" \t\n\r"))
        if self.before == ":":
            self.fail("ends_early", key=self.show_key())
        opened = self.text[self.open[-1]]
        self.fail("unclosed_at_end", right=CLOSER[opened], **self.opening())

    def opening(self) -> dict[str, str | int]:
        begin = self.open[-1]
        _, line, column = place_of(self.text, begin)
        return {"opened": self.text[begin], "begin_line": line, "begin_column": column}

    def show_key(self) -> str:
        return show(self.text[slice(*self.key)])
