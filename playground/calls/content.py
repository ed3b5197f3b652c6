"""What a reply's body is: its kind, its charset, its text. Nothing in it is ever run."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

JSON, CSV, XML, HTML, TEXT, BINARY, EMPTY = "json", "csv", "xml", "html", "text", "binary", "empty"

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)
# What Python can decode though no answer is written in it; most give halves of characters.
NO_CHARSETS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7")
_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_MARKS = (
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
_ENDINGS = {JSON: "json", CSV: "csv", XML: "xml", HTML: "html", TEXT: "txt", EMPTY: "txt"}
_BINARY_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/gzip": "gz",
}
# How much of a body is looked at to tell text from bytes.
LOOKED_AT = 4096
# What decides on the charset of a longer body, where it has anything but ASCII. So the first
# part alone reads as the whole does.
START = 262_144


@dataclass(frozen=True)
class Text:
    """`charset` is the one that fits; `claimed` what the reply says it is, when that is wrong."""

    text: str
    charset: str
    claimed: str = ""


def read_text(data: bytes, content_type: str = "") -> Text:
    """The body as text: by its byte-order mark, by what the reply claims, as UTF-8, and last
    as Windows-1252, in which every byte is some character. Never raises."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return Text(data[len(mark) :].decode(charset, "replace"), charset)
    claimed = find_charset(data, content_type)
    for charset in dict.fromkeys([claimed or "utf-8", "utf-8"]):
        text = _decode(data, charset)
        if text is not None:
            return Text(text, charset, "" if charset == (claimed or charset) else claimed)
    return Text(data.decode("cp1252", "replace"), "windows-1252", claimed or "utf-8")


def find_charset(data: bytes, content_type: str) -> str:
    """The charset that the header or the XML declaration names; empty where none does."""
    named = _CHARSET.search(content_type)
    if named:
        return named[1].lower()
    declared = _IN_XML.match(data[:300])
    return declared[1].decode().lower() if declared else ""


def kind_of(data: bytes, content_type: str = "") -> str:
    """One of json, csv, xml, html, text, binary, empty: by the type it claims, and by a look
    at the bytes where the claim says nothing or is wrong."""
    if not data.strip():
        return EMPTY
    claimed = content_type.partition(";")[0].strip().lower()
    start = data[:LOOKED_AT]
    is_wide = any(data.startswith(mark) for mark, _ in _MARKS[1:])
    is_wide = is_wide or find_charset(b"", content_type).startswith(("utf-16", "utf-32"))
    if not is_wide and (b"\0" in start or (_BINARY_TYPE.match(claimed) and not _is_text(start))):
        return BINARY
    if "csv" in claimed or "tab-separated" in claimed:
        return CSV
    text = read_text(start, content_type).text.lstrip()
    if "html" in claimed or re.match(r"<!doctype html|<html", text, re.I):
        return HTML
    if text[:1] in ("{", "["):
        return JSON
    if "xml" in claimed or text.startswith("<?xml"):
        return XML
    return JSON if "json" in claimed else TEXT


def ending_of(kind: str, content_type: str) -> str:
    """The ending of a file with such a body, without the dot."""
    claimed = content_type.partition(";")[0].strip().lower()
    if kind == BINARY:
        return _BINARY_ENDINGS.get(claimed, "bin")
    return "svg" if claimed == "image/svg+xml" else _ENDINGS[kind]


def _decode(data: bytes, charset: str) -> str | None:
    """None where the charset does not fit; after a start that it fits, what does not is marked."""
    text = _decode_strictly(data, charset)
    if text is None and len(data) > START:
        start = _decode_strictly(data[:START], charset)
        return None if start is None or start.isascii() else data.decode(charset, "replace")
    return text


def _decode_strictly(data: bytes, charset: str) -> str | None:
    try:
        known = codecs.lookup(charset)
        if not getattr(known, "_is_text_encoding", True) or known.name in NO_CHARSETS:
            return None
        return _cut_decode(data, known.name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _cut_decode(data: bytes, charset: str) -> str:
    """A body that the limit cut off may end inside a character: that rest is left out."""
    decoder = codecs.getincrementaldecoder(charset)()
    return decoder.decode(data, final=False)


def _is_text(start: bytes) -> bool:
    text = _decode(start, "utf-8")
    return text is not None and sum(c < " " and c not in "\t\r\n\f" for c in text) == 0
