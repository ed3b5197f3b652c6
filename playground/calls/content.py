"""Bodies of replies: kind, charset, layout for people, fingerprint.

Nothing in a body is ever executed, and no XML is parsed into objects: entities stay text.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from playground.calls.values import Reply
from playground.jsontext.diff import mask_volatile
from playground.jsontext.errors import JSONSyntaxError

JSON, CSV, XML, HTML, TEXT, BINARY, EMPTY = "json", "csv", "xml", "html", "text", "binary", "empty"

# Bytes that distinguish text from binary data.
_SNIFFED_BYTES = 4096
# The charset of a longer body is decided by its beginning, so that a page showing only the
# first part decodes it exactly like the whole body.
DETECTION_BYTES = 262_144
# Python decodes these, but no API replies in them, and most produce lone surrogates.
_UNUSED_CHARSETS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY_TYPE = re.compile(
    r"(?:image|audio|video|font)/(?!svg)|application/(?:pdf|zip|gzip|octet-stream|msword|vnd\.)",
    re.I,
)
# The first bytes of gzip and of Zstandard (RFC 1952 and 8878); Brotli has none.
_PACKED_MARKS = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")
_EXTENSIONS = {JSON: "json", CSV: "csv", XML: "xml", HTML: "html", TEXT: "txt", EMPTY: "txt"}
_BINARY_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/gzip": "gz",
}

INDENT = "  "
# Enough to fill a window; the browser lays out the rest in the same way.
LINES = 40
_OPENING_CHARACTERS = 6000
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]|[^\s{}\[\],:"]+', re.S)
_LINE_BREAK = re.compile(r"\r\n|\n|\r")

_XML_DEPTH = 200
_XML_PIECE = re.compile(
    r"<!--.*?-->"
    r"|<!\[CDATA\[.*?\]\]>"
    r"|<(?!>|!--|!\[CDATA\[)[^<>\"']*+(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+){0,1000}>"
    r"|[^<]++",
    re.S,
)

_DELIMITERS = (",", ";", "\t", "|")
_COLUMNS = 100
_CELL_CHARACTERS = 500
_CSV_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")

# A longer body is compared byte for byte: parsing it would delay the end of the send.
_SETTLED_BYTES = 1_000_000


@dataclass(frozen=True)
class DecodedText:
    """`charset` is the one that fits, `claimed` a wrong one that the reply names."""

    text: str
    charset: str
    claimed: str = ""


def decode_reply(reply: Reply) -> DecodedText:
    """The body of a reply as text, the same for the verdict, masking and the page."""
    return decode_body(reply.body, find_content_type(reply))


def find_content_type(reply: Reply) -> str:
    """The header's value; empty if it is missing."""
    return next((value for name, value in reply.headers if name.lower() == "content-type"), "")


def decode_body(data: bytes, content_type: str = "") -> DecodedText:
    """The body as text. Never raises.

    Tried in turn: the byte-order mark, the charset that the reply names, UTF-8, and
    Windows-1252, which gives every byte a character.
    """
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return DecodedText(data[len(mark) :].decode(charset, "replace"), charset)
    named = _CHARSET.search(content_type)
    declared = None if named else _XML_ENCODING.match(data[:300])
    claimed = named[1].lower() if named else declared[1].decode().lower() if declared else ""
    for charset in dict.fromkeys([claimed or "utf-8", "utf-8"]):
        text = _decode(data, charset)
        if text is None and len(data) > DETECTION_BYTES:
            # If the beginning fits, stray bytes further on do not change the charset.
            start = _decode(data[:DETECTION_BYTES], charset)
            if start is not None and not start.isascii():
                text = data.decode(charset, "replace")
        if text is not None:
            return DecodedText(text, charset, "" if charset == (claimed or charset) else claimed)
    return DecodedText(data.decode("cp1252", "replace"), "windows-1252", claimed or "utf-8")


def _decode(data: bytes, charset: str) -> str | None:
    """None if the charset is unknown or does not fit."""
    try:
        # Only `str.encode` rejects codecs such as zlib, which would unpack a hostile body.
        "".encode(charset)
        name = codecs.lookup(charset).name
        if name in _UNUSED_CHARSETS:
            return None
        # Not final: a truncated body may end in the middle of a character.
        return codecs.getincrementaldecoder(name)().decode(data, final=False)
    except (LookupError, UnicodeError, ValueError):
        return None


def detect_kind(data: bytes, content_type: str = "") -> str:
    """One of json, csv, xml, html, text, binary and empty.

    Decided by the content type; by the first bytes where that is missing or wrong.
    """
    if not data.strip():
        return EMPTY
    claimed = content_type.partition(";")[0].strip().lower()
    start = data[:_SNIFFED_BYTES]
    decoded = decode_body(start, content_type)
    # Text in UTF-16 and UTF-32 is full of NUL bytes without being binary.
    is_wide = decoded.charset.startswith(("utf-16", "utf-32"))
    if not is_wide and (
        b"\0" in start or (_BINARY_TYPE.match(claimed) and not looks_like_text(start))
    ):
        return BINARY
    # Compressed, although no header says so.
    if data.startswith(_PACKED_MARKS):
        return BINARY
    if "csv" in claimed or "tab-separated" in claimed:
        return CSV
    text = decoded.text.lstrip()
    if "html" in claimed or re.match(r"<!doctype html|<html", text, re.I):
        return HTML
    if text[:1] in ("{", "["):
        return JSON
    if "xml" in claimed or text.startswith("<?xml"):
        return XML
    return JSON if "json" in claimed else TEXT


def looks_like_text(start: bytes) -> bool:
    """Whether the bytes are UTF-8 text, judging by the first of them."""
    text = _decode(start, "utf-8")
    return text is not None and not any(c < " " and c not in "\t\r\n\f" for c in text)


def choose_extension(kind: str, content_type: str) -> str:
    """The extension, without its dot, for a file that holds such a body."""
    claimed = content_type.partition(";")[0].strip().lower()
    if kind == BINARY:
        return _BINARY_EXTENSIONS.get(claimed, "bin")
    return "svg" if claimed == "image/svg+xml" else _EXTENSIONS[kind]


def format_opening(text: str, kind: str) -> list[str]:
    """The first `LINES` lines at most, reading no more than they need.

    JSON is indented, whether or not it is complete or valid.
    """
    start = text[:_OPENING_CHARACTERS]
    if kind != JSON:
        return _LINE_BREAK.split(start)[:LINES]
    lines: list[str] = []
    line = ""
    depth, opened, bare = 0, False, False
    for found in _JSON_TOKEN.finditer(start):
        token = found[0]
        closes = token in ("}", "]")
        depth = max(0, depth - closes)
        if opened != closes:  # an empty object or array stays on its line
            lines, line = [*lines, line], INDENT * depth
        opened = token in ("{", "[")
        depth += opened
        is_value = token[0] not in "{}[],:"
        line += (" " if bare and is_value else "") + (": " if token == ":" else token)
        bare = is_value
        if token == ",":
            lines, line = [*lines, line], INDENT * depth
    return [*lines, line][:LINES] if line.strip() else lines[:LINES]


def indent_xml(text: str) -> str:
    """The XML with a line for each element; malformed XML is returned as it is."""
    pieces = _split_xml(text)
    if pieces is None:
        return text
    lines: list[str] = []
    depth = at = 0
    while at < len(pieces):
        piece = pieces[at]
        if _holds_text_only(pieces, at):
            lines.append(INDENT * depth + "".join(pieces[at : at + 3]))
            at += 3
            continue
        depth -= piece.startswith("</")
        if not 0 <= depth <= _XML_DEPTH:
            return text
        lines.append(INDENT * depth + piece)
        depth += _opens(piece)
        at += 1
    return "\n".join(lines)


def _split_xml(text: str) -> list[str] | None:
    pieces = []
    at = 0
    while at < len(text):
        found = _XML_PIECE.match(text, at)
        if found is None:
            return None
        at = found.end()
        if piece := found[0].strip():
            pieces.append(piece)
    return pieces


def _holds_text_only(pieces: list[str], at: int) -> bool:
    """True for `<a>text</a>`, which stays on one line."""
    if at + 2 >= len(pieces) or not _opens(pieces[at]):
        return False
    return not pieces[at + 1].startswith("<") and pieces[at + 2].startswith("</")


def _opens(piece: str) -> bool:
    return piece[0] == "<" and piece[1] not in "/!?" and not piece.endswith("/>")


@dataclass(frozen=True)
class CsvTable:
    """Some rows; the header is row 0, `next` the first row after them, or None.

    `cut` is True if columns were left out.
    """

    rows: tuple[tuple[str, ...], ...]
    next: int | None
    cut: bool = False


def read_csv_rows(text: str, start: int = 0, count: int = 200) -> CsvTable | None:
    """`count` rows from `start` on; None if the text is not a table."""
    # Line by line, so that the first rows of a long text cost the first rows only.
    lines = (found[0] for found in _CSV_LINE.finditer(text))
    try:
        reader = csv.reader(lines, delimiter=detect_delimiter(text))
        rows = list(islice(reader, start, start + count + 1))
    except csv.Error:
        return None
    shown = tuple(tuple(map(_shorten_cell, row[:_COLUMNS])) for row in rows[:count])
    cut = any(len(row) > _COLUMNS for row in rows)
    return CsvTable(shown, start + count if len(rows) > count else None, cut)


def detect_delimiter(text: str) -> str:
    """The delimiter that the first line contains most of."""
    # `csv.Sniffer` raises an error for a single column.
    line = text[:20_000].lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=line.count)


def _shorten_cell(cell: str) -> str:
    return cell if len(cell) <= _CELL_CHARACTERS else f"{cell[:_CELL_CHARACTERS]}…"


def fingerprint_reply(reply: Reply) -> str:
    """A digest that is the same for replies that differ in IDs and times only."""
    body = reply.body
    if len(body) <= _SETTLED_BYTES:
        with suppress(UnicodeDecodeError, JSONSyntaxError):
            body = mask_volatile(body.decode()).encode("utf-8", "surrogatepass")
    # Replies of different status are never the same.
    return hashlib.sha256(b"%d\n" % reply.status + body).hexdigest()
