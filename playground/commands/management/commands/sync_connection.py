"""`manage.py sync_connection NAME`: syncs its workflows and accounts."""

import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from playground.commands.scripts import SendingCommand
from playground.commands.server import serve_sandbox
from playground.commands.startup import prepare_database
from playground.sending.sync import can_sync
from playground.sending.sync_runs import sync_now
from playground.workspace.models import Connection, SyncRun

# As a shell reports a process ended by Ctrl+C: 128 + SIGINT.
INTERRUPTED = 130


class Command(SendingCommand):
    help = (
        "Sync the workflows and accounts of a connection. The exit status is 0 if everything was "
        "synced, 1 if something failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the connection, for example Practice")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_database()
        connection = self.find(options["name"])
        run = self.sync(connection)
        self.end_line()
        for message in run.changes:
            self.stdout.write(f"changed: {message}")
        for message in run.failures:
            self.stderr.write(f"failed: {message}")
        self.stdout.write(self.sum_up(run))
        # A partial sync is a failure to a script, although most of it is stored.
        if run.outcome != SyncRun.Outcome.COMPLETE:
            sys.exit(1)

    def find(self, name: str) -> Connection:
        connection = Connection.objects.filter(name=name).first()
        if connection is None:
            names = ", ".join(Connection.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no connection named {name}. Connections: {names}.")
        if not can_sync(connection):
            raise CommandError(f"The API of {name} has no workflows to sync.")
        return connection

    def sync(self, connection: Connection) -> SyncRun:
        # Only warnings are logged: other lines would break up the progress line.
        log = logging.getLogger("playground")
        level = log.level
        log.setLevel(logging.WARNING)
        try:
            with serve_sandbox(connection):
                return sync_now(connection, self.show)
        except KeyboardInterrupt:
            self.end_line()
            self.stderr.write("Stopped. Everything synced so far is saved.")
            sys.exit(INTERRUPTED)
        finally:
            log.setLevel(level)

    def show(self, run: SyncRun) -> None:
        """On a terminal one line that is overwritten, elsewhere a line for each step."""
        # `step` is empty once the sync has ended; its result is printed then.
        if not run.step:
            return
        line = f"{run.done}/{run.total or '?'} {run.step}"
        if self.stdout.isatty():
            self.stdout.write(f"\r\033[K{line}", ending="")
        elif line != getattr(self, "last", ""):
            self.stdout.write(line)
        self.last = line

    def end_line(self) -> None:
        if self.stdout.isatty():
            self.stdout.write("\r\033[K", ending="")

    def sum_up(self, run: SyncRun) -> str:
        workflows, accounts = run.counts.get("workflows", 0), run.counts.get("accounts", 0)
        word = {"complete": "Synced", "partly": "Partly synced", "failed": "Sync failed"}
        return f"{word[run.outcome]}: {workflows} workflows, {accounts} accounts."
