"""Literal values read from source code, and the JSON text that each language makes of them.

A literal is a Tree as in `payload.reading`: dict, list, str, bool, None or Digits. A value
that the source takes from elsewhere is the string `{{name}}`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from playground.importers.values import Unreadable
from playground.jsontext.parsing import NumberToken

Literal = Any
JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
MAX_DEPTH = 100
MOST_CHARACTERS = 8_000_000


def reference(name: str) -> str:
    """A variable reference for a value that the source takes from elsewhere."""
    clean = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:60]
    if not clean or clean[0].isdigit():
        clean = f"value_{clean}" if clean else "value"
    return "{{" + clean + "}}"


def as_digits(token: str) -> NumberToken | str:
    """A number token as JSON can hold it; what no JSON number can be stays a string."""
    if JSON_NUMBER.fullmatch(token):
        return NumberToken(token)
    plain = token.replace("_", "")
    if plain.startswith("+"):
        plain = plain[1:]
    if re.fullmatch(r"0[xXoObB][0-9A-Fa-f]{1,400}", plain):
        try:
            return NumberToken(str(int(plain, 0)))
        except ValueError:
            return token
    fixed = re.sub(r"(?<!\d)\.(?=\d)", "0.", plain, count=1)
    fixed = re.sub(r"(\d)\.(?=$|[eE])", r"\1.0", fixed, count=1)
    return NumberToken(fixed) if JSON_NUMBER.fullmatch(fixed) else token


def python_json(
    value: Literal,
    marks: tuple[str, str] | None = None,
    ascii_only: bool = True,
    indent: str = "",
) -> str:
    """What Python's `json.dumps` makes of it; `marks` are its separators."""
    comma, colon = marks or (("," if indent else ", "), ": ")
    return _write(value, _python_number, comma, colon, ascii_only, indent, 0)


def javascript_json(value: Literal, indent: str = "") -> str:
    """What `JSON.stringify` makes of it."""
    colon = ": " if indent else ":"
    return _write(value, _javascript_number, ",", colon, False, indent, 0)


def _write(
    value: Literal,
    number: Callable[[str], str],
    comma: str,
    colon: str,
    ascii_only: bool,
    indent: str,
    depth: int,
) -> str:
    def inner(each: Literal) -> str:
        return _write(each, number, comma, colon, ascii_only, indent, depth + 1)

    if isinstance(value, NumberToken):
        return number(str(value))
    if isinstance(value, dict):
        parts = [
            json.dumps(str(key), ensure_ascii=ascii_only) + colon + inner(each)
            for key, each in value.items()
        ]
        return _wrap("{", parts, "}", comma, indent, depth)
    if isinstance(value, list):
        return _wrap("[", [inner(each) for each in value], "]", comma, indent, depth)
    return json.dumps(value, ensure_ascii=ascii_only)


def _wrap(start: str, parts: list[str], end: str, comma: str, indent: str, depth: int) -> str:
    if not parts or not indent:
        return start + comma.join(parts) + end
    line = "\n" + indent * (depth + 1)
    return f"{start}{line}{(comma.rstrip() + line).join(parts)}\n{indent * depth}{end}"


def _python_number(token: str) -> str:
    if re.fullmatch(r"-?\d+", token):
        return "0" if token == "-0" else token
    value = float(token)
    return repr(value) if math.isfinite(value) else token


def _javascript_number(token: str) -> str:
    """JavaScript has one kind of number: large integers and odd fractions change."""
    value = float(token)
    if not math.isfinite(value):
        return "null"
    if value == int(value) and abs(value) < 1e21:
        short = int(repr(value).split("e")[0].replace(".0", "")) if abs(value) < 1e16 else None
        return str(short) if short is not None else _expand(repr(value))
    text = repr(value)
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    power = int(exponent)
    if -7 <= power < 0:
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        return f"{sign}0.{'0' * (-power - 1)}{digits.replace('.', '')}"
    return f"{digits.removesuffix('.0')}e{'+' if power > 0 else '-'}{abs(power)}"


def _expand(text: str) -> str:
    """`1.2345e+19` as JavaScript prints it below 1e21: all digits, zeros at the end."""
    digits, _, exponent = text.partition("e")
    whole, _, fraction = digits.partition(".")
    if not exponent:
        return whole
    fraction = "" if fraction == "0" else fraction
    return whole + fraction + "0" * (int(exponent) - len(fraction))


def form_text(value: Literal) -> str | None:
    """A flat object as `application/x-www-form-urlencoded`; None for anything deeper."""
    pairs: list[tuple[str, str]] = []
    if not isinstance(value, dict):
        return None
    for key, each in value.items():
        for one in each if isinstance(each, list) else [each]:
            if isinstance(one, dict | list):
                return None
            if one is not None:
                pairs.append((key, str(one)))
    return urlencode(pairs)


class JsonText(str):
    """A text that source code made out of a literal; `tree` is the literal, digits as typed.

    `own` says that the library made it, and says so in the content type.
    """

    tree: Literal
    own: bool = False

    def __new__(cls, text: str, tree: Literal) -> JsonText:
        made = super().__new__(cls, text)
        made.tree = tree
        return made


def is_text(value: Literal) -> bool:
    """Whether a literal is a string (a number is not, though it is kept as text)."""
    return isinstance(value, str) and not isinstance(value, NumberToken)


def text_pairs(value: Literal) -> tuple[tuple[str, str], ...]:
    """An object of plain values, or a list of pairs, as pairs of text; anything else is empty."""
    if isinstance(value, list):
        pairs = [each for each in value if isinstance(each, list) and len(each) == 2]
        return tuple((_plain(key), _plain(each)) for key, each in pairs)
    if not isinstance(value, dict):
        return ()
    return tuple(
        (str(key), _plain(each))
        for key, each in value.items()
        if each is not None and not isinstance(each, dict | list)
    )


def _plain(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str.__str__(value) if isinstance(value, str) else str(value)


def bounded(value: Literal) -> Literal:
    """The value itself; raises `Unreadable` where names used again and again made it huge."""
    left = MOST_CHARACTERS
    waiting = [value]
    while waiting:
        each = waiting.pop()
        left -= 1 + (len(each) if isinstance(each, str) else 0)
        if left < 0:
            raise Unreadable("too-large", "The values in this code grow too large to be read.")
        if isinstance(each, dict):
            left -= sum(len(key) for key in each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return value
