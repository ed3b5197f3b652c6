"""What happens between `manage.py serve` and the first page, in order; a step is one line."""

import errno
import hashlib
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

from playground.commands import static_bundles
from playground.commands.practice import fill_practice
from playground.sending.policy import validate_network_settings
from playground.sending.recovery import end_abandoned
from playground.vault.key_check import check_keys
from playground.vault.rotation import seal_plain_files
from playground.workspace.files import delete_unused_files
from playground.workspace.models import Connection


def prepare() -> None:
    """Brings database and files to where this version needs them."""
    for step in STEPS:
        step()


def refuse_odd_policy() -> None:
    """Raises CommandError when a setting of what may be dialled cannot be understood."""
    if sentence := validate_network_settings():
        raise CommandError(sentence)


def migrate() -> None:
    """Applies migrations; with none to apply it costs a tenth of a second."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def prepare_library() -> None:
    """What a command finds that reads the library, also before the first start: tables, and
    the practice data where nobody made it yet."""
    migrate()
    if not Connection.objects.filter(practice=True).exists():
        fill_practice()


def refuse_wrong_key() -> None:
    """Raises CommandError when the kept secrets were encrypted with another key."""
    if sentence := check_keys():
        raise CommandError(sentence)


def collect_static() -> None:
    """Copies, names by content and compresses static files, when any of them changed."""
    stamp = Path(settings.STATIC_ROOT) / "collected"
    state = describe_static()
    with suppress(OSError):
        if stamp.read_text() == state:
            return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state)


def describe_static() -> str:
    """A digest of every static file's name, size and time of change."""
    digest = hashlib.sha256(str(sorted(app.name for app in apps.get_app_configs())).encode())
    digest.update(Path(static_bundles.__file__).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


STEPS: list[Callable[[], object]] = [
    refuse_odd_policy,
    migrate,
    refuse_wrong_key,
    fill_practice,
    end_abandoned,
    delete_unused_files,
    seal_plain_files,
    collect_static,
]


def bind(host: str, port: int) -> socket.socket:
    """A socket on that port (0: any free one). Raises CommandError with a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(1024)
    except PermissionError:
        raise CommandError(
            f"Port {port} needs more rights; set PLAYGROUND_PORT above 1023."
        ) from None
    except OSError as error:
        raise CommandError(explain(host, port, error)) from None
    return listener


def explain(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno != errno.EADDRINUSE:
        return f"Cannot listen on {host}: {error.strerror}. Set PLAYGROUND_HOST."
    return f"Port {port} is in use. Stop what uses it, or set PLAYGROUND_PORT to another one."


def origin_of(listener: socket.socket) -> str:
    """The address at which this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    return spell_origin(host, port)


def spell_origin(host: str, port: int) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
