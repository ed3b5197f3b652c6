"""JSON that is none made into JSON, with an account of every line that changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from json_repair import repair_json

from playground.importers.repair import Mended, Splice, mend
from playground.importers.values import IGNORED, REPAIRED, Change, Note, Unreadable, note
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, Tree, parse, try_parse
from playground.jsontext.printing import dump

LAST_RESORT_LIMIT = 2_000
SHOWN_CHANGES = 200

FAULTS = {
    "brackets": "Missing brackets were added.",
    "missing-comma": "A missing comma was added.",
    "trailing-comma": "A comma before a closing bracket was taken out.",
    "surplus-comma": "A surplus comma was taken out.",
    "surplus-bracket": "A surplus bracket was taken out.",
    "semicolon": "A semicolon was made a comma.",
    "equals": "An equals sign was made a colon.",
    "missing-colon": "A missing colon was added.",
    "missing-value": "A key without a value was given null.",
    "comment": "Comments were taken out: JSON has none.",
    "dots": "Dots that stand for more were taken out.",
    "odd-space": "White space that JSON does not know was made plain.",
    "quotes": "Other quotes were made double quotes.",
    "string": "A string was given the escapes that JSON asks for.",
    "unclosed-string": "A string without its closing quote was closed.",
    "unquoted": "Text without quotes was quoted.",
    "unquoted-key": "Keys without quotes were quoted.",
    "names": "Names of other languages (True, None, undefined) were made true, false or null.",
    "number": "Numbers were written as JSON writes them.",
    "stray": "A stray sign was taken out.",
}


@dataclass(frozen=True)
class Repaired:
    """JSON text, what was repaired or left out, and the changed lines."""

    text: str
    notes: tuple[Note, ...] = ()
    changes: tuple[Change, ...] = ()


def repair(text: str) -> Repaired:
    """The nearest JSON of a text; valid JSON comes back as it is.

    Raises `Unreadable` where nothing near is JSON. No digit of a number is ever changed.
    """
    if try_parse(text):
        return Repaired(text)
    plain = _unescape(text)
    if plain is not None:
        said = note(REPAIRED, "escaped", "Backslashes before quotes were taken off.")
        return Repaired(plain, (said,), (Change(1, text, plain),))
    return _mended(text)


def _unescape(text: str) -> str | None:
    """The text of `{\\"a\\": 1}`: JSON escaped once more on its way through a shell."""
    if not re.match(r'\s*[{\[]\s*\\"', text):
        return None
    try:
        inner = str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return None
    return inner if try_parse(inner) else None


def _mended(text: str) -> Repaired:
    mended = mend(text)
    result = _apply(text, mended.splices)
    if try_parse(result) is None:
        last = _last_resort(text)
        if last is None:
            raise Unreadable("not-json", _sentence_of(text))
        said = note(REPAIRED, "rebuilt", "The JSON was rebuilt from what could be read.")
        return Repaired(last, (said,), (Change(1, text, last),))
    inside = tuple(each for each in mended.splices if not each.fault.startswith("text-"))
    return Repaired(result.strip(), tuple(_notes(text, mended)), tuple(_changes(text, inside)))


def _sentence_of(text: str) -> str:
    """What is wrong with a text that is no JSON."""
    try:
        parse(text)
    except JSONSyntaxError as problem:
        return problem.message
    return ""


def _apply(text: str, splices: tuple[Splice, ...]) -> str:
    parts = []
    at = 0
    for each in splices:
        parts.append(text[at : each.offset])
        parts.append(each.inserted)
        at = max(at, each.offset + each.removed)
    parts.append(text[at:])
    return "".join(parts)


def _notes(text: str, mended: Mended) -> Iterator[Note]:
    lines: dict[str, int] = {}
    line, last = 1, 0
    for each in mended.splices:
        line, last = line + text.count("\n", last, each.offset), each.offset
        lines.setdefault(each.fault, line)
    for fault, first in lines.items():
        if fault in FAULTS:
            yield note(REPAIRED, fault, "Line {line}: " + FAULTS[fault], line=first)
    rest = text[mended.stop :].strip()
    if "text-before" in lines:
        yield note(IGNORED, "text-before", "The text before the JSON.")
    if rest:
        yield note(IGNORED, "text-after", "The text after the JSON.")


def _changes(text: str, splices: tuple[Splice, ...]) -> Iterator[Change]:
    """One change per stretch of lines that splices touch, at most `SHOWN_CHANGES`."""
    group: list[Splice] = []
    end = -1
    start = line = counted = shown = 0
    for each in splices:
        if group and each.offset > end:
            yield _change(text, line, start, end, group)
            shown += 1
            group = []
            if shown == SHOWN_CHANGES:
                return
        if not group:
            start = text.rfind("\n", 0, each.offset) + 1
            line = line + text.count("\n", counted, start)
            counted = start
        group.append(each)
        if each.offset + each.removed > end:
            found = text.find("\n", each.offset + each.removed)
            end = len(text) if found < 0 else found
    if group:
        yield _change(text, line, start, end, group)


def _change(text: str, line: int, start: int, end: int, group: list[Splice]) -> Change:
    moved = tuple(Splice(each.offset - start, each.removed, each.inserted, "") for each in group)
    before = text[start:end]
    return Change(line + 1, before, _apply(before, moved))


def _last_resort(text: str) -> str | None:
    """What the repair library makes of it, if every number in it stood so in the text."""
    if len(text) > LAST_RESORT_LIMIT:
        return None
    try:
        result = dump(parse(repair_json(text, ensure_ascii=False)))
        tree = parse(result)
    except (JSONSyntaxError, ValueError, RecursionError, TypeError, AttributeError, IndexError):
        return None
    if not isinstance(tree, dict | list) or not tree:
        return None
    tokens = set(re.findall(r"[-+.\w]+", text))
    return result if all(str(number) in tokens for number in _numbers(tree)) else None


def _numbers(tree: Tree) -> Iterator[NumberToken]:
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, NumberToken):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
