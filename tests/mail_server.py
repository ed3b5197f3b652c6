"""An SMTP server for tests, as far as Django's client needs one; it listens on a free port."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

GREETING = b"220 test ESMTP\r\n"


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps the messages that arrive. `refused` maps a command to the answer that refuses it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []
        self.refused: dict[str, str] = {}

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(GREETING)
        while line := self.rfile.readline():
            command = line.decode().strip()
            self.server.commands.append(command)
            word = command.split(" ")[0].upper()
            if answer := self.server.refused.get(word):
                self.wfile.write(f"{answer}\r\n".encode())
            elif word == "DATA":
                self._take_message()
            elif word == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            elif word == "EHLO":
                self.wfile.write(b"250-test\r\n250 AUTH PLAIN\r\n")
            elif word == "AUTH":
                self.wfile.write(b"235 ok\r\n")
            else:
                if word == "RCPT":
                    self.server.recipients.append(command)
                self.wfile.write(b"250 ok\r\n")

    def _take_message(self) -> None:
        self.wfile.write(b"354 go on\r\n")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.messages.append(message)
        self.wfile.write(b"250 queued\r\n")


@contextmanager
def run_mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
