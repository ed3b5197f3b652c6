"""Rules about attached files: names, data URIs and media types."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from mimetypes import MimeTypes
from typing import Any
from urllib.parse import unquote_to_bytes

from playground.jsontext.printing import quote
from playground.jsontext.references import find_references
from playground.rules.context import Context, is_literal
from playground.rules.fixes import fix_by_setting
from playground.rules.problems import Fix, Problem, make_problem
from playground.rules.wording import abbreviate, label_object

KEY = "attach"
# Without the system's mime.types, so that every machine finds the same problems.
TYPES = MimeTypes(filenames=())
# Types that say nothing about the content.
VAGUE = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")
# Different names of one type; Windows reports CSV files as Excel.
ALIASES = {
    "image/jpg": "image/jpeg",
    "application/xml": "text/xml",
    "application/x-zip-compressed": "application/zip",
    "text/javascript": "application/javascript",
    "application/x-javascript": "application/javascript",
    "application/csv": "text/csv",
    "application/vnd.ms-excel": "text/csv",
    "text/x-markdown": "text/markdown",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
}
LONGEST_ENCODED = 20_000
# Line breaks, tabs and the like, and marks that reverse the direction of a name: `gnp.exe`.
_control = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# RFC 2397: data:[type][;parameter…][;base64],
_data_uri = re.compile(r"data:([^,;\s]*)((?:;[^,;\s]*)*),", re.I).match


def check_attachments(context: Context) -> Iterator[Problem]:
    """Each file on its own, then duplicate names."""
    first: dict[str, int] = {}
    for index, item in context.items(KEY):
        at, name = f"/{KEY}/{index}", item.get("name")
        place = label_object(context.schema, at)
        yield from _check_name(name, at, place)
        yield from _check_data(context, item.get("data"), name, at, place)
        if is_literal(name) and first.setdefault(name, index) != index:
            other = label_object(context.schema, f"/{KEY}/{first[name]}").lower()
            yield make_problem("file-name-twice", f"{at}/name", place=place, other=other)


def _check_name(name: Any, at: str, place: str) -> Iterator[Problem]:
    if not is_literal(name):
        return
    visible = _control.sub("", name)
    if visible != name:
        label = "Remove them"
        fix = fix_by_setting(f"{at}/name", quote(visible), label) if visible.strip() else None
        yield make_problem("file-name-control", f"{at}/name", fix, place=place)
    bare = re.split(r"[/\\]", name)[-1]
    if bare != name or name in (".", ".."):
        label = "Keep only the file name"
        fix = fix_by_setting(f"{at}/name", quote(bare), label) if bare.strip(". ") else None
        yield make_problem("file-name-is-path", f"{at}/name", fix, place=place)


def _check_data(context: Context, data: Any, name: Any, at: str, place: str) -> Iterator[Problem]:
    if not isinstance(data, str):
        return
    references = find_references(data)
    if references:
        media_type = _stored_type(context, references)
    else:
        head = _data_uri(data)
        if head is None:
            yield make_problem("not-a-data-uri", f"{at}/data", place=place)
            return
        if not head.group(2).lower().endswith(";base64"):
            fix = _fix_by_encoding(f"{at}/data", data, head)
            yield make_problem("not-base64", f"{at}/data", fix, place=place)
        elif not _is_base64(data[head.end() :]):
            yield make_problem("broken-base64", f"{at}/data", place=place)
        media_type = head.group(1)
    if is_literal(name) and not _fits_name(media_type.lower(), name):
        type_, found = abbreviate(media_type), abbreviate(name)
        yield make_problem("media-type-differs", f"{at}/data", place=place, type=type_, found=found)


def _fix_by_encoding(pointer: str, data: str, head: re.Match[str]) -> Fix | None:
    """Encode the text of a data URI, which is percent-encoded (RFC 2397), as base64."""
    # A fix travels to the browser at each edit.
    if len(data) > LONGEST_ENCODED:
        return None
    encoded = b2a_base64(unquote_to_bytes(data[head.end() :]), newline=False).decode()
    uri = f"data:{head[1]}{head[2]};base64,{encoded}"
    return fix_by_setting(pointer, quote(uri), "Encode as base64")


def _stored_type(context: Context, references: Any) -> str:
    names = [each.name for each in references if each.kind == "file"]
    stored = (context.facts.files or {}).get(names[0]) if len(names) == 1 else None
    return stored.media_type if stored else ""


def _is_base64(digits: str) -> bool:
    try:
        a2b_base64(digits, strict_mode=True)
    except ValueError:
        return False
    # Strict mode still accepts superfluous padding: "QUJD=" and "QUJD====".
    bare = digits.rstrip("=")
    return len(digits) - len(bare) == -len(bare) % 4


def _fits_name(media_type: str, name: str) -> bool:
    """Whether a media type matches a file name; True if either is too vague."""
    _, dot, ending = name.rpartition(".")
    expected = TYPES.guess_type(f"x.{ending}")[0] if dot else None
    if media_type in VAGUE or expected is None:
        return True
    return ALIASES.get(media_type, media_type) == ALIASES.get(expected, expected)
