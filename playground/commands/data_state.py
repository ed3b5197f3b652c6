"""Checks whether the data is usable; if not, the start or command ends with one sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files import locks
from django.core.management import CommandError
from django.db.models import Model, QuerySet

from playground.vault.storage_check import list_applied, list_newer, probe_data_folder
from playground.vault.storage_errors import (
    Cause,
    FilesUnavailable,
    find_cause,
    find_database_file,
)

logger = logging.getLogger("playground.start")

LOCK_FILE = "prepare.lock"
BEGIN_ANEW = "--begin-anew"
MOST_NAMED = 3
MOST_ROWS_READ = 10_000


def check_data_folder() -> None:
    """Raise CommandError if nothing can be written to the data folder."""
    try:
        probe_data_folder()
    except OSError as error:
        if find_cause(error) == Cause.FULL:
            raise CommandError(describe_for_terminal(Cause.FULL)) from None
        raise CommandError(
            f"The data folder {settings.DATA} can't be written to: {error.strerror}. Give this "
            "user write access to it, or set PLAYGROUND_DATA to another folder."
        ) from None


@contextmanager
def lock_data_folder() -> Iterator[None]:
    """Let one process at a time migrate and collect static files in this data folder.

    Processes of one machine often start together. The lock ends with its process.
    """
    with (Path(settings.DATA) / LOCK_FILE).open("w") as file:
        if not locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
            logger.info("Waiting for another process that prepares the data folder")
            locks.lock(file, locks.LOCK_EX)
        yield


def check_database_file() -> None:
    """Raise CommandError if the path of the database isn't a file."""
    path = find_database_file()
    if path is not None and path.exists() and not path.is_file():
        raise CommandError(
            f"{path} should be the database, but it isn't a file. Move it away or set "
            "PLAYGROUND_DATABASE_URL, then start again."
        )


def check_tables() -> None:
    """Read both ends of every table: a damaged one raises an error that names the cause."""
    for model in apps.get_models():
        rows: QuerySet[Model] = QuerySet(model)
        # Not all rows: with millions of them a start would take minutes.
        rows.order_by("pk")[:MOST_ROWS_READ].count()
        rows.order_by("-pk").values_list("pk", flat=True).first()


def check_applied(begin_anew: bool = False) -> None:
    """Raise CommandError if the database is too new, or is missing while its files exist."""
    applied = list_applied()
    if not applied and not begin_anew and (found := find_former_data()):
        database = find_database_file() or "that PLAYGROUND_DATABASE_URL names"
        raise CommandError(
            f"The database {database} is missing or empty, but {found} exists from an earlier "
            "start. Restore the database from a backup. To start over without it, run: "
            f"manage.py serve {BEGIN_ANEW}"
        )
    newer = list_newer(applied)
    if newer:
        named = ", ".join(newer[:MOST_NAMED])
        raise CommandError(
            f"The database was created by a newer version of API Playground ({named}). Update the "
            "code, or restore the backup made before the upgrade."
        )


def find_former_data() -> Path | None:
    """A path in the data folder that only an earlier start with a database creates."""
    files, collected = Path(settings.MEDIA_ROOT), Path(settings.STATIC_ROOT) / "collected"
    if files.is_dir() and any(files.iterdir()):
        return files
    return collected if collected.exists() else None


def explain_for_terminal(error: BaseException) -> str:
    """The sentence about a failed database or disk, or "" for other errors."""
    cause = find_cause(error)
    if cause is None:
        return ""
    if isinstance(error, FilesUnavailable):
        return describe_files_failure(error)
    path = find_database_file()
    if path is None and cause == Cause.UNREACHABLE:
        return _describe_unreachable(error)
    return describe_for_terminal(cause)


def describe_files_failure(error: FilesUnavailable) -> str:
    """The sentence about attached files that can't be reached, and what to check."""
    return f"{error} Check PLAYGROUND_FILES_URL and the AWS settings, then try again."


def describe_for_terminal(cause: Cause) -> str:
    """Name the file and the remedy, for the administrator."""
    path = find_database_file()
    database = f"The database {path}" if path else "The PostgreSQL database"
    if cause == Cause.FULL:
        disk = f"The disk of {settings.DATA}" if path else "The disk of the database or the data"
        return f"{disk} is full. Free some space, then start again."
    if cause == Cause.BUSY:
        return f"{database} is locked by another program. Stop that program, then start again."
    if cause == Cause.READ_ONLY and path is None:
        return (
            f"{database} is read-only for the user in PLAYGROUND_DATABASE_URL. Let that user "
            "create and alter tables, then start again."
        )
    if cause == Cause.READ_ONLY:
        return (
            f"{database} can't be opened or written to. Give this user write access to it and to "
            "its folder, then start again."
        )
    if cause == Cause.NO_DATABASE:
        return (
            f"{path} isn't a SQLite database. Restore it from a backup, or correct "
            "PLAYGROUND_DATABASE_URL."
        )
    return f"{database} is damaged. Restore it from a backup, then start again."


def _describe_unreachable(error: BaseException) -> str:
    database = settings.DATABASES["default"]
    where = f"{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
    # The last line gives the reason; the others repeat it for each address of the host.
    reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
    reason = reason.rpartition("FATAL:")[2].strip().rstrip(".?")
    if password := database["PASSWORD"]:
        reason = reason.replace(password, "…")
    return (
        f"The PostgreSQL database {database['NAME']} at {where} can't be used as "
        f"{database['USER'] or 'this user'}: {reason}. Start it, or correct "
        "PLAYGROUND_DATABASE_URL."
    )
