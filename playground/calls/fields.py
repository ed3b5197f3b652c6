"""The fields of a reply: its body parsed as JSON, XML or CSV, and plain values looked up in it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape
from itertools import islice
from typing import Any

from playground.jsontext import pointers
from playground.openapi.responses import CSV, JSON, XML

# The content of a body: nested dicts and lists; numbers are the text they were written as.
Fields = Any

_LONGEST_VALUE = 200
# Elements without children only, by pattern: a parser could be made to expand or fetch entities.
_XML_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]{0,80})(?:\s[^<>]{0,200})?>([^<]{0,4000})</\1\s*>")
_MAX_XML_ELEMENTS, _MAX_CSV_ROWS, _LONGEST_HEADING = 200, 100, 20_000
_HTML = re.compile(r"\s*<(?:!doctype html|(?:[^\0]{0,2000}<)?html[\s>])", re.I)


def read_fields(text: str) -> tuple[str, Fields]:
    """The actual media type of a body, and its fields.

    Parsed as JSON, XML or CSV with a header line; `("", None)` for anything else. Never raises.
    """
    text = text.removeprefix("\ufeff").strip()
    parsers: tuple[tuple[str, Callable[[str], Fields]], ...] = (
        (JSON, _PARSE_JSON),
        (XML, _parse_xml),
        (CSV, _parse_csv),
    )
    for media_type, parse in parsers:
        try:
            found = parse(text)
        except (ValueError, RecursionError, csv.Error):
            continue
        # `null` is valid JSON; for XML and CSV, None means that parsing failed.
        if found is not None or media_type == JSON:
            return media_type, found
    return "", None


def is_web_page(text: str) -> bool:
    """Whether a body is HTML, whatever the reply claims."""
    return _HTML.match(text) is not None


# Numbers stay text, so that long IDs keep their digits. Python's own servers write NaN, which isn't
# valid JSON.
_PARSE_JSON = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None).decode


def _parse_xml(text: str) -> Fields:
    # A sign-in page isn't an answer from the API, even if its elements have the right names.
    if not text.startswith("<") or is_web_page(text):
        return None
    found = islice(_XML_ELEMENT.finditer(text), _MAX_XML_ELEMENTS)
    return _merge((element[1], unescape(element[2])) for element in found)


def _parse_csv(text: str) -> Fields:
    heading = text[:_LONGEST_HEADING].splitlines()[:1]
    if not heading or text.startswith("<"):
        return None
    delimiter = max(",;\t", key=heading[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names, *rows = (row for row in islice(reader, _MAX_CSV_ROWS) if row)
    if delimiter not in heading[0] or not rows or any(len(row) != len(names) for row in rows):
        return None
    return _merge(pair for row in rows for pair in zip(names, row, strict=True))


def _merge(pairs: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    """The values by name, without ambiguous names that have several values."""
    found: dict[str, set[str]] = {}
    for name, value in pairs:
        found.setdefault(name.strip(), set()).add(value.strip())
    return {name: values.pop() for name, values in found.items() if len(values) == 1} or None


def find_value(fields: Fields, wanted: Sequence[str]) -> str | None:
    """The first plain value at one of these pointers, as one short line."""
    for pointer in wanted:
        found = follow(fields, pointer)
        if isinstance(found, bool):
            return json.dumps(found)
        if isinstance(found, str) and found.strip():
            return shorten(found)
    return None


def follow(fields: Fields, pointer: str) -> Fields:
    """The value at a pointer, or None."""
    for segment in pointers.split(pointer):
        if isinstance(fields, Mapping):
            fields = fields.get(segment)
        elif isinstance(fields, list):
            index = pointers.parse_index(segment)
            fields = fields[index] if index is not None and index < len(fields) else None
        else:
            return None
    return fields


def shorten(text: str, most: int = _LONGEST_VALUE) -> str:
    """The text as one line of at most `most` characters that can be stored."""
    # Only the beginning is split: a value may have megabytes.
    line = replace_unstorable(" ".join(text[: 4 * most].split()))
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def replace_unstorable(text: str) -> str:
    """The text with U+FFFD for what can't be stored: halves of surrogate pairs, and NUL.

    JSON escapes can produce both. UTF-8 can't encode halves, and PostgreSQL can't store NUL.
    """
    if text.isascii():
        return text.replace("\0", "\ufffd")
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return paired.replace("\0", "\ufffd")


def clean_values(value: Any) -> Any:
    """Plain JSON values whose strings, including keys, can be stored."""
    if isinstance(value, str):
        return replace_unstorable(value)
    if isinstance(value, list):
        return [clean_values(each) for each in value]
    if isinstance(value, dict):
        return {replace_unstorable(key): clean_values(each) for key, each in value.items()}
    return value
