"""Re-encrypts everything sealed, in all rooms, with the newest key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from playground.vault.encryption import reseal, unseal
from playground.vault.sealed_files import is_sealed, reseal_file

CHUNK = 200


def find_sealed_fields() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every field whose class says `sealed`, whichever room it is in."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if getattr(field, "sealed", False):
                yield model, field


def read_sealed_texts(but: type[models.Model]) -> Iterator[str]:
    """Every sealed text of every room except one table's, one at a time."""
    for model, field in find_sealed_fields():
        after = None
        while model is not but and (
            rows := _read_sealed(model, field, after=after, newest=False, size=CHUNK)
        ):
            yield from (unseal(sealed) for _, sealed in rows)
            after = rows[-1][0]


def rotate_secrets() -> int:
    """All sealed values under the newest key; how many. WrongKey when one cannot be read."""
    return sum(_rotate(model, field) for model, field in find_sealed_fields())


def rotate_files() -> int:
    """All attached files under the newest key; how many. WrongKey when one cannot be read."""
    files = list_files()
    for path in files:
        reseal_file(path)
    return len(files)


def seal_plain_files() -> int:
    """Encrypt the files that were kept before files were encrypted; how many."""
    plain = [path for path in list_files() if not is_sealed(path)]
    for path in plain:
        reseal_file(path)
    return len(plain)


def list_files() -> list[Path]:
    """Where attached files stand: by the first two digits of their digests."""
    return sorted(Path(settings.FILES).glob("[0-9a-f][0-9a-f]/*"))


def check_key() -> None:
    """Reads the newest sealed value of every table; WrongKey when the keys do not fit."""
    for model, field in find_sealed_fields():
        rows = _read_sealed(model, field, after=None, newest=True, size=1)
        for _, sealed in rows:
            unseal(sealed)


def make_key(path: Path) -> str:
    """A new key, put first in the key file; former keys stay, to read what they sealed.

    The file is replaced whole, never half written.
    """
    fresh = Fernet.generate_key().decode()
    former = path.read_text().split() if path.exists() else []
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join([fresh, *former]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    settings.SECRET_KEYS = [fresh, *settings.SECRET_KEYS]
    return fresh


def forget_former_keys(path: Path) -> int:
    """Leaves only the newest key in the file; how many were removed."""
    newest, *former = path.read_text().split()
    path.write_text(newest + "\n")
    return len(former)


def _rotate(model: type[models.Model], field: models.Field[Any, Any]) -> int:
    done, after = 0, None
    while rows := _read_sealed(model, field, after=after, newest=False, size=CHUNK):
        with transaction.atomic():
            for key, sealed in rows:
                _write_sealed(model, field, key, sealed)
        done, after = done + len(rows), rows[-1][0]
    return done


def _read_sealed(
    model: type[models.Model], field: models.Field[Any, Any], *, after: Any, newest: bool, size: int
) -> list[tuple[Any, bytes]]:
    """(primary key, sealed bytes) as they stand in the database, in the order of the key."""
    quote = connection.ops.quote_name
    key, column = quote(str(model._meta.pk.column)), quote(str(field.column))
    table = quote(model._meta.db_table)
    rest = f" AND {key} > %s" if after is not None else ""
    order = "DESC" if newest else "ASC"
    sql = (
        f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL{rest}"
        f" ORDER BY {key} {order} LIMIT {size}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after] if after is not None else [])
        return [(row[0], bytes(row[1])) for row in cursor.fetchall()]


def _write_sealed(
    model: type[models.Model], field: models.Field[Any, Any], key: Any, sealed: bytes
) -> None:
    """Writes only over the value that was read: an edit made meanwhile stays."""
    quote = connection.ops.quote_name
    column, key_column = quote(str(field.column)), quote(str(model._meta.pk.column))
    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {column} = %s"
        f" WHERE {key_column} = %s AND {column} = %s"
    )
    binary = connection.Database.Binary  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(sql, [binary(reseal(sealed)), key, binary(sealed)])
