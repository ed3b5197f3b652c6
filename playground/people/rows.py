"""Rows that are asked for at every keystroke, with SQL that is written once.

Django writes the SQL of a query anew each time, which costs ten times what the database takes
to answer it. An edit of a draft asks for the same few rows again and again; these classes ask
for them, and write them, in the plainest SQL, with the fields' own conversions. They stand in
this room because every room with tables may import it. No signals are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC
from functools import cache, cached_property
from typing import Any, Generic, TypeAlias, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)
Found = TypeVar("Found")
Field: TypeAlias = "models.Field[Any, Any]"

# Fields whose texts and whole numbers the database takes as they are.
PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BigAutoField)


class Rows(Generic[Row]):
    """The rows of a table whose fields `by` equal given values, all of their fields or `only`
    some. Fields are named by their attribute: `draft_id`. `beside` is a foreign key whose row
    comes along."""

    def __init__(
        self, model: type[Row], *by: str, only: Sequence[str] = (), beside: str = ""
    ) -> None:
        self.model = model
        self.by = by
        self.only = only
        self.beside = beside

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
        own = len(self._names)
        made = _make(self.model, self._names, row)
        if self._other is not None:
            known = row[own] is not None
            names = [field.attname for field in self._other_fields]
            setattr(made, self.beside, _make(self._other, names, row[own:]) if known else None)
        return made

    def _run(self, values: Sequence[Any], tail: str = "") -> list[list[Any]]:
        found = [list(row) for row in ask(self._select + tail, prepare(self._keys, values))]
        for row in found:
            for index, convert in self._converters:
                row[index] = convert(row[index])
        return found

    @cached_property
    def _fields(self) -> list[Field]:
        if self.only:
            return [field_of(self.model, name) for name in self.only]
        return list(self.model._meta.concrete_fields)

    @cached_property
    def _other(self) -> type[models.Model] | None:
        """The model of the row that comes along."""
        return _target(field_of(self.model, self.beside)) if self.beside else None

    @cached_property
    def _other_fields(self) -> list[Field]:
        """Those of the row that comes along, its key first: where that is NULL, there is none."""
        found = list(self._other._meta.concrete_fields) if self._other else []
        return sorted(found, key=lambda field: not field.primary_key)

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _keys(self) -> list[Field]:
        return [field_of(self.model, name) for name in self.by]

    @cached_property
    def _converters(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """By the position of a column: what turns its value into the field's."""
        fields = [*self._fields, *self._other_fields]
        return [(index, make) for index, field in enumerate(fields) if (make := _reading(field))]

    @cached_property
    def _select(self) -> str:
        columns = ", ".join(map(quote, [*self._fields, *self._other_fields]))
        table = table_of(self.model)
        if self._other is not None:
            key, other = self._other_fields[0], table_of(self._other)
            link = quote(field_of(self.model, self.beside))
            table += f" LEFT JOIN {other} ON {quote(key)} = {link}"
        return f"SELECT {columns} FROM {table} WHERE {match(self._keys)}"


def _make(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row as the database has it, past the model's way of making a new one."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.db, made._state.adding = DEFAULT_DB_ALIAS, False
    made.__dict__.update(zip(names, values, strict=False))
    return made


def twin(row: Row) -> Row:
    """The same row once more, to be changed."""
    made = row.__class__.__new__(row.__class__)
    made.__dict__.update(row.__dict__)
    made._state = copy(row._state)
    made._state.fields_cache = dict(row._state.fields_cache)
    return made


def insert(model: type[models.Model], *added: Mapping[str, Any]) -> None:
    """Add rows; all of their fields but the key, by attribute name, each row the same ones."""
    sql, fields = _insertion(model, tuple(added[0]))
    for values in added:
        tell(sql, prepare(fields, values.values()))


def update(model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Change the rows whose fields equal `where`; how many there were."""
    sql, fields = _updating(model, tuple(values), tuple(where))
    return tell(sql, prepare(fields, [*values.values(), *where.values()]))


@cache
def _insertion(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Field]]:
    fields = [field_of(model, name) for name in names]
    columns, marks = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {table_of(model)} ({columns}) VALUES ({marks})", fields


@cache
def _updating(
    model: type[models.Model], names: tuple[str, ...], by: tuple[str, ...]
) -> tuple[str, list[Field]]:
    fields, keys = ([field_of(model, name) for name in each] for each in (names, by))
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    return f"UPDATE {table_of(model)} SET {changes} WHERE {match(keys)}", [*fields, *keys]


def ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that a query finds, as the database has them. Its places are `%s`."""
    return _run(sql, values, lambda cursor: list(cursor.fetchall()))


def tell(sql: str, values: Sequence[Any]) -> int:
    """Change something; how many rows it was."""
    return _run(sql, values, lambda cursor: int(cursor.rowcount))


def _run(sql: str, values: Sequence[Any], read: Callable[[Any], Found]) -> Found:
    """Past Django's cursor, which rewrites the SQL's places at every call, unless it has not
    connected yet or somebody listens there: DEBUG, or a test that counts."""
    own = database()
    if own.connection is None or own.queries_logged or own.execute_wrappers:
        with own.cursor() as cursor:
            cursor.execute(sql, values)
            return read(cursor)
    own.validate_no_broken_transaction()
    with own.wrap_database_errors:
        return read(own.connection.execute(_mark_places(sql), values))


@cache
def _mark_places(sql: str) -> str:
    return sql.replace("%s", "?")


def database() -> BaseDatabaseWrapper:
    """This thread's connection itself: Django's stand-in for it looks it up at every dot."""
    return connections[DEFAULT_DB_ALIAS]


def prepare(fields: Iterable[Field], values: Iterable[Any]) -> list[Any]:
    """The values as the database takes them."""
    own = database()
    return [
        value if type(value) in (str, int) and type(field) in PLAIN else _writing(field)(value, own)
        for field, value in zip(fields, values, strict=True)
    ]


@cache
def _writing(field: Field) -> Callable[[Any, BaseDatabaseWrapper], Any]:
    """What turns a value into the column's: for the kinds that every edit writes without asking
    again whether it is one."""
    while isinstance(field, models.ForeignKey):  # it holds another's key
        field = field.target_field
    if type(field) is models.UUIDField:
        return lambda value, own: (
            value.hex if type(value) is UUID else field.get_db_prep_save(value, own)
        )
    if type(field) is models.DateTimeField:
        return lambda value, own: own.ops.adapt_datetimefield_value(value)
    return field.get_db_prep_save


def match(fields: Iterable[Field]) -> str:
    return " AND ".join(f"{quote(field)} = %s" for field in fields)


@cache
def field_of(model: type[models.Model], name: str) -> Field:
    """A field by its attribute name, such as `draft_id`."""
    return cast("Field", model._meta.get_field(name.removesuffix("_id") or name))


def quote(field: Field) -> str:
    """The column with its table, as SQL names it."""
    return f"{table_of(field.model)}.{_column(field)}"


def table_of(model: type[models.Model]) -> str:
    return database().ops.quote_name(model._meta.db_table)


def _column(field: Field) -> str:
    return database().ops.quote_name(str(field.column))


def _target(field: Field) -> type[models.Model]:
    return cast("type[models.Model]", field.related_model)


def _reading(field: Field) -> Callable[[Any], Any] | None:
    """What turns a column's value into the field's; None where it is that already."""
    own = database()
    if type(field) is models.DateTimeField and own.vendor == "sqlite" and own.timezone is UTC:
        return lambda value: value and value.replace(tzinfo=UTC)  # it is one, but of no zone
    column = field.get_col(field.model._meta.db_table)
    converters = [*own.ops.get_db_converters(column), *column.get_db_converters(own)]
    if not converters:
        return None

    def convert(value: Any) -> Any:
        for each in converters:
            value = each(value, column, own)
        return value

    return convert
