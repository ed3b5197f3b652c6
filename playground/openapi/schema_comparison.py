"""Compare two versions of a schema, from the point of view of who sends its values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from playground.openapi.keywords import TYPES

LONGEST_VALUE = 60
# Raising a limit of the first group, or lowering one of the second, is breaking.
LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORMS = ("pattern", "format")

Schema = Mapping[str, Any]
Key = TypeVar("Key")


@dataclass(frozen=True)
class OperationDifference:
    """One difference in words; if breaking, the API may reject what it used to accept."""

    message: str
    breaking: bool = False


class SchemaComparison:
    """Walks two schemas in parallel; each pair once, since schemas may be recursive."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, int]] = set()
        # Keeps them alive, so that their ids aren't reused.
        self.kept: list[tuple[Schema, Schema]] = []

    def compare(self, old: Any, new: Any, name: str) -> Iterator[OperationDifference]:
        """The differences below a place; `name` is its name in messages, empty for the body."""
        if not isinstance(old, Mapping) or not isinstance(new, Mapping) or old is new:
            return
        if (id(old), id(new)) in self.seen:
            return
        self.seen.add((id(old), id(new)))
        self.kept.append((old, new))
        subject = name or "The body"
        yield from _compare_types(old, new, subject)
        yield from _compare_choices(old, new, subject)
        yield from _compare_limits(old, new, subject)
        yield from self._compare_properties(old, new, name)
        yield from self._compare_branches(old, new, name)
        yield from self.compare(old.get("items"), new.get("items"), _join(name, "[]"))
        if (
            new.get("additionalProperties") is False
            and old.get("additionalProperties") is not False
        ):
            yield OperationDifference(f"{subject} no longer accepts other fields.", True)
        yield from self.compare(
            old.get("additionalProperties"), new.get("additionalProperties"), _join(name, "*")
        )

    def _compare_properties(
        self, old: Schema, new: Schema, name: str
    ) -> Iterator[OperationDifference]:
        before, after = _mapping(old.get("properties")), _mapping(new.get("properties"))
        needed, was_needed = _names(new.get("required")), _names(old.get("required"))
        for key, schema in after.items():
            inner = _join(name, key)
            required = key in needed and key not in was_needed
            if key not in before:
                yield OperationDifference(
                    f"{inner} is new{', and it is required' if required else ''}.", required
                )
            else:
                if required:
                    yield OperationDifference(f"{inner} is required now.", True)
                yield from self.compare(before[key], schema, inner)
        for key in sorted(needed - was_needed - after.keys()):
            yield OperationDifference(f"{_join(name, key)} is required now.", True)
        is_closed = new.get("additionalProperties") is False
        for key in list_unmatched(before, after):
            yield OperationDifference(f"{_join(name, key)} is no longer documented.", is_closed)

    def _compare_branches(
        self, old: Schema, new: Schema, name: str
    ) -> Iterator[OperationDifference]:
        for keyword in ("oneOf", "anyOf"):
            before, after = _branches(old.get(keyword)), _branches(new.get(keyword))
            if not before or not after:
                continue
            for title, branch in before.items():
                if title not in after:
                    yield OperationDifference(f"{name or 'The body'}: {title} was removed.", True)
                else:
                    yield from self.compare(branch, after[title], name)
            for title in list_unmatched(after, before):
                yield OperationDifference(f"{name or 'The body'}: {title} is a new alternative.")


def _compare_types(old: Schema, new: Schema, subject: str) -> Iterator[OperationDifference]:
    before, after = _types(old), _types(new)
    # Integers are numbers.
    lost = before - after - ({"integer"} if "number" in after else set())
    if before and after and lost:
        now = " or ".join(sorted(after))
        yield OperationDifference(
            f"{subject} must be {now} now; it could be {' or '.join(sorted(lost))}.", True
        )


def _compare_choices(old: Schema, new: Schema, subject: str) -> Iterator[OperationDifference]:
    before, after = _choices(old), _choices(new)
    if after is None:
        if before is not None:
            yield OperationDifference(f"{subject} accepts any value now.")
        return
    shown = ", ".join(_shorten(each) for each in after)
    if before is None:
        yield OperationDifference(f"{subject} must be one of {_shorten(shown)} now.", True)
        return
    for each in list_unmatched(before, after):
        yield OperationDifference(f"{subject} can no longer be {_shorten(each)}.", True)
    for each in list_unmatched(after, before):
        yield OperationDifference(f"{subject} can be {_shorten(each)} now.")


def _compare_limits(old: Schema, new: Schema, subject: str) -> Iterator[OperationDifference]:
    for keywords, sign in ((LOWER_LIMITS, 1), (UPPER_LIMITS, -1)):
        for keyword in keywords:
            before, after = old.get(keyword), new.get(keyword)
            if before == after:
                continue
            if not _is_number(after):
                yield OperationDifference(f"{subject}: {keyword} {before} was removed.")
                continue
            if not _is_number(before):
                yield OperationDifference(f"{subject}: {keyword} is {after} now.", True)
                continue
            message = f"{subject}: {keyword} is {after} now (was {before})."
            yield OperationDifference(message, (after - before) * sign > 0)
    for keyword in FORMS:
        before, after = old.get(keyword), new.get(keyword)
        if before != after and isinstance(after, str):
            yield OperationDifference(f"{subject}: {keyword} is {_shorten(after)} now.", True)


def _join(name: str, key: str) -> str:
    return f"{name}{key}" if key == "[]" else f"{name}.{key}" if name else key


def _types(schema: Schema) -> set[str]:
    types = schema.get("type")
    listed = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    return {each for each in listed if isinstance(each, str)} & {*TYPES}


def _choices(schema: Schema) -> dict[str, None] | None:
    """The values of `enum` or `const` as JSON texts; None if any value is accepted."""
    if "const" in schema:
        return {json.dumps(schema["const"], default=str): None}
    values = schema.get("enum")
    if not isinstance(values, list):
        return None
    return dict.fromkeys(json.dumps(each, default=str) for each in values)


def _branches(value: Any) -> dict[str, Schema]:
    """The branches of a union by a name that doesn't depend on their order."""
    listed = value if isinstance(value, list) else []
    found: dict[str, Schema] = {}
    for index, branch in enumerate(listed, 1):
        if isinstance(branch, Mapping):
            name = branch.get("title") or getattr(branch, "ref_name", "") or f"alternative {index}"
            found.setdefault(str(name), branch)
    return found


def list_unmatched(these: Mapping[Key, Any], others: Mapping[Key, Any]) -> list[Key]:
    """The keys that the others lack, in order."""
    return [each for each in these if each not in others]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _names(value: Any) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
