"""Waitress in this process, for `manage.py serve` and for commands that send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from waitress.server import create_server
from waitress.wasyncore import dispatcher

from playground.commands.listener import (
    OTHER_FILES,
    ConnectionLimits,
    Listener,
    raise_file_limit,
)
from playground.sending.policy import announce_origin
from playground.workspace.connections import SANDBOX
from playground.workspace.models import Connection

# Larger than any upload that Django accepts (DATA_UPLOAD_MAX_MEMORY_SIZE) and any file of rows, so
# that people get our message. Beyond this, waitress refuses a body before it fills the disk.
LARGEST_BODY = max(64 * 1024 * 1024, settings.MAX_BATCH_FILE_BYTES + 1024 * 1024)
# Larger than any page: beyond this, a caller who reads slowly would hold a thread. Waitress keeps
# all but the first megabyte in a temporary file.
LARGEST_WAITING_RESPONSE = 64 * 1024 * 1024
# How often a stopping server checks whether it may exit.
STOP_STEP = 0.05


class Server:
    """Waitress in its own thread, able to stop without cutting off a response."""

    def __init__(self, listener: Listener) -> None:
        connections = raise_file_limit(settings.CONNECTIONS)
        # Behind a proxy every connection has the proxy's address.
        per_address = 0 if settings.BEHIND_PROXY else settings.CONNECTIONS_PER_ADDRESS
        listener.set_limits(ConnectionLimits(connections, per_address, settings.REQUEST_SECONDS))
        self.listener = listener
        self._waitress = create_server(
            get_internal_wsgi_application(),  # the one that WSGI_APPLICATION names
            sockets=[listener],
            threads=settings.THREADS,
            # No Server header: a version only helps attackers.
            ident=None,
            # The listener enforces the limit; at its own, waitress would stop accepting.
            connection_limit=connections + OTHER_FILES,
            channel_timeout=settings.KEEP_ALIVE_SECONDS,
            cleanup_interval=min(5, settings.KEEP_ALIVE_SECONDS),
            # `select` can't watch file descriptors above 1023.
            asyncore_use_poll=True,
            outbuf_high_watermark=LARGEST_WAITING_RESPONSE,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
        )
        self.has_ended = False

    def start(self, when_ended: Callable[[], object]) -> None:
        """Serve in a thread; `when_ended` is called if that thread ever ends by itself."""

        def run() -> None:
            try:
                self._waitress.run()
            finally:
                self.has_ended = True
                when_ended()

        threading.Thread(target=run, name="server", daemon=True).start()

    def stop_accepting(self) -> None:
        """Close the listening socket; connections with a request continue."""
        # In the server's thread: it may be waiting for this very socket. The server's own
        # `close` would also close the trigger by which the worker threads wake it up.
        self._waitress.trigger.pull_trigger(lambda: dispatcher.close(self._waitress))

    def finish_requests(self, seconds: float) -> None:
        """Wait up to this long until every request is answered; close idle connections."""
        deadline = time.monotonic() + seconds
        while self.listener.open_connections and time.monotonic() < deadline:
            self.listener.end_idle()
            time.sleep(STOP_STEP)


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
        # The workers first: one that has just answered wakes the server up, through a pipe that
        # `close` closes.
        server.task_dispatcher.shutdown(timeout=2)
        server.close()
        thread.join(2)


def _run(server: Any) -> None:
    # Closing the server while it waits for connections ends `run` with an error.
    with suppress(OSError):
        server.run()
