"""OpenAPI documents: their references resolved, and the lists of choices that fields refer to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import unquote

from playground.jsontext import pointers
from playground.openapi.yaml_reading import YamlBuilder

# Titles come from an API: one of a megabyte must not fill the page.
LONGEST_TITLE = 300
# A reference may lead to another one; longer chains are assumed to be circular.
MOST_REFERENCES = 100


def get_value(tree: Any, pointer: str) -> Any:
    """The value at a JSON Pointer in plain data, or None."""
    for segment in pointer.split("/")[1:]:
        tree = get_member(tree, pointers.unescape(segment))
    return tree


def get_member(tree: Any, key: str) -> Any:
    """The member of an object or item of a list for a pointer segment; else None."""
    if isinstance(tree, list):
        index = pointers.parse_index(key)
        return tree[index] if index is not None and index < len(tree) else None
    return tree.get(key) if isinstance(tree, Mapping) else None


class ApiDocument:
    """A parsed OpenAPI document; immutable and compared by identity.

    References are followed on demand, never expanded. `nodes` caches the schemas read so far (see
    `schemas.SchemaNode`); hold `lock` to add one.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.version = str(raw.get("openapi", ""))
        self.nodes: dict[tuple[str, ...], Any] = {}
        self.merging: set[tuple[str, ...]] = set()
        self.lock = RLock()
        self._targets: dict[str, str | None] = {}
        self._resolving: set[str] = set()

    def get(self, pointer: str) -> Any:
        """The value at a JSON Pointer, or None."""
        return get_value(self.raw, pointer)

    def resolve(self, reference: str) -> str | None:
        """The pointer of a reference's target; None if it has none in this document."""
        if reference not in self._targets:
            with self.lock:
                # References that point into each other would never end.
                if reference in self._resolving or len(self._resolving) > MOST_REFERENCES:
                    return None
                self._resolving.add(reference)
                try:
                    self._targets[reference] = self._find_target(reference)
                finally:
                    self._resolving.discard(reference)
        return self._targets[reference]

    def follow(self, part: Any, pointer: str) -> tuple[Any, str]:
        """The object that `part` refers to, and its pointer; `part` itself without a `$ref`.

        The object is None if the reference is dangling or circular.
        """
        for _ in range(MOST_REFERENCES):
            reference = part.get("$ref") if isinstance(part, Mapping) else None
            if not isinstance(reference, str):
                return part, pointer
            target = self.resolve(reference)
            if target is None:
                break
            part, pointer = self.get(target), target
        return None, pointer

    def _find_target(self, reference: str) -> str | None:
        address, _, fragment = reference.partition("#")
        if address or (fragment and not fragment.startswith("/")):
            return self._anchors.get(reference)
        # URI fragments are percent-encoded, but some authors copy keys unencoded.
        for pointer in dict.fromkeys((unquote(fragment), fragment)):
            found = self._locate(pointer)
            if found is not None:
                return found
        return None

    def _locate(self, pointer: str) -> str | None:
        """The pointer with the references along its path resolved."""
        tree, place = self.raw, ""
        for segment in pointer.split("/")[1:]:
            key = pointers.unescape(segment)
            if isinstance(tree, Mapping) and "$ref" in tree and key not in tree:
                tree, place = self.follow(tree, place)
            tree, place = get_member(tree, key), f"{place}/{segment}"
            if tree is None:
                return None
        return place

    @cached_property
    def extending(self) -> dict[str, list[str]]:
        """The pointers of named schemas that extend another one by `allOf`, by its pointer."""
        found: dict[str, list[str]] = {}
        schemas = self.get("/components/schemas")
        for name, raw in schemas.items() if isinstance(schemas, Mapping) else ():
            members = raw.get("allOf") if isinstance(raw, Mapping) else None
            for member in members if isinstance(members, list) else ():
                reference = member.get("$ref") if isinstance(member, Mapping) else None
                target = self.resolve(reference) if isinstance(reference, str) else None
                if target is not None:
                    own = pointers.child("/components/schemas", name)
                    found.setdefault(target, []).append(own)
        return found

    @cached_property
    def _anchors(self) -> dict[str, str]:
        """The pointers of `$anchor`s and `$id`s, by the reference to each."""
        found: dict[str, str] = {}
        rest: list[tuple[Any, str]] = [(self.raw, "")]
        while rest:
            part, pointer = rest.pop()
            if isinstance(part, Mapping):
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(part.get(key), str):
                        found.setdefault(f"#{part[key]}", pointer)
                if isinstance(part.get("$id"), str):
                    found.setdefault(part["$id"], pointer)
                rest += [(each, pointers.child(pointer, key)) for key, each in part.items()]
            elif isinstance(part, list):
                rest += [(each, pointers.child(pointer, index)) for index, each in enumerate(part)]
        return found


def load_document(path: Path) -> ApiDocument:
    """The OpenAPI document in a file that ships with the product."""
    return ApiDocument(YamlBuilder().read(path.read_text("utf-8")))


@dataclass(frozen=True)
class ListedChoice:
    """One value to choose: its JSON text, its title, and a note if it hardly fits."""

    value: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class ListRule:
    """How to read choices from the reply of `operation`: the hint `x-list` of a field.

    All values are JSON Pointers, `value`, `title` and `unfit` into a row of `rows`, except
    `unfit_value` (the value at `unfit` of rows that get `unfit_note`) and `next_key` (the key of
    the request that takes the value at `next`, for the following page).
    """

    operation: str
    rows: str
    value: str
    title: str
    unfit: str = ""
    unfit_value: Any = None
    unfit_note: str = ""
    next: str = ""
    next_key: str = ""

    def read(self, reply: Any) -> list[ListedChoice] | None:
        """The choices in a reply's plain values; None if it has no rows."""
        rows = get_value(reply, self.rows)
        if not isinstance(rows, list):
            return None
        found = [self._read_row(row) for row in rows]
        return [choice for choice in found if choice is not None]

    def _read_row(self, row: Any) -> ListedChoice | None:
        value = get_value(row, self.value)
        if not isinstance(value, str | int) or isinstance(value, bool):
            return None
        is_unfit = bool(self.unfit) and get_value(row, self.unfit) == self.unfit_value
        # Rows without a title have at least their value to choose by.
        title = str(get_value(row, self.title) or value)[:LONGEST_TITLE]
        return ListedChoice(json.dumps(value), title, self.unfit_note if is_unfit else "")


def read_list_rule(schema: Mapping[str, Any]) -> ListRule | None:
    """The rule of a field's schema; None if no operation lists its values."""
    hint = schema.get("x-list")
    try:
        return ListRule(**hint) if isinstance(hint, Mapping) else None
    except TypeError:
        return None  # an imported document may contain anything here


def read_list_rules(body_schema: Mapping[str, Any]) -> dict[str, ListRule]:
    """The rules of the body's own fields by their keys."""
    fields = body_schema.get("properties", {}).items()
    return {key: rule for key, field in fields if (rule := read_list_rule(field))}
