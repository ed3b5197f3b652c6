"""A Captain Data server on another origin that answers as a test tells it to, path by path."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Headers = dict[str, str]
Told = tuple[int, Any, Headers]
CallResult = Callable[[dict[str, str], bytes], Told]


def say(body: Any, status: int = 200, **headers: str) -> CallResult:
    """The same answer every time; `body` is sent as JSON, bytes as they are."""
    return lambda query, sent: (status, body, headers)


class Misbehaving:
    """`answers` by "METHOD /path"; a list is used up one by one, its last answer stays.
    `seen` has (method, path with query, headers, body) of each call."""

    def __init__(self) -> None:
        self.answers: dict[str, CallResult | list[CallResult]] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    def __enter__(self) -> "Misbehaving":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _, _ in self.seen]

    def answer(self, method: str, target: str, headers: Headers, body: bytes) -> Told:
        address = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        found = self.answers.get(f"{method} {address.path}")
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if found is None:
            return 404, {"message": f"There is nothing at {address.path}."}, {}
        return found(query, body)

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                received = dict(self.headers)
                server.seen.append((self.command, self.path, received, sent))
                status, body, headers = server.answer(self.command, self.path, received, sent)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = reply  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        return Handler
