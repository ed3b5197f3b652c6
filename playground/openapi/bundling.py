"""Bundle a schema and everything it refers to into one JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from playground.jsontext import pointers
from playground.openapi.documents import ApiDocument
from playground.openapi.keywords import LISTED, NAMED, NULLABLE, SINGLE, read_keywords
from playground.openapi.schemas import UNIONS, SchemaNode
from playground.openapi.unions import find_discriminator, list_branch_values, list_subtypes

REQUEST, REPLY = "request", "reply"
# Properties with this flag aren't required in the given direction.
OMITTED = {REQUEST: "readOnly", REPLY: "writeOnly"}
# The range that an integer's format implies.
RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def bundle(schema: Mapping[str, Any], direction: str = REQUEST) -> dict[str, Any]:
    """The schema as plain data, with the schemas that it refers to in `$defs`, each once.

    A mapping that isn't a node has no references and is returned unchanged. Keywords of other
    dialects are translated; unusable ones are left out (see `keywords.find_unusable`).
    """
    if not isinstance(schema, SchemaNode):
        return dict(schema)
    return _Bundle(schema.document, direction).write(schema)


class _Bundle:
    """The schemas reachable from one schema, written one by one."""

    def __init__(self, document: ApiDocument, direction: str) -> None:
        self.document = document
        self.omitted = OMITTED[direction]
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()
        self.waiting: list[str] = []

    def write(self, node: SchemaNode) -> dict[str, Any]:
        written = self.write_node(node)
        definitions: dict[str, Any] = {}
        while self.waiting:
            pointer = self.waiting.pop()
            definitions[self.names[pointer]] = self.write_place(pointer, pointer)
        return {**written, "$defs": definitions} if definitions else written

    def write_node(self, node: SchemaNode) -> Any:
        if not node.places:
            return {keyword: self.write_value(value) for keyword, value in node.items()}
        if len(node.places) == 1:
            return self.write_place(node.pointer, node.pointer)
        return {"allOf": [self.write_place(each, each) for each in node.places]}

    def write_value(self, value: Any) -> Any:
        """The value of a keyword of a node."""
        if isinstance(value, SchemaNode):
            return self.write_node(value)
        if isinstance(value, list):
            return [self.write_value(each) for each in value]
        if isinstance(value, dict):
            return {key: self.write_value(each) for key, each in value.items()}
        return value

    def write_place(self, pointer: str, owner: str, without: str = "") -> dict[str, Any]:
        """The schema at a pointer; `owner` is the one it is merged into, or itself.

        `without` is a union to leave out.
        """
        keywords = read_keywords(self.document.get(pointer))
        keywords.pop(without, None)
        is_nullable = keywords.pop(NULLABLE, False)
        reference = keywords.pop("$ref", keywords.pop("$dynamicRef", None))
        written = {
            keyword: self.write_keyword(keyword, value, f"{pointer}/{keyword}", owner)
            for keyword, value in keywords.items()
        }
        if isinstance(reference, str):
            self.add_reference(written, reference, owner)
        for keyword in UNIONS & written.keys():
            self.add_discriminator(written, keyword, pointer)
        if "discriminator" in written:
            self.add_subtypes(written, pointer)
        if "required" in written or "allOf" in written:
            self.omit_required(written, pointer)
        if written.get("format") in RANGES and "integer" in str(written.get("type")):
            least, most = RANGES[written["format"]]
            written["minimum"] = max(least, written.get("minimum", least))
            written["maximum"] = min(most, written.get("maximum", most))
        if is_nullable and not written.keys().isdisjoint((*UNIONS, "allOf", "$ref")):
            return {"anyOf": [written, {"type": "null"}]}
        return written

    def write_keyword(self, keyword: str, value: Any, pointer: str, owner: str) -> Any:
        if keyword in SINGLE:
            return value if isinstance(value, bool) else self.write_place(pointer, pointer)
        if keyword in NAMED:
            named = {name: pointers.child(pointer, name) for name in value}
            return {name: self.write_place(place, place) for name, place in named.items()}
        if keyword in LISTED:
            places = [f"{pointer}/{index}" for index in range(len(value))]
            # Members of allOf describe the same value as the schema around them.
            is_same = keyword == "allOf"
            return [self.write_place(each, owner if is_same else each) for each in places]
        return value

    def add_discriminator(self, written: dict[str, Any], keyword: str, pointer: str) -> None:
        """Make each branch require its discriminator value, unless it sets one itself."""
        name = find_discriminator(written)
        if not name:
            return
        for index, branch in enumerate(written[keyword]):
            place = f"{pointer}/{keyword}/{index}"
            node = SchemaNode.at(self.document, place)
            known = node.get("properties", {}).get(name, {})
            is_named = "/components/schemas/" in node.target
            if is_named and "const" not in known and "enum" not in known:
                values = list_branch_values(self.document, written["discriminator"], node.target)
                chosen = {"properties": {name: {"enum": values}}}
                written[keyword][index] = {"allOf": [branch, chosen]}

    def add_subtypes(self, written: dict[str, Any], pointer: str) -> None:
        """Also check a value against the schema that its discriminator selects."""
        name = find_discriminator(written)
        for target, values in list_subtypes(self.document, pointer).items():
            condition = {"properties": {name: {"enum": values}}, "required": [name]}
            chosen = {"if": condition, "then": {"$ref": self.refer(target)}}
            written.setdefault("allOf", []).append(chosen)

    def add_reference(self, written: dict[str, Any], reference: str, owner: str) -> None:
        target = self.document.resolve(reference)
        if target is None:
            return  # dangling: already reported; any value is valid here
        union = self.find_union(target, owner)
        if union:
            # A branch that extends its base, which lists the branches: checking the union
            # would recurse.
            written.setdefault("allOf", []).append(self.write_place(target, owner, union))
            return
        written["$ref"] = self.refer(target)

    def refer(self, target: str) -> str:
        return f"#/$defs/{quote(pointers.escape(self.name(target)))}"

    def find_union(self, pointer: str, owner: str) -> str:
        """The keyword of the union at a pointer that has `owner` as a branch; else empty."""
        raw = self.document.get(pointer)
        if owner in list_subtypes(self.document, pointer):
            return "discriminator"
        for keyword in UNIONS & raw.keys() if isinstance(raw, Mapping) else ():
            branches = raw[keyword] if isinstance(raw[keyword], list) else []
            for index, branch in enumerate(branches):
                place = f"{pointer}/{keyword}/{index}"
                if self.document.follow(branch, place)[1] == owner:
                    return keyword
        return ""

    def name(self, target: str) -> str:
        """The key in `$defs` of the schema at a pointer."""
        if target not in self.names:
            plain = name = pointers.last(target) or "document"
            number = 2
            while name in self.taken:
                name, number = f"{plain}-{number}", number + 1
            self.names[target] = name
            self.taken.add(name)
            self.waiting.append(target)
        return self.names[target]

    def omit_required(self, written: dict[str, Any], pointer: str) -> None:
        """Don't require properties that only the other side sets."""
        properties = SchemaNode.at(self.document, pointer).get("properties", {})
        names = {name for name, each in properties.items() if each.has_flag(self.omitted)}
        if names:
            _drop_required(written, names)


def _drop_required(written: Any, names: set[str]) -> None:
    if "required" in written:
        written["required"] = [name for name in written["required"] if name not in names]
    # One member may require a property that another one describes.
    for member in written.get("allOf", ()):
        _drop_required(member, names)


def list_places(node: SchemaNode, seen: set[str] | None = None) -> Iterator[str]:
    """The distinct pointers of all schemas reachable from a schema.

    Pointers in `seen` are skipped, along with what only they reach; listed ones are added to it.
    """
    document = node.document
    seen = set() if seen is None else seen
    waiting = [each for each in node.places if each not in seen]
    seen.update(waiting)
    while waiting:
        pointer = waiting.pop()
        yield pointer
        for place in _list_inner(document, pointer):
            if place not in seen:
                seen.add(place)
                waiting.append(place)


def _list_inner(document: ApiDocument, pointer: str) -> Iterator[str]:
    for keyword, value in read_keywords(document.get(pointer)).items():
        if keyword in ("$ref", "$dynamicRef") and isinstance(value, str):
            target = document.resolve(value)
            if target is not None:
                yield target
        elif keyword in SINGLE:
            yield f"{pointer}/{keyword}"
        elif keyword in NAMED:
            yield from (pointers.child(f"{pointer}/{keyword}", name) for name in value)
        elif keyword in LISTED:
            yield from (f"{pointer}/{keyword}/{index}" for index in range(len(value)))
