"""The context that rules work on: one document, its schema and the facts around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeGuard

from playground.jsontext import pointers
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import locate
from playground.jsontext.printing import dump
from playground.jsontext.references import find_references
from playground.openapi.keywords import matches_pattern
from playground.rules.facts import Facts

Schema = Mapping[str, Any]
LONG = 100_000
BRANCHES = ("oneOf", "anyOf", "allOf")
# A pasted document may have a problem in each of its rows; no one reads more than this.
LIMIT = 300


class ByIdentity:
    """A cache key for values derived from a schema; equals only that of the same object.

    Schemas can't be hashed, and each edit checks the same few of them: comparing their content
    would cost more than checking against it. A cache keeps its keys, and these keep their
    objects, so that no other object can get the identity of one that is cached.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and other.value is self.value


@dataclass(frozen=True, eq=False)
class Context:
    """`text` is valid JSON; `plain` its plain values (numbers as int or Decimal); `tree` its
    tokens, of the same shape. Rules that schemas name may rely on objects: others aren't given
    to them. At most `limit` problems of one kind are listed."""

    text: str = field(repr=False)
    plain: Any = field(repr=False)
    schema: Schema = field(repr=False)
    facts: Facts = field(repr=False)
    limit: int = LIMIT

    @cached_property
    def tree(self) -> Any:
        # Only problems need the tokens: a document without problems is parsed once.
        return parse(self.text)

    def source(self, pointer: str) -> str:
        """The JSON text of an existing value, as typed."""
        # Locating hundreds of values in a long document takes too long: print them instead.
        span = locate(self.text, pointer) if len(self.text) < LONG else None
        if span:
            return self.text[span.start : span.end]
        return dump(get_tree_value(self.tree, pointer))

    def items(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects in the list under a top-level key, with their indexes."""
        values = self.plain.get(key)
        if isinstance(values, list):
            for index, value in enumerate(values):
                if isinstance(value, dict):
                    yield index, value


def get_tree_value(tree: Any, pointer: str) -> Any:
    """The value at a pointer that exists in the tree."""
    for segment in pointers.split(pointer):
        tree = tree[int(segment)] if isinstance(tree, list) else tree[segment]
    return tree


def schema_at(schema: Any, pointer: str) -> Schema:
    """The part of a schema that describes a place, or an empty one."""
    for segment in pointers.split(pointer):
        schema = schema_below(schema, segment)
    return schema if isinstance(schema, Mapping) else {}


def schema_below(schema: Any, segment: str) -> Any:
    """The schema of a member or item; in a union, that of the first branch that has one."""
    return _find_below(schema, segment, set()) if isinstance(schema, Mapping) else {}


def _find_below(schema: Any, segment: str, seen: set[int]) -> Any:
    if segment in schema.get("properties", {}):
        return schema["properties"][segment]
    if "items" in schema and segment.isdecimal():
        first = schema.get("prefixItems", ())
        return first[int(segment)] if int(segment) < len(first) else schema["items"]
    for pattern, inner in schema.get("patternProperties", {}).items():
        if matches_pattern(pattern, segment):
            return inner
    seen.add(id(schema))
    for each in (each for keyword in BRANCHES for each in schema.get(keyword, ())):
        # A branch may refer back to its own union.
        if isinstance(each, Mapping) and id(each) not in seen:
            found = _find_below(each, segment, seen)
            if isinstance(found, Mapping) and found:
                return found
    return schema.get("additionalProperties", {})


def is_blank(value: object) -> bool:
    """Whether no value was given: null, or only whitespace."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_literal(value: object) -> TypeGuard[str]:
    """Whether this is text that can be checked now: not blank, and without references."""
    return isinstance(value, str) and bool(value.strip()) and not has_reference(value)


def has_reference(value: object) -> bool:
    """Whether this is text whose content is known only once its references are resolved."""
    # The cheap test first: nearly every text has no braces.
    return isinstance(value, str) and "{{" in value and bool(find_references(value))
