"""Literal values out of JavaScript text, by an own tolerant reader: nothing is run."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.importers.literals import MAX_DEPTH, Literal, as_digits, bounded, is_text, reference
from playground.importers.values import Unreadable

SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))+")
NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$]*")
NUMBER = re.compile(
    r"[-+]?(?:0[xXoObB][0-9A-Fa-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?"
)
STRING_PART = re.compile(r"[^\\'\"`$\n]+")
DULL = re.compile(r"[^\"'`(){}\[\],;/\n]+")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
CODE = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None, "undefined": None}
UNDEFINED = re.compile(r"undefined\s*[,}]")  # a member of this value is not in the JSON
PASSED = frozenset({"await", "new", "return", "async", "void"})
Called = Callable[[str, list[Literal]], Literal]


class Reader:
    """Reads expressions at an offset. `names` holds literals assigned before; `called` is
    told of every call with its literal arguments and may answer with its value."""

    def __init__(self, text: str, called: Called) -> None:
        self.text = text
        self.at = 0
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []
        self.called = called
        self.depth = 0

    def skip(self) -> str:
        """Goes past white space and comments; the character that follows, or ""."""
        found = SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.text[self.at : self.at + 1]

    def unknown(self, name: str) -> str:
        """The reference for a value that the code takes from elsewhere."""
        made = reference(name)
        self.outside.append(made)
        return made

    def expression(self) -> Literal:
        """The value of the expression here; the offset ends at its delimiter."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested deeper than 100 levels.")
        start = self.at
        value = self._primary()
        while self.skip() == "+" and is_text(value):
            self.at += 1
            self.skip()
            more = self._primary()
            plain = more is None or isinstance(more, bool | list | dict)
            value = bounded(value + (self.unknown("value") if plain else str.__str__(more)))
        if self.skip() not in (",", ")", "}", "]", ";", ":", "") and not self._line_ended():
            self._skip_rest()
            name = NAME.match(self.text, start)
            value = self.unknown(name.group() if name else "value")
        self.depth -= 1
        return value

    def _line_ended(self) -> bool:
        """Whether a statement ended with its line rather than with a semicolon."""
        before = self.text[max(0, self.at - 200) : self.at]
        return "\n" in before[len(before.rstrip()) :] and self.text[self.at] not in "?|&=+-*/.<>"

    def _primary(self) -> Literal:
        char = self.skip()
        if char == "{":
            return self._object()
        if char == "[":
            return self.items("]")
        if char in ("'", '"'):
            return self._string(char)
        if char == "`":
            return self._template()
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            return as_digits(number.group().rstrip("n"))
        if NAME.match(self.text, self.at):
            return self._chain()
        if char == "(":
            return self._bracketed()
        if not char:
            raise Unreadable("javascript-ends", "The code ends in the middle of a value.")
        self._skip_rest()
        return self.unknown("value")

    def _bracketed(self) -> Literal:
        self.at += 1
        if self.skip() == ")":
            self.at += 1
            return self.unknown("value")
        value = self.expression()
        if self.skip() == ")":
            self.at += 1
            return value
        self._skip_to(")")
        return self.unknown("value")

    def items(self, closer: str) -> list[Literal]:
        """What stands between brackets, separated by commas; the offset is at the opener."""
        self.at += 1
        found: list[Literal] = []
        while (char := self.skip()) != closer:
            if not char:
                raise Unreadable("javascript-ends", "The code ends in the middle of a value.")
            if char == ",":
                self.at += 1
                continue
            spread = self.text.startswith("...", self.at)
            self.at += 3 if spread else 0
            before = self.at
            value = self.expression()
            found.extend(value if spread and isinstance(value, list) else [value])
            if self.at == before:
                raise Unreadable("javascript-syntax", "This JavaScript code cannot be read.")
        self.at += 1
        return found

    def _object(self) -> dict[str, Literal]:
        self.at += 1
        made: dict[str, Literal] = {}
        while (char := self.skip()) != "}":
            if not char:
                raise Unreadable("javascript-ends", "The code ends in the middle of a value.")
            if char in ",;":
                self.at += 1
            elif self.text.startswith("...", self.at):
                self.at += 3
                value = self.expression()
                made.update(value if isinstance(value, dict) else {})
            else:
                self._member(made)
        self.at += 1
        return made

    def _member(self, made: dict[str, Literal]) -> None:
        key = self._key()
        following = self.skip()
        if following == ":":
            self.at += 1
            self.skip()
            left_out = UNDEFINED.match(self.text, self.at)
            value = self.expression()
            if not left_out:
                made[key] = value
        elif following in (",", "}"):
            made[key] = self._named(key)
        else:
            raise Unreadable("javascript-syntax", "This JavaScript code cannot be read.")

    def _key(self) -> str:
        char = self.text[self.at]
        if char in ("'", '"'):
            return self._string(char)
        if char == "[":
            values = self.items("]")
            return str.__str__(values[0]) if values and isinstance(values[0], str) else "{{key}}"
        found = NAME.match(self.text, self.at) or NUMBER.match(self.text, self.at)
        if found is None or not found.group():
            raise Unreadable("javascript-syntax", "This JavaScript code cannot be read.")
        self.at = found.end()
        return found.group()

    def _string(self, mark: str) -> str:
        self.at += 1
        out: list[str] = []
        while self.at < len(self.text):
            if plain := STRING_PART.match(self.text, self.at):
                out.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == mark:
                self.at += 1
                return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            else:
                out.append(self._character())
        raise Unreadable("open-quote", "A quote {quote} is opened and not closed.", quote=mark)

    def _character(self) -> str:
        """One character of a string, its escape read."""
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        if code := CODE.match(self.text, self.at + 1):
            self.at = code.end()
            value = int(code[1] or code[2] or code[3], 16)
            return chr(value) if value <= 0x10FFFF else "�"
        plain = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        return ESCAPES.get(plain, plain)

    def _template(self) -> str:
        self.at += 1
        out: list[str] = []
        while self.at < len(self.text):
            if plain := STRING_PART.match(self.text, self.at):
                out.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == "`":
                self.at += 1
                return str(bounded("".join(out)))
            elif self.text.startswith("${", self.at):
                self.at += 2
                value = self.expression()
                known = isinstance(value, str)
                out.append(str.__str__(value) if known else self.unknown("value"))
                if self.skip() == "}":
                    self.at += 1
            else:
                out.append(self._character())
        raise Unreadable("open-quote", "A quote {quote} is opened and not closed.", quote="`")

    def _named(self, name: str) -> Literal:
        if name in WORDS:
            return WORDS[name]
        return self.names[name] if name in self.names else self.unknown(name)

    def _chain(self) -> Literal:
        """`name.name[…](…)`: a known literal, a call, or something from elsewhere."""
        parts: list[str] = []
        value: Literal = None
        known = False
        while True:
            char = self.skip()
            found = NAME.match(self.text, self.at)
            if found and (not parts or self.text[self.at - 1 : self.at] == "."):
                self.at = found.end()
                if found.group() in PASSED and not parts:
                    continue
                parts.append(found.group())
                known = len(parts) == 1 and (parts[0] in self.names or parts[0] in WORDS)
                value = self._named(parts[0]) if known else None
            elif char == "." or self.text.startswith("?.", self.at):
                self.at += 1 if char == "." else 2
                self.skip()
            elif char == "(" and parts:
                value, known = self.called(".".join(parts), self.items(")")), True
                parts = [*parts[:1], "()"]
            elif char == "[" and parts:
                inner = self.items("]")
                parts.append(str(inner[0]) if inner and is_text(inner[0]) else "value")
                known = False
            elif self.text.startswith("=>", self.at):
                self.at += 2
                self._skip_rest()
                return None
            else:
                break
            if char and self.at >= len(self.text):
                break
        if not parts and not known:
            raise Unreadable("javascript-syntax", "This JavaScript code cannot be read.")
        return value if known else self.unknown(parts[-1])

    def _skip_rest(self) -> None:
        """Past an expression that is no literal, up to the delimiter it ends at."""
        self._balanced(lambda char, depth: depth == 0 and char in ",;)}]")

    def _skip_to(self, closer: str) -> None:
        self._balanced(lambda char, depth: depth == 0 and char == closer)
        self.at += 1

    def _balanced(self, ends: Callable[[str, int], bool]) -> None:
        depth = 0
        while self.at < len(self.text):
            if dull := DULL.match(self.text, self.at):
                self.at = dull.end()
                continue
            char = self.text[self.at]
            if ends(char, depth):
                return
            if char in "'\"`":
                self._string(char)
                continue
            comment = SPACE.match(self.text, self.at) if char == "/" else None
            self.at = comment.end() if comment else self.at + 1
            depth += (char in "([{") - (char in ")]}")
        raise Unreadable("javascript-ends", "The code ends in the middle of a value.")
