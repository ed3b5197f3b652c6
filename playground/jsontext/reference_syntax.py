"""How references are spelled inside a string, and what the dynamic ones stand for.

`{{name}}` is a variable, `{{secret:NAME}}` a secret, `{{file:ID}}` a file; `{{uuid}}`, `{{now}}`
and `{{today}}`, the last two also with a distance such as `+2d`, are dynamic. `\\{{` is a plain
`{{`. Anything else, such as `{{7*7}}` or `{{ name }}`, is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Literal

from playground.jsontext.caching import remember_last

Kind = Literal["variable", "secret", "file", "dynamic"]

# Letters of any script, digits, `_`, `.` and `-`; no digit first.
NAME = r"(?!\d)[\w.-]++"
_HELD = rf"secret:(?P<secret>{NAME})|file:(?P<file>[\w.-]++)"
_marks = re.compile(
    r"\\\{\{|\{\{(?:(?P<dynamic>uuid|(?:now|today)(?:[-+][0-9]{1,5}[mhdw])?)"
    rf"|{_HELD}|(?P<variable>{NAME}))\}}\}}"
).finditer
_held = re.compile(rf"\{{\{{(?:{_HELD})\}}\}}")
# The same in a JSON string as typed; other escapes are stepped over.
_raw_held = re.compile(
    r"(?P<braces>(?:\{|\\u007[bB]){2}(?:[\w.:-]|\\u(?!007[bBdD])[0-9a-fA-F]{4})+(?:\}|\\u007[dD]){2})|\\.",
    re.S,
)
# A file's reference in any text, and its ID.
FILE_MARK = re.compile(r"\{\{file:([\w.-]+)\}\}")
_dynamic = re.compile(r"(uuid|now|today)(?:([-+])([0-9]+)([mhdw]))?").fullmatch
_name = re.compile(NAME).fullmatch

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Reference:
    """A reference in a string value: `value[start:end]`.

    `name` is what stands after the kind, for dynamic ones with their distance (`today+2d`);
    `whole` says that the string is nothing else.
    """

    kind: Kind
    name: str
    start: int
    end: int
    whole: bool

    @property
    def held(self) -> bool:
        """Whether its value joins last: secrets and files."""
        return self.kind in ("secret", "file")

    @property
    def spelling(self) -> str:
        """The reference as it is written."""
        return f"{{{{{self.kind}:{self.name}}}}}" if self.held else f"{{{{{self.name}}}}}"


_braces = re.compile(r"\{\{").search


@remember_last
def has_braces(text: str) -> bool:
    """Whether two braces stand in a text: in a long one found in less than half of what `in`
    takes, and asked by all that could put something in their place."""
    return _braces(text) is not None


def find(value: str) -> list[Reference]:
    """The references of a string value, in order."""
    return [mark for mark in find_marks(value) if isinstance(mark, Reference)]


def find_marks(value: str) -> Iterator[Reference | int]:
    """The references, and the offsets of the backslashes that escape a `{{`, in order."""
    if "{{" not in value:
        return
    for match in _marks(value):
        kind = match.lastgroup
        if kind is None:
            yield match.start()
        else:
            start, end = match.span()
            # The names of the groups are the kinds.
            yield Reference(kind, match[kind], start, end, len(value) == end - start)  # type: ignore[arg-type]


def find_held_marks(value: str) -> Iterator[Reference | int]:
    """As `find_marks` for a resolved string, where only secrets and files are left to read."""
    for match in _held.finditer(value):
        start, end = match.span()
        if start and value[start - 1] == "\\":
            yield start - 1
        else:
            kind: Kind = "secret" if match["secret"] else "file"
            yield Reference(kind, match[kind], start, end, len(value) == end - start)


def can_name(name: str) -> bool:
    """Whether a variable may have this name: it can be spelled, and is no dynamic one."""
    return bool(_name(name)) and not _dynamic(name)


def shield(raw: str) -> str:
    """A piece of a JSON string with a backslash before all that would read as held."""
    if "{" not in raw and "\\u007" not in raw:
        return raw
    return _raw_held.sub(_shield_match, raw)


def _shield_match(match: re.Match[str]) -> str:
    raw = match.group()
    braces = match["braces"]
    held = braces and _held.fullmatch(scanstring(f'{raw}"', 0)[0])
    return rf"\\{raw}" if held else raw


def dynamic_value(name: str, now: datetime, make_uuid: Callable[[], object]) -> str:
    """What a dynamic reference stands for.

    `now` (with a zone) gives the second in UTC, such as `2026-11-22T18:05:00Z`, and the date
    in its own zone, such as `2026-11-22`; `make_uuid` is asked for each `uuid`.
    """
    match = _dynamic(name)
    if match is None:
        raise ValueError(f"{name} is not dynamic")
    word, sign, count, unit = match.groups()
    if word == "uuid":
        return str(make_uuid())
    distance = timedelta(**{UNITS[unit]: int(sign + count)}) if unit else timedelta()
    moment = now + distance
    if word == "today":
        return moment.date().isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
