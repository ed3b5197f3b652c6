"""Prepares everything and serves the playground in this one process."""

import signal
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from playground.commands import startup
from playground.commands.server import make_server
from playground.people.tokens import has_owner, make_owner_link
from playground.sending.policy import announce_origin


class Command(BaseCommand):
    help = "Prepares database and files, then serves the playground until it is stopped."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        listener = startup.bind(settings.HOST, settings.PORT)
        origin = startup.origin_of(listener)
        announce_origin(origin)
        startup.prepare()
        server = make_server(listener)
        try:
            startup.remember_origin(origin)
            self.greet()
            server.run()
        finally:
            startup.forget_origin()
            server.close()

    def greet(self) -> None:
        self.stdout.write(f"API Playground: {startup.get_public_origin()}/")
        if not has_owner():
            address = startup.format_link(make_owner_link())
            self.stdout.write(f"Sign in (works once, for one hour): {address}")
        self.stdout.write("Stop with Ctrl+C.")
        self.stdout.flush()


def stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
