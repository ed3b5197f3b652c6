"""Generate text that matches a regular expression, for samples; supports common syntax only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from string import ascii_letters, digits

from playground.openapi.keywords import matches_pattern

# Repetitions such as {1000} are valid but make unhelpful samples.
MOST_REPEATED = 200
# How many combinations of a pattern's alternatives and classes are tried.
MOST_CHOICES = 40
_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a", "h": "0"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
# Common characters first: a sample for `[^,]` should look like text.
_CANDIDATES = "aA0 _-./:@#x1Zz9+=%&?!,;~$*()[]{}<>|^'\"\\éß" + ascii_letters + digits
_quantifier = re.compile(r"(?:([*+?])|\{(\d+)(,(\d*))?\})[?+]?").match
_group_start = re.compile(r"\?(?::|<[A-Za-z_]\w*>|P<\w+>|[imsux-]+:)").match
_lookaround = re.compile(r"\?<?[=!]").match


@lru_cache(maxsize=1024)
def make_match(pattern: str, least: int = 0, number: int = 0) -> str | None:
    """A matching text with at least `least` characters; None if none is found.

    Each `number` gives a different text, as far as possible.
    """
    found: dict[str, None] = {}
    for text in _try_texts(pattern, least):
        if len(text) >= least and matches_pattern(pattern, text):
            found[text] = None
            if len(found) > number:
                break
    return next(reversed(found), None)


def _try_texts(pattern: str, least: int) -> Iterator[str]:
    for choice in range(MOST_CHOICES):
        texts = []
        # More repetitions may make the text long enough.
        for extra in dict.fromkeys((0, 1, min(least, MOST_REPEATED))):
            try:
                texts.append(_Generator(pattern, extra, choice).alternatives(0)[0])
            except (IndexError, ValueError, RecursionError):
                continue
        yield from texts
        yield from (text.ljust(least, "x") for text in texts)
        yield from (text.rjust(least, "x") for text in texts)


class _Generator:
    """Parses a pattern while generating text; methods return the text and the next position."""

    def __init__(self, pattern: str, extra: int, choice: int) -> None:
        self.pattern = pattern
        self.extra = extra
        self.choice = choice

    def alternatives(self, at: int) -> tuple[str, int]:
        """One of the alternatives up to a closing parenthesis or the end."""
        texts = []
        while True:
            text, at = self.sequence(at)
            texts.append(text)
            if at >= len(self.pattern) or self.pattern[at] != "|":
                texts = list(filter(None, texts)) or [""]
                return texts[self.choice % len(texts)], at
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
        # Lookarounds add nothing; the complete text is checked at the end.
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
        # A bracket at the very start is part of the class.
        if self.pattern[end] == "^":
            end += 1
        if self.pattern[end] == "]":
            end += 1
        while self.pattern[end] != "]":
            end += 2 if self.pattern[end] == "\\" else 1
        return self.pick(self.pattern[at : end + 1]), end + 1

    def pick(self, char_class: str) -> str:
        own = [each for each in char_class if each not in "[]^\\-"]
        candidates = dict.fromkeys((*_CANDIDATES, *own, *map(chr, range(0xA1, 0x250))))
        fitting = (each for each in candidates if matches_pattern(f"^{char_class}$", each))
        found: list[str] = list(islice(fitting, self.choice + 1))
        if not found:
            raise ValueError("nothing fits the class")
        return found[-1]
