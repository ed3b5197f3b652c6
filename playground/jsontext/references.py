"""References inside string values: their syntax, and where a document has them.

`{{name}}` is a variable, `{{secret:NAME}}` a secret, `{{file:ID}}` a file, `{{row.TITLE}}` the
cell of a batch's row in the column with that title; `{{uuid}}`, `{{now}}` and `{{today}}`, the last
two also with an offset such as `+2d`, are dynamic. `\\{{` is a literal `{{`. Anything else, such as
`{{7*7}}` or `{{ name }}`, is plain text. Nothing is evaluated.

Secrets and files are *deferred*: their values join when the call is assembled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Literal

from playground.jsontext import pointers
from playground.jsontext.parsing import Tree, parse

Kind = Literal["variable", "secret", "file", "dynamic", "row"]

# Letters of any script, digits, `_`, `.` and `-`; no digit first.
NAME = r"(?!\d)[\w.-]++"
_DEFERRED = rf"secret:(?P<secret>{NAME})|file:(?P<file>[\w.-]++)"
_marks = re.compile(
    r"\\\{\{|\{\{(?:(?P<dynamic>uuid|(?:now|today)(?:[-+][0-9]{1,5}[mhdw])?)"
    # Titles of columns have spaces, dots and quotes.
    rf"|{_DEFERRED}|row\.(?P<row>[^{{}}\r\n]++)|(?P<variable>{NAME}))\}}\}}"
).finditer
_deferred = re.compile(rf"\{{\{{(?:{_DEFERRED})\}}\}}")
# The same in a JSON string as typed, with or without escapes. Other escapes are matched so that
# their last character isn't taken for the start of a reference.
_raw_deferred = re.compile(
    r"(?P<braces>(?:\{|\\u007[bB]){2}(?:[\w.:-]|\\u(?!007[bBdD])[0-9a-fA-F]{4})+(?:\}|\\u007[dD]){2})|\\.",
    re.S,
)
# A reference to a file in any text; the group is the file's ID.
FILE_REFERENCE = re.compile(r"\{\{file:([\w.-]+)\}\}")
_dynamic = re.compile(r"(uuid|now|today)(?:([-+])([0-9]+)([mhdw]))?").fullmatch
_name = re.compile(NAME).fullmatch
_braces = re.compile(r"\{\{").search

# Looking for similar names takes time quadratic in their length.
MOST_SIMILAR, LONGEST_COMPARED = 50, 100
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Reference:
    """A reference in a string value: `value[start:end]`.

    `name` comes without the kind, for dynamic references with the offset (`today+2d`); `whole`
    means that the string has nothing else.
    """

    kind: Kind
    name: str
    start: int
    end: int
    whole: bool

    @property
    def deferred(self) -> bool:
        """Whether its value joins last: a secret or a file."""
        return self.kind in ("secret", "file")

    @property
    def spelling(self) -> str:
        """The reference as it is written."""
        return f"{{{{{self.kind}:{self.name}}}}}" if self.deferred else f"{{{{{self.variable}}}}}"

    @property
    def variable(self) -> str:
        """The name of the variable it means; outside a batch, `row.x` may be one."""
        return f"row.{self.name}" if self.kind == "row" else self.name


def has_braces(text: str) -> bool:
    """Whether a text has a pair of opening braces."""
    # The regular expression finds them twice as fast in a long text as `in` does.
    return _braces(text) is not None


def may_have_references(text: str) -> bool:
    """Whether a JSON text can have references; quick."""
    # A brace may be written as an escape too.
    return has_braces(text) or ("\\" in text and ("\\u007b" in text or "\\u007B" in text))


def find_references(value: str) -> list[Reference]:
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


def find_deferred_marks(value: str) -> Iterator[Reference | int]:
    """As `find_marks` for a resolved string, in which only secrets and files count."""
    for match in _deferred.finditer(value):
        start, end = match.span()
        if start and value[start - 1] == "\\":
            yield start - 1
        else:
            kind: Kind = "secret" if match["secret"] else "file"
            yield Reference(kind, match[kind], start, end, len(value) == end - start)


def escape_references(value: str) -> str:
    """The value of a string that is `value` once its references are resolved."""
    return value.replace("{{", r"\{{")


def is_variable_name(name: str) -> bool:
    """Whether a variable may have this name: it fits the syntax and isn't a dynamic one."""
    return bool(_name(name)) and not _dynamic(name)


def escape_deferred(raw: str) -> str:
    """Part of a JSON string, as typed, with its deferred references escaped."""
    if "{" not in raw and "\\u007" not in raw:
        return raw
    return _raw_deferred.sub(_escape_match, raw)


def _escape_match(match: re.Match[str]) -> str:
    raw = match.group()
    braces = match["braces"]
    deferred = braces and _deferred.fullmatch(json.loads(f'"{raw}"'))
    return rf"\\{raw}" if deferred else raw


def dynamic_value(name: str, now: datetime, make_uuid: Callable[[], object]) -> str:
    """The value of a dynamic reference.

    `now` (with a time zone) gives the second in UTC, such as `2026-11-22T18:05:00Z`, and the
    date in its own zone, such as `2026-11-22`; `make_uuid` is called for each `uuid`.
    """
    match = _dynamic(name)
    if match is None:
        raise ValueError(f"{name} is not a dynamic reference")
    word, sign, count, unit = match.groups()
    if word == "uuid":
        return str(make_uuid())
    shift = timedelta(**{UNITS[unit]: int(sign + count)}) if unit else timedelta()
    moment = now + shift
    if word == "today":
        return moment.date().isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def substitute(value: str, lookup: Callable[[Reference], str | None]) -> str:
    """The string with its references replaced and `\\{{` as `{{`.

    A reference for which `lookup` returns None stays as it is written.
    """
    # One pass: what a value brings in is never read as a reference.
    pieces, at = [], 0
    for mark in find_marks(value):
        if isinstance(mark, int):
            pieces.append(value[at:mark])
            at = mark + 1
            continue
        replaced = lookup(mark)
        pieces += (value[at : mark.start], mark.spelling if replaced is None else replaced)
        at = mark.end
    return "".join([*pieces, value[at:]])


def find_document_references(text: str) -> list[tuple[str, Reference]]:
    """The references in all string values with the values' pointers, in order.

    Keys have no references. Raises JSONSyntaxError, but only if the text has braces.
    """
    if not may_have_references(text):
        return []
    strings = _find_strings(parse(text))
    return [(pointer, found) for pointer, value in strings for found in find_references(value)]


def _find_strings(tree: Tree, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        if "{{" in tree:
            yield pointer, tree
    elif isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            if isinstance(inner, dict | list) or (isinstance(inner, str) and "{{" in inner):
                yield from _find_strings(inner, pointers.child(pointer, segment))


def find_unknown_variables(
    text: str, known: Collection[str]
) -> list[tuple[str, Reference, tuple[str, ...]]]:
    """The unknown variables of a document: pointer, reference, similar known names."""
    similar: dict[str, tuple[str, ...]] = {}
    unknown = []
    for place, found in find_document_references(text):
        if found.kind == "variable" and found.name not in known:
            if found.name not in similar:
                searches = len(similar) < MOST_SIMILAR
                similar[found.name] = _find_similar(found.name, known) if searches else ()
            unknown.append((place, found, similar[found.name]))
    return unknown


def _find_similar(name: str, known: Collection[str]) -> tuple[str, ...]:
    if len(name) > LONGEST_COMPARED:
        return ()
    folded = {other.casefold(): other for other in known}
    return tuple(folded[found] for found in get_close_matches(name.casefold(), folded))
