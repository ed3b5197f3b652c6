"""Key rotation: re-encrypt everything sealed, in all packages, with the newest key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast

from playground.vault.encryption import CannotUnseal, reseal, unseal, unseal_bytes
from playground.vault.file_storage import is_in_folder, list_names
from playground.vault.sealed_files import is_sealed, reseal_file

# Rows at a time: a transaction must be short enough not to keep edits waiting.
CHUNK = 200

SealedField: TypeAlias = "models.Field[Any, Any]"


def find_sealed_fields() -> Iterator[tuple[type[models.Model], SealedField]]:
    """Every field that is sealed, whichever package it belongs to."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if getattr(field, "sealed", False):
                yield model, field


def read_sealed_texts(exclude: type[models.Model]) -> Iterator[str]:
    """Every sealed text of all tables but one that may hold references, one at a time."""
    for model, field in find_sealed_fields():
        if model is not exclude and getattr(field, "has_references", False):
            for keys in _read_keys(model, field):
                yield from (unseal(sealed) for _, sealed in _read_values(model, field, keys))


def check_key() -> str:
    """The message that stops the start; empty if the keys match the data."""
    try:
        for model, field in find_sealed_fields():
            for _, sealed in _sealed_rows(model, field).order_by("-pk")[:1]:
                unseal_bytes(sealed)
    except CannotUnseal as error:
        return str(error)
    return ""


def rotate_secrets() -> int:
    """Re-encrypt all sealed values with the newest key; return how many. Raises CannotUnseal."""
    count = 0
    for model, field in find_sealed_fields():
        for keys in _read_keys(model, field):
            with transaction.atomic():
                for key, sealed in _read_values(model, field, keys):
                    _write_sealed(model, field, key, sealed)
            count += len(keys)
    return count


def rotate_files() -> int:
    """Re-encrypt all attached files with the newest key; return how many. Raises CannotUnseal."""
    names = list_names()
    for name in names:
        reseal_file(name)
    return len(names)


def seal_plain_files() -> int:
    """Encrypt files that were stored before files were encrypted; return how many.

    Only a folder has such files. In a bucket each look at one would be a request.
    """
    plain = [name for name in list_names() if not is_sealed(name)] if is_in_folder() else []
    for name in plain:
        reseal_file(name)
    return len(plain)


def make_key(path: Path) -> str:
    """Create a key and put it first in the key file; old keys stay to read old data."""
    key = Fernet.generate_key().decode()
    former = path.read_text().split() if path.exists() else []
    temporary = path.with_suffix(".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join([key, *former]) + "\n")
        file.flush()
        # If a power cut lost the key, values sealed with it would be lost, too.
        os.fsync(file.fileno())
    temporary.replace(path)
    settings.SECRET_KEYS = [key, *settings.SECRET_KEYS]
    return key


def delete_former_keys(path: Path) -> int:
    """Keep only the newest key in the key file; return how many were deleted."""
    newest, *former = path.read_text().split()
    path.write_text(newest + "\n")
    return len(former)


def _read_keys(model: type[models.Model], field: SealedField) -> Iterator[list[Any]]:
    """The primary keys of the rows that have a value, in order."""
    keys = _sealed_rows(model, field).order_by("pk").values_list("pk", flat=True)
    # By key, not by offset: rows may be added and deleted in the meantime.
    chunk = list(keys[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(keys.filter(pk__gt=chunk[-1])[:CHUNK])


def _read_values(
    model: type[models.Model], field: SealedField, keys: list[Any]
) -> Iterator[tuple[Any, bytes]]:
    """Keys and sealed bytes, one at a time: a reply may have megabytes."""
    for key in keys:
        for _, sealed in _sealed_rows(model, field).filter(pk=key):
            yield key, bytes(sealed)


def _sealed_rows(model: type[models.Model], field: SealedField) -> models.QuerySet[Any, Any]:
    # A cast to bytes keeps the field from decrypting what it reads.
    rows: models.QuerySet[Any] = models.QuerySet(model).filter(**{f"{field.name}__isnull": False})
    return rows.values_list("pk", Cast(field.name, models.BinaryField()))


def _write_sealed(model: type[models.Model], field: SealedField, key: Any, sealed: bytes) -> None:
    """Reseal a value, unless it has changed since it was read."""
    rows: models.QuerySet[Any] = models.QuerySet(model).alias(
        stored=Cast(field.name, models.BinaryField())
    )
    resealed = models.Value(reseal(sealed), output_field=models.BinaryField())
    rows.filter(pk=key, stored=sealed).update(**{field.name: resealed})
