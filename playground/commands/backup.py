"""Making a backup: everything at one moment, in one file, while people work."""

from __future__ import annotations

import os
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import OutputWrapper
from django.db import connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from playground.commands.archive import KEYS, PRODUCT, ArchiveWriter, Manifest, write_whole
from playground.commands.archived_files import copy_file
from playground.commands.archived_keys import InstallationKeys, encrypt_keys
from playground.commands.archived_tables import Model, find_models, read_lines
from playground.vault.encryption import seal
from playground.vault.storage_check import MigrationKey
from playground.vault.storage_errors import Cause, FilesUnavailable, find_cause

# The settings' second connection to the database, whose transactions see one moment.
SNAPSHOT = "snapshot"
FILES = "workspace.File"
# How many rows lie between two updates of a count on the terminal.
STEP = 1000


class TableCounts:
    """One line for each table: on a terminal it grows, elsewhere only its end is written."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out, self._grows = out, out.isatty()
        self._next = STEP

    def count(self, label: str, number: int) -> None:
        if self._grows and number >= self._next:
            self._out.write(f"\r{label}: {number:,}", ending="")
            self._out.flush()
            self._next = number + STEP

    def end(self, label: str, number: int) -> None:
        self._next = STEP
        if number:
            self._out.write(f"\r{label}: {number:,}" if self._grows else f"{label}: {number:,}")


@contextmanager
def see_one_moment() -> Iterator[str]:
    """The alias of a connection that sees the database as it is now, whatever people save."""
    try:
        with transaction.atomic(using=SNAPSHOT):
            yield SNAPSHOT
    finally:
        connections[SNAPSHOT].close()


def find_applied(loader: MigrationLoader) -> set[MigrationKey]:
    """The migrations that the database has, as far as the code knows them."""
    return set(loader.applied_migrations) & set(loader.graph.nodes)


def check_keys_unchanged() -> None:
    """Raise CommandError if the keys were rotated since this process read them."""
    path = Path(settings.DATA) / "secrets.key"
    if os.environ.get("PLAYGROUND_SECRET_KEYS") or not path.exists():
        return
    if path.read_text().split() != settings.SECRET_KEYS:
        raise CommandError("The keys were changed while the backup was made. Start it again.")


def write_backup(target: Path, force: bool, passphrase: str, progress: TableCounts) -> Manifest:
    """Write an archive, with the keys if there is a passphrase. Raises CommandError."""
    try:
        with write_whole(target, force) as out, ArchiveWriter(out) as writer:
            return _fill(writer, passphrase, progress)
    except FilesUnavailable:
        raise
    except OSError as error:
        raise CommandError(_explain(target, error)) from None


def _fill(writer: ArchiveWriter, passphrase: str, progress: TableCounts) -> Manifest:
    with see_one_moment() as alias:
        applied = find_applied(loader := MigrationLoader(connections[alias]))
        if not applied:
            raise CommandError("There is nothing to back up: the database has no tables.")
        found = find_models(loader, applied)
        created_at = timezone.now().isoformat(timespec="seconds")
        # First, since a file that somebody deletes meanwhile is gone at once.
        missing = _copy_files(writer, found[FILES], alias, progress)
        tables = {
            label: _copy_rows(writer, label, model, alias, progress)
            for label, model in found.items()
        }
        vendor = connections[alias].vendor
    check_keys_unchanged()
    if passphrase:
        keys = InstallationKeys(settings.SECRET_KEYS, settings.SECRET_KEY)
        with writer.add(KEYS) as write:
            write(encrypt_keys(keys, passphrase))
    migrations: dict[str, list[str]] = defaultdict(list)
    for app, name in sorted(applied):
        migrations[app].append(name)
    manifest = Manifest(
        version=settings.VERSION,
        created_at=created_at,
        database=vendor,
        migrations=dict(migrations),
        tables=tables,
        sample=b64encode(seal(PRODUCT)).decode(),
        missing_files=missing,
    )
    writer.finish(manifest)
    return manifest


def _copy_rows(
    writer: ArchiveWriter, label: str, model: Model, alias: str, progress: TableCounts
) -> int:
    number = 0
    with writer.add(name_table(label)) as write:
        for number, line in enumerate(read_lines(model, alias), start=1):
            write(line)
            progress.count(label, number)
    progress.end(label, number)
    return number


def name_table(label: str) -> str:
    """The member with the rows of a model."""
    return f"tables/{label}.jsonl"


def _copy_files(
    writer: ArchiveWriter, model: Model, alias: str, progress: TableCounts
) -> list[str]:
    """Add the bytes of all attachments; return the digests of those that can't be read."""
    rows: models.QuerySet[models.Model] = models.QuerySet(model, using=alias).order_by("digest")
    missing, number = [], 0
    for digest in rows.values_list("digest", flat=True).distinct().iterator():
        if copy_file(digest, writer):
            progress.count("Files", number := number + 1)
        else:
            missing.append(digest)
    progress.end("Files", number)
    return missing


def _explain(target: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return f"{target} exists already. Choose another name, or replace it with --force."
    if find_cause(error) == Cause.FULL:
        return (
            f"The disk of {target.parent} is full: the backup doesn't fit, and no part of it was "
            "left behind. Free some space, or write it to another disk."
        )
    reason = error.strerror or error
    return f"The backup can't be written to {target}: {reason}. Choose another folder."
