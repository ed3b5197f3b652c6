"""Waitress in this process, for `manage.py serve` and for commands that send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from waitress.server import create_server

from playground.sending.policy import announce_origin
from playground.workspace.connections import SANDBOX
from playground.workspace.models import Connection

# Larger than any upload that Django accepts (DATA_UPLOAD_MAX_MEMORY_SIZE), so that people get
# its message. Beyond this, waitress refuses a body before it fills the disk.
LARGEST_BODY = 64 * 1024 * 1024


def make_server(listener: socket.socket) -> Any:
    """A server for the application on a bound socket: `run` it, then `close` it."""
    return create_server(
        get_internal_wsgi_application(),  # the one that WSGI_APPLICATION names
        sockets=[listener],
        threads=settings.THREADS,
        # No Server header: a version only helps those who look for known weaknesses.
        ident=None,
        max_request_body_size=LARGEST_BODY,
        clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
    )


@contextmanager
def serve_sandbox(connection: Connection) -> Iterator[None]:
    """Serve the sandbox while a command sends, if the connection goes there.

    The server of this installation may not be running.
    """
    if not connection.base_url.startswith(SANDBOX):
        yield
        return
    # Before the first start the folder is missing, about which whitenoise would warn.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    server = create_server(get_internal_wsgi_application(), host="127.0.0.1", port=0, threads=2)
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
    # Closing the server while it waits for connections ends `run` with an error.
    with suppress(OSError):
        server.run()
