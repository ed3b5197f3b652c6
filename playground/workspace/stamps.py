"""A stamp that is new after each change of what is known outside the documents.

What was read under a stamp holds as long as it stands. Triggers write it, so that no door that
changes such a row can forget to. The value is drawn by chance: one that was taken back with its
transaction never comes again. Altering a table drops its triggers; they are made anew after
every migration.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from playground.people import rows

NEW_STAMP = (
    "(id, value) VALUES (1, hex(randomblob(16)))"
    " ON CONFLICT (id) DO UPDATE SET value = excluded.value"
)
EVENTS = ("insert", "update", "delete")
# The fields of the library's tables that `facts` reads, and finds its rows by.
WATCHED = {
    "Workflow": ("connection_id", "uid", "edited", "details"),
    "Account": ("connection_id", "uid", "name", "integration", "valid"),
    "Repeat": ("connection_id", "job_name", "deleted_at"),
    "Secret": ("connection_id", "draft_id", "name"),
}


def make_triggers(**_: Any) -> None:
    """Let the database stamp every change of the watched fields; told after migrations, which
    may have changed them: the first stamp is a new one."""
    stamp = rows.table_of(apps.get_model("workspace", "Stamp"))
    with rows.database().cursor() as cursor:
        for model, fields in WATCHED.items():
            for event in EVENTS:
                name, sql = _write_trigger(
                    apps.get_model("vault" if model == "Secret" else "workspace", model),
                    fields,
                    event,
                    stamp,
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(sql)
        cursor.execute(f"INSERT INTO {stamp} {NEW_STAMP}")


def _write_trigger(
    model: type[models.Model], fields: tuple[str, ...], event: str, stamp: str
) -> tuple[str, str]:
    quote = rows.database().ops.quote_name
    name = quote(f"stamp_{model._meta.db_table}_{event}")
    columns = ", ".join(quote(str(rows.field_of(model, each).column)) for each in fields)
    of = f" OF {columns}" if event == "update" else ""
    return name, (
        f"CREATE TRIGGER {name} AFTER {event}{of} ON {rows.table_of(model)} BEGIN"
        f" INSERT INTO {stamp} {NEW_STAMP}; END"
    )
