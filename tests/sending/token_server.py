"""A server on loopback that issues OAuth tokens and accepts calls with them."""

import json
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

from tests.sending.stand_ins import QuietServer


class TokenServer:
    """An API at `/x` and its token server: `reply` is what that answers, `tokens` what it saw.

    The API takes a token for as many calls as `lasts` says. `calls` has the header of each,
    `bodies` what they sent.
    """

    def __init__(self) -> None:
        self.reply: dict[str, Any] = {"access_token": "t-{n}", "expires_in": 3600}
        self.status, self.api_status = 200, 200
        self.lasts: dict[str, int] = {}
        self.bodies: list[str] = []
        self.reads_header = True
        self.tokens: list[tuple[dict[str, str], dict[str, str]]] = []
        self.calls: list[str | None] = []
        self.lock = threading.Lock()
        self.free = threading.Event()
        self.free.set()

    def __enter__(self) -> "TokenServer":
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if self.path == "/token":
                    owner.tokens.append((dict(self.headers), dict(parse_qsl(body))))
                    owner.free.wait(10)
                    return self.write(*owner.make_token())
                return self.write(owner.take_call(self.headers.get("Authorization"), body), "{}")

            def write(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: Any) -> None:
        self.free.set()
        self._server.shutdown()
        self._server.server_close()

    def take_call(self, token: str | None, body: str) -> int:
        with self.lock:
            self.calls.append(token)
            self.bodies.append(body)
            is_used_up = self.calls.count(token) > self.lasts.get(token or "", len(self.calls))
        return 401 if is_used_up else self.api_status

    def make_token(self) -> tuple[int, str]:
        fields = self.tokens[-1][1]
        if not self.reads_header and "client_secret" not in fields:
            return 401, '{"error": "invalid_client"}'
        return self.status, json.dumps(self.reply).replace("{n}", str(len(self.tokens)))
