"""Two JSON texts compared by pointer: what was added, removed, changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.alignment import align, canonical
from playground.jsontext.parsing import read
from playground.jsontext.printing import dump

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
ANY = "*"

VOLATILE_KEY = re.compile(
    r"(?:^|[_-])(?:id|uid|uuid|guid|token|nonce|etag|time|date|timestamp|duration)$"
    r"|(?:[_-](?:at|on|time|date|ms|seconds))$|[a-z](?:Id|Uid|Uuid|At|Time|Date|Timestamp)$",
)
VOLATILE_VALUE = re.compile(
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True)
class Difference:
    """One place that differs. `before` and `after` are JSON texts, empty where there is none.

    `pointer` counts array items as the later document does; of something removed, as the
    earlier does.
    """

    pointer: str
    kind: str
    before: str = ""
    after: str = ""

    @property
    def is_volatile(self) -> bool:
        """Whether it looks like an id or a time, which differ in every answer."""
        texts = [text.strip('"') for text in (self.before, self.after) if text]
        return bool(VOLATILE_KEY.search(pointers.last(self.pointer))) or all(
            VOLATILE_VALUE.fullmatch(text) for text in texts
        )


def compare(before: str, after: str, ignore: Sequence[str] = ()) -> list[Difference]:
    """What differs between two JSON texts; raises NotJson.

    Numbers are compared as the tokens they are: `1.10` is not `1.1`. The order of keys is no
    difference. `ignore` holds pointers in which `*` stands for any one key or index; what
    lies below such a place is ignored too.
    """
    return compare_trees(read(before), read(after), ignore)


def compare_trees(before: Any, after: Any, ignore: Sequence[str] = ()) -> list[Difference]:
    """The same for trees that are read already."""
    found = walk(before, after, "")
    return [each for each in found if not is_ignored(each.pointer, ignore)]


def walk(a: Any, b: Any, pointer: str) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in merge_keys(a, b):
            yield from _walk_member(a, b, key, pointers.child(pointer, key))
    elif isinstance(a, list) and isinstance(b, list):
        for i, j in align(a, b):
            if j is None:
                assert i is not None
                yield Difference(pointers.child(pointer, i), REMOVED, dump(a[i]))
            elif i is None:
                yield Difference(pointers.child(pointer, j), ADDED, "", dump(b[j]))
            else:
                yield from walk(a[i], b[j], pointers.child(pointer, j))
    elif not is_same(a, b):
        yield Difference(pointer, CHANGED, dump(a), dump(b))


def _walk_member(
    a: dict[str, Any], b: dict[str, Any], key: str, pointer: str
) -> Iterator[Difference]:
    if key not in b:
        yield Difference(pointer, REMOVED, dump(a[key]))
    elif key not in a:
        yield Difference(pointer, ADDED, "", dump(b[key]))
    else:
        yield from walk(a[key], b[key], pointer)


def is_same(a: Any, b: Any) -> bool:
    """Equal values of the same type: `"1"` is not `1`."""
    return type(a) is type(b) and bool(a == b)


def merge_keys(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """The keys of both in the later one's order; those it lacks follow the key before them."""
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
    segments = pointers.split(pointer)
    return any(_fits(segments, pointers.split(pattern)) for pattern in ignore)


def _fits(segments: list[str], pattern: list[str]) -> bool:
    if len(pattern) > len(segments):
        return False
    return all(p in (ANY, s) for s, p in zip(segments, pattern, strict=False))


def generalise(pointer: str) -> str:
    """The same place in every row: indexes become `*`."""
    segments = pointers.split(pointer)
    return pointers.join([ANY if s.isdecimal() else s for s in segments])


def settle(text: str) -> str:
    """A text that two answers share when they differ in ids and times only; raises NotJson."""
    return canonical(_settled(read(text), ""))


def _settled(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _settled(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_settled(item, key) for item in value]
    is_volatile = VOLATILE_KEY.search(key) or VOLATILE_VALUE.fullmatch(str(value))
    return ANY if is_volatile and value is not None else value
