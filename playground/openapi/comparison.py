"""Compare the operations of two versions of a document, from a caller's point of view."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from playground.openapi.operations import Operation

# Per operation: nobody reads more than that.
MOST_DETAILS = 50
LONGEST_VALUE = 60
# Raising a limit of the first group, or lowering one of the second, is breaking.
LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORMS = ("pattern", "format")
TYPES = frozenset(("string", "number", "integer", "boolean", "object", "array", "null"))

Schema = Mapping[str, Any]
Key = TypeVar("Key")


@dataclass(frozen=True)
class OperationDifference:
    """One difference in words; if breaking, the API may reject what it used to accept."""

    message: str
    breaking: bool = False


@dataclass(frozen=True)
class OperationChange:
    """How an operation changed: `kind` is `added`, `removed` or `changed`.

    `former` is its previous id, if that changed.
    """

    operation: str
    title: str
    kind: str
    differences: tuple[OperationDifference, ...] = ()
    former: str = ""

    @property
    def breaking(self) -> bool:
        # Payloads refer to their operation by id.
        is_lost = self.kind == "removed" or bool(self.former)
        return is_lost or any(each.breaking for each in self.differences)


def compare_operations(old: Iterable[Operation], new: Iterable[Operation]) -> list[OperationChange]:
    """The operations that were added, removed or changed, in the order of the newer document.

    An operation with a new id but the same method and path is the same operation.
    """
    before = {each.id: each for each in old}
    after = {each.id: each for each in new}
    by_address = {_address(each): each for each in before.values() if each.id not in after}
    changes = []
    for operation in after.values():
        former = before.get(operation.id) or by_address.get(_address(operation))
        if former is None:
            changes.append(OperationChange(operation.id, operation.title, "added"))
            continue
        before.pop(former.id, None)
        found = tuple(_limit(_compare_operation(former, operation)))
        renamed = former.id if former.id != operation.id else ""
        if found or renamed:
            changes.append(
                OperationChange(operation.id, operation.title, "changed", found, renamed)
            )
    removed = [OperationChange(each.id, each.title, "removed") for each in before.values()]
    return changes + removed


def _address(operation: Operation) -> tuple[str, str]:
    return operation.method, operation.path


def _limit(differences: Iterable[OperationDifference]) -> list[OperationDifference]:
    """The distinct differences, breaking ones first."""
    found = list(dict.fromkeys(differences))
    found.sort(key=lambda each: not each.breaking)
    left = len(found) - MOST_DETAILS
    if left > 0:
        rest = OperationDifference(
            f"And {left} more.", any(each.breaking for each in found[MOST_DETAILS:])
        )
        return [*found[:MOST_DETAILS], rest]
    return found


def _compare_operation(old: Operation, new: Operation) -> Iterator[OperationDifference]:
    if _address(old) != _address(new):
        yield OperationDifference(f"{old.method} {old.path} became {new.method} {new.path}.", True)
    yield from _compare_parameters(old, new)
    if old.body_schema is None and new.body_schema is not None:
        yield OperationDifference("It has a body now.", True)
    elif old.body_schema is not None and new.body_schema is None:
        yield OperationDifference("It has no body any more.", True)
    elif old.body_schema is not None and new.body_schema is not None:
        yield from _SchemaComparison().compare(old.body_schema, new.body_schema, "")


def _compare_parameters(old: Operation, new: Operation) -> Iterator[OperationDifference]:
    before = {(each.place, each.name): each for each in old.parameters}
    after = {(each.place, each.name): each for each in new.parameters}
    for key, parameter in after.items():
        former, name = before.get(key), f"The {key[0]} parameter {key[1]}"
        if former is None:
            needed = ", and it is required" if parameter.required else ""
            yield OperationDifference(f"{name} is new{needed}.", parameter.required)
            continue
        if parameter.required and not former.required:
            yield OperationDifference(f"{name} is required now.", True)
        yield from _SchemaComparison().compare(former.schema, parameter.schema, name)
    for place, name in _missing(before, after):
        yield OperationDifference(f"The {place} parameter {name} is no longer documented.", True)


class _SchemaComparison:
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
            yield OperationDifference(f"{subject} accepts no other fields any more.", True)
        yield from self.compare(
            old.get("additionalProperties"), new.get("additionalProperties"), _join(name, "*")
        )

    def _compare_properties(
        self, old: Schema, new: Schema, name: str
    ) -> Iterator[OperationDifference]:
        before, after = _mapping(old.get("properties")), _mapping(new.get("properties"))
        needed, is_new = _names(new.get("required")), _names(old.get("required"))
        for key, schema in after.items():
            inner = _join(name, key)
            required = key in needed and key not in is_new
            if key not in before:
                yield OperationDifference(
                    f"{inner} is new{', and it is required' if required else ''}.", required
                )
            else:
                if required:
                    yield OperationDifference(f"{inner} is required now.", True)
                yield from self.compare(before[key], schema, inner)
        is_closed = new.get("additionalProperties") is False
        for key in _missing(before, after):
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
            for title in _missing(after, before):
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
    for each in _missing(before, after):
        yield OperationDifference(f"{subject} can't be {_shorten(each)} any more.", True)
    for each in _missing(after, before):
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
    return {each for each in listed if isinstance(each, str)} & TYPES


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


def _missing(these: Mapping[Key, Any], others: Mapping[Key, Any]) -> list[Key]:
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
