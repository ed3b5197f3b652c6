"""Combine the values that two schemas have for the same keyword."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playground.openapi.keywords import list_types


def merge_lists(one: Any, other: Any) -> list[Any]:
    """The distinct entries of both."""
    return [*one, *(each for each in other if each not in one)]


def merge_choices(one: Any, other: Any) -> list[Any]:
    """The common choices; if there are none, those of the first schema."""
    return [each for each in one if each in other] or one


def merge_types(one: Any, other: Any) -> Any:
    """The common types; if there are none, those of the first schema."""
    types, others = list_types({"type": one}), list_types({"type": other})
    common = [each for each in types if each in others]
    for wide, narrow in ((types, others), (others, types)):
        # Integers are numbers.
        if "number" in wide and "integer" in narrow and not {"integer", "number"} & {*common}:
            common.append("integer")
    if not common:
        return one
    return common[0] if len(common) == 1 else common


def _merge_flags(one: Any, other: Any) -> Any:
    return one or other


MERGERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "required": merge_lists,
    "allOf": merge_lists,
    "enum": merge_choices,
    "type": merge_types,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minContains"), max),
    "minProperties": max,
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxContains"), min),
    "maxProperties": min,
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated"), _merge_flags),
}
