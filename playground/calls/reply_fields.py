"""Reads what an API answers, whatever form it came in, as far as it can be read."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from html import unescape
from itertools import islice
from typing import Any

from playground.jsontext import pointers

Fields = Any
"""What a body says: nested dicts and lists; numbers are the text they were written as."""

_LONGEST = 200
# The first leaves only: nothing that an XML reader could be made to unfold or fetch.
_LEAF = re.compile(r"<([A-Za-z_][\w.-]{0,80})(?:\s[^<>]{0,200})?>([^<]{0,4000})</\1\s*>")
_MOST_LEAVES = 200


def read_fields(body: bytes) -> Fields:
    """JSON, else XML, else CSV with a header line; None for anything else. Never raises."""
    text = body.decode("utf-8-sig", "replace").strip()
    readers: tuple[Callable[[str], Fields], ...] = (_read_json, _read_xml, _read_csv)
    for read in readers:
        try:
            found = read(text)
        except (ValueError, RecursionError, csv.Error):
            continue
        if found is not None:
            return found
    return None


def _read_json(text: str) -> Fields:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _read_xml(text: str) -> Fields:
    if not text.startswith("<") or "<html" in text[:2000].lower():
        return None
    found = islice(_LEAF.finditer(text), _MOST_LEAVES)
    leaves = {leaf[1]: unescape(leaf[2]).strip() for leaf in found}
    return leaves or None


def _read_csv(text: str) -> Fields:
    lines = text.splitlines()[:2]
    if len(lines) < 2 or text.startswith("<"):
        return None
    sign = max(",;\t", key=lines[0].count)
    names, values = list(csv.reader(lines, delimiter=sign))[:2]
    if sign not in lines[0] or len(names) != len(values):
        return None
    return {name.strip(): value.strip() for name, value in zip(names, values, strict=True)}


def find_value(fields: Fields, wanted: Sequence[str]) -> str | None:
    """The first of these pointers that has a plain value, as one short line."""
    for pointer in wanted:
        found = _follow(fields, pointer)
        if isinstance(found, str | bool) and str(found).strip():
            return _shorten(json.dumps(found) if isinstance(found, bool) else found)
    return None


def has_value(fields: Fields, pointer: str) -> bool:
    return _follow(fields, pointer) is not None


def equals(fields: Fields, pointer: str, wanted: object) -> bool:
    """Whether the value is there, be it a number or the same number in quotes."""
    found = _follow(fields, pointer)
    if found is None or isinstance(found, dict | list):
        return found == wanted and wanted is not None
    return _norm(found) == _norm(wanted)


def _norm(value: object) -> object:
    text = str(int(value)) if isinstance(value, bool) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _follow(fields: Fields, pointer: str) -> Fields:
    for segment in pointers.split(pointer):
        if isinstance(fields, Mapping):
            fields = fields.get(segment)
        elif isinstance(fields, list):
            index = pointers.parse_index(segment)
            fields = fields[index] if index is not None and index < len(fields) else None
        else:
            return None
    return fields


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
