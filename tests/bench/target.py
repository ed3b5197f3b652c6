"""A server that answers every request at once, in a process of its own.

`python -m tests.bench.target [MILLISECONDS]` prints its port; GET /count tells how many POSTs came.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

BODY = b'{"message": "Bot successfully scheduled.", "job_uid": "j-1"}'


class Conversation(asyncio.Protocol):
    """One connection, which is kept open as long as the client likes."""

    arrived = 0
    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.data = transport, b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while b"\r\n\r\n" in self.data:
            head, _, rest = self.data.partition(b"\r\n\r\n")
            length = find_length(head)
            if len(rest) < length:
                return
            self.data = rest[length:]
            self.answer(head.startswith(b"POST"))

    def answer(self, is_post: bool) -> None:
        body = BODY if is_post else b"%d" % Conversation.arrived
        Conversation.arrived += is_post
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        reply = head % len(body) + body
        if self.delay and is_post:
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay, self.transport.write, reply)
        else:
            self.transport.write(reply)


def find_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


@dataclass(frozen=True)
class Target:
    """A running server."""

    origin: str

    def count(self) -> int:
        return int(requests.get(f"{self.origin}/count", timeout=10).text)


@contextmanager
def start_target(milliseconds: int = 0) -> Iterator[Target]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.target", str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Target(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.wait()


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    Conversation.delay = int(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0
    asyncio.run(serve())
