"""The `if` of a schema in words: when `matching` is `phone`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playground.jsontext.printing import dump
from playground.rules.labels import cut, list_names, list_words
from playground.rules.types import show_value

UNCLEAR = "the rest of the payload is as it is"
Path = Sequence[str | int]


def condition_of(schema: Any, path: Path) -> str | None:
    """The words for the `if` beside the last `then` on a path into the schema, or None."""
    places = [index for index, part in enumerate(path) if part == "then"]
    if not places:
        return None
    owner = part_at(schema, path[: places[-1]])
    return explain(owner.get("if")) or UNCLEAR


def part_at(schema: Any, path: Path) -> Mapping[str, Any]:
    """What stands at a path of keys and indexes, or nothing where the path breaks off."""
    for part in path:
        try:
            schema = schema[part]
        except (LookupError, TypeError):
            return {}
    return schema if isinstance(schema, Mapping) else {}


def explain(condition: Any) -> str:
    """A condition in words; empty where there are none for it."""
    if not isinstance(condition, Mapping):
        return ""
    if "not" in condition:
        return _explain_absence(condition["not"])
    said = list(_explain_properties(condition.get("properties", {})))
    if not said:
        said = [f"{list_names(condition['required'], 'and')} is given"] if _asks(condition) else []
    return list_words(said, "and") if said else ""


def _explain_properties(properties: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in properties.items():
        if "const" in schema:
            yield f"`{cut(name)}` is `{show_constant(schema['const'])}`"
        elif "enum" in schema:
            yield f"`{cut(name)}` is {list_words(f'`{show_constant(e)}`' for e in schema['enum'])}"


def _explain_absence(condition: Any) -> str:
    branches = condition.get("anyOf", [condition]) if isinstance(condition, Mapping) else []
    names = [branch["required"][0] for branch in branches if _asks(branch)]
    if not names or len(names) < len(branches):
        return ""
    if len(names) == 1:
        return f"`{names[0]}` is left out"
    return f"neither {list_names(names, 'nor')} is given"


def _asks(condition: Any) -> bool:
    return isinstance(condition, Mapping) and bool(condition.get("required"))


def show_constant(value: Any) -> str:
    """A value of a schema as it is named in a sentence."""
    if isinstance(value, str):
        return cut(value)
    return cut(dump(value)) if not isinstance(value, dict | list) else show_value(value)
