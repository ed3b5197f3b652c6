"""Cookies as people paste them, taken apart into names and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

LABEL = re.compile(r"\s*(?:set-)?cookie\s*:\s*", re.I)
NAME = re.compile(r"[^\s=;,\"(){}\[\]<>@:\\/?]+")
ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority"}
)
MOST = 200


def take_apart(text: str) -> dict[str, str]:
    """Names and values of a `Cookie` header, of `Set-Cookie` lines, of exported JSON (a list of
    objects with `name` and `value`, or an object of names and values) or of a cookies.txt.
    Empty when nothing is recognised; the last of a name wins."""
    found = list(_read_json(text)) or list(_read_netscape(text)) or list(_read_headers(text))
    return dict(found[:MOST])


def _read_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, dict) and isinstance(tree.get("cookies"), list | dict):
        tree = tree["cookies"]
    if isinstance(tree, dict):
        yield from ((n, v) for n, v in tree.items() if isinstance(v, str) and n)
    elif isinstance(tree, list):
        for each in tree:
            if isinstance(each, dict) and isinstance(each.get("value"), str) and each.get("name"):
                yield str(each["name"]), each["value"]


def _read_netscape(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        cells = line.removeprefix("#HttpOnly_").split("\t")
        if len(cells) == 7 and cells[1] in ("TRUE", "FALSE"):
            yield cells[5], cells[6].strip()


def _read_headers(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        bare = LABEL.sub("", line, count=1)
        for part in bare.split(";"):
            name, equals, value = part.strip().partition("=")
            if equals and NAME.fullmatch(name) and name.lower() not in ATTRIBUTES:
                yield name, value.strip()
