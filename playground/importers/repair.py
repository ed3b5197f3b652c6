"""Broken JSON mended by splices, so that every token that was right stays as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playground.importers import repair_tokens as tokens
from playground.importers.literals import MAX_DEPTH
from playground.importers.values import Unreadable

MOST_FAULTS = 100_000
COUNTED_AS_FAST = 20
LOOKS = 4  # times the length that may be scanned in vain
START_KEY = re.compile(
    r"^[ \t]*(?:(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|“[^”\n]{1,200}”)[ \t]*:"
    r"(?=[ \t]*(?:[\[{\"'“\d\r\n-]|true|false|null|True|False|None))"
    r"|[A-Za-z_]\w{0,80}[ \t]*:(?=[ \t]*[\[{\"']))",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Splice:
    """`removed` characters at `offset` give way to `inserted`; `fault` names what was wrong."""

    offset: int
    removed: int
    inserted: str
    fault: str


@dataclass
class _Frame:
    """An open object or array.

    `due` is what comes next: key, colon, value or after (a comma or the closer). `end` is
    where the last token ended, `comma` the offset of a comma that nothing has followed yet.
    """

    closer: str
    due: str
    end: int
    start: int = 0
    comma: int | None = None


@dataclass(frozen=True)
class Mended:
    """The splices in order of offset, and where the JSON stopped: text after it is no part."""

    splices: tuple[Splice, ...]
    stop: int


def mend(text: str) -> Mended:
    """The splices that make the nearest JSON of a text; time grows with its length alone.

    Raises `Unreadable` where nothing in the text looks like JSON.
    """
    walk = _Walk(text)
    walk.begin()
    while walk.at < len(text) and not walk.done:
        walk.step()
    walk.finish()
    order = sorted(walk.splices, key=lambda each: (each.offset, each.removed > 0))
    return Mended(tuple(order), walk.at)


@dataclass
class _Walk:
    text: str
    at: int = 0
    stack: list[_Frame] = field(default_factory=list)
    splices: list[Splice] = field(default_factory=list)
    done: bool = False
    spent: int = 0

    def splice(self, offset: int, removed: int, inserted: str, fault: str) -> None:
        self.splices.append(Splice(offset, removed, inserted, fault))
        if len(self.splices) > MOST_FAULTS:
            raise Unreadable("too-broken", "This is JSON in too few places to be repaired.")

    def begin(self) -> None:
        """Goes to the first bracket, or to a bare `"key":` before it, which gets braces."""
        opener = re.search(r"[{\[]", self.text)
        key = START_KEY.search(self.text)
        if key and opener and key.start() > opener.start():
            key = None
        if key:
            start = key.start()
        elif opener:
            start = opener.start()
        else:
            raise Unreadable("no-json", 'There is no JSON here: no bracket and no "key": value.')
        if start:
            words = self.text[:start].strip()
            self.splice(0, start, "", "text-before" if words else "")
        self.at = start
        if key:
            line = "\n" if "\n" in self.text[start:].strip() else ""
            self.splice(start, 0, "{" + line, "brackets")
            self.stack.append(_Frame("}", "key", start, start))

    def step(self) -> None:
        passed = tokens.skip(self.text, self.at)
        if passed:
            end, fault = passed
            if fault == "odd-space":
                self.splice(self.at, end - self.at, " ", fault)
            elif fault:
                self._take_out(end, fault)
            self.at = end
            return
        char = self.text[self.at]
        if not self.stack:
            self._value()
        elif char in "}]":
            self._closer(char)
        elif char in ",;":
            self._comma(char)
        elif self.stack[-1].due == "colon":
            self._colon(char)
        elif char == ":":
            self._drop("stray")
        elif self.stack[-1].due == "value":
            self._value()
        else:
            self._next(self.stack[-1])

    def _take_out(self, end: int, fault: str) -> None:
        """Takes out a comment with the spaces before it, and its line if nothing else is there."""
        start = self.at
        floor = self.stack[-1].end if self.stack else start
        while start > floor and self.text[start - 1] in " \t":
            start -= 1
        alone = self.text[start - 1 : start] == "\n" and self.text[end : end + 1] in ("\n", "")
        if alone and start > floor:
            start -= 1
        self.splice(start, end - start, "", fault)

    def _drop(self, fault: str) -> None:
        self.splice(self.at, 1, "", fault)
        self.at += 1

    def _closer(self, char: str) -> None:
        frame = self.stack[-1]
        if char == frame.closer:
            self._settle(frame)
            self.stack.pop()
            self.at += 1
            self._ended()
        elif any(each.closer == char for each in self.stack):
            self._settle(frame)
            self.splice(frame.end, 0, frame.closer, "brackets")
            self.stack.pop()
            self._ended(frame.end)
        else:
            self._drop("surplus-bracket")

    def _settle(self, frame: _Frame) -> None:
        """Before an object or array closes: no comma at its end, no key without a value."""
        if frame.comma is not None:
            self.splice(frame.comma, 1, "", "trailing-comma")
            frame.comma = None
        if frame.closer == "}" and frame.due == "colon":
            self.splice(frame.end, 0, ": null", "missing-value")
        elif frame.closer == "}" and frame.due == "value":
            self.splice(frame.end, 0, " null", "missing-value")

    def _ended(self, end: int | None = None) -> None:
        """A value has ended here: what holds it waits for a comma, or all is done."""
        if not self.stack:
            self.done = True
            return
        frame = self.stack[-1]
        frame.due, frame.comma = "after", None
        frame.end = self.at if end is None else end

    def _comma(self, char: str) -> None:
        frame = self.stack[-1]
        if frame.due in ("colon", "value") and frame.closer == "}":
            self._settle(frame)
            frame.due = "after"
        if frame.due != "after":
            self._drop("surplus-comma")
            return
        if char == ";":
            self.splice(self.at, 1, ",", "semicolon")
        frame.comma = self.at
        frame.due = "key" if frame.closer == "}" else "value"
        self.at += 1

    def _colon(self, char: str) -> None:
        frame = self.stack[-1]
        frame.due = "value"
        if char == ":":
            self.at += 1
            frame.end = self.at
        elif char == "=":
            length = 2 if self.text.startswith("=>", self.at) else 1
            self.splice(self.at, length, ":", "equals")
            self.at += length
            frame.end = self.at
        else:
            self.splice(frame.end, 0, ":", "missing-colon")

    def _next(self, frame: _Frame) -> None:
        """A key is due, or something stands where a comma should."""
        key = self._key() if frame.closer == "}" else None
        if frame.closer == "}" and key is None:
            if self.text[self.at] in "{[":
                self._drop("surplus-bracket")
            else:
                self.done = True
            return
        if frame.due == "after":
            if frame.closer == "]" and not self._plain_item():
                self.done = True
                return
            self.splice(frame.end, 0, ",", "missing-comma")
            frame.due = "value"
        frame.comma = None
        if key:
            self._put(key)
            frame.due, frame.end = "colon", self.at

    def _plain_item(self) -> bool:
        char = self.text[self.at]
        return char in "{[" or char in tokens.ENDS or tokens.is_plain_value(self.text, self.at)

    def _key(self) -> tokens.Token | None:
        token = tokens.read_string(self.text, self.at)
        return token or tokens.read_bare_key(self.text, self.at)

    def _put(self, token: tokens.Token) -> None:
        if token.fault:
            self.splice(self.at, token.end - self.at, token.text, token.fault)
        self.at = token.end

    def _value(self) -> None:
        char = self.text[self.at]
        if self.stack:
            self.stack[-1].comma = None
        if char in "{[" and not tokens.REFERENCE.match(self.text, self.at):
            self._open(char)
            return
        token = tokens.read_string(self.text, self.at) or tokens.read_bare(self.text, self.at)
        if token is None:
            self._drop("stray")
            return
        self._put(token)
        self._ended()

    def _open(self, char: str) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Unreadable("too-deep", "The JSON is nested deeper than 100 levels.")
        if self._whole():
            return
        closer, due = ("}", "key") if char == "{" else ("]", "value")
        self.at += 1
        self.stack.append(_Frame(closer, due, self.at, self.at))

    def _whole(self) -> bool:
        """Goes past an object or array that is JSON as it stands, at the scanner's speed.

        Looking at the same stretch again from each level of nesting is bounded.
        """
        if self.spent > LOOKS * len(self.text):
            return False
        end, sound = tokens.scan_whole(self.text, self.at)
        if not sound:
            # The scanner counts the lines before a fault, all of them, though quickly.
            self.spent += end - self.at + end // COUNTED_AS_FAST
            return False
        self.at = end
        self._ended()
        return True

    def finish(self) -> None:
        """Closes what is still open, right after the last token, and leaves the rest out."""
        while self.stack:
            frame = self.stack.pop()
            self._settle(frame)
            line = "\n" if self.text.find("\n", frame.start, frame.end) >= 0 else ""
            self.splice(frame.end, 0, line + frame.closer, "brackets")
            if self.stack:
                self.stack[-1].end = frame.end
                self.stack[-1].due, self.stack[-1].comma = "after", None
        rest = self.text[self.at :]
        if rest:
            self.splice(self.at, len(rest), "", "text-after" if rest.strip() else "")
