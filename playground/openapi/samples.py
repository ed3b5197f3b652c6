"""Samples of a schema: the smallest valid document, and one with every property."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from playground.openapi.keywords import list_types
from playground.openapi.parameters import RequestBody
from playground.openapi.sample_values import (
    SampleValidators,
    guess_type,
    list_others,
    make_number,
    make_text,
    vary,
)
from playground.openapi.schemas import UNIONS, SchemaNode, merge_views
from playground.openapi.unions import find_discriminator, list_branch_values

# Schemas visited per sample; nested unions may have far more combinations.
MOST_VISITS = 20_000
# Values in a full sample, after which only required ones are added.
MOST_VALUES = 2_000
DEEPEST = 40


class _Endless(Exception):
    """The schema is endlessly recursive: each value must contain another one."""


def find_sample(body: RequestBody) -> Any:
    """The first example of a body, else the smallest document."""
    if body.examples:
        return body.examples[0].value
    examples = body.schema.get("examples")
    return examples[0] if examples else make_smallest(body.schema)


def make_smallest(schema: Mapping[str, Any]) -> Any:
    """A document with only the required values; None if it would be endless."""
    return _make(schema, is_full=False)


def has_sample(schema: SchemaNode) -> bool:
    """Whether any finite document matches the schema, as far as we can tell."""
    maker = _Maker(is_full=False)
    try:
        maker.make(schema)
    except _Endless:
        return maker.gave_up
    return True


def make_fullest(schema: Mapping[str, Any]) -> Any:
    """A document with every property; recursive schemas and lists have one value each."""
    return _make(schema, is_full=True)


def _make(schema: Mapping[str, Any], is_full: bool) -> Any:
    if not isinstance(schema, SchemaNode):
        return {}
    is_valid = SampleValidators().is_valid
    for maker in (_Maker(is_full), _Maker(is_full, is_valid)):
        try:
            made = maker.make(schema)
        except _Endless:
            return None
        if is_valid(schema, made):
            break
    return made


class _Maker:
    """Makes one sample; `is_valid` is used to choose union branches that really match."""

    def __init__(
        self, is_full: bool, is_valid: Callable[[SchemaNode, Any], bool] | None = None
    ) -> None:
        self.is_full = is_full
        self.is_valid = is_valid
        self.above: list[SchemaNode] = []
        self.visits = 0
        self.gave_up = False
        self.values = 0
        self.combined: dict[tuple[SchemaNode, ...], SchemaNode] = {}

    def make(self, node: SchemaNode) -> Any:
        """A value of the schema; raises _Endless."""
        self.visits += 1
        if len(self.above) > DEEPEST or self.visits > MOST_VISITS:
            self.gave_up = True
            raise _Endless
        if node in self.above:
            raise _Endless
        self.above.append(node)
        try:
            return self.make_value(node)
        finally:
            self.above.pop()

    def make_value(self, node: SchemaNode) -> Any:
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return next((each for each in node["enum"] if each is not None), None)
        for keyword in UNIONS & node.keys():
            return self.make_branch(node, keyword)
        if "if" in node and "then" in node:
            # A value that satisfies both the condition and its consequence is valid.
            return self.make(
                self.combine(node, node["if"], node["then"], without=("if", "then", "else"))
            )
        if node.get("allOf"):
            return self.make(self.combine(node, *node["allOf"], without=("allOf",)))
        types = list_types(node)
        kind = next((each for each in types if each != "null"), "") or guess_type(node)
        if not kind:
            return None if types else self.make_any(node)
        try:
            return self.make_typed(node, kind)
        except _Endless:
            if "null" in types:
                return None
            raise

    def make_any(self, node: SchemaNode) -> Any:
        examples = node.get("examples") or [node.get("default", "")]
        return examples[0]

    def make_typed(self, node: SchemaNode, kind: str) -> Any:
        if kind == "object":
            return self.make_object(node)
        if kind == "array":
            return self.make_list(node)
        if kind == "string":
            return make_text(node, self.is_full)
        return self.is_full if kind == "boolean" else make_number(node, kind == "integer")

    def combine(
        self, node: SchemaNode, *others: SchemaNode, without: tuple[str, ...]
    ) -> SchemaNode:
        """The node merged with others that apply; the same object each time."""
        key = (node, *others)
        if key not in self.combined:
            rest = {name: value for name, value in node.items() if name not in without}
            view = merge_views(node.document, [rest, *(each.view for each in others)])
            self.combined[key] = SchemaNode(node.document, (), view)
        return self.combined[key]

    def make_branch(self, node: SchemaNode, keyword: str) -> Any:
        """A value of the first usable branch; null only as a last resort."""
        branches = sorted(node[keyword], key=lambda each: each.allows_only_null)
        first: list[Any] = []
        for branch, is_full in product(branches, (self.is_full, not self.is_full)):
            before, self.is_full = self.is_full, is_full
            try:
                made = self.make(self.choose(node, keyword, branch))
            except _Endless:
                continue
            finally:
                self.is_full = before
            # A value with only the required properties may match several branches.
            if self.is_valid is None or self.is_valid(node, made):
                return made
            first.append(made)
        if not first:
            raise _Endless
        return first[0]

    def choose(self, node: SchemaNode, keyword: str, branch: SchemaNode) -> SchemaNode:
        """The node merged with one branch of its union."""
        name = find_discriminator(node)
        known = branch.get("properties", {}).get(name, {})
        if not name or "const" in known or "enum" in known or not branch.target:
            return self.combine(node, branch, without=(keyword,))
        value = list_branch_values(node.document, node["discriminator"], branch.target)[0]
        chosen = self.combined.get((node, branch, node))
        if chosen is None:
            constant = SchemaNode(node.document, (), {"const": value})
            view = {"type": "object", "properties": {name: constant}, "required": [name]}
            chosen = SchemaNode(node.document, (), view)
            self.combined[node, branch, node] = chosen
        return self.combine(node, branch, chosen, without=(keyword,))

    def make_object(self, node: SchemaNode) -> dict[str, Any]:
        made: dict[str, Any] = {}
        properties = node.get("properties", {})
        for name in node.get("required", ()):
            inner = properties.get(name)
            if inner is None:
                made[name] = self.make_other(node, name)
            elif not inner.get("readOnly"):
                made[name] = self.make(inner)
        for name, inner in self.list_optional(node, made):
            try:
                value = self.make(inner)
            except _Endless:
                continue
            made[name] = value
        for name, inner in node.get("dependentSchemas", {}).items():
            if name in made:
                rest = self.make(self.combine(node, inner, without=("dependentSchemas",)))
                made = {**rest, **made} if isinstance(rest, dict) else made
        self.add_dependent(node, made)
        return made

    def list_optional(
        self, node: SchemaNode, made: dict[str, Any]
    ) -> Iterator[tuple[str, SchemaNode]]:
        """Properties to add: all for a full sample, else as many as are required."""
        most = node.get("maxProperties", math.inf)
        least = node.get("minProperties", 0)
        properties = node.get("properties", {})
        for name, inner in properties.items():
            wanted = self.is_full and self.values < MOST_VALUES
            is_sent = not inner.get("readOnly") and "not" not in inner
            if name not in made and is_sent and (wanted or len(made) < least) and len(made) < most:
                self.values += 1
                yield name, inner
        others = list(list_others(node))
        number = 1
        while others and len(made) < most and (len(made) < least or (self.is_full and number == 1)):
            name, inner = others[(number - 1) % len(others)]
            key = name if number <= len(others) else f"{name}{number}"
            number += 1
            if number > 100:
                return
            if key not in properties:
                yield key, inner

    def make_other(self, node: SchemaNode, name: str) -> Any:
        """The value of a required property that isn't in `properties`."""
        inner = node.get("additionalProperties")
        return self.make(inner) if isinstance(inner, SchemaNode) and inner else ""

    def add_dependent(self, node: SchemaNode, made: dict[str, Any]) -> None:
        properties = node.get("properties", {})
        for name, others in node.get("dependentRequired", {}).items():
            for other in others if name in made else ():
                if other not in made:
                    made[other] = self.make(properties[other]) if other in properties else ""

    def make_list(self, node: SchemaNode) -> list[Any]:
        made = [self.make(each) for each in node.get("prefixItems", ())] if self.is_full else []
        least = max(node.get("minItems", 0), 1 if self.is_full else 0)
        most = node.get("maxItems", math.inf)
        inner, contains = node.get("items"), node.get("contains")
        if contains is not None:
            made.append(self.make(contains))
        while len(made) < min(least, most):
            try:
                value = self.make_item(node, inner, len(made))
            except _Endless:
                if len(made) >= node.get("minItems", 0):
                    break
                raise
            if node.get("uniqueItems") and value in made:
                value = vary(value, inner, len(made))
                if value in made:
                    break
            made.append(value)
            if len(made) > MOST_VALUES:
                raise _Endless
        return made

    def make_item(self, node: SchemaNode, inner: SchemaNode | None, index: int) -> Any:
        first = node.get("prefixItems", ())
        if index < len(first):
            return self.make(first[index])
        return self.make(inner) if inner is not None else ""
