"""What `check_installation` looks at: each part is tried, and what fails becomes a finding.

A part that is broken must not hide the others, so nothing in here ends the command.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.management import CommandError
from django.db import DatabaseError, InterfaceError
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from playground.commands.data_state import (
    check_applied,
    check_data_folder,
    check_database_file,
    describe_for_terminal,
    explain_for_terminal,
    find_former_data,
)
from playground.commands.private_files import is_open_to_others, list_private_paths
from playground.commands.settings_checks import CHECKS
from playground.commands.startup import fingerprint_static
from playground.engine.models import Process
from playground.engine.processes import SILENT, find_origin
from playground.engine.tasks import uses_workers
from playground.people.mail import MailFailed, is_mail_on, probe_mail_server
from playground.sending.policy import validate_network_settings
from playground.vault.file_storage import is_in_folder, probe_files
from playground.vault.models import StorageCheck
from playground.vault.rotation import check_key
from playground.vault.storage_check import list_applied, list_missing, try_to_write
from playground.vault.storage_errors import FULL_BELOW_BYTES, find_database_file

PREPARE = "Run manage.py prepare, or start the server with manage.py serve."
LITTLE_SPACE = 1_000_000_000
CLOCK_SECONDS = 5
MANIFEST = "staticfiles.json"
# In the header of a SQLite file (https://www.sqlite.org/fileformat.html): 2 for write-ahead log.
WRITE_VERSION, WRITE_AHEAD = 18, b"\x02"


class Level(Enum):
    OK = "OK"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line: the part that was looked at, how it is, and what to do about it."""

    level: Level
    part: str
    message: str


def check_installation() -> Iterator[Finding]:
    """Check every part, settings first."""
    for check, part in CHECKS.items():
        yield from _report(part, check(None))
    for part, look in PARTS.items():
        yield from _guard(part, look)
    database = list(_guard("Database", _check_database))
    yield from database
    if any(each.level == Level.PROBLEM for each in database) or not _has_tables():
        parts = ", ".join(DATABASE_PARTS)
        yield Finding(Level.WARNING, "Not checked", f"{parts}. They need the database.")
        return
    for part, look in DATABASE_PARTS.items():
        yield from _guard(part, look)


def _report(part: str, messages: list[checks.CheckMessage]) -> Iterator[Finding]:
    for each in messages:
        level = Level.PROBLEM if each.is_serious() else Level.WARNING
        yield Finding(level, part, f"{each.msg} {each.hint}")
    if not messages:
        yield Finding(Level.OK, part, "The settings fit together.")


def _guard(part: str, look: Callable[[], Iterator[tuple[Level, str]]]) -> Iterator[Finding]:
    """Yield what was found; an error is a finding too."""
    try:
        for level, message in look():
            yield Finding(level, part, message)
    except CommandError as error:
        yield Finding(Level.PROBLEM, part, str(error))
    except Exception as error:
        # Whatever is broken: the name alone, as a message may quote a password.
        text = explain_for_terminal(error) or f"The check failed: {type(error).__name__}."
        yield Finding(Level.PROBLEM, part, text)


def _check_data_folder() -> Iterator[tuple[Level, str]]:
    check_data_folder()
    yield Level.OK, f"PLAYGROUND_DATA: {settings.DATA} can be written to."


def _check_disk() -> Iterator[tuple[Level, str]]:
    places = {Path(settings.DATA)}
    if (database := find_database_file()) is not None and database.parent.is_dir():
        places.add(database.parent)
    # Of folders on one disk one is enough.
    by_disk = {place.stat().st_dev: place for place in sorted(places, reverse=True)}
    for place in by_disk.values():
        free = shutil.disk_usage(place).free
        size = f"{free / 1e9:.1f} GB"
        if free < FULL_BELOW_BYTES:
            yield Level.PROBLEM, f"The disk of {place} is full. Free some space."
        elif free < LITTLE_SPACE:
            yield Level.WARNING, f"Only {size} are free on the disk of {place}. Free some space."
        else:
            yield Level.OK, f"{size} are free on the disk of {place}."


def _check_privacy() -> Iterator[tuple[Level, str]]:
    if os.name != "posix":
        yield Level.OK, "Not checked: on this system the mode of a file doesn't control access."
        return
    paths = [*list_private_paths(), Path(settings.DATA)]
    is_open = [path for path in paths if is_open_to_others(path)]
    for path in is_open:
        mode = "700" if path.is_dir() else "600"
        level = Level.WARNING if path.is_dir() else Level.PROBLEM
        yield level, f"Other users of this machine can open {path}. Run: chmod {mode} {path}"
    if not is_open:
        yield Level.OK, "Only this user can open the database, keys and files."


def _check_keys() -> Iterator[tuple[Level, str]]:
    for name, file in (("SIGNING_KEY", "signing.key"), ("SECRET_KEYS", "secrets.key")):
        # The settings were read, so there is a usable key in either place.
        is_set = bool(os.environ.get(f"PLAYGROUND_{name}", "").strip())
        where = "the environment" if is_set else str(Path(settings.DATA) / file)
        yield Level.OK, f"PLAYGROUND_{name} comes from {where}."


def _check_network() -> Iterator[tuple[Level, str]]:
    if message := validate_network_settings():
        yield Level.PROBLEM, message
    else:
        yield Level.OK, "The settings of where requests may go can be read."


def _check_files() -> Iterator[tuple[Level, str]]:
    probe_files()
    where = settings.MEDIA_ROOT if is_in_folder() else settings.FILES_URL
    yield Level.OK, f"A file was stored in {where}, read and deleted."


def _check_static() -> Iterator[tuple[Level, str]]:
    stamp, manifest = (Path(settings.STATIC_ROOT, name) for name in ("collected", MANIFEST))
    if not stamp.exists() or not manifest.exists():
        yield Level.WARNING, f"Static files aren't collected, so pages have no style. {PREPARE}"
    elif stamp.read_text() != fingerprint_static():
        yield Level.WARNING, f"The collected static files are of another version. {PREPARE}"
    else:
        yield Level.OK, f"Static files are collected in {settings.STATIC_ROOT}."


def _check_database() -> Iterator[tuple[Level, str]]:
    check_database_file()
    path = find_database_file()
    name = f"SQLite, {path}" if path else f"PostgreSQL, {settings.DATABASES['default']['NAME']}"
    if path is not None and not path.exists() and find_former_data() is None:
        # Connecting would create it.
        yield Level.WARNING, f"{path} doesn't exist yet. {PREPARE}"
        return
    check_applied()
    if missing := list_missing(list_applied()):
        text = f"{name}: {len(missing)} migrations are missing. Make a backup. {PREPARE}"
        yield Level.WARNING, text
        return
    if (cause := try_to_write()) is not None:
        yield Level.PROBLEM, describe_for_terminal(cause)
        return
    yield Level.OK, f"{name}: it can be read and written, and all migrations are applied."
    if path is not None and not _writes_ahead(path):
        yield (
            Level.WARNING,
            f"{path} has no write-ahead log, so readers and writers wait for each other. Move it "
            "from a network drive to a local disk, or use PostgreSQL.",
        )


def _writes_ahead(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(WRITE_VERSION)
        return file.read(1) == WRITE_AHEAD


def _has_tables() -> bool:
    """Whether all tables exist; connects only to a database that exists."""
    path = find_database_file()
    try:
        return (path is None or path.exists()) and not list_missing(list_applied())
    except (DatabaseError, InterfaceError):
        return False


def _check_sealed_data() -> Iterator[tuple[Level, str]]:
    if message := check_key():
        yield Level.PROBLEM, f"PLAYGROUND_SECRET_KEYS: {message}"
    else:
        yield Level.OK, "The key in PLAYGROUND_SECRET_KEYS or secrets.key fits the stored data."


def _check_clock() -> Iterator[tuple[Level, str]]:
    StorageCheck.objects.get_or_create(pk=1, defaults={"checked_at": timezone.now()})
    before = timezone.now()
    theirs = StorageCheck.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=1)
    between = before + (timezone.now() - before) / 2
    seconds = (between - theirs).total_seconds()
    if abs(seconds) > CLOCK_SECONDS:
        relation = "ahead of" if seconds > 0 else "behind"
        yield (
            Level.WARNING,
            f"This machine's clock is {abs(seconds):.0f} s {relation} the database's. Set both by "
            "NTP: limits and deadlines rely on it.",
        )
    else:
        yield Level.OK, "This machine and the database agree on the time."


def _check_broker() -> Iterator[tuple[Level, str]]:
    if not uses_workers():
        yield Level.OK, "PLAYGROUND_BROKER_URL isn't set: sends run in the web process."
        return
    broker, error = import_string("playground.engine.celery_adapter.probe_broker")()
    if error:
        text = f"PLAYGROUND_BROKER_URL: {broker} can't be used ({error}). Start it or correct it."
        yield Level.PROBLEM, text
    else:
        yield Level.OK, f"PLAYGROUND_BROKER_URL: {broker} answers."


def _check_workers() -> Iterator[tuple[Level, str]]:
    if not uses_workers():
        yield Level.OK, "None are needed."
        return
    alive = Process.objects.filter(kind=Process.Kind.WORKER, seen_at__gte=Now() - SILENT).count()
    if alive:
        yield Level.OK, f"Processes seen in the last 30 s: {alive}."
    else:
        text = "No worker was seen in the last 30 s, so sends wait. Start one: make worker"
        yield Level.PROBLEM, text


def _check_mail() -> Iterator[tuple[Level, str]]:
    if not is_mail_on():
        yield Level.OK, "PLAYGROUND_SMTP_HOST isn't set: no e-mails are sent."
        return
    try:
        probe_mail_server()
    except MailFailed as failure:
        yield Level.PROBLEM, f"PLAYGROUND_SMTP_HOST: {failure}"
    else:
        yield Level.OK, f"{settings.EMAIL_HOST} answers. Try: manage.py send_test_mail ADDRESS"


def _check_sandbox() -> Iterator[tuple[Level, str]]:
    if settings.SANDBOX_ORIGIN:
        yield Level.OK, f"PLAYGROUND_SANDBOX_ORIGIN: {settings.SANDBOX_ORIGIN}"
    elif origin := find_origin():
        yield Level.OK, f"The running server serves the sandbox at {origin}."
    else:
        yield (
            Level.WARNING,
            "No running server was found, so requests to the sandbox would go nowhere. Start it; "
            "behind another server than manage.py serve, set PLAYGROUND_SANDBOX_ORIGIN.",
        )


PARTS = {
    "Data folder": _check_data_folder,
    "Disk": _check_disk,
    "Privacy": _check_privacy,
    "Keys": _check_keys,
    "Network": _check_network,
    "Attached files": _check_files,
    "Static files": _check_static,
    "Broker": _check_broker,
    "E-mail": _check_mail,
}
DATABASE_PARTS = {
    "Encryption": _check_sealed_data,
    "Clock": _check_clock,
    "Workers": _check_workers,
    "Sandbox": _check_sandbox,
}
