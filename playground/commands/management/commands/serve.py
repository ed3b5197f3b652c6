"""Prepares everything and serves the playground in this one process."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.commands import startup
from playground.commands.data_state import BEGIN_ANEW
from playground.commands.server import Server
from playground.commands.stopping import StopRequest, stop_gracefully
from playground.engine.models import Process
from playground.engine.threads import start_engine
from playground.people.origin import forget_origin, get_public_origin, remember_origin
from playground.people.tokens import has_owner, make_owner_link
from playground.sending.policy import announce_origin


class Command(BaseCommand):
    help = "Prepares database and files, then serves the playground until it is stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            BEGIN_ANEW,
            action="store_true",
            help="create a new database even if the data folder has files from an earlier one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = StopRequest()
        listener = startup.bind(settings.HOST, settings.PORT)
        origin = startup.origin_of(listener)
        announce_origin(origin)
        startup.prepare(options["begin_anew"])
        server = Server(listener)
        # Before the first request, which would start it without the address.
        start_engine(Process.Kind.WEB, origin)
        server.start(when_ended=stop.make)
        try:
            remember_origin(origin)
            self.greet()
            stop.wait()
        finally:
            forget_origin(origin)
        if server.has_ended:
            raise CommandError("The server failed; the log has the reason. Start it again.")
        stop_gracefully(server)

    def greet(self) -> None:
        self.stdout.write(f"API Playground: {get_public_origin()}/")
        if not has_owner():
            address = startup.format_link(make_owner_link())
            self.stdout.write(f"Sign in (works once, for one hour): {address}")
        self.stdout.write("Stop with Ctrl+C.")
        self.stdout.flush()
