"""Who can open a file: its uploader, and anyone who can open something that holds it.

A reference alone opens nothing, because anybody can type one. A draft, template or exchange holds
a file once a person who could open it put it there.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable

from playground.jsontext.references import FILE_REFERENCE
from playground.workspace.models import File, FileHolder

# Braces may be escaped, in a variant's edits with more than one backslash.
_ESCAPED_BRACE = re.compile(r"\\+u007([bBdD])")


def find_file_ids(*texts: str) -> set[str]:
    """The ids that these JSON texts refer to, known or not."""
    return {
        id
        for text in texts
        if "file:" in text
        for id in FILE_REFERENCE.findall(_ESCAPED_BRACE.sub(_unescape, text))
    }


def hold_files(holder: uuid.UUID, ids: Collection[str]) -> None:
    """Let everyone who can open this draft, template or exchange open these files."""
    if not ids:
        return
    known = File.objects.filter(id__in=ids).values_list("id", flat=True)
    FileHolder.objects.bulk_create(
        [FileHolder(file_id=id, holder=holder) for id in known], ignore_conflicts=True
    )


def find_held_files(holder: uuid.UUID) -> set[str]:
    """The ids of the files that a draft, template or exchange holds."""
    return set(FileHolder.objects.filter(holder=holder).values_list("file_id", flat=True))


def pass_files_on(source: uuid.UUID, holder: uuid.UUID, *texts: str) -> None:
    """Let a draft or template hold those of its source's files that its texts refer to."""
    if ids := find_file_ids(*texts):
        hold_files(holder, ids & find_held_files(source))


def find_uploaded_files(person_id: int, ids: Iterable[str]) -> set[str]:
    """The files that this person uploaded."""
    own = File.objects.filter(id__in=list(ids), person_id=person_id)
    return set(own.values_list("id", flat=True))


def _unescape(found: re.Match[str]) -> str:
    return "{" if found[1] in "bB" else "}"
