"""Half-typed text: what stands in the JSON editor or a JSON field and is no payload yet."""

from __future__ import annotations

import json
from functools import lru_cache

from playground.drafts.metadata import Metadata, is_within
from playground.jsontext import pointers
from playground.jsontext.errors import DocumentError
from playground.jsontext.parsing import parse, parse_object
from playground.jsontext.pointers import locate, pointer_at
from playground.jsontext.splices import Splice, difference
from playground.rules.problems import ERROR, Problem

# The editor's place on the shelf. Its entry is the difference to the document as JSON,
# `[offset, how many signs give way, what stands there]`, so that it stays small.
EDITOR = ""
# Where a problem of the editor's text is shown.
EDITOR_PLACE = "#editor"
STRUCTURE = frozenset('{}[],:"')


class Overlapping(ValueError):
    """A change of the document meets what stands half-typed in the editor."""


def read_editor(text: str, metadata: Metadata) -> str:
    """What stands in the JSON editor: the document, or what was half-typed into it."""
    entry = metadata.half.get(EDITOR)
    if entry is None:
        return text
    offset, removed, inserted = json.loads(entry)
    return text[:offset] + str(inserted) + text[offset + removed :]


def write_editor(text: str, metadata: Metadata, shown: str) -> tuple[str, Metadata]:
    """Document and metadata after the editor's text became `shown`: a payload is taken over,
    anything else is kept beside the last good document."""
    if judge_text(shown):
        return text, metadata.put("half", EDITOR, _describe(text, shown))
    return shown, _catch_up(text, shown, metadata.put("half", EDITOR, None))


def follow_document(before: str, after: str, metadata: Metadata) -> Metadata:
    """Move the half-typed place along when the document changed elsewhere; raises
    Overlapping when it changed right there."""
    entry = metadata.half.get(EDITOR)
    if entry is None or before == after:
        return metadata
    offset, removed, inserted = json.loads(entry)
    change = difference(before, after)
    if change.offset >= offset + removed:
        return metadata
    if change.offset + len(change.removed) > offset:
        raise Overlapping("This place is half-typed in the JSON editor. Finish it there first.")
    offset += len(change.inserted) - len(change.removed)
    return metadata.put("half", EDITOR, json.dumps([offset, removed, inserted]))


def place_in(shown: str, splice: Splice) -> str:
    """The pointer that a change of the editor's text touches; approximate in broken text."""
    first = pointer_at(shown, splice.offset)
    end = splice.offset + len(splice.removed)
    last = pointer_at(shown, end) if splice.removed else first
    place = _shared(first, last)
    shapes = not STRUCTURE.isdisjoint(splice.removed + splice.inserted)
    return pointers.parent(place) if shapes and place and place == first else place


def judge_half(text: str, metadata: Metadata) -> list[Problem]:
    """An error for each place that is half-typed, until it is finished; none where the place
    is switched off or put away, as nothing of it is shown or sent."""
    found, parked = [], (*metadata.off, *metadata.away)
    for pointer, typed in metadata.half.items():
        if any(is_within(pointer, place) for place in parked):
            continue
        if pointer == EDITOR:
            found += _judge_editor(read_editor(text, metadata))
        else:
            found += _judge_field(text, pointer, typed)
    return found


def _judge_editor(shown: str) -> list[Problem]:
    fault = judge_text(shown)
    return [_blame(fault, EDITOR_PLACE, fault.line, fault.message)] if fault else []


@lru_cache(maxsize=4)  # a text is judged when it comes and again for the problems
def judge_text(shown: str) -> DocumentError | None:
    """Why this is no payload; None when it is one."""
    try:
        parse_object(shown)
    except DocumentError as fault:
        return fault
    return None


def _judge_field(text: str, pointer: str, typed: str) -> list[Problem]:
    try:
        parse(typed)
    except DocumentError as fault:
        name = pointers.split(pointer)[-1]
        return [_blame(fault, pointer, 0, f"`{name}` is not finished. {fault.message}")]
    return []


def _blame(fault: DocumentError, pointer: str, line: int, sentence: str) -> Problem:
    params = {name: str(value) for name, value in fault.params.items()}
    params |= {"row": str(fault.line), "column": str(fault.column), "fault": fault.code}
    return Problem("half-typed", pointer, line, ERROR, sentence, params)


def _describe(text: str, shown: str) -> str:
    change = difference(text, shown)
    return json.dumps([change.offset, len(change.removed), change.inserted])


def _catch_up(before: str, after: str, metadata: Metadata) -> Metadata:
    """What the editor wrote takes the place of a value that was switched off or half-typed."""
    for pointer in metadata.off:
        if locate(after, pointer):
            metadata = metadata.put("off", pointer, None)
    for pointer in metadata.half:
        if _value(before, pointer) != _value(after, pointer):
            metadata = metadata.put("half", pointer, None)
    return metadata


def _value(text: str, pointer: str) -> str:
    span = locate(text, pointer)
    return text[span.start : span.end] if span else ""


def _shared(a: str, b: str) -> str:
    both = zip(pointers.split(a), pointers.split(b), strict=False)
    shared = []
    for left, right in both:
        if left != right:
            break
        shared.append(left)
    return pointers.join(shared)
