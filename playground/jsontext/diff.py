"""Two JSON documents compared by pointer, as a list of differences or side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.alignment import align, canonical
from playground.jsontext.parsing import parse
from playground.jsontext.printing import INDENT, dump, quote

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
SAME, IGNORED = "same", "ignored"
ANY = "*"

# Names and values that differ in every reply. An exact list can't be had: what is caught too
# much is still shown, only not counted as a difference.
VOLATILE_KEY = re.compile(
    r"(?:^|[_-])(?:id|uid|uuid|guid|token|nonce|etag|time|date|timestamp|duration)$"
    r"|(?:[_-](?:at|on|time|date|ms|seconds))$|[a-z](?:Id|Uid|Uuid|At|Time|Date|Timestamp)$",
)
VOLATILE_VALUE = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)

# The text before a value on its line, the value, and the comma after it.
Side = tuple[str, Any, str]


@dataclass(frozen=True)
class Difference:
    """One value that differs. `before` and `after` are JSON texts, empty if there is no value.

    `pointer` has the array indexes of the later document, or of the earlier one for a value
    that was removed.
    """

    pointer: str
    kind: str
    before: str = ""
    after: str = ""

    @property
    def is_volatile(self) -> bool:
        """Whether it looks like an ID or a time, which differ in every reply."""
        texts = [text.strip('"') for text in (self.before, self.after) if text]
        return bool(VOLATILE_KEY.search(pointers.last(self.pointer))) or all(
            VOLATILE_VALUE.fullmatch(text) for text in texts
        )


def compare_texts(before: str, after: str, ignore: Sequence[str] = ()) -> list[Difference]:
    """The differences of two JSON texts; raises JSONSyntaxError.

    Numbers are compared as tokens: `1.10` is not `1.1`. The order of keys doesn't matter.
    `ignore` has pointers in which `*` matches any one key or index; values below are ignored
    too.
    """
    return compare_trees(parse(before), parse(after), ignore)


def compare_trees(before: Any, after: Any, ignore: Sequence[str] = ()) -> list[Difference]:
    """The differences of two trees; see `compare_texts`."""
    found = _compare(before, after, "")
    return [each for each in found if not is_ignored(each.pointer, ignore)]


def _compare(a: Any, b: Any, pointer: str) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in merge_keys(a, b):
            yield from _compare_member(a, b, key, pointers.child(pointer, key))
    elif isinstance(a, list) and isinstance(b, list):
        for i, j in align(a, b):
            if j is None:
                assert i is not None
                yield Difference(pointers.child(pointer, i), REMOVED, dump(a[i]))
            elif i is None:
                yield Difference(pointers.child(pointer, j), ADDED, "", dump(b[j]))
            else:
                yield from _compare(a[i], b[j], pointers.child(pointer, j))
    elif not is_same(a, b):
        yield Difference(pointer, CHANGED, dump(a), dump(b))


def _compare_member(
    a: dict[str, Any], b: dict[str, Any], key: str, pointer: str
) -> Iterator[Difference]:
    if key not in b:
        yield Difference(pointer, REMOVED, dump(a[key]))
    elif key not in a:
        yield Difference(pointer, ADDED, "", dump(b[key]))
    else:
        yield from _compare(a[key], b[key], pointer)


def is_same(a: Any, b: Any) -> bool:
    """Whether two values are equal and of the same type."""
    # Python finds 1 and True equal.
    return type(a) is type(b) and bool(a == b)


def merge_keys(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """The keys of both in the order of `b`; those it lacks follow the key before them in `a`."""
    keys = list(b)
    at = 0
    for key in a:
        if key in b:
            at = keys.index(key) + 1
        else:
            keys.insert(at, key)
            at += 1
    return keys


def is_ignored(pointer: str, ignore: Sequence[str]) -> bool:
    """Whether a pointer or one of its ancestors matches a pattern; see `compare_texts`."""
    segments = pointers.split(pointer)
    return any(_matches(segments, pointers.split(pattern)) for pattern in ignore)


def _matches(segments: list[str], pattern: list[str]) -> bool:
    if len(pattern) > len(segments):
        return False
    return all(p in (ANY, s) for s, p in zip(segments, pattern, strict=False))


def to_pattern(pointer: str) -> str:
    """The pattern for the same value in every row: indexes become `*`."""
    segments = pointers.split(pointer)
    # A key of digits becomes `*` too: a pointer doesn't tell it from an index.
    return pointers.join([ANY if s.isdecimal() else s for s in segments])


def mask_volatile(text: str) -> str:
    """A text that two replies share if they differ only in IDs and times.

    Raises JSONSyntaxError.
    """
    return canonical(_mask(parse(text), ""))


def _mask(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _mask(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mask(item, key) for item in value]
    # null stays: a time that is missing is a difference that matters.
    is_volatile = VOLATILE_KEY.search(key) or VOLATILE_VALUE.fullmatch(str(value))
    return ANY if is_volatile and value is not None else value


@dataclass(frozen=True)
class DiffRow:
    """One line of each side; None where a side has no line.

    `kind` is same, added, removed, changed or ignored.
    """

    before: str | None
    after: str | None
    kind: str
    pointer: str


def print_side_by_side(before: Any, after: Any, ignore: Sequence[str] = ()) -> list[DiffRow]:
    """The rows of two trees, printed side by side and aligned by pointer."""
    rows = _print_rows(("", before, ""), ("", after, ""), 0, "")
    return [_mark_ignored(row, ignore) for row in rows] if ignore else list(rows)


def _mark_ignored(row: DiffRow, ignore: Sequence[str]) -> DiffRow:
    if row.kind == SAME or not is_ignored(row.pointer, ignore):
        return row
    return replace(row, kind=IGNORED)


def _print_rows(left: Side, right: Side, depth: int, pointer: str) -> Iterator[DiffRow]:
    a, b = left[1], right[1]
    # Containers of one kind that differ are compared inside; everything else is printed whole.
    if type(a) is type(b) and isinstance(a, dict | list) and a and b and not is_same(a, b):
        yield from _print_container(left, right, depth, pointer)
        return
    kind = SAME if is_same(a, b) else CHANGED
    for one, other in zip_longest(_print_lines(left, depth), _print_lines(right, depth)):
        yield DiffRow(one, other, kind, pointer)


def _print_container(left: Side, right: Side, depth: int, pointer: str) -> Iterator[DiffRow]:
    opening, closing = "{}" if isinstance(left[1], dict) else "[]"
    margin = INDENT * depth
    yield DiffRow(margin + left[0] + opening, margin + right[0] + opening, SAME, pointer)
    for one, other, child in _pair_children(left[1], right[1], pointer):
        if other is None:
            assert one is not None
            yield from (
                DiffRow(line, None, REMOVED, child) for line in _print_lines(one, depth + 1)
            )
        elif one is None:
            yield from (
                DiffRow(None, line, ADDED, child) for line in _print_lines(other, depth + 1)
            )
        else:
            yield from _print_rows(one, other, depth + 1, child)
    yield DiffRow(margin + closing + left[2], margin + closing + right[2], SAME, pointer)


def _pair_children(a: Any, b: Any, pointer: str) -> Iterator[tuple[Side | None, Side | None, str]]:
    if isinstance(a, list):
        for i, j in align(a, b):
            one = None if i is None else ("", a[i], _comma(i, a))
            other = None if j is None else ("", b[j], _comma(j, b))
            yield one, other, pointers.child(pointer, i if j is None else j)  # type: ignore[arg-type]
        return
    # Aligned by key, a side's last member may be followed by rows that only the other side has.
    last_a, last_b = next(reversed(a)), next(reversed(b))
    for key in merge_keys(a, b):
        name = f"{quote(key)}: "
        one = (name, a[key], "" if key == last_a else ",") if key in a else None
        other = (name, b[key], "" if key == last_b else ",") if key in b else None
        yield one, other, pointers.child(pointer, key)


def _comma(index: int, items: list[Any]) -> str:
    return "," if index < len(items) - 1 else ""


def _print_lines(side: Side, depth: int) -> list[str]:
    lead, value, tail = side
    return f"{INDENT * depth}{lead}{dump(value, depth)}{tail}".split("\n")
