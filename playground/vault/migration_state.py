"""Whether the tables of the database are those that this version of the code expects."""

from collections.abc import Iterable
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]


def list_applied() -> set[Key]:
    """The migrations that the database has, as (app, name). Raises DatabaseError."""
    return set(MigrationRecorder(connection).applied_migrations())


def list_newer(applied: Iterable[Key]) -> list[str]:
    """Those that only a newer version of the code knows."""
    own, replaced = _list_known()
    # Apps that were renamed left rows under their former label, which say nothing.
    labels = {label for label, _ in own}
    return sorted(
        f"{label}.{name}" for label, name in set(applied) - own - replaced if label in labels
    )


def list_missing(applied: Iterable[Key]) -> list[str]:
    """Those that the next start will apply."""
    own, _ = _list_known()
    return sorted(f"{label}.{name}" for label, name in own - set(applied))


@cache
def _list_known() -> tuple[set[Key], set[Key]]:
    """The migrations of the code, and those that they replace."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    return set(loader.disk_migrations), replaced
