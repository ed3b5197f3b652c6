"""Repairs broken JSON, with an account of the changes.

Repairing has four layers: `rewriting` removes what surrounds or escapes the whole text,
`repair_tokenizer` reads one token of broken JSON, `repair_parser` finds the repairs that the
text needs, and this module applies and reports them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.importers.repair_parser import find_repairs
from playground.importers.repairs import Repair, apply_repairs
from playground.importers.rewriting import BODY, rewrite
from playground.importers.spans import TextSpan, TracedText, account
from playground.importers.values import (
    LineChange,
    Note,
    NotRecognized,
    note_repaired,
)
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse, try_parse

MAX_CHANGES = 200

# Messages for the faults that the tokenizer and the parser repair.
FAULT_MESSAGES = {
    "brackets": "Added missing brackets.",
    "missing-comma": "Added a missing comma.",
    "trailing-comma": "Removed a comma before a closing bracket.",
    "joined": "Joined adjacent strings, as Python does.",
    "surplus-comma": "Removed an extra comma.",
    "surplus-bracket": "Removed an extra bracket.",
    "semicolon": "Replaced a semicolon with a comma.",
    "equals": "Replaced an equals sign with a colon.",
    "missing-colon": "Added a missing colon.",
    "missing-value": "Set a key without a value to null.",
    "comment": "Removed comments, which JSON doesn't have.",
    "dots": "Removed an ellipsis.",
    "odd-space": "Replaced white space that JSON doesn't allow.",
    "quotes": "Replaced other quotes with double quotes.",
    "string": "Escaped characters inside a string.",
    "unclosed-string": "Closed a string that had no closing quote.",
    "unquoted": "Put quotes around text.",
    "unquoted-key": "Put quotes around keys.",
    "names": "Replaced names of other languages (True, None, undefined) with true, false or null.",
    "cast": "Removed the type before a value.",
    "list-brackets": "Replaced brackets from other languages with JSON brackets.",
    "arrows": "Replaced arrows with colons.",
    "shell-value": "Replaced values from Python or the Mongo shell with JSON.",
    "call": "Kept a function call as text.",
    "not-finite": "Kept Infinity or NaN as text: JSON has no such number.",
    "number": "Rewrote numbers in JSON notation.",
}


# Their notes say that something is no longer in the JSON.
LEFT_OUT = frozenset({"comment", "dots"})
# Text that can't be repaired: its lines are listed.
GAPS = frozenset({"text-before", "text-after", "stray"})


@dataclass(frozen=True)
class RepairedJson:
    """JSON text, the notes about what was repaired or ignored, and the changed lines.

    `spans` and `gaps` account for the text it was made from; both are empty if the JSON contains
    all of it.
    """

    text: str
    notes: tuple[Note, ...] = ()
    changes: tuple[LineChange, ...] = ()
    spans: tuple[TextSpan, ...] = ()
    gaps: tuple[TextSpan, ...] = ()


def repair_json(text: str) -> RepairedJson:
    """The nearest JSON to a text; valid JSON is returned unchanged.

    Raises Unreadable if nothing near it is JSON. Never changes a digit of a number.
    """
    if try_parse(text):
        return RepairedJson(text)
    traced, notes = rewrite(TracedText(text), BODY)
    rewritten = traced.text
    repairs = find_repairs(rewritten)
    repaired = apply_repairs(rewritten, repairs).strip()
    if try_parse(repaired) is None:
        raise NotRecognized("not-json", _explain(text))
    spans = traced.trace(_list_spans(rewritten, repairs))
    # Prose around the JSON isn't a fault: it is noted, but not shown as a change.
    inside = [each for each in repairs if not each.fault.startswith("text-")]
    changes = _list_changes(text, inside) if not notes else [LineChange(1, text, repaired)]
    return RepairedJson(
        text=repaired,
        notes=(*notes, *_list_notes(rewritten, repairs)),
        changes=tuple(changes),
        spans=tuple(spans),
        gaps=tuple(account(text, spans)[1]),
    )


def _explain(text: str) -> str:
    """The reason why the text isn't valid JSON."""
    try:
        parse(text)
    except JSONSyntaxError as problem:
        return problem.message
    return ""


def _list_spans(text: str, repairs: Sequence[Repair]) -> Iterator[TextSpan]:
    """The spans of the text that its repaired JSON contains, or lacks with a note."""
    at = 0
    for each in repairs:
        end = each.offset + each.removed
        if each.offset > at:
            yield TextSpan(at, each.offset, "read")
        start, at = max(at, each.offset), max(at, end)
        if each.fault not in GAPS and start < at:
            yield TextSpan(start, at, "left out" if each.fault in LEFT_OUT else "repaired")
    if at < len(text):
        yield TextSpan(at, len(text), "read")


def _list_notes(text: str, repairs: Sequence[Repair]) -> Iterator[Note]:
    """One note per kind of fault, with the line where it occurs first."""
    lines: dict[str, int] = {}
    line, counted = 1, 0
    for each in repairs:
        if each.fault not in lines:
            line, counted = line + text.count("\n", counted, each.offset), each.offset
            lines[each.fault] = line
    for fault, first in lines.items():
        if fault in FAULT_MESSAGES:
            yield note_repaired(fault, "Line {line}: " + FAULT_MESSAGES[fault], line=first)


def _list_changes(text: str, repairs: Sequence[Repair]) -> Iterator[LineChange]:
    """One change per group of consecutive lines with repairs, at most `MAX_CHANGES`."""
    group: list[Repair] = []
    start = line = counted = shown = 0
    end = -1
    for each in repairs:
        if group and each.offset > end:
            yield _change_lines(text, line, start, end, group)
            shown += 1
            group = []
            if shown == MAX_CHANGES:
                return
        if not group:
            start = text.rfind("\n", 0, each.offset) + 1
            # Counting from the last group keeps this linear for a fault in every row.
            line, counted = line + text.count("\n", counted, start), start
        group.append(each)
        if each.offset + each.removed > end:
            found = text.find("\n", each.offset + each.removed)
            end = len(text) if found < 0 else found
    if group:
        yield _change_lines(text, line, start, end, group)


def _change_lines(text: str, line: int, start: int, end: int, group: list[Repair]) -> LineChange:
    moved = [Repair(each.offset - start, each.removed, each.inserted, "") for each in group]
    before = text[start:end]
    return LineChange(line + 1, before, apply_repairs(before, moved))
