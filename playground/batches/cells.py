"""Cells of a row as JSON: the conversions that a column's kind chooses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from playground.batches.mapping import Kind
from playground.jsontext.errors import DocumentError
from playground.jsontext.parsing import parse, try_parse
from playground.jsontext.printing import quote
from playground.jsontext.references import escape_references
from playground.jsontext.resolving import escape_strings
from playground.rules.wording import abbreviate, types_of

# The JSON text of a cell; raises InvalidCell.
Convert = Callable[[str], str]

_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").fullmatch
# As people and spreadsheets write numbers: a sign, leading zeros, a decimal comma.
_typed_number = re.compile(r"([-+]?)([0-9]*)(?:([.,])([0-9]+))?").fullmatch
# Excel exports booleans in the language of its user: German, French, Spanish, Italian,
# Portuguese, Dutch, Russian and Polish.
TRUE = frozenset(("true", "yes", "y", "1", "on", "wahr", "ja", "vrai", "oui", "verdadero", "sí"))
TRUE |= {"vero", "si", "verdadeiro", "sim", "waar", "истина", "да", "prawda", "tak"}
FALSE = frozenset(("false", "no", "n", "0", "off", "falsch", "nein", "faux", "non", "falso"))
FALSE |= {"não", "nao", "onwaar", "nee", "ложь", "нет", "fałsz", "nie"}
# The first of them that a cell has separates its entries.
SEPARATORS = ("\n", ";", "|", ",")
KIND_OF_TYPE: Mapping[str, Kind] = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "json",
}
KIND_OF_START: Mapping[str, Kind] = {
    '"': "text",
    "t": "boolean",
    "f": "boolean",
    "[": "list",
    "{": "json",
}


class InvalidCell(ValueError):
    """The cell can't be converted; the text is a message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def make_converter(kind: Kind, schema: Mapping[str, Any], current: str = "") -> Convert:
    """The conversion of a kind, for a field with this schema whose JSON text is `current`."""
    if kind != "auto":
        return _make_strict(kind, schema)
    chosen = choose_kind(schema, current)
    if chosen == "text":
        return write_text
    # What doesn't fit becomes text, and the rules say what the field must be.
    return _make_lenient(write_number if chosen == "number" else _make_strict(chosen, schema))


def make_json_converter(kind: Kind, schema: Mapping[str, Any]) -> Convert:
    """The same for cells that are JSON texts, which "auto" keeps as they are."""
    if kind == "auto":
        return escape_strings
    convert = _make_strict(kind, schema)
    kept = {"list": ("[",), "json": ("{", "[")}.get(kind, ())

    def write(cell: str) -> str:
        return escape_strings(cell) if cell.startswith(kept) else convert(cell)

    return write


def choose_kind(schema: Mapping[str, Any], current: str = "") -> Kind:
    """The kind of a field, by its schema, or by the value it has where that leaves a choice."""
    kinds = {KIND_OF_TYPE[each] for each in types_of(schema) if each in KIND_OF_TYPE}
    if len(kinds) == 1:
        return kinds.pop()
    has = _kind_of(current)
    if has and (not kinds or has in kinds):
        return has
    # A number with leading zeros or twenty digits stays what it is only as text.
    return "text" if not kinds or "text" in kinds else min(kinds)


def _kind_of(text: str) -> Kind | None:
    """The kind of a JSON text; None for null and for no value."""
    start = text[:1]
    if start == "-" or start.isdigit():
        return "number"
    return KIND_OF_START.get(start)


def write_text(cell: str) -> str:
    """A JSON string; nothing in the cell becomes a reference."""
    return quote(escape_references(cell) if "{{" in cell else cell)


def write_number(cell: str) -> str:
    """The number exactly as it is written. Raises InvalidCell if JSON doesn't write it so."""
    typed = cell.strip()
    if not _number(typed):
        raise InvalidCell("cell-not-a-number", _not_a_number(cell))
    return typed


def _read_number(cell: str) -> str:
    """A number as people write them: `+7`, `007`, `.5`, `12,5`."""
    typed = cell.strip().replace("\u2212", "-")
    if _number(typed):
        return typed
    found = _typed_number(typed)
    if not found or not (found[2] or found[4]):
        raise InvalidCell("cell-not-a-number", _not_a_number(cell))
    sign, whole, separator, decimals = found.groups()
    # 1,234 may be a thousand or a bit more than one.
    if separator == "," and len(decimals) == 3 and whole.strip("0"):
        raise InvalidCell("cell-not-a-number", _not_a_number(cell))
    whole = whole.lstrip("0") or "0"
    return f"{'-' if sign == '-' else ''}{whole}{f'.{decimals}' if decimals else ''}"


def _not_a_number(cell: str) -> str:
    return _("%(value)s isn't a number. Write it like 1234.5, without spaces or units.") % {
        "value": abbreviate(cell)
    }


def _read_boolean(cell: str) -> str:
    word = cell.strip().casefold()
    if word in TRUE:
        return "true"
    if word in FALSE:
        return "false"
    message = _("%(value)s is neither yes nor no. Write true or false.")
    raise InvalidCell("cell-not-a-boolean", message % {"value": abbreviate(cell)})


def _read_json(cell: str) -> str:
    try:
        parse(cell)
    except DocumentError as error:
        message = _("%(value)s isn't valid JSON. %(reason)s")
        params = {"value": abbreviate(cell), "reason": error.message}
        raise InvalidCell("cell-not-json", message % params) from error
    return escape_strings(cell.strip(" \t\r\n"))


def _make_list_reader(schema: Mapping[str, Any]) -> Convert:
    items = schema.get("items")
    entry = make_converter("auto", items if isinstance(items, Mapping) else {})

    def read_list(cell: str) -> str:
        typed = cell.strip()
        if typed.startswith("["):
            found = try_parse(typed)
            if found and isinstance(found[0], list):
                return escape_strings(typed)
        separator = next((each for each in SEPARATORS if each in typed), "\n")
        entries = [each for part in typed.split(separator) if (each := part.strip())]
        return f"[{', '.join(map(entry, entries))}]"

    return read_list


def _make_strict(kind: Kind, schema: Mapping[str, Any]) -> Convert:
    if kind == "list":
        return _make_list_reader(schema)
    readers = {"number": _read_number, "boolean": _read_boolean, "json": _read_json}
    return readers.get(kind, write_text)


def _make_lenient(convert: Convert) -> Convert:
    def write(cell: str) -> str:
        try:
            return convert(cell)
        except InvalidCell:
            return write_text(cell)

    return write
