"""The tokens of broken JSON: strings in any quotes, bare words, numbers, comments."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import JSONDecodeError, JSONDecoder
from string import ascii_letters, digits
from typing import NamedTuple, NoReturn

from playground.importers.literals import as_digits
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import quote

SPACE = re.compile(r"[ \t\n\r]+")
BEGINS_TOKEN = frozenset("\"'`{}[],:;=-_$" + ascii_letters + digits)
ODD_SPACE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]+"
)
COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|<!--(?:[^-]|-(?!->))*(?:-->)?")
DOTS = re.compile(r"(?:\.\.\.|…)[ \t]*,?")
GOOD_STRING = re.compile(
    r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*"'
)
STRING_PART = re.compile(r"[^\\\"'`“”‘’\x00-\x1f]+")
REFERENCE = re.compile(r"\{\{[^{}\n]{1,100}\}\}")
BARE_KEY = re.compile(r"([A-Za-z_$][\w$.-]{0,200})[ \t]*(?:=>|[:=])(?!//)")
BARE = re.compile(r"[^,:;{}\[\]\"'\n\r#]+")
PROPER_END = re.compile(r"[ \t]*(?:[,:}\]\r\n;\"#]|//|/\*|=>|\Z)")
ENDS = {'"': '"', "'": "'", "`": "`", "“": "”„“", "„": "”“", "‘": "’", "”": "”", "’": "’"}
NAMES = {
    "true": "true", "false": "false", "null": "null", "True": "true", "False": "false",
    "None": "null", "TRUE": "true", "FALSE": "false", "NULL": "null", "undefined": "null",
    "nil": "null",
}  # fmt: skip
SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
LOOK_AHEAD = 500


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_scan: Callable[[str, int], tuple[object, int]] = JSONDecoder(  # type: ignore[attr-defined]
    parse_int=len, parse_float=len, parse_constant=_refuse
).scan_once
QUOTES_TRIED = 8


class Token(NamedTuple):
    """A value or key: where it ends, the JSON text for it, and what was wrong ("" if nothing)."""

    end: int
    text: str
    fault: str


def scan_whole(text: str, at: int) -> tuple[int, bool]:
    """Where the JSON value at `at` ends, and True; where it stops to be JSON, and False."""
    try:
        return _scan(text, at)[1], True
    except JSONDecodeError as broken:
        return broken.pos, False
    except StopIteration as broken:
        return int(broken.value), False
    except (ValueError, RecursionError):
        return len(text), False


def skip(text: str, at: int) -> tuple[int, str] | None:
    """What may stand between tokens: its end, and its name where JSON does not allow it."""
    if text[at] in BEGINS_TOKEN:
        return None
    if space := SPACE.match(text, at):
        return space.end(), ""
    if odd := ODD_SPACE.match(text, at):
        return odd.end(), "odd-space"
    if comment := COMMENT.match(text, at):
        return comment.end(), "comment"
    if dots := DOTS.match(text, at):
        return dots.end(), "dots"
    return None


def read_string(text: str, at: int) -> Token | None:
    """The string that opens at `at`, in any kind of quotes; None when none opens there."""
    if text[at] not in ENDS:
        return None
    good = GOOD_STRING.match(text, at)
    if good and PROPER_END.match(text, good.end()):
        return Token(good.end(), good.group(), "")
    return _read_odd(text, at)


def _read_odd(text: str, start: int) -> Token:
    """A string with wrong quotes, raw line ends, wrong escapes or no end."""
    ends = ENDS[text[start]]
    fault = "quotes" if text[start] != '"' else "string"
    out: list[str] = []
    at = start + 1
    while at < len(text):
        if plain := STRING_PART.match(text, at):
            out.append(plain.group())
            at = plain.end()
        elif text[at] in ends and _closes(text, at, ends):
            return Token(at + 1, quote("".join(out)), fault)
        elif text[at] == "\\":
            piece, at = _escape(text, at)
            out.append(piece)
        elif text[at] == "\n" and _left_open(text, at):
            break
        else:
            out.append(text[at])
            at += 1
    return _unclosed("".join(out), at)


def _unclosed(inner: str, at: int) -> Token:
    """A string without its end stops with its line; a comma or bracket there is not its own."""
    kept = inner.rstrip(" \t\r\n,}]")
    return Token(at - (len(inner) - len(kept)), quote(kept), "unclosed-string")


def _closes(text: str, at: int, ends: str) -> bool:
    """A quote inside a string is taken for its end unless a better one follows on its line."""
    if PROPER_END.match(text, at + 1):
        return True
    line_end = text.find("\n", at, at + LOOK_AHEAD)
    stop = line_end if line_end >= 0 else min(len(text), at + LOOK_AHEAD)
    for _ in range(QUOTES_TRIED):
        other = min(
            (found for end in ends if (found := text.find(end, at + 1, stop)) >= 0), default=-1
        )
        if other < 0:
            return True
        if PROPER_END.match(text, other + 1):
            return text[other + 1 : other + 2] == ":"
        at = other
    return True


def _left_open(text: str, at: int) -> bool:
    """At a line end inside a string: does the next line begin as if the string had ended?"""
    following = re.compile(r"\n[ \t\r\n]{0,100}(?:[}\]]|\"[^\"\n]{1,100}\"[ \t]*:)").match(text, at)
    return following is not None


def _escape(text: str, at: int) -> tuple[str, int]:
    code = text[at + 1 : at + 2]
    if code == "u" and (point := re.compile(r"[0-9A-Fa-f]{4}").match(text, at + 2)):
        return _code_point(text, int(point.group(), 16), point.end())
    if code == "x" and (point := re.compile(r"[0-9A-Fa-f]{2}").match(text, at + 2)):
        return chr(int(point.group(), 16)), point.end()
    if code in SIMPLE and code:
        return SIMPLE[code], at + 2
    if code == "\n":
        return "", at + 2
    if code in ("'", "`"):
        return code, at + 2
    return "\\" + code, at + 1 + len(code)


def _code_point(text: str, value: int, end: int) -> tuple[str, int]:
    low = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})").match(text, end)
    if 0xD800 <= value < 0xDC00 and low:
        return chr(0x10000 + ((value - 0xD800) << 10) + int(low[1], 16) - 0xDC00), low.end()
    return ("�" if 0xD800 <= value < 0xE000 else chr(value)), end


def read_bare(text: str, at: int) -> Token | None:
    """A value without quotes: a number, true, false, null, a reference, or plain words."""
    if found := REFERENCE.match(text, at):
        return Token(found.end(), quote(found.group()), "unquoted")
    found = BARE.match(text, at)
    if found is None:
        return None
    word = found.group().split("//")[0].rstrip()
    end = at + len(word)
    if not word:
        return None
    if word in NAMES:
        return Token(end, NAMES[word], "" if NAMES[word] == word else "names")
    first = word.split()[0]
    if first[0] != "+" and isinstance(number := as_digits(first), NumberToken):
        return Token(at + len(first), str(number), "" if str(number) == first else "number")
    return Token(end, quote(word), "unquoted")


def is_plain_value(text: str, at: int) -> bool:
    """Whether a bare word at `at` is a number or a name that JSON or a language knows."""
    found = BARE.match(text, at)
    words = found.group().split() if found else []
    return bool(words) and (words[0] in NAMES or isinstance(as_digits(words[0]), NumberToken))


def read_bare_key(text: str, at: int) -> Token | None:
    """A key without quotes, known by the colon after it."""
    found = BARE_KEY.match(text, at)
    if found is None:
        return None
    return Token(found.end(1), quote(found[1]), "unquoted-key")
