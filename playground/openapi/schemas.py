"""Schemas of a document, read one level at a time, so large or recursive ones stay cheap."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from playground.jsontext import pointers
from playground.openapi.documents import ApiDocument
from playground.openapi.keywords import (
    CLOSING,
    LISTED,
    NAMED,
    NULLABLE,
    SINGLE,
    allow_null,
    list_types,
    read_keywords,
)
from playground.openapi.merging import MERGERS
from playground.openapi.unions import list_subtypes

# How many schemas are merged through `$ref` and `allOf`; any more are left out.
MOST_MERGED = 60
CONDITION = ("if", "then", "else")
UNIONS = frozenset(("oneOf", "anyOf"))


class SchemaNode(Mapping[str, Any]):
    """One schema of a document: a read-only mapping of JSON Schema 2020-12 keywords.

    References are followed and `allOf` is merged, for this level only. The values of `items`,
    `properties`, `oneOf` and so on are nodes, or lists and dicts of nodes; those of
    `additionalProperties` and its like may also be True or False. All other values are plain
    data. What can't be merged, such as a second `oneOf`, is in `allOf`.

    There is one node for each place in a document, compared by identity. `places` are the
    pointers merged into it: nearly always one, several for a property described by two schemas of
    an `allOf`, and none for a synthetic node such as "null".
    """

    __slots__ = ("_view", "document", "places", "without")

    def __init__(
        self,
        document: ApiDocument,
        places: tuple[str, ...] = (),
        view: dict[str, Any] | None = None,
        without: str = "",
    ) -> None:
        self.document = document
        self.places = places
        self._view = view
        self.without = without

    @classmethod
    def at(cls, document: ApiDocument, *places: str) -> SchemaNode:
        """The node for a place in the document."""
        found: SchemaNode | None = document.nodes.get(places)
        if found is None:
            with document.lock:
                found = document.nodes.setdefault(places, cls(document, places))
        return found

    @property
    def pointer(self) -> str:
        """The first of its places in the document; empty for a node without one."""
        return self.places[0] if self.places else ""

    @property
    def ref_name(self) -> str:
        """The name of this schema or the one it refers to, possibly through a single `allOf`."""
        for pointer in self.places:
            raw = self.document.get(pointer)
            members = raw.get("allOf") if isinstance(raw, Mapping) else None
            if isinstance(members, list) and len(members) == 1:
                raw = members[0]
            reference = raw.get("$ref") if isinstance(raw, Mapping) else None
            if isinstance(reference, str):
                name = unquote(pointers.last(reference)).lstrip("#")
                # A whole document is named after its file: `https://example.com/pet.yaml`.
                return PurePosixPath(name).stem if "://" in name else name
        is_named = pointers.parent(self.pointer) == "/components/schemas"
        return pointers.last(self.pointer) if is_named else ""

    def has_flag(self, flag: str) -> bool:
        """Whether one of its schemas, or one they refer to, has a flag such as `readOnly`."""
        for place in self.places:
            raw = self.document.get(place)
            for each in (raw, self.document.follow(raw, place)[0]):
                if isinstance(each, Mapping) and each.get(flag) is True:
                    return True
        return False

    @property
    def target(self) -> str:
        """The place that its references lead to; its own if it has none."""
        return self.document.follow(self.document.get(self.pointer), self.pointer)[1]

    @property
    def allows_only_null(self) -> bool:
        """Whether its own keywords allow only null."""
        # Not the merged keywords: a branch of a union may refer back to the union's schema.
        target, _ = self.document.follow(self.document.get(self.pointer), "")
        keywords = read_keywords(target) if self._view is None else self._view
        is_constant = "const" in keywords and keywords["const"] is None
        return is_constant or keywords.get("enum") == [None] or list_types(keywords) == ["null"]

    @property
    def view(self) -> dict[str, Any]:
        """The merged keywords; don't modify them."""
        return self._merge() if self._view is None else self._view

    # Mapping's own versions are far slower, and forms and rules call these often.
    def __getitem__(self, key: str) -> Any:
        return (self._merge() if self._view is None else self._view)[key]

    def get(self, key: str, default: Any = None) -> Any:
        return (self._merge() if self._view is None else self._view).get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in (self._merge() if self._view is None else self._view)

    def __iter__(self) -> Iterator[str]:
        return iter(self.view)

    def __len__(self) -> int:
        return len(self.view)

    def keys(self) -> KeysView[str]:
        return self.view.keys()

    def values(self) -> ValuesView[Any]:
        return self.view.values()

    def items(self) -> ItemsView[str, Any]:
        return self.view.items()

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"SchemaNode({', '.join(self.places)})"

    def _merge(self) -> dict[str, Any]:
        document = self.document
        with document.lock:
            # Merging a schema into itself adds nothing.
            if self.places in document.merging or len(document.merging) > MOST_MERGED:
                return {}
            document.merging.add(self.places)
            try:
                views = [_read_level(document, pointer) for pointer in self.places]
                view = merge_views(document, views)
                self._view = {key: view[key] for key in view if key != self.without}
            finally:
                document.merging.discard(self.places)
            return self._view


def _read_level(document: ApiDocument, pointer: str) -> dict[str, Any]:
    keywords = read_keywords(document.get(pointer))
    reference = keywords.pop("$ref", keywords.pop("$dynamicRef", None))
    members = keywords.pop("allOf", ())
    is_nullable = keywords.pop(NULLABLE, False)
    level = {
        keyword: _wrap(document, keyword, value, f"{pointer}/{keyword}")
        for keyword, value in keywords.items()
    }
    for keyword in UNIONS & level.keys():
        level = _unwrap_union(document, level, keyword, pointer)
    views = [level] if level else []
    target = document.resolve(reference) if isinstance(reference, str) else None
    if target is not None:
        views.append(SchemaNode.at(document, target).view)
    for index in range(len(members)):
        views.append(SchemaNode.at(document, f"{pointer}/allOf/{index}").view)
    merged = merge_views(document, views)
    for keyword in UNIONS & merged.keys():
        if is_nullable and not any(each.allows_only_null for each in merged[keyword]):
            null = SchemaNode(document, (), {"type": "null"})
            merged = {**merged, keyword: [*merged[keyword], null]}
        if any(each.target == pointer for each in merged.get(keyword, ())):
            # A branch that extends its base, which lists the branches, including this one.
            merged = {name: value for name, value in merged.items() if name != keyword}
    if "discriminator" in level and (subtypes := list_subtypes(document, pointer)):
        # The union that the discriminator implies, although only its branches refer to it.
        merged = {**merged, "oneOf": [SchemaNode.at(document, each) for each in subtypes]}
    if is_nullable:
        merged = dict(merged)
        allow_null(merged)
    return merged


def _wrap(document: ApiDocument, keyword: str, value: Any, pointer: str) -> Any:
    """The value of a keyword, with schemas replaced by nodes."""
    if keyword in CLOSING and isinstance(value, bool):
        return value
    if keyword in SINGLE:
        return SchemaNode.at(document, pointer)
    if keyword in NAMED:
        return {name: SchemaNode.at(document, pointers.child(pointer, name)) for name in value}
    if keyword in LISTED:
        return [SchemaNode.at(document, f"{pointer}/{index}") for index in range(len(value))]
    return value


def merge_views(document: ApiDocument, views: list[dict[str, Any]]) -> dict[str, Any]:
    """The merged keywords of schemas that all apply; the first title and description win."""
    views = [view for view in views if view]
    if len(views) < 2:
        return views[0] if views else {}
    merged = dict(views[0])
    for view in views[1:]:
        _merge_into(document, merged, view)
    _show_required(document, merged, views)
    return merged


def _show_required(
    document: ApiDocument, merged: dict[str, Any], views: list[dict[str, Any]]
) -> None:
    """Allow sending a property that one schema requires and another marks as read-only."""
    # For example a reference by ID: read-only in the base, but needed in the request.
    properties = merged.get("properties", {})
    for view in views:
        for name in view.get("required", ()):
            node, own = properties.get(name), view.get("properties", {}).get(name)
            # Nodes aren't read here: properties may refer back to the schemas being merged.
            is_asked = own is None or own.without or not own.has_flag("readOnly")
            if node is not None and is_asked and node.has_flag("readOnly"):
                shown = SchemaNode(document, node.places, without="readOnly")
                properties = {**properties, name: shown}
    if properties:
        merged["properties"] = properties


def _merge_into(document: ApiDocument, merged: dict[str, Any], view: dict[str, Any]) -> None:
    rest: dict[str, Any] = {}
    for keyword, value in view.items():
        if keyword in CONDITION and "if" in merged and merged["if"] is not view.get("if"):
            # The three keywords belong together, so those of another schema are nested.
            rest[keyword] = value
        elif keyword not in merged:
            merged[keyword] = value
        elif keyword in _MERGERS:
            merged[keyword] = _MERGERS[keyword](document, merged[keyword], value)
        elif keyword in MERGERS:
            merged[keyword] = MERGERS[keyword](merged[keyword], value)
        elif (keyword in UNIONS or keyword in ("not", "contains")) and merged[keyword] != value:
            rest[keyword] = value
    others = rest.pop("allOf", [])
    if rest:
        others = [*others, SchemaNode(document, (), rest)]
    if others:
        merged["allOf"] = [*merged.get("allOf", ()), *others]


def _merge_named(document: ApiDocument, one: Any, other: Any) -> dict[str, Any]:
    merged = dict(one)
    for name, node in other.items():
        merged[name] = _merge_nodes(document, merged[name], node) if name in merged else node
    return merged


def _merge_nodes(document: ApiDocument, one: Any, other: Any) -> Any:
    if one is other or isinstance(one, bool) or isinstance(other, bool):
        # True adds no constraint, False allows nothing.
        return other if one is True or other is False else one
    places = tuple(dict.fromkeys(one.places + other.places))
    if one.places and other.places:
        return SchemaNode.at(document, *places)
    return SchemaNode(document, (), merge_views(document, [one.view, other.view]))


_MERGERS: Mapping[str, Callable[[ApiDocument, Any, Any], Any]] = {
    **dict.fromkeys(NAMED, _merge_named),
    **dict.fromkeys((*CLOSING, "items", "propertyNames"), _merge_nodes),
}


def _unwrap_union(
    document: ApiDocument, view: dict[str, Any], keyword: str, pointer: str
) -> dict[str, Any]:
    """Merge the branch of a union that has only one besides null; return the keywords."""
    others = [each for each in view[keyword] if not each.allows_only_null]
    # A branch that extends this schema would be merged with incomplete keywords.
    if len(others) != 1 or others[0].target in document.extending.get(pointer, ()):
        return view
    plain = {name: value for name, value in view.items() if name != keyword}
    inner = dict(others[0].view)
    if len(others) < len(view[keyword]):
        allow_null(inner)
    return merge_views(document, [plain, inner])
