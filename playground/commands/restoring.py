"""Restoring a backup into an empty installation, on either database."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.version import get_version_tuple

from playground.batches.recovery import pause_restored
from playground.commands.archive import (
    KEYS,
    PRODUCT,
    Archive,
    ArchiveError,
    DamagedArchive,
    Manifest,
    describe_newer,
)
from playground.commands.archived_files import restore_file
from playground.commands.archived_keys import (
    InstallationKeys,
    WrongPassphrase,
    decrypt_keys,
    read_passphrase,
    use_keys,
)
from playground.commands.archived_tables import (
    MADE_BY_MIGRATE,
    NOT_COPIED,
    CannotStore,
    Model,
    find_models,
    store_lines,
)
from playground.commands.backup import TableCounts, find_applied, name_table
from playground.commands.data_state import check_applied, check_data_folder, check_database_file
from playground.people.audit import record_event
from playground.schedules.slot_recovery import pause_restored_schedules
from playground.sending.recovery import end_all
from playground.vault.encryption import CannotUnseal, unseal
from playground.vault.rotation import check_key
from playground.vault.storage_check import MigrationKey
from playground.vault.storage_errors import find_database_file


def restore_archive(archive: Archive, passphrase_file: Path | None, progress: TableCounts) -> None:
    """Bring back what the archive holds, or nothing. Raises CommandError or ArchiveError."""
    recorded = check_state(archive)
    check_data_folder()
    check_database_file()
    path = find_database_file()
    # Connecting would create it, and a backup that is refused should leave nothing behind.
    if path is None or path.exists():
        # A missing database beside files of an earlier start is what a restore is for.
        check_applied(begin_anew=True)
        check_empty(recorded)
    archive.verify(lambda number, total: progress.count("Parts verified", number))
    progress.end("Parts verified", len(archive.manifest.members))
    keys = find_keys(archive, passphrase_file)
    if keys:
        use_keys(keys)
    migrate_to(recorded)
    # Before the rows, so that no row is ever without its bytes.
    for number, digest in enumerate(archive.manifest.files, start=1):
        restore_file(digest, archive.read(f"files/{digest}"))
        progress.count("Files", number)
    progress.end("Files", len(archive.manifest.files))
    if not load_tables(archive, recorded, progress):
        upgrade()
        finish(archive.manifest)


def check_state(archive: Archive) -> set[MigrationKey]:
    """The migrations that the archive's database had. Raises ArchiveError for unknown ones."""
    manifest = archive.manifest
    if get_version_tuple(manifest.version) > get_version_tuple(settings.VERSION):
        raise ArchiveError(describe_newer(archive.path, manifest.version))
    recorded = {(app, name) for app, names in manifest.migrations.items() for name in names}
    if unknown := sorted(recorded - set(MigrationLoader(None).graph.nodes)):
        raise ArchiveError(
            f"{archive.path} has tables that this version doesn't know ({'.'.join(unknown[0])}). "
            f"Restore it with version {manifest.version} of {PRODUCT}, then upgrade."
        )
    return recorded


def check_empty(recorded: set[MigrationKey]) -> None:
    """Raise CommandError if the database has rows, or tables that the archive doesn't fit."""
    loader = MigrationLoader(connection)
    applied = find_applied(loader)
    if not applied:
        return
    name = str(find_database_file() or connection.settings_dict["NAME"])
    for label, model in find_models(loader, applied).items():
        if label not in MADE_BY_MIGRATE and models.QuerySet(model).exists():
            raise CommandError(
                f"The database {name} isn't empty ({label} has rows), and a backup is only "
                "restored into an empty one. Set PLAYGROUND_DATA to a new folder or "
                "PLAYGROUND_DATABASE_URL to a new database. To delete everything that is in this "
                "one, run: manage.py flush"
            )
    if applied - recorded:
        raise CommandError(
            f"The backup is older than the tables of the database {name}. Restore it into a "
            "database without any tables: they are then made and upgraded step by step."
        )


def find_keys(archive: Archive, passphrase_file: Path | None) -> InstallationKeys | None:
    """The archive's keys if they are needed to read its data. Raises CommandError."""
    if fits(archive.manifest):
        return None
    if KEYS not in archive.manifest.members:
        raise CommandError(
            "The backup was made with other keys, and they aren't in it. Copy secrets.key of the "
            f"old installation to {settings.DATA}, or set PLAYGROUND_SECRET_KEYS, then restore "
            "it again. Nothing was restored."
        )
    passphrase = read_passphrase(passphrase_file)
    try:
        return decrypt_keys(b"".join(archive.read(KEYS)), passphrase)
    except WrongPassphrase:
        raise CommandError("Wrong passphrase. Nothing was restored.") from None


def fits(manifest: Manifest) -> bool:
    """Whether the keys in use can read the archive's data."""
    try:
        return unseal(b64decode(manifest.sample)) == PRODUCT
    except (CannotUnseal, ValueError):
        return False


def migrate_to(state: set[MigrationKey]) -> None:
    """Make the tables of that state in a database that has none, or some of them."""
    executor = MigrationExecutor(connection)
    complete = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    missing = state - find_applied(executor.loader)
    plan = [(each, False) for each, _ in complete if (each.app_label, each.name) in missing]
    if plan:
        executor.migrate(None, plan=plan)


def load_tables(archive: Archive, state: set[MigrationKey], progress: TableCounts) -> bool:
    """Insert all rows, or none; whether the tables are those of this version."""
    loader = MigrationLoader(connection)
    found, is_current = find_models(loader, state), state == set(loader.graph.nodes)
    # A version that left fewer tables out may have written it.
    if found.keys() != archive.manifest.tables.keys() - NOT_COPIED.keys():
        raise DamagedArchive(archive.path, "it has other tables than its version")
    try:
        with transaction.atomic():
            for label in MADE_BY_MIGRATE:
                models.QuerySet(found[label]).delete()
            for label, model in found.items():
                _load(archive, label, model, progress)
            connection.check_constraints()
            _advance_counters(list(found.values()))
            if is_current:
                finish(archive.manifest)
    except CannotStore as error:
        raise CommandError(str(error)) from None
    except IntegrityError:
        raise DamagedArchive(archive.path, "a row refers to one that isn't in it") from None
    return is_current


def _advance_counters(tables: list[Model]) -> None:
    """Let new rows have new numbers: rows that come with theirs don't advance the counters."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _load(archive: Archive, label: str, model: Model, progress: TableCounts) -> None:
    try:
        with archive.open_lines(name_table(label)) as lines:
            number = store_lines(model, lines, lambda count: progress.count(label, count))
    except (ValueError, KeyError):
        raise DamagedArchive(archive.path, f"a row of {label} can't be read") from None
    if number != archive.manifest.tables[label]:
        raise DamagedArchive(archive.path, f"{label} has another number of rows")
    progress.end(label, number)


def upgrade() -> None:
    """Bring the tables of an earlier version to the state of this one."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except CannotUnseal as error:
        raise CommandError(str(error)) from None


def finish(manifest: Manifest) -> None:
    """Check that the keys fit all data, and end what was under way at the time."""
    if message := check_key():
        raise CommandError(message)
    # The installation that the backup comes from may have sent it since.
    end_all()
    pause_restored()
    pause_restored_schedules()
    record_event(None, "restored", f"{manifest.created_at}, version {manifest.version}")
