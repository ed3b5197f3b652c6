"""Unions: schemas that list alternatives, each with a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.forms.schemas import (
    Schema,
    as_schema,
    is_forbidden,
    is_nullable,
    list_members,
    list_required,
    list_value_types,
)
from playground.openapi.files import is_file
from playground.openapi.unions import find_discriminator
from playground.rules.context import ByIdentity

TYPE_TITLES: Mapping[str, Any] = {
    "string": _("Text"),
    "integer": _("Whole number"),
    "number": _("Number"),
    "boolean": _("Yes or no"),
    "array": _("List"),
    "object": _("Object"),
}
# Annotation keywords: those of a branch replace those of the union.
DESCRIPTIONS = frozenset({"title", "description", "examples", "deprecated", "discriminator"})
DESCRIPTIONS |= {"externalDocs", "xml"}
# Nested unions are flattened down to this depth: a union may contain itself.
DEEPEST = 4
MOST_CACHED = 2000
MOST_NAMED, LONGEST_TITLE = 3, 40


@dataclass(frozen=True, eq=False)
class Alternative:
    """One branch of a union: its title, which also identifies it, and its whole schema.

    `tags` are the values of the discriminator that name it.
    """

    title: str
    schema: Schema = field(repr=False)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Union:
    """A schema and its alternatives; none if it isn't a union. `discriminator` is the key
    whose value names the alternative, or empty."""

    schema: Schema = field(repr=False)
    alternatives: tuple[Alternative, ...] = ()
    discriminator: str = ""


def read_union(schema: Schema) -> Union:
    """The alternatives of a schema.

    Some unions are treated as plain schemas: those with one alternative besides null, and those
    whose alternatives are all constants (a choice) or all strings (text with suggestions).
    """
    return _read_union(ByIdentity(schema))


# A form needs this several times per union, and some have fifty branches.
@lru_cache(maxsize=MOST_CACHED)
def _read_union(key: ByIdentity) -> Union:
    schema: Schema = key.value
    keyword = next((each for each in ("oneOf", "anyOf") if _is_listed(schema.get(each))), "")
    if not keyword:
        return _read_types(schema)
    base = {name: value for name, value in schema.items() if name != keyword}
    branches = [
        merge_schemas(base, each) for each in _list_branches(schema[keyword]) if _says_more(each)
    ]
    nullable = any(_is_null(as_schema(each)) for each in schema[keyword])
    if nullable and "type" in base and not is_nullable(base):
        nullable = False
    if not branches:
        return _read_types(_with_null(base) if nullable else base)
    if len(branches) == 1:
        one = branches[0].schema
        return read_union(_with_null(one) if nullable else one)
    if plain := _read_plain(base, [each.schema for each in branches], nullable):
        return Union(plain)
    discriminator = find_discriminator(schema)
    found = _name_alternatives(branches, discriminator)
    return Union(_with_null(base) if nullable else base, found, discriminator)


@dataclass(frozen=True, eq=False)
class _Branch:
    schema: Schema
    name: str  # of its `$ref`
    title: str


def _is_listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value)


def _is_null(schema: Schema) -> bool:
    values = schema.get("enum", [schema.get("const", ...)])
    return schema.get("type") in ("null", ["null"]) or list(values) == [None]


def _says_more(schema: Schema) -> bool:
    """Whether a branch describes a value rather than only listing required keys."""
    constraints = {"required", "not", "minProperties", "maxProperties", *DESCRIPTIONS}
    return not _is_null(schema) and not is_forbidden(schema) and bool(schema.keys() - constraints)


def _list_branches(branches: Iterable[Any], depth: int = 0) -> Iterator[Schema]:
    """The branches, with nested unions replaced by their branches."""
    for each in map(as_schema, branches):
        inner = each.get("oneOf") or each.get("anyOf")
        others = each.keys() - {"oneOf", "anyOf", *DESCRIPTIONS}
        if _is_listed(inner) and not others and depth < DEEPEST:
            yield from _list_branches(list(inner or ()), depth + 1)
        else:
            yield each


def merge_schemas(base: Schema, branch: Schema) -> _Branch:
    """A branch merged with the keywords of its union."""
    name, title = str(getattr(branch, "ref_name", "")), str(branch.get("title", ""))
    shared = {key: value for key, value in base.items() if key not in DESCRIPTIONS}
    if not shared:
        # The same object each time, so that results cached by schema stay valid.
        return _Branch(branch, name, title)
    merged = {**shared, **branch}
    if "properties" in shared and "properties" in branch:
        merged["properties"] = {**shared["properties"], **branch["properties"]}
    if "required" in shared and "required" in branch:
        merged["required"] = list(dict.fromkeys([*shared["required"], *branch["required"]]))
    return _Branch(merged, name, title)


def _with_null(schema: Schema) -> Schema:
    types = list_value_types(schema)
    if not types or is_nullable(schema):
        return schema
    return {**schema, "type": [*types, "null"]}


def _read_types(schema: Schema) -> Union:
    """The alternatives of a union of types, such as text or a number: one per type."""
    types = list_value_types(schema)
    if "integer" in types and "number" in types:
        types.remove("integer")
    if len(types) < 2 or "enum" in schema or "const" in schema:
        single = len(types) == 1 and isinstance(schema.get("type"), list)
        null = ["null"] if is_nullable(schema) else []
        return Union({**schema, "type": [*types, *null]} if single else schema)
    described = {key: value for key, value in schema.items() if key not in DESCRIPTIONS}
    return Union(
        schema,
        tuple(
            Alternative(str(TYPE_TITLES.get(each, each)), {**described, "type": each})
            for each in types
        ),
    )


def _read_plain(base: Schema, branches: list[Schema], nullable: bool) -> Schema | None:
    """The plain schema of a union that doesn't need to be chosen from, or None."""
    own = {key: value for key, value in base.items() if key != "discriminator"}
    if all(_is_scalar_choice(each) for each in branches):
        values = [value for each in branches for value in list_values(each)]
        labels = {
            value: str(each["title"])
            for each in branches
            for value in list_values(each)
            if isinstance(value, str) and "title" in each and "const" in each
        }
        # The union itself may allow only some of the choices in its branches.
        limits = base.get("enum")
        values = [each for each in values if not limits or each in limits]
        null = [None] if nullable else []
        return {**own, "enum": [*values, *null], "x-choice-labels": labels}
    if all(list_value_types(each) == ["string"] or _is_text_choice(each) for each in branches):
        if any("x-secret" in each or each.get("format") == "password" for each in branches):
            return None
        if any(map(is_file, branches)):
            return None
        known = [value for each in branches for value in list_values(each)]
        known += [value for each in branches for value in each.get("examples", ())]
        suggested = {"examples": list(dict.fromkeys(v for v in known if isinstance(v, str)))}
        return {**own, **suggested, "type": ["string", "null"] if nullable else "string"}
    return None


def list_values(schema: Schema) -> list[Any]:
    """The values of a choice or a constant."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _is_scalar_choice(schema: Schema) -> bool:
    values = list_values(schema)
    return bool(values) and not any(isinstance(each, list | Mapping) for each in values)


def _is_text_choice(schema: Schema) -> bool:
    return _is_scalar_choice(schema) and all(isinstance(v, str) for v in list_values(schema))


def _name_alternatives(branches: list[_Branch], discriminator: str) -> tuple[Alternative, ...]:
    """The alternatives, each with a unique title."""
    found: list[Alternative] = []
    taken: set[str] = set()
    for branch in branches:
        # Lazily: the first name is usually free; the others depend on the branch's keys.
        names = (str(each) for each in _name_branch(branch, branches, discriminator) if each)
        first = title = next(names)
        while title in taken and (other := next(names, "")):
            title = other
        number = 2
        while title in taken:
            title = f"{first} {number}"
            number += 1
        taken.add(title)
        found.append(Alternative(title, branch.schema, tuple(_tags(branch, discriminator))))
    return tuple(found)


def _name_branch(
    branch: _Branch, branches: list[_Branch], discriminator: str
) -> Iterator[str | Promise]:
    """Names for a branch, the best one first."""
    schema = branch.schema
    # Some documents use whole sentences as titles.
    yield branch.title if len(branch.title) <= LONGEST_TITLE else branch.name
    yield branch.name
    yield branch.title
    for key in [discriminator, *list_members(schema)]:
        fixed = _fixed_texts(list_members(schema).get(key, {}))
        if len(fixed) == 1:
            yield fixed[0]
    values = list_values(schema)
    if values:
        yield ", ".join(str(each) for each in values[:MOST_NAMED])
    if list_value_types(schema) == ["object"]:
        yield from _distinguishing_keys(schema, branches)
    if list_value_types(schema) == ["array"]:
        item = as_schema(schema.get("items"))
        if is_file(item):
            yield _("List of files")
        inner = str(item.get("title", "")) or str(getattr(item, "ref_name", ""))
        types = list_value_types(item)
        kind = str(TYPE_TITLES.get(types[0], "")).lower() if len(types) == 1 else ""
        if inner or kind:
            yield _("List of %(items)s") % {"items": inner or kind}
    if is_file(schema):
        yield _("File")
    if schema.get("format"):
        yield f"{TYPE_TITLES.get((list_value_types(schema) or [''])[0], '')} ({schema['format']})"
    types = list_value_types(schema)
    yield TYPE_TITLES.get(types[0], types[0]) if types else _("Anything")


def _distinguishing_keys(schema: Schema, branches: list[_Branch]) -> Iterator[str]:
    others = [each.schema for each in branches if each.schema is not schema]
    known = {key for each in others for key in list_members(each)}
    own = [key for key in [*list_required(schema, {}), *list_members(schema)] if key not in known]
    if own:
        yield own[0]
    required = list_required(schema, {})
    if required:
        yield ", ".join(required[:MOST_NAMED])


def _tags(branch: _Branch, discriminator: str) -> Iterator[str]:
    if not discriminator:
        return
    yield from _fixed_texts(list_members(branch.schema).get(discriminator, {}))
    if branch.name:
        yield branch.name


def _fixed_texts(schema: Schema) -> list[str]:
    return [each for each in list_values(schema) if isinstance(each, str)]
