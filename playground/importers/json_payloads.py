"""Reads a bare JSON payload, and repairs JSON that is broken, with an account of the changes.

Repairing has three layers: `repair_tokenizer` reads one token of broken JSON, `repair_parser`
finds the repairs that a whole text needs, and this module applies and reports them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from json_repair import repair_json as rebuild_json

from playground.importers.literals import is_text
from playground.importers.repair_parser import Repair, find_repairs
from playground.importers.spans import TextSpan
from playground.importers.values import (
    FoundRequest,
    LineChange,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
    note_repaired,
    note_understood,
)
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse, try_parse
from playground.jsontext.printing import dump

# A bracket, or a key: a payload may be pasted without its outer braces.
JSON_SIGN = re.compile(
    r"[{\[]|[\"'“][^\"'”\n]{1,200}[\"'”][ \t]*:|^\w{1,80}[ \t]*:[ \t]*[\"'\d]", re.M
)
MAX_REBUILT = 2_000
MAX_CHANGES = 200

# The faults of the tokenizer and the parser, in the words of the report.
FAULT_MESSAGES = {
    "brackets": "Added missing brackets.",
    "missing-comma": "Added a missing comma.",
    "trailing-comma": "Removed a comma before a closing bracket.",
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
    "number": "Rewrote numbers as JSON allows them.",
}


# Their notes say that something isn't in the JSON any more.
LEFT_OUT = frozenset({"comment", "dots"})


@dataclass(frozen=True)
class RepairedJson:
    """JSON text, the notes about what was repaired or ignored, and the changed lines.

    `spans` and `gaps` account for the text it was made from; both are empty where the JSON
    holds all of it.
    """

    text: str
    notes: tuple[Note, ...] = ()
    changes: tuple[LineChange, ...] = ()
    spans: tuple[TextSpan, ...] = ()
    gaps: tuple[TextSpan, ...] = ()


def looks_like(pasted: Pasted) -> bool:
    """Whether any part of the text looks like JSON."""
    return JSON_SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """One request with the text as its body, without a method and a URL."""
    # The tree is parsed already: a payload of a megabyte isn't parsed twice.
    text = pasted.text.strip()
    body = text if pasted.tree is not None else unwrap_json(text) or text
    return [
        FoundRequest(
            kind="json",
            body=body,
            notes=(note_understood("json", "A JSON payload."),),
            spans=(TextSpan(0, len(pasted.text), "read"),),
        )
    ]


def unwrap_json(text: str) -> str | None:
    """The JSON document of a text, or of a JSON string that holds one; None for invalid JSON.

    Raises Unreadable for any other single value.
    """
    parsed = try_parse(text)
    if parsed is None:
        return None
    tree = parsed[0]
    if isinstance(tree, dict | list):
        return text
    if is_text(tree) and tree.lstrip()[:1] in ("{", "["):
        return tree
    message = "This is valid JSON, but a single value. A payload is an object in { }."
    raise Unreadable("bare-value", message)


def repair_json(text: str) -> RepairedJson:
    """The nearest JSON to a text; valid JSON is returned as it is.

    Raises Unreadable if nothing near it is JSON. Never changes a digit of a number.
    """
    if try_parse(text):
        return RepairedJson(text)
    unescaped = _unescape(text)
    if unescaped is not None:
        return _replace_all(text, unescaped, "escaped", "Removed backslashes before quotes.")
    repairs = find_repairs(text)
    repaired = _apply(text, repairs)
    if try_parse(repaired) is None:
        rebuilt = _rebuild(text)
        if rebuilt is None:
            raise NotRecognized("not-json", _explain(text))
        message = "Rebuilt the JSON from what could be read."
        return _replace_all(text, rebuilt, "rebuilt", message)
    # Prose around the JSON was not wrong: it is noted, but shown as no change.
    inside = [each for each in repairs if not each.fault.startswith("text-")]
    notes = tuple(_list_notes(text, repairs))
    spans, gaps = _account_for(text, repairs)
    changes = tuple(_list_changes(text, inside))
    return RepairedJson(repaired.strip(), notes, changes, tuple(spans), tuple(gaps))


def _replace_all(text: str, repaired: str, code: str, message: str) -> RepairedJson:
    return RepairedJson(repaired, (note_repaired(code, message),), (LineChange(1, text, repaired),))


def _unescape(text: str) -> str | None:
    """The text of `{\\"a\\": 1}`: JSON that was escaped once more on its way through a shell."""
    if not re.match(r'\s*[{\[]\s*\\"', text):
        return None
    # Read as the inside of a string; raw line breaks between the tokens are allowed.
    try:
        inner = str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return None
    return inner if try_parse(inner) else None


def _explain(text: str) -> str:
    """The reason why a text isn't valid JSON."""
    try:
        parse(text)
    except JSONSyntaxError as problem:
        return problem.message
    return ""


def _apply(text: str, repairs: Sequence[Repair]) -> str:
    parts = []
    at = 0
    for each in repairs:
        parts += [text[at : each.offset], each.inserted]
        # An insertion may lie inside a stretch that is removed.
        at = max(at, each.offset + each.removed)
    return "".join([*parts, text[at:]])


def _account_for(text: str, repairs: Sequence[Repair]) -> tuple[list[TextSpan], list[TextSpan]]:
    """The spans of the text that the repaired JSON holds, and those that it lacks."""
    spans: list[TextSpan] = []
    gaps: list[TextSpan] = []
    at = 0
    for each in repairs:
        end = each.offset + each.removed
        if each.offset > at:
            spans.append(TextSpan(at, each.offset, "read"))
        start, at = max(at, each.offset), max(at, end)
        if start == at or text[start:at].isspace():
            continue
        if each.fault.startswith("text-") or each.fault == "stray":
            gaps.append(TextSpan(start, at, "left out"))
        else:
            spans.append(TextSpan(start, at, "left out" if each.fault in LEFT_OUT else "repaired"))
    if at < len(text):
        spans.append(TextSpan(at, len(text), "read"))
    return spans, gaps


def _list_notes(text: str, repairs: Sequence[Repair]) -> Iterator[Note]:
    """One note per kind of fault, with the line where it occurs first."""
    lines: dict[str, int] = {}
    line, counted = 1, 0
    for each in repairs:
        line, counted = line + text.count("\n", counted, each.offset), each.offset
        lines.setdefault(each.fault, line)
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
    return LineChange(line + 1, before, _apply(before, moved))


def _rebuild(text: str) -> str | None:
    """Rebuild a text with the json-repair library, as a last resort.

    It is slow on long texts and may invent values, so it gets short ones only, and its result
    counts only if it has all words of the text and no other number.
    """
    if len(text) > MAX_REBUILT:
        return None
    try:
        result = dump(parse(rebuild_json(text, ensure_ascii=False)))
        tree = parse(result)
    # The library raises all kinds of errors for texts it was not made for.
    except (JSONSyntaxError, ValueError, RecursionError, TypeError, AttributeError, IndexError):
        return None
    if not isinstance(tree, dict | list) or not tree:
        return None
    numbers: list[str] = []
    json.loads(result, parse_int=numbers.append, parse_float=numbers.append)
    invented = set(numbers) - set(re.findall(r"[-+.\w]+", text))
    lost = set(re.findall(r"\w+", text)) - set(re.findall(r"\w+", result))
    return None if invented or lost else result
