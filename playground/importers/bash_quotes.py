"""The inside of bash's `$'…'` quotes, which browsers write for odd characters."""

from __future__ import annotations

import re

from playground.importers.values import Unreadable

PLAIN = re.compile(r"[^\\']+")
ESCAPES = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
NUMBER = re.compile(r"x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})")
LOW_HALF = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")


def read_ansi(text: str, at: int) -> tuple[str, int]:
    """The value of what begins at `at`, after the opening `$'`, and the offset after it."""
    out: list[str] = []
    while at < len(text):
        if plain := PLAIN.match(text, at):
            out.append(plain.group())
            at = plain.end()
        elif text[at] == "'":
            return "".join(out).partition("\0")[0], at + 1
        else:
            piece, at = _escape(text, at)
            out.append(piece)
    raise Unreadable("open-quote", "A quote $' is opened and not closed.")


def _escape(text: str, at: int) -> tuple[str, int]:
    number = NUMBER.match(text, at + 1)
    if number is None:
        code = text[at + 1 : at + 2]
        if code == "c" and "?" <= text[at + 2 : at + 3] <= "~":
            return chr(ord(text[at + 2].upper()) ^ 0x40), at + 3
        return ESCAPES.get(code, "\\" + code), at + 2
    if number[2] or number[3]:
        return _character(text, int(number[2] or number[3], 16), number.end())
    return _bytes(text, number)


def _bytes(text: str, number: re.Match[str]) -> tuple[str, int]:
    """Bytes given one by one (`\\xc3\\xa9`) are read together as UTF-8."""
    data = bytearray([_byte(number)])
    at = number.end()
    while data[-1] >= 0x80 and text.startswith("\\", at):
        more = NUMBER.match(text, at + 1)
        if not more or more[2] or more[3] or _byte(more) < 0x80:
            break
        data.append(_byte(more))
        at = more.end()
    return data.decode("utf-8", "replace"), at


def _byte(found: re.Match[str]) -> int:
    return (int(found[1], 16) if found[1] else int(found[4], 8)) & 0xFF


def _character(text: str, value: int, end: int) -> tuple[str, int]:
    """One character; two escaped halves of a surrogate pair become the one they mean."""
    low = LOW_HALF.match(text, end)
    if 0xD800 <= value < 0xDC00 and low:
        return chr(0x10000 + ((value - 0xD800) << 10) + int(low[1], 16) - 0xDC00), low.end()
    return ("�" if 0xD800 <= value < 0xE000 or value > 0x10FFFF else chr(value)), end
