"""`manage.py sync_connection NAME`: reads workflows and accounts, with a line of progress."""

import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from playground.commands.startup import prepare_library
from playground.commands.startup_links import practising
from playground.sending.sync import can_sync, sync_now
from playground.workspace.models import Connection, SyncRun

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Reads the workflows and accounts of a connection. Ends with 0 when all were read, "
        "with 1 when some or all failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the connection's name, such as Practice")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_library()
        connection = self.find(options["name"])
        run = self.sync(connection)
        self.end_line()
        for sentence in run.changes:
            self.stdout.write(f"changed: {sentence}")
        for sentence in run.failures:
            self.stderr.write(f"failed: {sentence}")
        self.stdout.write(self.sum_up(run))
        if run.outcome != SyncRun.Outcome.COMPLETE:
            sys.exit(1)

    def find(self, name: str) -> Connection:
        connection = Connection.objects.filter(name=name).first()
        if connection is None:
            names = ", ".join(Connection.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no connection named {name}. There are: {names}.")
        if not can_sync(connection):
            raise CommandError(f"{name} speaks to an API that lists no workflows.")
        return connection

    def sync(self, connection: Connection) -> SyncRun:
        """The journal is kept to what is wrong: its lines would break the line of progress."""
        journal = logging.getLogger("playground")
        former = journal.level
        journal.setLevel(logging.WARNING)
        try:
            with practising(connection):
                return sync_now(connection, self.show)
        except KeyboardInterrupt:
            self.end_line()
            self.stderr.write("Stopped. What was read so far is kept.")
            sys.exit(INTERRUPTED)
        finally:
            journal.setLevel(former)

    def show(self, run: SyncRun) -> None:
        """On a terminal one line that is written over; elsewhere a line for each step."""
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
        word = {"complete": "Synced", "partly": "Synced in part", "failed": "Not synced"}
        return f"{word[run.outcome]}: {workflows} workflows, {accounts} accounts."
