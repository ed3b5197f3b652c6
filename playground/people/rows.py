"""Rows that are asked for at every keystroke, with SQL that is written once.

Django writes the SQL of a query anew each time, which costs ten times what the database takes
to answer it. An edit of a draft asks for the same few rows again and again; these classes ask
for them, and write them, in the plainest SQL, with the fields' own conversions. They stand in
this room because every room with tables may import it. No signals are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Rows(Generic[Row]):
    """The rows of a table whose fields `by` equal given values, all of their fields or `only`
    some. Fields are named by their attribute: `draft_id`."""

    def __init__(self, model: type[Row], *by: str, only: Sequence[str] = ()) -> None:
        self.model = model
        self.by = by
        self.only = only

    def first(self, *values: Any) -> Row | None:
        """One row, or None. Give the values in the order of `by`."""
        found = self._run(values, " LIMIT 1")
        return self._make(found[0]) if found else None

    def all(self, *values: Any) -> list[Row]:
        return [self._make(row) for row in self._run(values)]

    def values(self, *values: Any) -> list[list[Any]]:
        """The bare values of the fields, row by row."""
        return self._run(values)

    def _make(self, row: Sequence[Any]) -> Row:
        made: Row = self.model.from_db(connection.alias, self._names, row)
        return made

    def _run(self, values: Sequence[Any], tail: str = "") -> list[list[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(self._select + tail, prepare(self._keys, values))
            return [self._convert(row) for row in cursor.fetchall()]

    def _convert(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for index, (column, converters) in self._converters.items():
            for convert in converters:
                values[index] = convert(values[index], column, connection)
        return values

    @cached_property
    def _fields(self) -> list[models.Field[Any, Any]]:
        if self.only:
            return [field_of(self.model, name) for name in self.only]
        return list(self.model._meta.concrete_fields)

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _keys(self) -> list[models.Field[Any, Any]]:
        return [field_of(self.model, name) for name in self.by]

    @cached_property
    def _converters(self) -> Mapping[int, tuple[Any, list[Any]]]:
        """By the position of a column: what turns its value into the field's."""
        found = {}
        for index, field in enumerate(self._fields):
            column = field.get_col(self.model._meta.db_table)
            own = column.get_db_converters(connection)
            if converters := [*connection.ops.get_db_converters(column), *own]:
                found[index] = (column, converters)
        return found

    @cached_property
    def _select(self) -> str:
        columns = ", ".join(map(quote, self._fields))
        return f"SELECT {columns} FROM {table_of(self.model)} WHERE {match(self._keys)}"


def insert(model: type[models.Model], values: Mapping[str, Any]) -> None:
    """Add a row; all of its fields but the key, by attribute name."""
    fields = [field_of(model, name) for name in values]
    columns, marks = ", ".join(map(quote, fields)), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {table_of(model)} ({columns}) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(sql, prepare(fields, values.values()))


def update(model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Change the rows whose fields equal `where`; how many there were."""
    keys = [field_of(model, name) for name in where]
    fields = [field_of(model, name) for name in values]
    changes = ", ".join(f"{quote(field)} = %s" for field in fields)
    sql = f"UPDATE {table_of(model)} SET {changes} WHERE {match(keys)}"
    given = prepare([*fields, *keys], [*values.values(), *where.values()])
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return int(cursor.rowcount)


def prepare(fields: Iterable[models.Field[Any, Any]], values: Iterable[Any]) -> list[Any]:
    """The values as the database takes them."""
    pairs = zip(fields, values, strict=True)
    return [field.get_db_prep_save(value, connection) for field, value in pairs]


def match(fields: Iterable[models.Field[Any, Any]]) -> str:
    return " AND ".join(f"{quote(field)} = %s" for field in fields)


def field_of(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A field by its attribute name, such as `draft_id`."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name.removesuffix("_id") or name))


def quote(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def table_of(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
