"""Which places of a schema have no field of their own and stay JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from playground.forms.kinds import kind_by_schema
from playground.forms.schemas import (
    CONTAINERS,
    Schema,
    as_schema,
    is_forbidden,
    list_members,
    open_schema,
)
from playground.forms.unions import read_union
from playground.jsontext import pointers
from playground.openapi.operations import Operation
from playground.openapi.report import JsonField

# Some documents are nets of unions with endless ways through them.
MOST_PLACES = 20_000
INSIDE = CONTAINERS | {"group"}


def find_json_fields(operation: Operation) -> list[JsonField]:
    """The places of an operation's bodies that a form can only show as JSON, and why."""
    found: dict[JsonField, None] = {}
    for body in operation.bodies:
        found |= dict.fromkeys(_walk(body.schema))
    return list(found)


def _walk(schema: Schema) -> Iterator[JsonField]:
    waiting, seen = [(schema, "")], {id(schema): schema}
    while waiting and len(seen) < MOST_PLACES:
        part, pointer = waiting.pop()
        kind = kind_by_schema(open_schema(part))
        if kind == "json":
            yield JsonField(pointer or "/", _("Its types have no field in common."))
        for inner, name in _list_inner(part) if kind in INSIDE else ():
            if id(inner) not in seen and not is_forbidden(inner):
                seen[id(inner)] = inner
                waiting.append((inner, pointers.child(pointer, name)))


def _list_inner(schema: Schema) -> Iterator[tuple[Schema, str]]:
    """The schemas one level below, by the keys that lead there; `-` for items, `*` for any key."""
    union = read_union(open_schema(schema))
    for alternative in union.alternatives:
        yield from _list_inner(alternative.schema)
    plain = union.schema
    for key, member in list_members(plain).items():
        # The API fills these; requests leave them out.
        if member.get("readOnly") is not True:
            yield member, key
    first = plain.get("prefixItems")
    items = [*(first if isinstance(first, list) else ()), plain.get("items")]
    yield from ((as_schema(each), "-") for each in items if isinstance(each, Mapping))
    patterns = plain.get("patternProperties")
    others = [
        *(patterns.values() if isinstance(patterns, Mapping) else ()),
        plain.get("additionalProperties"),
    ]
    yield from ((as_schema(each), "*") for each in others if isinstance(each, Mapping))
