"""Read an OpenAPI document from the bytes of a file or reply, and report its faults."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError, excerpt
from playground.jsontext.parsing import find_duplicate_keys
from playground.jsontext.syntax_errors import check_syntax
from playground.openapi.documents import get_member
from playground.openapi.yaml_reading import (
    DEEPEST,
    LONGEST_NUMBER,
    MOST_FAULTS,
    TOO_DEEP,
    InvalidDocument,
    SourceFault,
    YamlBuilder,
    read_number,
)

MOST_BYTES = 20 * 1024 * 1024
# ZIP and gzip.
_ARCHIVE_MARKS = (b"PK\x03\x04", b"\x1f\x8b")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 comes first: its little-endian BOM starts with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# YAML may also begin with a bracket, but rarely with a quote after it.
_is_json = re.compile(r"\s*(\{\s*[\"}]|\[)").match
_surrogate = re.compile(r"\\u[dD][89a-fA-F]").search
_is_supported = re.compile(r"3\.\d+(\.\d+)?([-+].*)?").fullmatch


@dataclass(frozen=True, eq=False)
class SourceDocument:
    """An OpenAPI document as plain data, with the positions of its values in the text.

    `lines` are those of the objects and lists of a YAML document, by identity. `written` is the
    data of the text alone, if other documents have been embedded in `raw`.
    """

    raw: dict[str, Any] = field(repr=False)
    text: str = field(repr=False)
    faults: tuple[SourceFault, ...] = ()
    lines: Mapping[int, int] | None = field(default=None, repr=False)
    written: dict[str, Any] | None = field(default=None, repr=False)

    def find_lines(self, places: Iterable[str]) -> dict[str, int]:
        """The lines (from 1) of these pointers, or of the nearest enclosing values."""
        if self.lines is None:
            return pointers.lines_of(self.text, set(places))
        return {pointer: self._find_line(pointer, self.lines) for pointer in places}

    def _find_line(self, pointer: str, lines: Mapping[int, int]) -> int:
        value: Any = self.raw if self.written is None else self.written
        line = lines.get(id(value), 1)
        for segment in pointers.split(pointer):
            value = get_member(value, segment)
            line = lines.get(id(value), line)
        return line


def read_openapi(data: bytes) -> SourceDocument:
    """The OpenAPI 3 document in a text of JSON or YAML; raises InvalidDocument."""
    document = read_any_document(data)
    _check_version(document)
    return document


def read_any_document(data: bytes) -> SourceDocument:
    """Any document of JSON or YAML, such as one with schemas only; raises InvalidDocument."""
    if len(data) > MOST_BYTES:
        raise InvalidDocument("It is larger than 20 MB.")
    if data.startswith(_ARCHIVE_MARKS):
        raise InvalidDocument("It is an archive. Unpack it, and import the document in it.")
    text = _decode(data)
    if not text.strip():
        raise InvalidDocument("It is empty.")
    # JSON is also valid YAML, but parsing it as YAML is slower and gives less precise errors.
    is_json = _is_json(text) is not None
    return _read_json(text) if is_json else _read_yaml(text)


def _decode(data: bytes) -> str:
    marks = [each for each in _BYTE_ORDER_MARKS if data.startswith(each[0])]
    mark, encoding = marks[0] if marks else (b"", "utf-8")
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise InvalidDocument(f"It isn't valid {encoding.upper()} text.", line) from None


def _read_json(text: str) -> SourceDocument:
    has_duplicates = False

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicates
        built = dict(pairs)
        has_duplicates |= len(built) < len(pairs)
        return built

    try:
        value = json.loads(
            text,
            object_pairs_hook=build_object,
            parse_int=_read_integer,
            parse_float=read_number,
            parse_constant=_refuse_constant,
        )
        if _surrogate(text):
            check_syntax(text)
    except JSONSyntaxError as error:
        raise _explain(error) from None
    except RecursionError:
        raise InvalidDocument(TOO_DEEP) from None
    except ValueError:
        # Python's own message is less precise.
        try:
            check_syntax(text)
        except JSONSyntaxError as error:
            raise _explain(error) from None
        raise InvalidDocument("The JSON isn't valid.") from None
    if _is_too_deep(value):
        raise InvalidDocument(TOO_DEEP)
    found = find_duplicate_keys(text, MOST_FAULTS) if has_duplicates else []
    faults = tuple(
        SourceFault(each.second_line, f'Duplicate key "{excerpt(each.key)}". The last one counts.')
        for each in found
    )
    return SourceDocument(value, text, faults)


def _explain(error: JSONSyntaxError) -> InvalidDocument:
    what = error.message.partition(": ")[2]
    return InvalidDocument(f"The JSON isn't valid: {what}", error.line, error.column)


def _read_integer(token: str) -> int | str:
    return int(token) if len(token) <= LONGEST_NUMBER else token


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for items in inside for each in items if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _read_yaml(text: str) -> SourceDocument:
    reader = YamlBuilder()
    value = reader.read(text)
    return SourceDocument(value, text, tuple(reader.faults), reader.lines)


def _check_version(document: SourceDocument) -> None:
    raw: Any = document.raw
    if not isinstance(raw, dict):
        raise InvalidDocument("It isn't an OpenAPI document: it has no `openapi` key.")
    # YAML parses an unquoted 3.1 as a number.
    version = str(raw.get("openapi", ""))
    if "swagger" in raw:
        line = document.find_lines(["/swagger"])["/swagger"]
        raise InvalidDocument(
            f"It is a Swagger {excerpt(str(raw['swagger']))} document. Convert it to OpenAPI 3 "
            "first, for example with Swagger Editor or swagger2openapi.",
            line,
        )
    if not version:
        raise InvalidDocument("It isn't an OpenAPI document: its version (`openapi`) is missing.")
    if not _is_supported(version):
        line = document.find_lines(["/openapi"])["/openapi"]
        raise InvalidDocument(f"OpenAPI {excerpt(version)} isn't supported; 3.0 and 3.1 are.", line)
