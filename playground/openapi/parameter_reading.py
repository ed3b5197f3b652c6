"""Read the parameters of an operation, and examples of parameters and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.errors import excerpt
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import DocumentFault, OperationEntry, read_plain_text
from playground.openapi.parameters import Example, Parameter
from playground.openapi.schemas import SchemaNode

PLACES = ("path", "query", "header", "cookie")
STYLES: Mapping[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
# OpenAPI describes these headers elsewhere (4.8.12.1).
IGNORED_HEADERS = ("accept", "content-type", "authorization")
_find_placeholders = re.compile(r"\{([^{}]+)\}").findall


class ParameterReader:
    """Reads the parameters of one document; faults are added to `faults`."""

    def __init__(self, document: ApiDocument, faults: list[DocumentFault]) -> None:
        self.document = document
        self.faults = faults

    def read(self, entry: OperationEntry) -> dict[str, tuple[Parameter, ...]]:
        """The parameters by place; those of the operation override those of its path."""
        found: dict[tuple[str, str], Parameter] = {}
        for pointer in (entry.path_pointer, entry.pointer):
            for parameter in self.read_list(f"{pointer}/parameters"):
                found[parameter.place, parameter.name] = parameter
        by_place = {
            place: tuple(each for each in found.values() if each.place == place) for place in PLACES
        }
        return {**by_place, "path": self.match_path(entry, by_place["path"])}

    def read_list(self, pointer: str) -> Iterator[Parameter]:
        listed = self.document.get(pointer)
        if listed is not None and not isinstance(listed, list):
            self.report(pointer, "`parameters` isn't a list.")
            return
        for index, part in enumerate(listed or ()):
            own = pointers.child(pointer, index)
            raw, place = self.document.follow(part, own)
            if not isinstance(raw, Mapping):
                self.report(own, "This parameter isn't an object, or its reference has no target.")
            elif raw.get("in") not in PLACES or not isinstance(raw.get("name"), str):
                self.report(own, "This parameter has no name, or an unknown place (`in`).")
            elif raw["in"] != "header" or raw["name"].lower() not in IGNORED_HEADERS:
                yield self.read_parameter(raw, place)

    def read_parameter(self, raw: Mapping[str, Any], pointer: str) -> Parameter:
        place, name = raw["in"], raw["name"]
        schema, media_type = self.find_schema(raw, pointer)
        style = raw.get("style")
        if style not in STYLES[place]:
            if style is not None:
                message = f"The style {excerpt(str(style))} isn't one for the {place}."
                self.report(pointer, message)
            style = STYLES[place][0]
        explode = raw.get("explode")
        title = schema.get("title")
        return Parameter(
            name=name,
            title=title if isinstance(title, str) and title else name,
            help=read_plain_text(raw.get("description"))
            or read_plain_text(schema.get("description")),
            # A path without one of its values would be a different path.
            required=raw.get("required") is True or place == "path",
            schema=schema,
            place=place,
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
            allow_reserved=raw.get("allowReserved") is True,
            media_type=media_type,
            deprecated=raw.get("deprecated") is True,
            examples=read_examples(self.document, raw, pointer),
        )

    def find_schema(self, raw: Mapping[str, Any], pointer: str) -> tuple[SchemaNode, str]:
        """The schema of a parameter, and its media type, if any."""
        content = raw.get("content")
        if "schema" not in raw and isinstance(content, Mapping) and content:
            media_type = next(iter(content))
            place = pointers.child(f"{pointer}/content", media_type)
            return SchemaNode.at(self.document, f"{place}/schema"), media_type
        if "schema" not in raw:
            self.report(pointer, f"The parameter {excerpt(raw['name'])} has no schema.")
        return SchemaNode.at(self.document, f"{pointer}/schema"), ""

    def match_path(
        self, entry: OperationEntry, parameters: tuple[Parameter, ...]
    ) -> tuple[Parameter, ...]:
        """The parameters in the path template, in order; undescribed ones are text."""
        described = {each.name: each for each in parameters}
        names = dict.fromkeys(_find_placeholders(entry.path))
        for name in described.keys() - names.keys():
            self.report(entry.pointer, f"The path has no {{{excerpt(name)}}}, so it isn't sent.")
        for name in names.keys() - described.keys():
            self.report(entry.pointer, f"{{{excerpt(name)}}} of the path isn't described.")
        return tuple(described.get(name) or self.make_parameter(name) for name in names)

    def make_parameter(self, name: str) -> Parameter:
        schema = SchemaNode(self.document, (), {"type": "string"})
        return Parameter(name, name, "", True, schema)

    def report(self, pointer: str, message: str) -> None:
        self.faults.append(DocumentFault(pointer, message))


def read_examples(
    document: ApiDocument, raw: Mapping[str, Any], pointer: str
) -> tuple[Example, ...]:
    """The examples of a parameter or a media type, without external ones."""
    found = [Example("", "", raw["example"])] if "example" in raw else []
    named = raw.get("examples")
    if isinstance(named, list):
        # Examples of a schema are a list, and some authors write those of bodies the same way.
        found += [Example("", "", each) for each in named]
    for name, part in named.items() if isinstance(named, Mapping) else ():
        example, _ = document.follow(part, f"{pointer}/examples")
        if isinstance(example, Mapping) and "value" in example:
            title = read_plain_text(example.get("summary")) or name
            found.append(
                Example(title, read_plain_text(example.get("description")), example["value"])
            )
    return tuple(found)
