"""Prepares everything and serves the playground in this one process."""

import signal
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from playground.interface import doorstep, starting
from playground.people.links import has_owner, make_owner_link
from playground.sending.doors import announce_origin

LARGEST_BODY = 64 * 1024 * 1024
# Bytes of an answer that wait for each other: its head and its body leave together, and a
# browser that waits for both wakes up once.
TOGETHER = 16 * 1024


class Command(BaseCommand):
    help = "Prepares database and files, then serves the playground until it is stopped."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        listener = starting.bind(settings.HOST, settings.PORT)
        origin = starting.origin_of(listener)
        announce_origin(origin)
        starting.prepare()
        server = create_server(
            get_wsgi_application(),
            sockets=[listener],
            threads=settings.THREADS,
            ident=None,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
        )
        # As an argument it is deprecated, for what waitress does about it by itself.
        server.adj.send_bytes = TOGETHER
        try:
            doorstep.remember_origin(origin)
            self.greet()
            server.run()
        finally:
            doorstep.forget_origin()
            server.close()

    def greet(self) -> None:
        self.stdout.write(f"API Playground: {doorstep.public_origin()}/")
        if not has_owner():
            address = doorstep.link_address(make_owner_link())
            self.stdout.write(f"Sign in (works once, for one hour): {address}")
        self.stdout.write("Stop with Ctrl+C.")
        self.stdout.flush()


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
