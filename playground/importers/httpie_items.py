"""Request items of HTTPie: their separators, and the keys of nested JSON such as `a[b][]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from playground.importers.values import Unreadable

# The first of these in an item determines its kind; of two at one offset, the longer one.
SEPARATOR = re.compile(r":=@|==@|=@|:@|:=|==|=|:|;|@")
KEY_PART = re.compile(r"(?:\\.|[^\[\]\\])+|\[((?:\\.|[^\]\\])*)\]")


def find_separator(item: str) -> re.Match[str] | None:
    """The first separator of an item that no backslash escapes."""
    at = 0
    while found := SEPARATOR.search(item, at):
        backslashes = len(item[: found.start()]) - len(item[: found.start()].rstrip("\\"))
        # An empty header is `Name;`.
        is_mark = found.group() != ";" or found.end() == len(item)
        if backslashes % 2 == 0 and is_mark:
            return found
        at = found.start() + 1
    return None


def unescape_item(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def split_key(name: str) -> list[str | int | None]:
    """The steps of a nested key: `a[b][0][]` is a, b, 0 and the end of a list."""
    steps: list[str | int | None] = []
    at = 0
    for part in KEY_PART.finditer(name):
        if part.start() != at:
            break
        at = part.end()
        inner = part[1]
        if inner is None:
            steps.append(unescape_item(part.group()))
        elif not inner:
            steps.append(None)
        else:
            steps.append(
                int(inner) if inner.isdecimal() and len(inner) < 5 else unescape_item(inner)
            )
    if at != len(name) or (not steps and name):
        message = "The key {name} can't be read. Check its brackets."
        raise Unreadable("httpie-key", message, name=name)
    return steps or [""]


def set_nested(tree: Any, steps: Sequence[str | int | None], value: Any, name: str) -> Any:
    """The tree with a value at the end of the steps; containers are created as needed."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    kind = dict if isinstance(step, str) else list
    if tree is None:
        tree = kind()
    if not isinstance(tree, kind):
        message = "The key {name} conflicts with another: a value is a list or an object, not both."
        raise Unreadable("httpie-key", message, name=name)
    if isinstance(tree, dict):
        tree[step] = set_nested(tree.get(step) if rest else None, rest, value, name)
        return tree
    index = len(tree) if step is None else int(step)
    tree += [None] * (index + 1 - len(tree))
    tree[index] = set_nested(tree[index] if rest else None, rest, value, name)
    return tree
