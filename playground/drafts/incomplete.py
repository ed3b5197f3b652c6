"""Incomplete input: text of the JSON editor or of a JSON field that doesn't parse yet."""

from __future__ import annotations

import json
from functools import lru_cache

from playground.drafts.metadata import Metadata, is_within
from playground.jsontext import pointers
from playground.jsontext.errors import DocumentError
from playground.jsontext.parsing import parse, parse_object
from playground.jsontext.pointers import locate, pointer_at
from playground.jsontext.splices import Splice, apply, combine
from playground.rules.problems import ERROR, Problem

# The JSON editor's entry among the incomplete input. Its value is not the editor's text, which
# may be a megabyte, but the splice that makes it from the document, as the JSON text
# `[offset, number of characters removed, inserted text]`.
EDITOR = ""
# The pointer of problems that the JSON editor shows.
EDITOR_PROBLEM = "#editor"
STRUCTURE = frozenset('{}[],:"')


class EditorOverlap(ValueError):
    """An edit of the document meets incomplete input in the JSON editor."""


def editor_text(text: str, metadata: Metadata) -> str:
    """The text in the JSON editor: the document, or what somebody is typing into it."""
    if EDITOR not in metadata.incomplete:
        return text
    return apply(text, editor_splice(text, metadata))


def editor_splice(text: str, metadata: Metadata) -> Splice:
    """The splice that makes the editor's text from the document."""
    offset, length, inserted = json.loads(metadata.incomplete.get(EDITOR, '[0, 0, ""]'))
    return Splice(offset, text[offset : offset + length], inserted)


def put_editor_splice(metadata: Metadata, splice: Splice) -> Metadata:
    """The metadata for an editor whose text differs from the document by this splice."""
    entry = json.dumps([splice.offset, len(splice.removed), splice.inserted])
    return metadata.put("incomplete", EDITOR, entry if splice.changes else None)


def splice_editor(text: str, metadata: Metadata, splice: Splice) -> tuple[Splice, Metadata]:
    """Change the editor's text: the splice of the document and the new metadata.

    Text that parses becomes the document. Any other text is stored next to the last one that did.
    Raises ValueError where the splice was made for another text.
    """
    # Typing starts, continues or ends a difference from the document.
    made = [editor_splice(text, metadata)] if EDITOR in metadata.incomplete else []
    pending = combine(text, [*made, splice])
    after = apply(text, pending)
    if find_syntax_error(after):
        return Splice(0, "", ""), put_editor_splice(metadata, pending)
    metadata = metadata.put("incomplete", EDITOR, None)
    # Where the editor wrote a value, it replaces one that was switched off or incomplete.
    for pointer in metadata.off:
        if locate(after, pointer):
            metadata = metadata.put("off", pointer, None)
    for pointer in metadata.incomplete:
        if text_at(text, pointer) != text_at(after, pointer):
            metadata = metadata.put("incomplete", pointer, None)
    return pending, metadata


def follow_document(metadata: Metadata, splice: Splice) -> Metadata:
    """Move the editor's incomplete input along with an edit of the document before it.

    Raises EditorOverlap for an edit of the very text that is incomplete.
    """
    entry = metadata.incomplete.get(EDITOR)
    if entry is None or not splice.changes:
        return metadata
    offset, length, inserted = json.loads(entry)
    if splice.offset >= offset + length:
        return metadata
    if splice.offset + len(splice.removed) > offset:
        raise EditorOverlap("The JSON editor has unfinished input here. Finish it there first.")
    offset += len(splice.inserted) - len(splice.removed)
    return metadata.put("incomplete", EDITOR, json.dumps([offset, length, inserted]))


def text_at(text: str, pointer: str) -> str:
    """The JSON text of a value; empty if it is missing."""
    span = locate(text, pointer)
    return text[span.start : span.end] if span else ""


def pointer_of_splice(shown: str, splice: Splice) -> str:
    """The pointer that a splice of the editor's text touches; approximate in broken text."""
    end = splice.offset + len(splice.removed)
    first = pointer_at(shown, splice.offset)
    last = pointer_at(shown, end) if splice.removed else first
    shared: list[str] = []
    for left, right in zip(pointers.split(first), pointers.split(last), strict=False):
        if left != right:
            break
        shared.append(left)
    pointer = pointers.join(shared)
    # A brace, comma or quote can change what the neighbours belong to, not only this value.
    shapes = not STRUCTURE.isdisjoint(splice.removed + splice.inserted)
    return pointers.parent(pointer) if shapes and pointer and pointer == first else pointer


def check_incomplete(text: str, metadata: Metadata) -> list[Problem]:
    """An error for each place with incomplete input, until it is finished."""
    found: list[Problem] = []
    # What is switched off or belongs to another branch is neither shown nor sent.
    hidden = (*metadata.off, *metadata.away)
    for pointer, typed in metadata.incomplete.items():
        if any(is_within(pointer, other) for other in hidden):
            continue
        if pointer == EDITOR:
            if error := find_syntax_error(editor_text(text, metadata)):
                found.append(_describe_error(error, EDITOR_PROBLEM, error.line, error.message))
            continue
        try:
            parse(typed)
        except DocumentError as error:
            message = f"`{pointers.last(pointer)}` isn't finished. {error.message}"
            found.append(_describe_error(error, pointer, 0, message))
    return found


# An edit asks when the text arrives and again for the list of problems.
@lru_cache(maxsize=4)
def find_syntax_error(shown: str) -> DocumentError | None:
    """Why a text isn't a payload; None when it is one."""
    try:
        parse_object(shown)
    except DocumentError as error:
        return error
    return None


def _describe_error(error: DocumentError, pointer: str, line: int, message: str) -> Problem:
    params = {name: str(value) for name, value in error.params.items()}
    params |= {"row": str(error.line), "column": str(error.column), "fault": error.code}
    return Problem("half-typed", pointer, line, ERROR, message, params)
