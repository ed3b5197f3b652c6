"""A text that matches a regular expression, for samples: short, and not clever."""

from __future__ import annotations

import re

from playground.openapi.keywords import matches_pattern

# Repetitions such as {1000} are valid but help nobody.
MOST_REPEATED = 200
_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a", "h": "0"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_CANDIDATES = "aA0 _-./:@#x1Zz9+=%&?!,;~$*()[]{}<>|^'\"\\éß"
_quantifier = re.compile(r"(?:([*+?])|\{(\d+)(,(\d*))?\})[?+]?").match
_group_start = re.compile(r"\?(?::|<[A-Za-z_]\w*>|P<\w+>|[imsux-]+:)").match
_lookaround = re.compile(r"\?<?[=!]").match
_posix = re.compile(r"\[:(\w+):\]").match


def make_match(pattern: str, least: int = 0) -> str | None:
    """A text that matches, of at least `least` characters; None if none is found."""
    for text in _try_texts(pattern, least):
        if len(text) >= least and matches_pattern(pattern, text):
            return text
    return None


def _try_texts(pattern: str, least: int) -> list[str]:
    found = []
    # With more repetitions, a text may become as long as it has to be.
    for extra in dict.fromkeys((0, 1, least)):
        try:
            text, _ = _Generator(pattern, min(extra, MOST_REPEATED)).alternatives(0)
        except (IndexError, ValueError, RecursionError):
            continue
        found += [text, text.ljust(least, "x"), text.rjust(least, "x")]
    return found


class _Generator:
    """Reads a pattern and writes a text on the way; methods return the text and the next place."""

    def __init__(self, pattern: str, extra: int) -> None:
        self.pattern = pattern
        self.extra = extra

    def alternatives(self, at: int) -> tuple[str, int]:
        """Alternatives up to a closing parenthesis or the end; the first one that has a text."""
        texts = []
        while True:
            text, at = self.sequence(at)
            texts.append(text)
            if at >= len(self.pattern) or self.pattern[at] != "|":
                return next(filter(None, texts), ""), at
            at += 1

    def sequence(self, at: int) -> tuple[str, int]:
        text = ""
        while at < len(self.pattern) and self.pattern[at] not in "|)":
            piece, at = self.atom(at)
            least, most, at = self.count(at)
            text += piece * max(least, min(self.extra, most))
        return text, at

    def count(self, at: int) -> tuple[int, int, int]:
        """How often an atom may be repeated, at least and at most."""
        found = _quantifier(self.pattern, at)
        if not found:
            return 1, 1, at
        sign, least, comma, most = found.groups()
        if sign:
            return int(sign == "+"), 1 if sign == "?" else MOST_REPEATED, found.end()
        top = int(least) if not comma else int(most) if most else MOST_REPEATED
        return min(int(least), MOST_REPEATED), min(top, MOST_REPEATED), found.end()

    def atom(self, at: int) -> tuple[str, int]:
        char = self.pattern[at]
        if char == "(":
            return self.group(at + 1)
        if char == "[":
            return self.char_class(at)
        if char == "\\":
            return self.escape(at + 1)
        if char in "^$":
            return "", at + 1
        return ("a" if char == "." else char), at + 1

    def group(self, at: int) -> tuple[str, int]:
        is_lookaround = _lookaround(self.pattern, at)
        start = is_lookaround or _group_start(self.pattern, at)
        text, at = self.alternatives(start.end() if start else at)
        if self.pattern[at] != ")":
            raise ValueError("no end of the group")
        # What has to follow is written by what follows; the whole is checked in the end.
        return ("" if is_lookaround else text), at + 1

    def escape(self, at: int) -> tuple[str, int]:
        char = self.pattern[at]
        if char in "bBAzZG":
            return "", at + 1
        if char in "pP":
            end = self.pattern.index("}", at)
            return self.pick(self.pattern[at - 1 : end + 1]), end + 1
        if char == "u" or char == "x":
            found = re.compile(r"u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})").match(
                self.pattern, at
            )
            if found:
                return chr(int(next(filter(None, found.groups())), 16)), found.end()
        return _CLASSES.get(char) or _ESCAPES.get(char) or char, at + 1

    def char_class(self, at: int) -> tuple[str, int]:
        """The first common character that a class such as `[^a-z]` allows."""
        end = at + 1
        # A bracket right at the start is a character of the class.
        if self.pattern[end] == "^":
            end += 1
        if self.pattern[end] == "]":
            end += 1
        while self.pattern[end] != "]":
            posix = _posix(self.pattern, end)
            end = posix.end() if posix else end + (2 if self.pattern[end] == "\\" else 1)
        return self.pick(self.pattern[at : end + 1]), end + 1

    def pick(self, char_class: str) -> str:
        own = [each for each in char_class if each not in "[]^\\-"]
        for each in (*_CANDIDATES, *own, *(chr(n) for n in range(0xA1, 0x250))):
            if matches_pattern(f"^{char_class}$", each):
                return str(each)
        raise ValueError("nothing fits the class")
