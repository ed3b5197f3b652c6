"""Attached files: data URIs, names and media types."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator
from mimetypes import MimeTypes
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.printing import quote
from playground.jsontext.references import find
from playground.rules.context import Case, is_text
from playground.rules.labels import cut, name_place
from playground.rules.messages import problem
from playground.rules.problems import Fix, FixEdit, Problem

KEY = "attach"
TYPES = MimeTypes(filenames=())  # the built-in table alone: the same on every machine
VAGUE = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")
SAME = {
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
_data_uri = re.compile(r"data:([^,;\s]*)((?:;[^,;\s]*)*),", re.I).match


def judge_attachments(case: Case) -> Iterator[Problem]:
    """Each file on its own, then names that occur twice."""
    first: dict[str, int] = {}
    for index, item in case.items(KEY):
        at = pointers.join([KEY, str(index)])
        place = name_place(case.schema, at)
        name = item.get("name")
        yield from _judge_name(name, at, place)
        yield from _judge_data(case, item.get("data"), name, at, place)
        if is_text(name) and first.setdefault(name, index) != index:
            other = name_place(case.schema, pointers.join([KEY, str(first[name])])).lower()
            yield problem("file-name-twice", f"{at}/name", place=place, other=other)


def _judge_name(name: Any, at: str, place: str) -> Iterator[Problem]:
    if not is_text(name):
        return
    bare = re.split(r"[/\\]", name)[-1]
    if bare == name and name not in (".", ".."):
        return
    edits = (FixEdit("set", f"{at}/name", quote(bare)),)
    fix = Fix("Keep the last part", edits) if bare.strip(". ") else None
    yield problem("file-name-is-path", f"{at}/name", fix, place=place)


def _judge_data(case: Case, data: Any, name: Any, at: str, place: str) -> Iterator[Problem]:
    if not isinstance(data, str):
        return
    references = find(data)
    if references:
        media_type = _stored_type(case, references)
    else:
        head = _data_uri(data)
        if head is None:
            yield problem("not-a-data-uri", f"{at}/data", place=place)
            return
        yield from _judge_base64(data, head, at, place)
        media_type = head.group(1)
    if is_text(name) and not _fits(media_type.lower(), name):
        shown = cut(media_type)
        yield problem("media-type-differs", f"{at}/data", place=place, type=shown, found=cut(name))


def _stored_type(case: Case, references: Any) -> str:
    names = [each.name for each in references if each.kind == "file"]
    stored = (case.facts.files or {}).get(names[0]) if len(names) == 1 else None
    return stored.media_type if stored else ""


def _judge_base64(data: str, head: re.Match[str], at: str, place: str) -> Iterator[Problem]:
    if not head.group(2).lower().endswith(";base64"):
        yield problem("not-base64", f"{at}/data", place=place)
    elif not _is_base64(data[head.end() :]):
        yield problem("broken-base64", f"{at}/data", place=place)


def _is_base64(digits: str) -> bool:
    try:
        a2b_base64(digits, strict_mode=True)
    except (Error, ValueError):
        return digits == ""
    return len(digits) % 4 == 0


def _fits(media_type: str, name: str) -> bool:
    """Whether a media type goes with a file name; true where either says too little."""
    _, dot, ending = name.rpartition(".")
    expected = TYPES.guess_type(f"x.{ending}")[0] if dot else None
    if media_type in VAGUE or expected is None:
        return True
    return SAME.get(media_type, media_type) == SAME.get(expected, expected)
