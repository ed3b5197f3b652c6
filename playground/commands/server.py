"""The server of `manage.py serve`: waitress in this one process."""

from __future__ import annotations

import socket
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from waitress.server import create_server

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
