"""Reads one token of broken JSON: strings in any quotes, bare words, numbers, comments."""

from __future__ import annotations

import json
import re
from json import JSONDecodeError, JSONDecoder
from string import ascii_letters, digits
from typing import NamedTuple, NoReturn

from playground.importers.literals import join_surrogates, normalize_number
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import quote

# A quick test for the common case that none of the patterns below has to be tried.
STARTS_TOKEN = frozenset("\"'`{}[]),:;=-_$" + ascii_letters + digits)
ODD_SPACE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]+"
)
COMMENT = re.compile(
    r"//[^\n]*|#(?!\{)[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|<!--(?:[^-]|-(?!->))*(?:-->)?"
)
ELLIPSIS = re.compile(r"(?:\.\.\.|…)[ \t]*,?")
GOOD_STRING = re.compile(
    r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*"'
)
STRING_PART = re.compile(r"[^\\\"'`“”‘’\x00-\x1f]+")
# The common case, in which only the quotes themselves are wrong.
SINGLE_QUOTED = re.compile(r"'([^\\\"'`“”‘’\x00-\x1f]*)'")
# A quote that one of these follows is the end of its string.
PROPER_END = re.compile(r"[ \t]*(?:[,:}\]\r\n;\"#]|//|/\*|=>|\Z|\)\s{0,50}(?:[,;)\]}]|\Z))")
# So is a string followed by another one, as Python allows.
ADJACENT = re.compile(
    r"\s{1,200}[bBrRuUfF]{0,2}([\"'])[^\"'\\\n]{0,500}\1[ \t]*(?:[,:}\])\"'\r\n]|\Z)"
)
# Each opening quote with those that may close it: word processors pair them in many ways.
CLOSING_QUOTES = {
    '"': '"', "'": "'", "`": "`", "“": "”„“", "„": "”“", "‘": "’", "”": "”", "’": "’",
}  # fmt: skip
# `{NAME}` isn't an object: it has no colon.
REFERENCE = re.compile(r"\{\{[^{}\n]{1,100}\}\}|\{[A-Za-z_0-9][\w.-]{0,80}\}(?=\s{0,50}[,}\]])")
CAST = re.compile(r"\((?:object|array|int|integer|string|float|bool)\)\s{0,5}")
# Numbers can be keys in Python and PHP, `:name` in Ruby.
BARE_KEY = re.compile(
    r":?([A-Za-z_$][\w$.-]{0,200}|-?\d{1,20}(?=[ \t]*(?:=>|:)))[ \t]*(?:=>|[:=])(?!//)"
)
PLACEHOLDER_KEY = re.compile(
    r"(\{\{[^{}\n]{1,100}\}\}|[$#]\{[^{}\n]{1,100}\}|<[^<>\n]{1,100}>|%\w{1,100}%)[ \t]*:"
)
# Also the placeholders of templates: `${X}`, `#{x}`, `<X>`, `$(x)`, `:x`.
BARE_VALUE = re.compile(
    r":?(?:[^,:;{}\[\]\"'\n\r#<$(=]+|=(?!>)|\$\{\{[^{}\n]{1,100}\}\}|[$#%]\{[^{}\n]{1,100}\}"
    r"|\{\{[^{}\n]{1,100}\}\}|<[^<>\n{}\"']{1,100}>|\$?\([^()\n\"']{0,100}\)|[<$(]|:(?=//)"
    r"|(?<=\d):(?=\d\d)|(?<=\w)::(?=\w)|\{[A-Za-z_0-9][\w.-]{0,80}\})+"
)
COMMENT_IN_LINE = re.compile(r"(?<!:)//")
SYMBOL = re.compile(r":[A-Za-z_]")
PHP_ARRAY = re.compile(r"array\s{0,5}\((?!\s{0,5}\[)", re.I)
# Only plain items: a string before a colon is a key.
PYTHON_SET = re.compile(
    r"\{\s*(?:(?:\"[^\"\\\n]*\"|'[^'\\\n]*'|-?\d[\d.]*)\s*,\s*)*"
    r"(?:\"[^\"\\\n]*\"|'[^'\\\n]*'|-?\d[\d.]*)\s*,?\s*\}"
)
NUMBER = re.compile(r"-?\d+")
PREFIX = re.compile(r"[bBrRuUfF]{1,2}(?=[\"'])")
TRIPLE = re.compile(r"(\"{3}|'{3})(.*?)\1", re.S)
NOT_FINITE = frozenset({"NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-inf"})
# Java and C# mark the type of a number with a letter suffix, JavaScript its big integers.
SUFFIX = re.compile(r"(?<=\d)(?:[lLnmM]|(?<=\d\.\d)[fFdD])\Z")
# A longer whole number with a plus sign is probably a telephone number.
PHONE = re.compile(r"\+\d{7,}")
NAMES = {
    "true": "true", "false": "false", "null": "null", "True": "true", "False": "false",
    "None": "null", "TRUE": "true", "FALSE": "false", "NULL": "null", "undefined": "null",
    "nil": "null",
}  # fmt: skip
ESCAPES = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "'": "'", "`": "`", "\n": "",
}  # fmt: skip
CODE_POINT = re.compile(r"u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
NEXT_LINE_STARTS_TOKEN = re.compile(r"\n[ \t\r\n]{0,100}(?:[}\]]|\"[^\"\n]{1,100}\"[ \t]*:)")
# Bounds of the search for a better closing quote: without them it takes quadratic time.
LOOK_AHEAD = 500
MAX_QUOTES_TRIED = 8


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity, which the standard library would accept


# The values are thrown away, so numbers become what is cheapest to make.
_decoder = JSONDecoder(parse_int=len, parse_float=len, parse_constant=_reject_constant)


class JsonToken(NamedTuple):
    """A value or key: where it ends, its JSON text, and its fault ("" if it has none)."""

    end: int
    text: str
    fault: str


def scan_value(text: str, at: int) -> tuple[int, bool]:
    """The end of the valid JSON value at `at`, and True; else where the error is, and False."""
    try:
        return _decoder.raw_decode(text, at)[1], True
    except JSONDecodeError as broken:
        return broken.pos, False
    except (ValueError, RecursionError):
        return len(text), False


def skip_between(text: str, at: int) -> tuple[int, str] | None:
    """The end of other white space, a comment or an ellipsis, and its fault; None for a token."""
    if text[at] in STARTS_TOKEN:
        return None
    for pattern, fault in (
        (ODD_SPACE, "odd-space"),
        (COMMENT, "comment"),
        (ELLIPSIS, "dots"),
        (CAST, "cast"),
    ):
        if found := pattern.match(text, at):
            return found.end(), fault
    return None


def find_comment_start(text: str, start: int, end: int, floor: int) -> int:
    """The offset at which to start removing a comment.

    Includes the spaces before it, and the line break if nothing else is on its line. `floor` is the
    end of the token before it.
    """
    while start > floor and text[start - 1] in " \t":
        start -= 1
    alone = text[start - 1 : start] == "\n" and text[end : end + 1] in ("\n", "")
    return start - 1 if alone and start > floor else start


def read_string(text: str, at: int) -> JsonToken | None:
    """The string that starts at `at`, in any kind of quotes; None without a quote there."""
    if text[at] not in CLOSING_QUOTES:
        return _read_prefixed(text, at)
    single = SINGLE_QUOTED.match(text, at)
    if single and PROPER_END.match(text, single.end()):
        return JsonToken(single.end(), f'"{single[1]}"', "quotes")
    if triple := TRIPLE.match(text, at):
        return JsonToken(triple.end(), quote(triple[2]), "string")
    good = GOOD_STRING.match(text, at)
    if good and PROPER_END.match(text, good.end()):
        return JsonToken(good.end(), good.group(), "")
    return _read_broken_string(text, at)


def _read_prefixed(text: str, at: int) -> JsonToken | None:
    """A Python string such as `b'…'`; the escapes of bytes are UTF-8."""
    prefix = PREFIX.match(text, at)
    if prefix is None:
        return None
    token = read_string(text, prefix.end())
    if token is None or "b" not in prefix.group().lower():
        return token and JsonToken(token.end, token.text, "quotes")
    try:
        value = json.loads(token.text).encode("latin-1").decode()
    except ValueError:
        return JsonToken(token.end, token.text, "quotes")
    return JsonToken(token.end, quote(value), "quotes")


def _read_broken_string(text: str, start: int) -> JsonToken:
    """A string with wrong quotes, raw line breaks, wrong escapes or no end."""
    closing = CLOSING_QUOTES[text[start]]
    fault = "quotes" if text[start] != '"' else "string"
    parts: list[str] = []
    at = start + 1
    while at < len(text):
        if plain := STRING_PART.match(text, at):
            parts.append(plain.group())
            at = plain.end()
        elif text[at] in closing and _is_closing(text, at, closing):
            return JsonToken(at + 1, quote(join_surrogates("".join(parts))), fault)
        elif text[at] == "\\":
            piece, at = _read_escape(text, at)
            parts.append(piece)
        elif NEXT_LINE_STARTS_TOKEN.match(text, at):
            break
        else:
            parts.append(text[at])
            at += 1
    # A string without an end stops with its line: the comma or bracket there isn't part of it.
    inner = "".join(parts)
    kept = inner.rstrip(" \t\r\n,}]")
    return JsonToken(at - (len(inner) - len(kept)), quote(join_surrogates(kept)), "unclosed-string")


def _is_closing(text: str, at: int, closing: str) -> bool:
    """Whether this quote ends its string: yes, unless a better one follows on the line."""
    if PROPER_END.match(text, at + 1) or ADJACENT.match(text, at + 1):
        return True
    line_end = text.find("\n", at, at + LOOK_AHEAD)
    stop = line_end if line_end >= 0 else min(len(text), at + LOOK_AHEAD)
    for _ in range(MAX_QUOTES_TRIED):
        others = (found for mark in closing if (found := text.find(mark, at + 1, stop)) >= 0)
        other = min(others, default=-1)
        if other < 0:
            return True
        if PROPER_END.match(text, other + 1):
            # A quote before a colon closes the next key: this string has ended before it.
            return text[other + 1 : other + 2] == ":"
        at = other
    return True


def _read_escape(text: str, at: int) -> tuple[str, int]:
    if code_point := CODE_POINT.match(text, at + 1):
        return chr(int(code_point[1] or code_point[2], 16)), code_point.end()
    code = text[at + 1 : at + 2]
    # An escape that JSON doesn't have was meant as it is typed, as in a Windows path.
    return ESCAPES.get(code, "\\" + code), at + 1 + len(code)


def read_bare_value(text: str, at: int, in_parentheses: bool = False) -> JsonToken | None:
    """A value without quotes: a number, true, false, null, a placeholder, or plain words."""
    found = BARE_VALUE.match(text, at)
    words = COMMENT_IN_LINE.split(found.group())[0].rstrip() if found else ""
    if in_parentheses and "(" not in words:
        words = words.partition(")")[0].rstrip()
    if not words:
        return None
    end = at + len(words)
    if words in NAMES:
        return JsonToken(end, NAMES[words], "" if NAMES[words] == words else "names")
    if words in NOT_FINITE:
        return JsonToken(end, quote(words), "not-finite")
    if text[end : end + 1] == ":" and " " in words:
        # The last word is the next key, and the comma before it is missing.
        words = words.rsplit(None, 1)[0]
        end = at + len(words)
    first, *others = words.split()
    number = normalize_number(SUFFIX.sub("", first))
    # After a number only another item or the next key may follow without a comma.
    alone = all(map(_is_number, others))
    if isinstance(number, NumberToken) and alone and not PHONE.fullmatch(first):
        fault = "" if str(number) == first else "number"
        return JsonToken(at + len(first), str(number), fault)
    return JsonToken(end, quote(words), "unquoted")


def _is_number(word: str) -> bool:
    return word in NAMES or isinstance(normalize_number(word), NumberToken)


def starts_item(text: str, at: int) -> bool:
    """Whether a list item starts at `at`: not a word, except a number, true, false or null."""
    if text[at] in "{[(" or text[at] in CLOSING_QUOTES:
        return True
    found = BARE_VALUE.match(text, at)
    words = found.group().split() if found else []
    return bool(words) and _is_number(words[0])


def read_bare_key(text: str, at: int) -> JsonToken | None:
    """A key without quotes; it is recognised by the colon or equals sign after it."""
    found = BARE_KEY.match(text, at) or PLACEHOLDER_KEY.match(text, at)
    return JsonToken(found.end(1), quote(found[1]), "unquoted-key") if found else None
