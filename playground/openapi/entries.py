"""List the operations of a document, with enough detail to browse and search them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.errors import excerpt
from playground.openapi.documents import ApiDocument

# Other keys of a path, such as `parameters`, aren't operations.
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
# Prefixed with the API's ID, an operation's ID fits into the database columns.
LONGEST_ID = 80
LONGEST_TITLE = 200
_not_in_ids = re.compile(r"[^\w.~]+")


@dataclass(frozen=True)
class DocumentFault:
    """A fault of a document at a pointer, as a sentence."""

    pointer: str
    message: str


@dataclass(frozen=True)
class OperationEntry:
    """One operation: its place in the document, and what lists show.

    `id` is unique in the document and safe in a URL. `pointer` is that of the operation,
    `path_pointer` that of its path; references may lead outside `paths`.
    """

    id: str
    method: str
    path: str
    pointer: str
    path_pointer: str
    title: str
    summary: str
    tags: tuple[str, ...]
    deprecated: bool


def list_operation_entries(
    document: ApiDocument, faults: list[DocumentFault] | None = None
) -> list[OperationEntry]:
    """The operations in document order; faults are added to `faults`."""
    faults = [] if faults is None else faults
    taken: dict[str, str] = {}
    return [
        _read_entry(path, method, entry, pointer, path_pointer, taken, faults)
        for path, method, entry, pointer, path_pointer in _find_operations(document, faults)
    ]


def _find_operations(
    document: ApiDocument, faults: list[DocumentFault]
) -> Iterator[tuple[str, str, Mapping[str, Any], str, str]]:
    paths = document.raw.get("paths", {})
    if not isinstance(paths, Mapping):
        faults.append(DocumentFault("/paths", "`paths` isn't an object."))
        return
    for path, item in paths.items():
        own = pointers.child("/paths", path)
        if path.startswith("x-"):
            continue
        found, pointer = document.follow(item, own)
        if not isinstance(found, Mapping):
            faults.append(
                DocumentFault(own, "This path isn't an object, or its reference has no target.")
            )
            continue
        for method in (each for each in METHODS if each in found):
            entry = found[method]
            place = pointers.child(pointer, method)
            if isinstance(entry, Mapping):
                yield path, method, entry, place, pointer
            else:
                faults.append(DocumentFault(place, "This operation isn't an object."))


def _read_entry(
    path: str,
    method: str,
    entry: Mapping[str, Any],
    pointer: str,
    path_pointer: str,
    taken: dict[str, str],
    faults: list[DocumentFault],
) -> OperationEntry:
    name = read_plain_text(entry.get("operationId"))
    plain = make_id(name) or make_id(f"{method}{path}") or method
    id, number = plain, 2
    while id in taken:
        id, number = f"{plain}-{number}", number + 1
    if name and id != plain:
        message = f'The operationId "{excerpt(name)}" is taken by {taken[plain]}; it became {id}.'
        faults.append(DocumentFault(pointer, message))
    taken[id] = f"{method.upper()} {path}"
    tags = entry.get("tags")
    return OperationEntry(
        id=id,
        method=method.upper(),
        path=path,
        pointer=pointer,
        path_pointer=path_pointer,
        title=(read_plain_text(entry.get("summary")) or name or taken[id])[:LONGEST_TITLE],
        summary=read_plain_text(entry.get("description")),
        tags=tuple(dict.fromkeys(filter(None, map(read_plain_text, tags))))
        if isinstance(tags, list)
        else (),
        deprecated=entry.get("deprecated") is True,
    )


def make_id(name: str) -> str:
    """A name as an ID that fits a URL and a column; empty if no character is usable."""
    # `repos/get` and `GET /pets/{id}` have characters with a meaning in a path.
    plain = _not_in_ids.sub("-", name).strip("-.")
    if len(plain) > LONGEST_ID:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        plain = f"{plain[: LONGEST_ID - 9]}-{digest}"
    return plain


def read_plain_text(value: Any) -> str:
    """Display text from a document, without characters that databases reject; else empty."""
    # YAML parses an unquoted version or name as a number.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number else value
    return text.replace("\0", "").strip() if isinstance(text, str) else ""
