"""A stamp that is new after each change of watched rows: what was read before may be kept.

Triggers write it, so that no door that changes such a row can forget to. The value is drawn by
chance: one that was taken back with its transaction never comes again. Altering a table drops
its triggers; they are made anew after every migration.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from playground.library.models import Stamp
from playground.people import rows

EVENTS = ("insert", "update", "delete")

_stamps = rows.Rows(Stamp, "id", only=["value"])


def read_stamp() -> str | None:
    """The stamp as it is now; None where nothing has been stamped yet."""
    found = _stamps.values(1)
    return found[0][0] if found else None


def make_triggers(watched: Iterable[rows.Rows[Any]]) -> None:
    """Let the database stamp every change of the columns that these rows are read by and of."""
    with rows.database().cursor() as cursor:
        for table, columns in _columns_of(watched).items():
            for event in EVENTS:
                name = rows.database().ops.quote_name(f"stamp_{table}_{event}")
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(_write_trigger(name, table, event, columns))


def _columns_of(watched: Iterable[rows.Rows[Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in watched:
        columns = found.setdefault(each.model._meta.db_table, [])
        model: type[models.Model] = each.model
        names = [str(rows.field_of(model, name).column) for name in (*each.by, *each.only)]
        columns += [name for name in names if name not in columns]
    return found


def _write_trigger(name: str, table: str, event: str, columns: list[str]) -> str:
    quote = rows.database().ops.quote_name
    of = f" OF {', '.join(map(quote, columns))}" if event == "update" else ""
    return (
        f"CREATE TRIGGER {name} AFTER {event}{of} ON {quote(table)} BEGIN"
        f" INSERT INTO {rows.table_of(Stamp)} (id, value) VALUES (1, hex(randomblob(16)))"
        " ON CONFLICT (id) DO UPDATE SET value = excluded.value; END"
    )
