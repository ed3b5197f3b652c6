"""Parameters and bodies of operations: where each value goes, and how it is serialised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

ParameterPlace = Literal["path", "query", "header", "cookie"]
# OpenAPI's defaults of `style`; `explode` is the default of `form` (and of `cookie`, in 3.2).
DEFAULT_STYLES: Mapping[str, str] = {
    "path": "simple",
    "query": "form",
    "header": "simple",
    "cookie": "form",
}
EXPLODED = ("form", "cookie", "deepObject")
ALL_TYPES = frozenset({"string", "number", "boolean", "null", "array", "object"})
_STRUCTURES = frozenset({"array", "object"})
_DEEPEST = 8


@dataclass(frozen=True)
class Example:
    """An example value from a document; `title` may be empty."""

    title: str
    help: str
    value: Any


# Compared by identity, here and below: each exists once, and dicts can't be hashed.
@dataclass(frozen=True, eq=False)
class Parameter:
    """A value outside the body; `schema` has its type, default and examples.

    `media_type` is set for a parameter described by `content` instead of a style. An empty
    `style` and an `explode` of None mean OpenAPI's defaults: use `chosen_style` and `explodes`.
    """

    name: str
    title: str
    help: str
    required: bool
    schema: Mapping[str, Any]
    place: ParameterPlace = "path"
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False
    media_type: str = ""
    deprecated: bool = False
    examples: tuple[Example, ...] = ()

    @property
    def key(self) -> str:
        """Its key in a draft's path values: `NAME` for the path, else for example `query:NAME`."""
        return self.name if self.place == "path" else f"{self.place}:{self.name}"

    @property
    def pointer(self) -> str:
        """Its place in problems and columns, such as `#query/NAME`, outside the document."""
        return f"#{self.place}/{self.name}"

    # Cached, since each edit and each send needs these.
    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that its schema allows."""
        return list_json_types(self.schema)

    @cached_property
    def takes_structure(self) -> bool:
        """Whether its value may be an array or an object, which is typed as JSON."""
        return not _STRUCTURES.isdisjoint(self.types)

    @cached_property
    def takes_text(self) -> bool:
        """Whether its value may be anything else, which is typed as plain text."""
        return not self.types <= {*_STRUCTURES, "null"}

    @property
    def chosen_style(self) -> str:
        """The style, by default that of its place."""
        return self.style or DEFAULT_STYLES[self.place]

    @property
    def explodes(self) -> bool:
        """Whether each item or property is a separate value."""
        return self.chosen_style in EXPLODED if self.explode is None else self.explode


@dataclass(frozen=True)
class Encoding:
    """How one property of a form or multipart body is sent: OpenAPI's Encoding Object.

    `media_type` is its `contentType`, possibly several separated by commas. `style` is empty and
    `explode` None if the document doesn't set them.
    """

    media_type: str = ""
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False

    @property
    def has_style(self) -> bool:
        """Whether a style serialises the property, so that its media type is ignored."""
        return bool(self.style) or self.explode is not None or self.allow_reserved


@dataclass(frozen=True, eq=False)
class RequestBody:
    """One media type of an operation's body; `encoding` is by property name."""

    media_type: str
    schema: Mapping[str, Any]
    encoding: Mapping[str, Encoding] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()


def find_parameter_key(pointer: str) -> str | None:
    """The key of the parameter at a place such as `#query/NAME`; None for other pointers."""
    place, slash, name = pointer.removeprefix("#").partition("/")
    if not pointer.startswith("#") or not slash or place not in DEFAULT_STYLES:
        return None
    return name if place == "path" else f"{place}:{name}"


def list_json_types(schema: Any, depth: int = 0) -> frozenset[str]:
    """The JSON types that a schema allows, judging by its keywords; integers are numbers."""
    # A union may contain itself.
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return ALL_TYPES
    types = _own_types(schema)
    for keyword in ("oneOf", "anyOf"):
        if isinstance(branches := schema.get(keyword), list | tuple) and branches:
            types &= frozenset().union(*(list_json_types(each, depth + 1) for each in branches))
    for each in schema.get("allOf", ()):
        types &= list_json_types(each, depth + 1)
    return types


def _own_types(schema: Mapping[str, Any]) -> frozenset[str]:
    given = schema.get("type")
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list | tuple):
        return frozenset("number" if each == "integer" else str(each) for each in given)
    if "const" in schema:
        return frozenset({_name_type(schema["const"])})
    if isinstance(schema.get("enum"), list):
        return frozenset(map(_name_type, schema["enum"]))
    if "properties" in schema:
        return frozenset({"object"})
    return frozenset({"array"}) if "items" in schema else ALL_TYPES


def _name_type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case Mapping():
            return "object"
        case list() | tuple():
            return "array"
    return "number"
