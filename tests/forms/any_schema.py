"""Schemas and documents of every shape, and the document that a form would give back."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from playground.forms.field import Field, FieldMetadata
from playground.forms.grid import read_cell, read_table_grid
from playground.forms.kinds import parse_input
from playground.forms.sections import find_field, read_root_fields
from playground.jsontext import parsing

NOTHING = FieldMetadata()
KEYS = st.sampled_from(["a", "b", "kind", "a/b", "~", "", "0", "(Text)", "ключ"])
TEXTS = st.sampled_from(["", "x", "two\nlines", "a\0b", "a\r\nb", "2026-11-30", "{{name}}", "true"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(1.5), TEXTS, st.text(max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
LEAVES = st.one_of(
    st.just({}),
    st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(lambda t: {"type": t}),
    st.sampled_from(["date", "date-time", "time", "password", "byte"]).map(
        lambda f: {"type": "string", "format": f}
    ),
    st.lists(SCALARS, min_size=1, max_size=14).map(lambda values: {"enum": values}),
    SCALARS.map(lambda value: {"const": value}),
    st.just({"type": ["string", "integer", "null"]}),
    st.just({"type": ["boolean", "null"]}),
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(KEYS, inner, max_size=3)},
        optional={
            "required": st.lists(KEYS, max_size=2),
            "additionalProperties": inner | st.booleans(),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "(", "b$"]), inner),
            "dependentRequired": st.just({"a": ["b"]}),
            "title": st.text(max_size=4),
        },
    )


def _lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={"items": inner, "prefixItems": st.lists(inner, min_size=1, max_size=2)},
    )


def _unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda keyword, branches, shared: {keyword: branches, **shared},
        st.sampled_from(["oneOf", "anyOf"]),
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from(
            [
                {},
                {"discriminator": {"propertyName": "kind"}},
                {"type": "object", "properties": {"kind": {"type": "string"}}},
            ]
        ),
    )


SCHEMAS = st.recursive(
    LEAVES, lambda inner: _objects(inner) | _lists(inner) | _unions(inner), max_leaves=8
)


def give_back(schema: Any, tree: Any) -> Any:
    """The document that its form would give back, if each of its fields were sent unchanged.

    Raises AssertionError for a value that several fields show.
    """
    fields = read_root_fields(schema, tree, NOTHING)
    if len(fields) == 1 and fields[0].pointer == "":
        return _value_of(fields[0], schema, tree)
    return _collect(fields, schema, tree)


def list_leaves(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields with a value of the type that they give it."""
    for each in fields:
        yield from list_leaves(each.fields)
        is_leaf = each.state == "sent" and not each.is_container and each.kind != "secret"
        if is_leaf and not _is_retyped(each):
            yield each


def _is_retyped(field: Field) -> bool:
    """Whether typing in the field would give its value the type that it should have."""
    if field.kind == "text":
        return field.value_kind in ("toggle", "number")
    return field.kind in ("integer", "number") and field.value_kind in ("text", "toggle")


def _collect(fields: tuple[Field, ...], schema: Any, tree: Any) -> dict[str, Any]:
    sent = [each for each in fields if each.is_on]
    keys = [each.key for each in sent]
    assert len(set(keys)) == len(keys), f"drawn twice: {keys}"
    return {each.key: _value_of(each, schema, tree) for each in sent}


def _value_of(field: Field, schema: Any, tree: Any) -> Any:
    if field.state == "null":
        return None
    if not field.is_open:
        opened = find_field(schema, tree, NOTHING, field.pointer)
        assert opened is not None
        assert opened.is_open, f"can't be opened: {field.pointer}"
        field = opened
    if field.kind == "union":
        assert len(field.fields) == 1
        return _value_of(field.fields[0], schema, tree)
    if field.kind == "cards":
        assert [each.key for each in field.fields] == [str(i) for i in range(field.count)]
        return [_value_of(each, schema, tree) for each in field.fields]
    if field.kind == "table":
        return [_row_of(field, row) for row in field.tree]
    if field.kind in ("group", "map"):
        return _collect(field.fields, schema, tree)
    if field.kind == "secret":
        return field.text
    if _is_retyped(field):
        return field.text if field.value_kind == "text" else parsing.parse(field.text)
    given = parse_input(field.kind, field.text)
    assert given is not None, f"shown as if it weren't there: {field.pointer}"
    return parsing.parse(given)


def _row_of(field: Field, row: Any) -> Any:
    kinds = {each.key: each.kind for each in read_table_grid(field).columns}
    assert set(row) <= set(kinds)
    cells = {key: read_cell(value, kinds[key]) for key, value in row.items()}
    return {
        key: None if look == "null" else parsing.parse(parse_input(kind, text) or "")
        for key, (kind, look, text) in cells.items()
    }
