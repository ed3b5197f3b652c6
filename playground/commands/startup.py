"""What commands share: prepared data, an address, and the person who acts."""

import errno
import hashlib
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from playground.commands import static_files
from playground.commands.data_state import (
    check_applied,
    check_data_folder,
    check_database_file,
    check_tables,
    describe_files_failure,
    lock_data_folder,
)
from playground.commands.listener import Listener
from playground.commands.practice import fill_practice
from playground.commands.private_files import protect_files
from playground.people.models import Person, Role
from playground.people.origin import format_origin, get_public_origin
from playground.people.search import equal_text
from playground.sending.policy import (
    announce_origin,
    current_origin,
    validate_network_settings,
)
from playground.sending.recovery import end_abandoned
from playground.vault.encryption import CannotUnseal
from playground.vault.file_storage import is_in_folder, probe_files
from playground.vault.rotation import check_key, seal_plain_files
from playground.vault.storage_check import list_applied, list_missing
from playground.vault.storage_errors import Cause, FilesUnavailable
from playground.workspace.files import delete_unused_files
from playground.workspace.models import Connection

logger = logging.getLogger("playground.start")

# Owns the templates imported before anybody has signed in, as when a container is built.
COMMAND_LINE_USER = "command-line"


def prepare(begin_anew: bool = False) -> None:
    """Bring database and files to the state that this version needs.

    With `begin_anew`, even if the database is missing and files that belong to it remain.
    """
    check_data_folder()
    with lock_data_folder():
        if begin_anew:
            migrate(begin_anew=True)
        for step in STEPS:
            step()


def check_network_settings() -> None:
    """Raise CommandError if a setting of the network policy isn't valid."""
    if message := validate_network_settings():
        raise CommandError(message)


def migrate(begin_anew: bool = False) -> None:
    """Apply missing migrations. Raises CommandError for data that this version can't use."""
    check_database_file()
    check_applied(begin_anew)
    # Looking first: `migrate` itself takes a second even if there is nothing to do.
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except CannotUnseal as error:
            raise CommandError(str(error)) from None


def prepare_database() -> None:
    """Tables and practice data, for a command that may run before the first start."""
    with lock_data_folder():
        migrate()
        if not Connection.objects.filter(practice=True).exists():
            fill_practice()


def check_encryption_key() -> None:
    """Raise CommandError if the stored secrets were encrypted with another key."""
    if message := check_key():
        raise CommandError(message)


def check_worker() -> None:
    """Raise CommandError for what keeps a worker from sending. Raises DatabaseError."""
    check_network_settings()
    check_applied(begin_anew=True)
    if missing := list_missing(list_applied()):
        raise CommandError(f"{len(missing)} migrations are missing. Run: manage.py prepare")
    check_encryption_key()


def encrypt_files() -> None:
    """Encrypt attachments that an early version stored unencrypted."""
    try:
        seal_plain_files()
    except CannotUnseal as error:
        raise CommandError(str(error)) from None


def check_files() -> None:
    """Raise CommandError if the bucket of the attached files rejects this installation.

    One that doesn't answer is a warning: everything but attachments works without it.
    """
    if is_in_folder():
        return
    if any(Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]/*")):
        logger.warning(
            "Attached files in %s aren't used, because PLAYGROUND_FILES_URL is set. Copy them to "
            "the bucket under the same names, then delete them here.",
            settings.MEDIA_ROOT,
        )
    try:
        probe_files()
    except FilesUnavailable as error:
        if error.cause != Cause.FILES_UNREACHABLE:
            raise CommandError(describe_files_failure(error)) from None
        logger.warning("%s Attached files can't be used until it answers.", error)


def remove_unused_files() -> None:
    """Delete files that nothing refers to, unless their bucket can't be used now."""
    try:
        delete_unused_files()
    except FilesUnavailable as error:
        logger.warning("Unused files weren't deleted. %s", error)


def collect_static() -> None:
    """Collect, hash and compress static files if one of them has changed."""
    stamp = Path(settings.STATIC_ROOT) / "collected"
    state = fingerprint_static()
    with suppress(OSError):
        if stamp.read_text() == state:
            return
    static_files.remove_outdated(Path(settings.STATIC_ROOT))
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def fingerprint_static() -> str:
    """A digest of the name, size and time of every static file."""
    digest = hashlib.sha256(str(sorted(app.name for app in apps.get_app_configs())).encode())
    # The code that bundles them counts too: it may write other files from the same sources.
    digest.update(Path(static_files.__file__).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


# Checks come before what they protect: a wrong key must stop the start before data is changed.
STEPS: list[Callable[[], object]] = [
    check_network_settings,
    protect_files,
    migrate,
    check_tables,
    check_encryption_key,
    fill_practice,
    end_abandoned,
    check_files,
    remove_unused_files,
    encrypt_files,
    collect_static,
]


def bind(host: str, port: int) -> Listener:
    """A socket listening on that port (0: any free one). Raises CommandError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = Listener(family, socket.SOCK_STREAM)
    # Without it a restart fails for a minute, while old connections time out.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(1024)
    except PermissionError:
        raise CommandError(
            f"Port {port} needs administrator rights. Set PLAYGROUND_PORT above 1023."
        ) from None
    except OSError as error:
        if not isinstance(error, socket.gaierror) and error.errno == errno.EADDRINUSE:
            message = f"Port {port} is in use. Stop the other program or change PLAYGROUND_PORT."
            raise CommandError(message) from None
        message = f"Can't listen on {host}: {error.strerror}. Change PLAYGROUND_HOST."
        raise CommandError(message) from None
    return listener


def origin_of(listener: socket.socket) -> str:
    """The URL by which this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    return format_origin(host, port)


def format_link(token: str) -> str:
    """The URL of a sign-in link."""
    return get_public_origin() + reverse("link", args=[token])


def announce_public_origin() -> None:
    """For a command that shows requests to the sandbox, but sends none."""
    if not current_origin():
        announce_origin(get_public_origin())


def find_actor(name: str) -> Person | None:
    """The active person of this name, by default the first owner."""
    prepare_database()
    active = Person.objects.filter(is_active=True)
    if name:
        return active.filter(equal_text(name, "username")).first()
    owner = active.filter(role=Role.OWNER).order_by("pk").first()
    return owner or active.filter(username=COMMAND_LINE_USER).first()


def find_importer(name: str) -> Person | None:
    """Who owns imported templates: `find_actor`, or someone new if nobody exists.

    That is the command-line user: an editor without a password, who can't sign in.
    """
    prepare_database()
    if not name and not Person.objects.exists():
        return Person.objects.create_user(COMMAND_LINE_USER, role=Role.EDITOR)
    return find_actor(name)


def explain_missing_person(name: str) -> str:
    if name:
        return f"There is no person named {name}."
    return "There is no owner yet. Start the playground and open the link it prints, or use --user."
