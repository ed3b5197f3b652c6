"""Keeps the files of this installation from other users of the machine.

The settings' umask makes new files private. This covers existing ones: created by an earlier
version, copied, or restored from a backup.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

logger = logging.getLogger("playground.start")

OTHERS = 0o077
KEY_FILES = ("signing.key", "secrets.key", "secrets.new")
# What SQLite writes next to the database.
SUFFIXES = ("", "-wal", "-shm", "-journal")


def protect_files() -> None:
    """Revoke other users' access, and warn where that isn't possible."""
    # On other systems the mode bits don't control access.
    if os.name != "posix":
        return
    for path in filter(is_open_to_others, list_private_paths()):
        with suppress(OSError):
            path.chmod(0o700 if path.is_dir() else 0o600)
        if is_open_to_others(path):
            logger.warning("Other users can open %s. Change its owner or its mode.", path)
    # Its mode is the administrator's choice: a backup may need to list it.
    if is_open_to_others(Path(settings.DATA)):
        logger.warning(
            "Other users can list the data folder %s. Its files are still private. To "
            "restrict the folder as well, run: chmod 700 %s",
            settings.DATA,
            settings.DATA,
        )


def list_private_paths() -> Iterator[Path]:
    """The database, the keys, and the folders that hold everything else."""
    data = Path(settings.DATA)
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        yield from (Path(f"{database['NAME']}{suffix}") for suffix in SUFFIXES)
    yield from (data / name for name in KEY_FILES)
    yield from (Path(settings.MEDIA_ROOT), Path(settings.STATIC_ROOT))


def is_open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False
