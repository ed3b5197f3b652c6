"""A cursor over JavaScript and TypeScript: strings, comments, patterns, types, brackets.

Source: ECMA-262, section 12 (lexical grammar), and the TypeScript handbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.importers.literals import join_surrogates, unclosed
from playground.importers.values import Unreadable

SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))+")
NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$]*")
STRING_PART = re.compile(r"[^\\'\"`$\n]+")
# Text that can be skipped unread: no quote, bracket, delimiter or comment.
PLAIN = re.compile(r"[^\"'`(){}\[\],;/\n]+")
PATTERN = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/[a-z]*")
# A division follows a value; anything else that starts with a slash is a pattern.
VALUE_BEFORE = re.compile(r"(?:[\w$)\]}'\"`])\s*\Z")
KEYWORD_BEFORE = re.compile(r"\b(?:return|typeof|case|in|of|void|yield|await)\s*\Z")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
CODE_POINT = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
# After a value, TypeScript allows `as Type`, `satisfies Type` and `!`.
TYPE_SUFFIX = re.compile(r"(?:as|satisfies)\b(?!\s*[:,=)])|!(?!=)")
TYPE_NAME = re.compile(r"[\w$.]+|'[^'\n]*'|\"[^\"\n]*\"")
TYPE_ARGUMENTS = re.compile(r"<[\w$\s.,|&'\"\[\]{}:;?<>]{1,300}?>(?=\s*\()")
CAST = re.compile(r"<[\w$\s.,|\[\]<>]{1,100}>(?=\s*[\[{(\"'`\w])")


class Cursor:
    """A cursor in a text, which reads tokens without interpreting them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip_space(self) -> str:
        """Skip white space and comments, and return the character that follows, or ""."""
        found = SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.text[self.at : self.at + 1]

    def find_token(self) -> str:
        """The same, but raises Unreadable at the end of the text."""
        return self.skip_space() or self.fail_at_end()

    def fail_at_end(self) -> str:
        """Raise Unreadable for text that ends too early."""
        message = "The code ends in the middle of a value. Paste all of it."
        raise Unreadable("javascript-ends", message)

    def take(self, pattern: re.Pattern[str]) -> bool:
        """Skip a match of the pattern here; return whether there was one."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found is not None

    def read_string(self, mark: str) -> str:
        """The value of the string in quotes that starts here."""
        start = self.at
        self.at += 1
        parts: list[str] = []
        while self.text[self.at : self.at + 1] not in ("", "\n"):
            if plain := STRING_PART.match(self.text, self.at):
                parts.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == mark:
                self.at += 1
                return join_surrogates("".join(parts))
            else:
                parts.append(self.read_character())
        # JavaScript strings don't span lines, so the end of the line is a safe place to stop.
        raise unclosed(self.text, start, mark)

    def read_character(self) -> str:
        """One character of a string, or the character that an escape represents."""
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        if code_point := CODE_POINT.match(self.text, self.at + 1):
            self.at = code_point.end()
            value = int(code_point[1] or code_point[2] or code_point[3], 16)
            return chr(value) if value <= 0x10FFFF else "\ufffd"
        plain = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        return ESCAPES.get(plain, plain)

    def skip_types(self) -> None:
        """Skip a TypeScript suffix after a value."""
        while self.skip_space() in ("a", "s", "!") and self.take(TYPE_SUFFIX):
            if self.text[self.at - 1] != "!":
                self._skip_type()

    def _skip_type(self) -> None:
        while True:
            char = self.skip_space()
            if char in ("{", "[", "("):
                self._skip_brackets()
            elif not self.take(TYPE_NAME):
                return
            if self.text.startswith("<", self.at):
                self._skip_type_arguments()
            self.take(re.compile(r"(?:\[\w*\])+"))
            if self.skip_space() not in ("|", "&") or self.text[self.at : self.at + 2] in (
                "||",
                "&&",
            ):
                return
            self.at += 1

    def _skip_type_arguments(self) -> None:
        depth = 0
        for found in re.compile(r"[<>\n;]").finditer(self.text, self.at):
            depth += (found.group() == "<") - (found.group() == ">")
            if not depth:
                self.at = found.end()
                return

    def _skip_brackets(self) -> None:
        self.at += 1
        self.skip_balanced(lambda char, depth: depth == 0 and char in ")]}")
        self.at += 1

    def skip_rest(self) -> None:
        """Skip an expression that isn't a literal, up to the delimiter after it."""
        self.skip_balanced(lambda char, depth: depth == 0 and char in ",;)}]")

    def skip_balanced(self, ends: Callable[[str, int], bool]) -> None:
        """Skip code up to a character that ends it, as decided by its depth in brackets."""
        depth = 0
        while self.at < len(self.text):
            if plain := PLAIN.match(self.text, self.at):
                self.at = plain.end()
                continue
            char = self.text[self.at]
            if ends(char, depth):
                return
            if char == "`":
                self._skip_template()
            elif char in "'\"":
                self.read_string(char)
            elif char != "/":
                self.at += 1
                depth += (char in "([{") - (char in ")]}")
            elif not self.take(SPACE) and not self.take_pattern():
                self.at += 1
        self.fail_at_end()

    def take_pattern(self) -> bool:
        """Skip the regular expression that starts here, if this isn't a division."""
        before = self.text[max(0, self.at - 40) : self.at]
        divides = VALUE_BEFORE.search(before) and not KEYWORD_BEFORE.search(before)
        return not divides and self.take(PATTERN)

    def _skip_template(self) -> None:
        # The code between `${` and `}` isn't read: its calls must not count as made.
        start = self.at
        found = re.compile(r"`(?:[^`\\]|\\.)*`", re.S).match(self.text, start)
        if found is None:
            raise unclosed(self.text, start, "`")
        self.at = found.end()
