"""Patterns that find a secret's value again, also in the forms that servers echo it in."""

from __future__ import annotations

import json
import re
import string
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from playground.calls.values import Secret

SHORT = 6
"""A value of fewer characters is never searched for: it would be found everywhere."""

_ENTITY = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# A text that was quoted inside a quoted text doubles its backslashes each time.
_QUOTED = r"\\\\{0,3}"
_BASE64 = {
    "+": (r"\+", "-", "%2[Bb]", r"\\u002[Bb]"),
    "/": ("/", "_", _QUOTED + "/", "%2[Ff]", r"\\u002[Ff]"),
}
_ANY_BASE64 = rf"(?:[A-Za-z0-9+/_\-]|{_QUOTED}/|%2[BbFf])"
_BASE64_SIGNS = frozenset(string.ascii_letters + string.digits + "+/-_")
Ways = tuple[str, ...]


@dataclass(frozen=True)
class Echo:
    """One find: from `start` to `end` the text holds the secret, written as `escape`."""

    start: int
    end: int
    secret: Secret
    escape: str


def find_echoes(text: str, secrets: Sequence[Secret]) -> list[Echo]:
    """Every place where one of the values stands, in order of `start`; they may overlap.

    At the same start the longest value wins; a value that overlaps itself (`aaaaaa` in a row
    of them) is one place. Time grows with the length of the text.
    """
    ordered = sorted({each for each in secrets if each.value}, key=lambda each: -len(each.value))
    if not ordered:
        return []
    pattern = _compile(tuple(ordered))
    return _join_runs(_read_match(found, ordered, text) for found in _search_all(pattern, text))


def _join_runs(found: Iterable[Echo]) -> list[Echo]:
    joined: list[Echo] = []
    for each in found:
        last = joined[-1] if joined else None
        if last is not None and each.secret is last.secret and each.start < last.end:
            joined[-1] = replace(last, end=max(last.end, each.end))
        else:
            joined.append(each)
    return joined


def _search_all(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    found = pattern.search(text)
    while found is not None:
        yield found
        found = pattern.search(text, found.start() + 1)


def _read_match(found: re.Match[str], ordered: Sequence[Secret], text: str) -> Echo:
    form, number, _ = (found.lastgroup or "").split("_")
    start, end = found.span()
    secret = ordered[int(number)]
    if form == "plain":
        return Echo(start, end, secret, _name_escape(found.group(), secret.value))
    if form == "inside" and start and text[start - 1] in _BASE64_SIGNS:
        start -= 1  # this sign shares bits with the value
    return Echo(start, end, secret, "base64")


def _name_escape(written: str, value: str) -> str:
    if written == value:
        return "raw"
    return "json" if "\\" in written else "url"


@lru_cache(maxsize=64)
def _compile(secrets: tuple[Secret, ...]) -> re.Pattern[str]:
    """One pattern for all. Each of its ways begins with a plain sign, so that `re` skips
    quickly to where one can begin; the empty group at a way's end names it."""
    ways: list[str] = []
    for number, secret in enumerate(secrets):
        for form, spellings in _list_forms(secret.value):
            for way in _begin_plainly(spellings):
                ways.append(f"{way}(?P<{form}_{number}_{len(ways)}>)")
    return re.compile("|".join(ways))


def _list_forms(value: str) -> Iterator[tuple[str, list[Ways]]]:
    yield "plain", [(re.escape(value),)]  # the usual case, and ten times as quick
    yield "plain", [_spell_sign(sign) for sign in value]
    if len(value) >= SHORT:
        packed = value.encode("utf-8", "surrogatepass")
        for before in range(3):
            yield "inside" if before else "base64", _spell_aligned(packed, before)


def _begin_plainly(spellings: list[Ways]) -> list[str]:
    rest = "".join(each[0] if len(each) == 1 else f"(?:{'|'.join(each)})" for each in spellings[1:])
    return [first + rest for first in spellings[0]]


@lru_cache(maxsize=1024)
def _spell_sign(sign: str) -> Ways:
    """One character as itself, in JSON, in a URL and in HTML."""
    ways = [re.escape(sign), _QUOTED + _spell_units(sign), _spell_percent(sign)]
    short = json.dumps(sign)[1:-1]
    if sign == "\\":
        ways.append(r"\\\\{1,7}")
    elif len(short) == 2:
        ways.append(_QUOTED + re.escape(short[1]))
    if sign == "/":
        ways.append(_QUOTED + "/")
    if sign == " ":
        ways.append(r"\+")
    if sign in _ENTITY:
        code = ord(sign)
        ways.append(rf"&(?:{_ENTITY[sign]}|#0{{0,4}}{code}|#[xX]0{{0,4}}{_any_case(f'{code:x}')});")
    return tuple(ways)


def _spell_units(sign: str) -> str:
    packed = sign.encode("utf-16-be", "surrogatepass")
    units = [packed[at : at + 2].hex() for at in range(0, len(packed), 2)]
    return _QUOTED.join(f"u{_any_case(unit)}" for unit in units)


def _spell_percent(sign: str) -> str:
    packed = sign.encode("utf-8", "surrogatepass")
    return "".join(f"%(?:25){{0,2}}{_any_case(f'{byte:02x}')}" for byte in packed)


def _any_case(digits: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in digits)


def _spell_aligned(packed: bytes, before: int) -> list[Ways]:
    """The value inside a longer base64 text, `before` bytes after the start of a group of
    three, with the sign after it that shares bits with it."""
    bits = 8 * (before + len(packed))
    signs = b64encode(bytes(before) + packed + bytes(2)).decode()
    core = signs[(8 * before + 5) // 6 : bits // 6]
    tail: list[Ways] = [(_ANY_BASE64 + "(?:=|%3[Dd]){0,2}",)] if bits % 6 else []
    return [_BASE64.get(sign, (sign,)) for sign in core] + tail
