"""The branches of a union, and the discriminator that tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.jsontext import pointers
from playground.openapi.documents import ApiDocument


def find_discriminator(raw: Any) -> str:
    """The discriminator property of a schema as written; empty without one."""
    discriminator = raw.get("discriminator") if isinstance(raw, Mapping) else None
    name = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else None
    return name if isinstance(name, str) else ""


def list_branch_values(document: ApiDocument, discriminator: Any, target: str) -> list[str]:
    """The discriminator values that select the schema at the pointer `target`.

    Without an entry in `mapping`, that is the schema's name.
    """
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    values = [
        value
        for value, reference in (mapping.items() if isinstance(mapping, Mapping) else ())
        if find_mapped(document, reference) == target
    ]
    return values or [pointers.last(target)]


def list_subtypes(document: ApiDocument, pointer: str) -> dict[str, list[str]]:
    """Schemas that extend the one at a pointer and are selected by its discriminator.

    Maps their pointers to the values that select them. Empty if the schema has no discriminator
    or lists its branches itself.
    """
    raw = document.get(pointer)
    if not find_discriminator(raw) or not raw.keys().isdisjoint(("oneOf", "anyOf")):
        return {}
    found: dict[str, list[str]] = {}
    waiting = [pointer]
    while waiting:
        for each in document.extending.get(waiting.pop(), ()):
            if each not in found and each != pointer:
                found[each] = list_branch_values(document, raw["discriminator"], each)
                waiting.append(each)
    return found


def find_mapped(document: ApiDocument, reference: Any) -> str | None:
    """The pointer of the schema that a `mapping` value names: a reference or a schema name."""
    if not isinstance(reference, str):
        return None
    target = document.resolve(reference) if "#" in reference else None
    target = target or document.resolve(f"#/components/schemas/{reference}")
    # The schema may itself be a reference; branches are compared by its target.
    return target and document.follow(document.get(target), target)[1]
