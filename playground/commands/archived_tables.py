"""Rows as JSON Lines and back, exactly: what is sealed stays sealed, no time is set anew.

The models are those of a migration state, not of the code. So the data of an earlier version can be
read, and be restored into the tables of that version before they are migrated.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.migrations.loader import MigrationLoader

from playground.vault.storage_check import MigrationKey

Model: TypeAlias = type[models.Model]
# Why these stay behind; everything else is copied.
NOT_COPIED = {
    "sessions.Session": "Everybody signs in again: a copy of the data must not sign anybody in.",
    "people.SignInAttempt": "They count for 15 minutes.",
    "people.SignInLock": "A row that is made when it is needed.",
    "people.RequestCount": "They count for minutes.",
    "vault.AccessToken": "Each is fetched again when it is needed.",
    "vault.StorageCheck": "A row that health checks write.",
    "sending.QueuedSend": "Where the backup comes from, it was sent since. It ends as unknown.",
    "batches.Lane": "Shares of batches that run where the backup comes from.",
    "engine.Process": "Processes of the installation that the backup comes from.",
    "engine.PeriodicRun": "Each is made when its task first runs.",
    "engine.CancelRequest": "For work of processes that aren't there.",
}
# Rows that `migrate` makes for its own models; those of the archive replace them.
MADE_BY_MIGRATE = ("auth.Permission", "contenttypes.ContentType")
# Rows held at a time. A reply may have megabytes, so few are read and bytes are counted too.
READ_AT_ONCE = 20
WRITE_AT_ONCE = 500
WRITE_BYTES = 8 * 1024 * 1024


class CannotStore(Exception):
    """A row doesn't fit into this database; the text is a sentence for the administrator."""


def find_models(loader: MigrationLoader, state: Collection[MigrationKey]) -> dict[str, Model]:
    """The models of a migration state that are copied, by label, as their tables are."""
    project = loader.project_state(sorted(state))
    for model_state in project.models.values():
        for name, field in model_state.fields.items():
            model_state.fields[name] = _store_as_it_is(field)
    found = project.apps.get_models(include_auto_created=True)
    return {
        model._meta.label: model
        for model in found
        if not model._meta.proxy and model._meta.label not in NOT_COPIED
    }


def _store_as_it_is(field: Any) -> Any:
    if getattr(field, "sealed", False):
        return models.BinaryField(null=field.null, db_column=field.db_column)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        field = field.clone()
        field.auto_now = field.auto_now_add = False
    return field


def read_lines(model: Model, alias: str) -> Iterator[bytes]:
    """Each row as a line: a JSON object whose keys are the names of the columns."""
    names = [field.attname for field in model._meta.concrete_fields]
    # Without their order, which would sort all rows before the first one came.
    rows: models.QuerySet[Any, Any] = models.QuerySet(model, using=alias).order_by()
    for values in rows.values_list(*names).iterator(chunk_size=READ_AT_ONCE):
        row = dict(zip(names, values, strict=True))
        yield json.dumps(row, default=_encode, separators=(",", ":")).encode() + b"\n"


def _encode(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in an archive")


def store_lines(
    model: Model, lines: Iterable[bytes], tell: Callable[[int], None] = lambda number: None
) -> int:
    """Insert rows in a transaction; how many. Raises CannotStore, or ValueError for bad lines."""
    count = 0
    for batch in _split(_parse(model, line) for line in lines):
        rows: models.QuerySet[Any] = models.QuerySet(model)
        try:
            # A savepoint, so that the row can be found.
            with transaction.atomic():
                rows.bulk_create(batch)
        except (DataError, IntegrityError, ValueError):
            _find_unfit(model, batch)
            raise
        count += len(batch)
        tell(count)
    return count


def _parse(model: Model, line: bytes) -> tuple[models.Model, int]:
    """The row, and how large it is."""
    given = json.loads(line)
    fields = model._meta.concrete_fields
    if not isinstance(given, dict) or given.keys() != {field.attname for field in fields}:
        raise ValueError(f"a row of {model._meta.label} has other columns")
    try:
        values = {each.attname: _decode(each, given[each.attname]) for each in fields}
    except (ValidationError, TypeError) as error:
        raise ValueError(f"a row of {model._meta.label} can't be read") from error
    return model(**values), len(line)


def _decode(field: Any, value: Any) -> Any:
    return value if isinstance(field, models.JSONField) else field.to_python(value)


def _split(rows: Iterable[tuple[models.Model, int]]) -> Iterator[list[models.Model]]:
    batch: list[models.Model] = []
    size = 0
    for row, length in rows:
        batch.append(row)
        size += length
        if len(batch) == WRITE_AT_ONCE or size > WRITE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _find_unfit(model: Model, batch: list[models.Model]) -> None:
    """Raise CannotStore for the row that the database refuses."""
    rows: models.QuerySet[Any] = models.QuerySet(model)
    for row in batch:
        try:
            with transaction.atomic():
                rows.bulk_create([row])
        except (DataError, IntegrityError, ValueError) as error:
            # Further lines may quote the row.
            reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            raise CannotStore(
                f"The row {row.pk} of {model._meta.label} doesn't fit into this database: "
                f"{reason}. Nothing was restored. Correct it where the backup was made, and make "
                "another one."
            ) from None
