"""A target that accepts every launch at once, in a process of its own and without the product.

`python -m tests.bench.accepting` prints its port.
"""

from __future__ import annotations

import re
import socket

BODY = b'{"message": "Bot successfully scheduled.", "job_uid": "j-1"}'
REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)
HEADER_END = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length: (\d+)\r$", re.IGNORECASE | re.MULTILINE)


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            with server.accept()[0] as connection:
                if receive_request(connection):
                    connection.sendall(REPLY)


def receive_request(connection: socket.socket) -> bool:
    """Read one request to its end; False if the connection has no more."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head, end, body = received.partition(HEADER_END)
        length = LENGTH.search(head + b"\r")
        if end and len(body) >= int(length[1] if length else 0):
            return True
    return False


if __name__ == "__main__":
    main()
