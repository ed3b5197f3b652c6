"""Regular expressions mean the same on every supported version of Python."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import playground

SINGLE = (codes.IN, codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.POSSESSIVE_REPEAT)
PURE = tuple(
    f"playground.{name}"
    for name in ("openapi", "jsontext", "calls", "importers", "rules", "network", "timing")
)


def test_no_repetition_of_a_possessive_group_can_fail_halfway() -> None:
    """Before Python 3.11.5 such a repetition left the position in its middle: the reference to
    a secret was then sent as it is written."""
    found = list(_patterns())
    assert len(found) > 50
    wrong = [name for name, pattern in found if any(map(_is_risky, _groups(_parse(pattern))))]
    assert wrong == []


def test_the_rule_knows_a_risky_group() -> None:
    risky = {r"(?:[^a]++|ab)*+": True, r"(?:a|(?=b)b)*+": True, r"(?:[^a\\]++|\\.)*+": False}
    for pattern, expected in risky.items():
        assert any(map(_is_risky, _groups(parser.parse(pattern)))) is expected, pattern


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for info in pkgutil.walk_packages(playground.__path__, "playground."):
        if info.name.startswith(PURE):
            for name, value in vars(importlib.import_module(info.name)).items():
                pattern = getattr(value, "__self__", value)
                if isinstance(pattern, re.Pattern):
                    yield f"{info.name}.{name}", pattern


def _parse(pattern: re.Pattern[Any]) -> Any:
    return parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)


def _groups(tree: Any) -> Iterator[Any]:
    """The bodies of possessive repetitions, at any depth."""
    for code, value in tree:
        if code is codes.POSSESSIVE_REPEAT:
            yield value[2]
        for inner in _inside(value):
            yield from _groups(inner)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _inside(each)


def _is_risky(body: Any) -> bool:
    """Whether one repetition may match something and then fail.

    That is anything but a single item, or a backslash and what it escapes, which fails only at
    the end of a text.
    """
    if len(body) == 1 and body[0][0] is codes.SUBPATTERN:
        return _is_risky(body[0][1][3])
    if len(body) == 1 and body[0][0] is codes.BRANCH:
        return any(_is_risky(branch) for branch in body[0][1][1])
    escape = [(codes.LITERAL, ord("\\")), (codes.ANY, None)]
    return list(body) != escape and (len(body) != 1 or body[0][0] not in SINGLE)
