"""Parse YAML to plain data in one pass over its events.

OpenAPI requires YAML 1.2 with JSON's types, while PyYAML's own constructors implement YAML 1.1,
where `no` is false and `12:30` a number; they also drop line numbers, don't limit aliases and
take twice as long.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from playground.jsontext.errors import excerpt

# The largest size that aliases may expand a document to, in characters.
MOST_CHARACTERS = 20_000_000
# Protects recursive code from maliciously deep documents.
DEEPEST = 200
TOO_DEEP = f"It is nested more than {DEEPEST} levels deep."
MOST_FAULTS = 300
# Longer digit strings are identifiers, which Python converts slowly or not at all.
LONGEST_NUMBER = 4000
_integer = re.compile(r"[-+]?[0-9]+").fullmatch
_octal = re.compile(r"0o[0-7]+").fullmatch
_hexadecimal = re.compile(r"0x[0-9a-fA-F]+").fullmatch
_float = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?").fullmatch
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MERGE = "<<"
# Tags that also convert quoted text; with others, such as `!binary`, it stays text.
_VALUE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


class InvalidDocument(ValueError):
    """The text isn't a valid OpenAPI document; the message is a sentence.

    `line` and `column` count from 1 and are 0 if the position isn't known.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True)
class SourceFault:
    """A probable mistake in the text of a document that can be read."""

    line: int
    message: str


@dataclass
class _Open:
    """An object or list that isn't complete yet.

    `size` is its number of characters, `height` the number of levels below it.
    """

    value: dict[str, Any] | list[Any]
    anchor: str | None
    size: int = 2
    height: int = 0
    key: str | None = None
    merged: list[dict[str, Any]] = field(default_factory=list)


class _Anchored(NamedTuple):
    """The value that an alias inserts."""

    value: Any
    size: int
    height: int


class YamlBuilder:
    """Parses one text; `lines` has the lines of objects and lists by identity."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}
        self.faults: list[SourceFault] = []
        self.anchors: dict[str, _Anchored] = {}
        self.open: list[_Open] = []
        self.scalars: dict[str, Any] = {}
        self.root: Any = None
        self.documents = 0

    def read(self, text: str) -> Any:
        """The plain value; raises InvalidDocument."""
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self.take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            what = " ".join(filter(None, (error.context, error.problem)))
            raise InvalidDocument(f"The YAML isn't valid: {what}.", line, column) from None
        except yaml.reader.ReaderError as error:
            what = f"it has the character U+{ord(str(error.character)[:1] or ' '):04X}"
            raise InvalidDocument(f"The YAML isn't valid: {what}.") from None
        except yaml.YAMLError as error:
            raise InvalidDocument(f"The YAML isn't valid: {excerpt(str(error))}.") from None
        return self.root

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.take_scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.begin({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end()
        elif isinstance(event, yaml.AliasEvent):
            self.take_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refuse("It contains several YAML documents.", event)

    def take_scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        if self.is_at_key:
            # Keys are text, even if they look like numbers, such as a status.
            self.note_key(text, event)
            value = text
        else:
            is_value = event.implicit[0] or event.tag in _VALUE_TAGS
            value = self.resolve(text) if is_value else text
            self.put(value, len(text), 0)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, len(text), 0)

    @property
    def is_at_key(self) -> bool:
        if not self.open:
            return False
        return isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def note_key(self, key: str, event: yaml.Event) -> None:
        place = self.open[-1]
        if isinstance(place.value, dict) and key in place.value:
            line = _position(event)[0]
            self.report(line, f'Duplicate key "{excerpt(key)}". The last one counts.')
        place.key = key

    def report(self, line: int, message: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(SourceFault(line, message))

    def resolve(self, text: str) -> Any:
        """The value of an unquoted scalar, cached: the same few texts occur thousands of times."""
        if text not in self.scalars:
            self.scalars[text] = resolve_scalar(text)
        return self.scalars[text]

    def begin(self, value: Any, event: yaml.CollectionStartEvent) -> None:
        if self.is_at_key:
            raise _refuse("A key must be text, not an object or a list.", event)
        if len(self.open) >= DEEPEST:
            raise _refuse(TOO_DEEP, event)
        self.lines[id(value)] = _position(event)[0]
        self.open.append(_Open(value, event.anchor))

    def end(self) -> None:
        done = self.open.pop()
        if isinstance(done.value, dict):
            for other in done.merged:
                for key, each in other.items():
                    done.value.setdefault(key, each)
        if done.anchor:
            self.anchors[done.anchor] = _Anchored(done.value, done.size, done.height + 1)
        self.put(done.value, done.size, done.height + 1)

    def take_alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if any(each.anchor == name for each in self.open):
            raise _refuse(f'The anchor "{excerpt(name)}" contains itself.', event)
        if name not in self.anchors:
            raise _refuse(f'There is no anchor "{excerpt(name)}".', event)
        found = self.anchors[name]
        if self.is_at_key:
            if not isinstance(found.value, str):
                raise _refuse("A key must be text.", event)
            self.note_key(found.value, event)
            return
        if len(self.open) + found.height > DEEPEST:
            raise _refuse(TOO_DEEP, event)
        if found.size + sum(each.size for each in self.open) > MOST_CHARACTERS:
            raise _refuse("Its aliases expand it to more than 20 MB.", event)
        self.put(found.value, found.size, found.height)

    def put(self, value: Any, size: int, height: int) -> None:
        """Add a complete value to the object or list around it."""
        if not self.open:
            self.root = value
            return
        place = self.open[-1]
        place.size += size + 2
        if isinstance(place.value, list):
            place.value.append(value)
        elif place.key is not None:
            place.size += len(place.key)
            others = [each for each in _as_list(value) if isinstance(each, dict)]
            if place.key == _MERGE and others:
                # YAML 1.1's merge key, which copies the keys of other objects.
                place.merged += others
                height -= 1
            else:
                place.value[place.key] = value
            place.key = None
        place.height = max(place.height, height)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse(message: str, event: yaml.Event) -> InvalidDocument:
    return InvalidDocument(message, *_position(event))


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def resolve_scalar(text: str) -> Any:
    """The value of an unquoted scalar, by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "+-.0123456789" and len(text) <= LONGEST_NUMBER:
        if _integer(text):
            return int(text)
        if _octal(text) or _hexadecimal(text):
            return int(text, 0)
        if _float(text):
            return read_number(text)
    return text


def read_number(token: str) -> int | float | str:
    """A number with a fraction or an exponent; the text itself if it is out of range."""
    value = float(token)
    return value if math.isfinite(value) else token
