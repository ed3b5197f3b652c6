"""The sandbox while a command sends."""

import socket
from unittest import mock

import pytest

from playground.commands import server
from playground.workspace.connections import SANDBOX
from playground.workspace.models import Connection

REQUEST = (
    "GET /sandbox/captain-data/v3/workflows HTTP/1.1",
    "Host: 127.0.0.1",
    "x-api-key: practice-key-is-public",
    "x-project-id: 00000000-0000-4f77-8a11-000000000700",
)


def send(wire: socket.socket, *more: str) -> None:
    wire.sendall("\r\n".join([*REQUEST, *more, "", ""]).encode())


def test_it_stops_without_an_error_while_it_answers(capsys: pytest.CaptureFixture) -> None:
    practice = Connection(base_url=SANDBOX)
    with mock.patch.object(server, "announce_origin") as announced:
        with server.serve_sandbox(practice):
            _, _, port = announced.call_args.args[0].rpartition(":")
            address = ("127.0.0.1", int(port))
            with socket.create_connection(address, 30) as slow:
                send(slow, "x-sandbox-fail: slow=1")
                with socket.create_connection(address, 30) as quick:
                    send(quick)
                    # Answered after the first one was read: both workers have had their request.
                    assert quick.recv(1 << 16).startswith(b"HTTP/1.1 200")
                leave = slow.detach()
        socket.close(leave)
    # Serving sets up logging anew, so no handler of the test is asked.
    assert "ERROR" not in capsys.readouterr().err
