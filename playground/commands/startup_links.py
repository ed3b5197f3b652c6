"""Addresses to print: where the playground is, and the links that let somebody in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from waitress.server import create_server

from playground.commands.startup import spell_origin
from playground.sending.policy import announce_origin, current_origin
from playground.workspace.addresses import SANDBOX
from playground.workspace.models import Connection

ADDRESS_FILE = "address"


def remember_origin(origin: str) -> None:
    """Keeps the address of the running server for commands in another terminal."""
    (Path(settings.DATA) / ADDRESS_FILE).write_text(origin)


def forget_origin() -> None:
    (Path(settings.DATA) / ADDRESS_FILE).unlink(missing_ok=True)


def public_origin() -> str:
    """The address people type: as set, else that of the running server, else what it will be."""
    if settings.ORIGINS:
        return str(settings.ORIGINS[0])
    try:
        return (Path(settings.DATA) / ADDRESS_FILE).read_text()
    except OSError:
        return spell_origin(settings.HOST, settings.PORT)


def name_origin() -> None:
    """For a command that shows what would go to the sandbox, and calls nobody."""
    if not current_origin():
        announce_origin(public_origin())


@contextmanager
def practising(connection: Connection) -> Iterator[None]:
    """Serves the sandbox for a command, where the connection goes there: the server of this
    installation may not be running."""
    if not connection.base_url.startswith(SANDBOX):
        yield
        return
    # Before the first start it is missing, and whitenoise would say so.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=2)
    announce_origin(f"http://127.0.0.1:{server.effective_port}")
    thread = threading.Thread(target=_run, args=(server,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()
        server.task_dispatcher.shutdown(timeout=2)
        thread.join(2)


def _run(server: Any) -> None:
    """Closed while it waits for calls, it ends by an error that means nothing."""
    with suppress(OSError):
        server.run()


def link_address(token: str) -> str:
    return public_origin() + reverse("link", args=[token])
