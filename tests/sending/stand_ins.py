"""Servers on loopback: one that counts and misbehaves on request, and one that runs another's."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCEPTED = b'{"message": "Bot successfully scheduled.", "job_uid": "j-1"}'


class Standin:
    """Counts what arrives. `hold` keeps every answer back until `release` is called; `body`
    and `status` are what it answers, with `headers` besides the usual ones; `seen` has
    (method, path, headers, body) of each call."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status, self.body = 200, ACCEPTED
        self.headers: dict[str, str] = {}
        self.close_early = False
        self._free = threading.Event()
        self._free.set()
        self._arrived = threading.Semaphore(0)

    def __enter__(self) -> "Standin":
        self._server = QuietServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def hold(self) -> None:
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    def wait_for_call(self, seconds: float = 60) -> bool:
        return self._arrived.acquire(timeout=seconds)

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                standin.seen.append((self.command, self.path, dict(self.headers), body))
                standin._arrived.release()
                standin._free.wait(120)
                if standin.close_early:
                    with suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(standin.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(standin.body)))
                for name, value in standin.headers.items():
                    self.send_header(name, value)
                with suppress(BrokenPipeError):  # the caller had enough: some tests want that
                    self.end_headers()
                    self.wfile.write(standin.body)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        return Handler


class QuietServer(ThreadingHTTPServer):
    """Prints nothing about clients that were killed."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve_forever(server: Any) -> Iterator[None]:
    """Run a waitress server in a thread of the test."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=2)
        thread.join(5)


def wait_until(true: Any, seconds: float = 60) -> bool:
    """Look again and again until it is true or the time, which a busy machine needs, is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())
