"""Check that the storage is usable, for health checks and start-up.

Tests writing to the database and the data folder, and compares the migrations that the database
has with those of the code.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from playground.vault.file_storage import probe_files
from playground.vault.models import StorageCheck
from playground.vault.storage_errors import Cause, find_cause

# More than a full disk can have left in its last block.
PROBE_BYTES = 64 * 1024
# Anybody can request the health check, so frequent requests must not cause frequent writes.
FRESH_SECONDS = 1.0
# The app and the name of a migration.
MigrationKey = tuple[str, str]


class StorageMonitor:
    """Remembers for a second, or for `seconds`, whether something can be written.

    `probe` writes and returns why that failed, or None.
    """

    def __init__(
        self, probe: Callable[[], Cause | None] | None = None, seconds: float | None = None
    ) -> None:
        self._probe, self._seconds = probe, seconds
        self._checked_at = float("-inf")
        self._cause: Cause | None = None
        self._lock = Lock()

    def check(self) -> Cause | None:
        """Return why nothing can be written now, or None if all is well."""
        # While one request waits for a busy database, the others return the last known state.
        if self._lock.acquire(blocking=self._checked_at == float("-inf")):
            try:
                fresh = FRESH_SECONDS if self._seconds is None else self._seconds
                if time.monotonic() - self._checked_at > fresh:
                    self._cause = (self._probe or try_to_write)()
                    self._checked_at = time.monotonic()
            finally:
                self._lock.release()
        return self._cause


monitor = StorageMonitor()


def try_to_write() -> Cause | None:
    """Write a row and a file; return why that failed, or None."""
    try:
        probe_data_folder()
        StorageCheck.objects.update_or_create(pk=1, defaults={"checked_at": timezone.now()})
    except (OSError, DatabaseError, InterfaceError) as error:
        return find_cause(error) or Cause.READ_ONLY
    return None


def probe_data_folder() -> None:
    """Write a file to the data folder and remove it. Raises OSError."""
    with tempfile.TemporaryFile(dir=settings.DATA) as file:
        file.write(os.urandom(PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())


def try_to_store() -> Cause | None:
    """Store an attached file and delete it again; return why that failed, or None."""
    try:
        probe_files()
    except OSError as error:
        return find_cause(error) or Cause.READ_ONLY
    return None


def list_applied() -> set[MigrationKey]:
    """The migrations that the database has, as (app, name). Raises DatabaseError."""
    return set(MigrationRecorder(connection).applied_migrations())


def list_newer(applied: Iterable[MigrationKey]) -> list[str]:
    """The applied migrations that only a newer version of the code has."""
    own, replaced = _list_known()
    # Renamed apps left rows under their old labels, which don't matter.
    labels = {label for label, _ in own}
    return sorted(
        f"{label}.{name}" for label, name in set(applied) - own - replaced if label in labels
    )


def list_missing(applied: Iterable[MigrationKey]) -> list[str]:
    """The migrations that the next start will apply."""
    own, _ = _list_known()
    return sorted(f"{label}.{name}" for label, name in own - set(applied))


@cache
def _list_known() -> tuple[set[MigrationKey], set[MigrationKey]]:
    """The migrations of the code, and those that they replace."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    return set(loader.disk_migrations), replaced
