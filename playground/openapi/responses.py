"""What an operation documents about its responses: status, media type and shape of the body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from playground.openapi.keywords import matches_pattern

JSON, XML, CSV = "application/json", "application/xml", "text/csv"
PROBLEM = "application/problem+json"
# Older and informal names of the same format.
_SYNONYMS = {
    "text/json": JSON,
    "text/x-json": JSON,
    "application/x-json": JSON,
    "text/xml": XML,
    "application/csv": CSV,
    "text/comma-separated-values": CSV,
}
_NAMES = {JSON: "JSON", XML: "XML", CSV: "CSV"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")

Content = Mapping[str, Any]


def find_content(replies: Mapping[str, Content], status: int) -> Content | None:
    """The media types documented for a status, exactly or as a range such as `2XX`.

    Empty if the status is documented without a body; None if it isn't documented. `default`
    doesn't count: it describes errors.
    """
    exact = replies.get(str(status))
    if exact is not None:
        return exact
    by_range = {name.upper(): content for name, content in replies.items()}
    return by_range.get(f"{status // 100}XX")


def find_response(statuses: Iterable[str], status: int) -> str | None:
    """The key of the response documented for a status: exact, else a range, else `default`."""
    listed = list(statuses)
    by_name = {each.upper(): each for each in reversed(listed)}
    names = (str(status), f"{status // 100}XX", "DEFAULT")
    return next((by_name[each] for each in names if each in by_name), None)


def list_successes(replies: Mapping[str, Content]) -> list[str]:
    """The documented statuses that mean success, such as `200` or `2XX`."""
    return [status for status in replies if status.startswith("2")]


def normalize_media_type(content_type: str) -> str:
    """The media type of a header, lower-case, without parameters; synonyms become one name."""
    plain = content_type.partition(";")[0].strip().lower()
    if plain.startswith("application/problem+"):
        return PROBLEM
    for suffix, name in (("+json", JSON), ("+xml", XML)):
        if plain.endswith(suffix) and not plain.startswith(("image/", "application/xhtml")):
            return name
    return _SYNONYMS.get(plain, plain)


def is_documented(media_type: str, content: Content) -> bool:
    """Whether a normalized media type is documented; documented ones may have wildcards."""
    return any(fnmatchcase(media_type, normalize_media_type(each)) for each in content)


def name_media_types(content: Content) -> str:
    """The documented media types as shown to people, such as `JSON or XML`."""
    plain = dict.fromkeys(normalize_media_type(each) for each in content)
    return " or ".join(_NAMES.get(each, each) for each in plain)


def find_schema(content: Content, media_type: str) -> Mapping[str, Any]:
    """The schema documented for a normalized media type; empty if it is missing."""
    for name, described in content.items():
        if normalize_media_type(name) == media_type:
            schema = described.get("schema")
            return schema if isinstance(schema, Mapping) else {}
    return {}


def find_mismatch(
    schema: Mapping[str, Any], value: Any, name: str = "", seen: frozenset[int] = frozenset()
) -> str | None:
    """Why a value doesn't match its schema, completing "the reply …"; None if it does.

    Looks at types, required properties, patterns and alternatives only: APIs add and omit what
    nobody relies on. A list matches even if one entry has another shape. Numbers in the value may
    be strings, so that long ones keep their digits.
    """
    # Alternatives in an imported document may refer to each other.
    branches = [each for each in schema.get("anyOf", ()) if id(each) not in seen]
    if branches:
        seen |= set(map(id, branches))
        reasons = [find_mismatch(each, value, name, seen) for each in branches]
        if None not in reasons:
            return reasons[0]
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else types
    if types and not any(_has_type(value, each) for each in types):
        return f"has no {types[0]} at {name}" if name else f"isn't a JSON {types[0]}"
    pattern = schema.get("pattern")
    if pattern and isinstance(value, str) and not matches_pattern(pattern, value):
        return f"has no usable {name}"
    if isinstance(value, dict):
        return _find_mismatch_inside(schema, value, name)
    if isinstance(value, list) and value and "items" in schema:
        if any(find_mismatch(schema["items"], each) is None for each in value):
            return None
        return find_mismatch(schema["items"], value[0], f"{name}[0]")
    return None


def _find_mismatch_inside(
    schema: Mapping[str, Any], value: Mapping[str, Any], name: str
) -> str | None:
    properties = schema.get("properties", {})
    for each in schema.get("required", ()):
        inner = f"{name}.{each}" if name else each
        if each not in value:
            return f"has no {inner}"
        if reason := find_mismatch(properties.get(each, {}), value[each], inner):
            return reason
    return None


def _has_type(value: Any, wanted: str) -> bool:
    if wanted == "object":
        return isinstance(value, dict)
    if wanted == "array":
        return isinstance(value, list)
    if wanted == "null":
        return value is None
    if wanted == "boolean":
        return isinstance(value, bool)
    if wanted in ("integer", "number"):
        return isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None
    return isinstance(value, str)
