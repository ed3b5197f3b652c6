"""The case that the rules judge: one document, its schema and what is known around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeGuard

from playground.jsontext import pointers
from playground.jsontext.parsing import Tree, locate, read_object
from playground.jsontext.printing import dump
from playground.jsontext.references import find
from playground.rules.facts import Facts

Schema = Mapping[str, Any]
LONG = 100_000


@dataclass(frozen=True, eq=False)
class Case:
    """`text` is valid JSON; `twin` has plain values (numbers as int or Decimal), `tree` its
    tokens. Both are objects of the same shape."""

    text: str = field(repr=False)
    twin: dict[str, Any] = field(repr=False)
    schema: Schema = field(repr=False)
    facts: Facts = field(repr=False)

    @cached_property
    def tree(self) -> dict[str, Tree]:
        """Asked for only where something is found: a document without a fault is read once."""
        return read_object(self.text)

    def source(self, pointer: str) -> str:
        """The text of an existing value: as it was typed, in a long document as we print it
        (finding its place would take too long for hundreds of problems)."""
        span = locate(self.text, pointer) if len(self.text) < LONG else None
        if span:
            return self.text[span.start : span.end]
        return dump(value_at(self.tree, pointer))

    def items(self, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects in the list under a key of the document, with their positions."""
        values = self.twin.get(key)
        if isinstance(values, list):
            for index, value in enumerate(values):
                if isinstance(value, dict):
                    yield index, value


def value_at(tree: Any, pointer: str) -> Any:
    """The value at a pointer that exists in the tree."""
    for segment in pointers.split(pointer):
        tree = tree[int(segment)] if isinstance(tree, list) else tree[segment]
    return tree


def is_blank(value: object) -> bool:
    """Whether nothing was given: null, or text of nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_text(value: object) -> TypeGuard[str]:
    """Whether it is text that can be judged now: not blank, and without a reference."""
    return isinstance(value, str) and bool(value.strip()) and not holds_reference(value)


def holds_reference(value: object) -> bool:
    """Whether it is text whose content is known only when its references are resolved."""
    return isinstance(value, str) and "{{" in value and bool(find(value))
