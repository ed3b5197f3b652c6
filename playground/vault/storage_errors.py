"""Why the database or the disk failed: a cause and a message instead of a stack trace.

`explain_storage_error` finds the cause behind any exception; pages, the HTTP API, the health check
and commands show its sentence.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

# With less than this, SQLite can't write its files next to the database.
FULL_BELOW_BYTES = 1024 * 1024


class Cause(Enum):
    FULL = "full"
    BUSY = "busy"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    NO_DATABASE = "no database"
    UNREACHABLE = "unreachable"
    FILES_UNREACHABLE = "files unreachable"
    FILES_REFUSED = "files refused"


class FilesUnavailable(OSError):
    """The storage of attached files failed; the text is for administrators, without keys."""

    def __init__(self, cause: Cause, text: str) -> None:
        super().__init__(text)
        self.cause = cause


# Of the disk: https://man7.org/linux/man-pages/man3/errno.3.html. EFBIG is a limit of the process.
DISK_ERRORS = {
    errno.ENOSPC: Cause.FULL,
    errno.EDQUOT: Cause.FULL,
    errno.EFBIG: Cause.FULL,
    errno.EROFS: Cause.READ_ONLY,
}
# https://www.sqlite.org/rescode.html: the low byte is the primary code.
SQLITE_ERRORS = {
    sqlite3.SQLITE_FULL: Cause.FULL,
    sqlite3.SQLITE_BUSY: Cause.BUSY,
    sqlite3.SQLITE_LOCKED: Cause.BUSY,
    sqlite3.SQLITE_PROTOCOL: Cause.BUSY,
    sqlite3.SQLITE_READONLY: Cause.READ_ONLY,
    sqlite3.SQLITE_PERM: Cause.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Cause.READ_ONLY,
    sqlite3.SQLITE_IOERR: Cause.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: Cause.DAMAGED,
    sqlite3.SQLITE_NOTADB: Cause.NO_DATABASE,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html, by the longest prefix.
POSTGRESQL_ERRORS = {
    "53100": Cause.FULL,
    "53": Cause.UNREACHABLE,  # too many connections, out of memory
    "55P03": Cause.BUSY,  # lock not available in time
    "40": Cause.BUSY,  # deadlock, serialization failure
    "57014": Cause.BUSY,  # a time limit of the server
    "57": Cause.UNREACHABLE,  # shutting down, starting
    "08": Cause.UNREACHABLE,
    "28": Cause.UNREACHABLE,  # wrong password
    "3D": Cause.UNREACHABLE,  # no such database
    "25006": Cause.READ_ONLY,
    "42501": Cause.READ_ONLY,  # no permission
    "XX001": Cause.DAMAGED,
    "XX002": Cause.DAMAGED,
    "58": Cause.READ_ONLY,  # the server can't use its files
}


@dataclass(frozen=True)
class StorageError:
    """The message and status of a response; `retry_after` in seconds, 0 if retrying won't help."""

    cause: Cause
    title: str
    message: str
    status: int = 503
    retry_after: int = 30


def find_cause(error: BaseException | None) -> Cause | None:
    """Return why the storage failed, or None if the error has another reason."""
    for each in _list_chain(error):
        if isinstance(each, FilesUnavailable):
            return each.cause
        if isinstance(each, sqlite3.Error):
            return _find_sqlite_cause(each)
        if state := getattr(each, "sqlstate", None):
            return _find_by_prefix(str(state))
        # Until a connection is established, psycopg has no code. Other database errors have one.
        if isinstance(each, OperationalError | InterfaceError) and each.__cause__ is not None:
            is_sqlite = isinstance(each.__cause__, sqlite3.Error)
            if not is_sqlite and not getattr(each.__cause__, "sqlstate", None):
                return Cause.UNREACHABLE
        if isinstance(each, OSError) and not isinstance(each, DjangoDatabaseError):
            return DISK_ERRORS.get(each.errno or 0)
    return None


def explain_storage_error(error: BaseException | None) -> StorageError | None:
    """Return the message for people, or None if the storage isn't the cause."""
    cause = find_cause(error)
    return None if cause is None else describe_cause(cause)


def drop_read_only_connection(cause: Cause) -> None:
    """Let the next statement open the database anew, as it may be writable again by then.

    SQLite opens a file that it can't write as read-only, and a connection stays as it was opened.
    """
    if cause == Cause.READ_ONLY and not connection.in_atomic_block:
        connection.close()


def describe_cause(cause: Cause) -> StorageError:
    if cause == Cause.FULL:
        message = _(
            "The disk of the server is full, so nothing can be saved. Ask the administrator to "
            "free some space, then try again. What was saved before is still there."
        )
        return StorageError(cause, _("The disk is full"), message, status=507)
    if cause == Cause.BUSY:
        message = _("Another program is writing to the database. Try again in a few seconds.")
        return StorageError(cause, _("The database is busy"), message, retry_after=5)
    if cause == Cause.READ_ONLY:
        message = _(
            "The server can't write to its database. Ask the administrator to check its folder "
            "and disk. What was saved before is still there."
        )
        return StorageError(cause, _("The database can't be written"), message)
    if cause == Cause.UNREACHABLE:
        message = _("The server can't reach its database. Try again in a moment.")
        return StorageError(cause, _("The database doesn't answer"), message, retry_after=10)
    if cause == Cause.FILES_UNREACHABLE:
        message = _("The server can't reach its file storage. Try again in a moment.")
        return StorageError(cause, _("The file storage doesn't answer"), message, retry_after=10)
    if cause == Cause.FILES_REFUSED:
        message = _(
            "The file storage rejects the server. Ask the administrator to check its settings; "
            "the log says why."
        )
        return StorageError(cause, _("The file storage can't be used"), message)
    message = _(
        "The database is damaged. Ask the administrator to stop the server and to restore a backup."
    )
    return StorageError(cause, _("The database is damaged"), message, retry_after=300)


def has_space() -> bool:
    """Whether the disk of the data folder has some room left."""
    return shutil.disk_usage(settings.DATA).free >= FULL_BELOW_BYTES


def find_database_file() -> Path | None:
    """The SQLite file, or None where the database is a server."""
    database = settings.DATABASES["default"]
    return Path(database["NAME"]) if database["ENGINE"].endswith("sqlite3") else None


def _find_sqlite_cause(error: sqlite3.Error) -> Cause | None:
    # Errors of Python's module itself, such as a closed connection, have no code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    cause = SQLITE_ERRORS.get(code)
    # On a full disk SQLite fails at opening or enlarging its files with these codes.
    unclear = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    return Cause.FULL if unclear and not has_space() else cause


def _find_by_prefix(state: str) -> Cause | None:
    for length in (5, 2):
        if cause := POSTGRESQL_ERRORS.get(state[:length]):
            return cause
    return None


def _list_chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what caused it, from the outside in."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
