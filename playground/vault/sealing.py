"""Seal what earlier versions stored in the clear. Only migrations call this.

Rows are read in chunks and values one by one, so that memory stays small whatever was stored.
Each step can be repeated after it was interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import models, transaction

from playground.vault.encryption import MARK, seal_bytes

CHUNK = 200


def seal_columns(model: type[models.Model], columns: Mapping[str, str], alias: str) -> None:
    """Copy each column into the sealed one it is mapped to, in rows where that has no value."""
    first = next(iter(columns.values()))
    rows: models.QuerySet[Any] = models.QuerySet(model, using=alias)
    waiting = rows.filter(**{f"{first}__isnull": True})
    for keys in _read_keys(waiting):
        with transaction.atomic(using=alias):
            for values in rows.filter(pk__in=keys).values("pk", *columns):
                sealed = {columns[name]: values[name] for name in columns}
                rows.filter(pk=values["pk"]).update(**sealed)


def update_rows(
    rows: models.QuerySet[Any], change: Callable[[models.Model], Mapping[str, Any]]
) -> None:
    """Update each row with the columns that `change` returns for it."""
    for keys in _read_keys(rows):
        with transaction.atomic(using=rows.db):
            for row in rows.filter(pk__in=keys):
                rows.filter(pk=row.pk).update(**change(row))


def seal_in_place(model: type[models.Model], column: str, alias: str) -> None:
    """Seal a binary column; in a migration it must not be declared as sealed yet."""
    rows: models.QuerySet[Any] = models.QuerySet(model, using=alias)
    for keys in _read_keys(rows.all()):
        with transaction.atomic(using=alias):
            for key in keys:
                for data in rows.filter(pk=key).values_list(column, flat=True):
                    if not bytes(data).startswith(MARK):
                        rows.filter(pk=key).update(**{column: seal_bytes(bytes(data))})


def check_secrets(secrets: type[models.Model], alias: str) -> None:
    """Raise CannotUnseal unless the current keys match the stored data.

    Values sealed with other keys could never be read together with the rest.
    """
    rows: models.QuerySet[Any] = models.QuerySet(secrets, using=alias)
    list(rows.order_by("-pk").values_list("value", flat=True)[:1])


def _read_keys(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    keys = rows.order_by("pk").values_list("pk", flat=True)
    chunk = list(keys[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(keys.filter(pk__gt=chunk[-1])[:CHUNK])
