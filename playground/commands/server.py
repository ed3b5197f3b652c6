"""The server of this one process: waitress, which sends a short answer's head and body at once."""

from __future__ import annotations

import socket
from copy import copy
from threading import Condition
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher, WSGITask

LARGEST_BODY = 64 * 1024 * 1024
# Bytes of an answer that wait for each other, where they are all of it.
TOGETHER = 16 * 1024


class Answer(WSGITask):  # type: ignore[misc]
    """An answer of one piece leaves in one piece; what is streamed leaves as it comes.

    Waitress sends the head first: a browser wakes up for it, finds nothing to show, and is in
    the way of the body, which an edit's answer is all about.
    """

    def write(self, data: bytes) -> None:
        if self.request.command == "HEAD":
            self._write_head_only()
            return
        channel = self.channel
        is_whole = len(data) > 0 and len(data) == self.content_length
        channel.adj = channel.patient if is_whole else channel.server.adj
        super().write(data)

    def _write_head_only(self) -> None:
        """Django leaves it to the server to keep the body back, and waitress sends it: whoever
        asks next over the same connection would take it for the answer."""
        super().write(b"")
        self.chunked_response = False
        self.content_bytes_written = self.content_length or 0


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection; `patient` are its settings for answers of one piece."""

    task_class = Answer

    def __init__(self, server: Any, wire: socket.socket, address: Any, adj: Any, map: Any) -> None:
        super().__init__(server, wire, address, adj, map)
        self.patient = copy(adj)
        self.patient.send_bytes = TOGETHER


class NewestFirst(Condition):
    """Wakes whoever has waited for the shortest time."""

    def notify(self, n: int = 1) -> None:
        self._waiters.rotate(1)  # type: ignore[attr-defined]
        super().notify(n)


class Threads(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The threads that answer. Who was idle last goes first: one person's keystrokes meet the
    same thread, whose connection to the database still knows what it wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = NewestFirst(self.lock)


def make_server(listener: socket.socket) -> Any:
    """Waitress in front of the application: `run` it until it is stopped, then `close` it."""
    threads = Threads()
    threads.set_thread_count(settings.THREADS)
    server = create_server(
        get_wsgi_application(),
        _dispatcher=threads,
        sockets=[listener],
        threads=settings.THREADS,
        ident=None,
        max_request_body_size=LARGEST_BODY,
        clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
    )
    server.channel_class = Channel
    return server
