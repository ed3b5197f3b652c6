"""`manage.py run_batch NAME --rows FILE`: sends a template for each row of a file."""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from django.db import DatabaseError

from playground.batches import batches, running
from playground.batches.access import BatchRefused, get_batch
from playground.batches.models import Batch
from playground.batches.options import Options, get_options, set_options, validate_options
from playground.commands.batch_arguments import explain_mapping, make_mapping
from playground.commands.batch_output import RETRIED, Printer
from playground.commands.batch_runs import BatchRun
from playground.commands.scripts import (
    INVALID_ARGUMENTS,
    NOT_SENT,
    InvalidArgument,
    SendingCommand,
    add_reading_arguments,
    find_named_connection,
    find_template,
    find_version,
    make_reading,
)
from playground.commands.server import serve_sandbox
from playground.commands.startup import explain_missing_person, find_actor
from playground.payload_templates.templates import record_use
from playground.people.models import Person
from playground.workspace.models import Connection

PIECE = 1_000_000
# Arguments that say how a batch is made.
MAKING = ("rows", "pairs", "kinds", "group", "variant", "connection", "check_only")
NO_CONNECTION = "The template has no connection. Choose one with --connection."


class Command(SendingCommand):
    """Makes a batch, checks its rows, sends the good ones, and reports what became of each.

    The batch runs in this process, or with a broker in the workers. It is the same as one made in
    the browser, where it can be watched, paused and decided about as well.
    """

    help = (
        "Send a template for each row of a file. The exit status is 0 if all rows were accepted, "
        "1 if some were refused, 2 if the arguments or the file aren't valid, 3 if some or all "
        "weren't sent, such as rows with problems, and 4 if the outcome of some is unknown. "
        "Ctrl+C pauses the batch; --resume goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="name or ID of the template")
        parser.add_argument("--rows", metavar="FILE", help="a table, or - for standard input")
        parser.add_argument("--variant", default="", help="name of a variant")
        parser.add_argument("--connection", help="name of a connection to use instead")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=/POINTER",
            dest="pairs",
            help="what a column fills; default: what its title or the last batch says",
        )
        parser.add_argument(
            "--type",
            action="append",
            default=[],
            metavar="COLUMN=TYPE",
            dest="kinds",
            help="text, number, boolean, json or list; default: the field's own type",
        )
        parser.add_argument("--group", help="each, all, chunks:NUMBER or key:COLUMN")
        parser.add_argument("--check-only", action="store_true", help="send nothing, keep nothing")
        parser.add_argument("--rate", type=float, metavar="N", help="requests per second")
        parser.add_argument("--concurrency", type=int, metavar="N", help="requests at a time")
        parser.add_argument("--stop-after", type=int, metavar="N", help="stop after N failures")
        parser.add_argument("--resume", type=uuid.UUID, metavar="RUN", help="go on with a batch")
        parser.add_argument(
            "--retry-failed",
            type=uuid.UUID,
            metavar="RUN",
            help="send the requests of a batch that were refused or not sent once more",
        )
        parser.add_argument("--result", type=Path, metavar="FILE", help=".csv, or .jsonl for JSON")
        parser.add_argument("--junit", type=Path, metavar="FILE", help="for build servers")
        parser.add_argument("--confirm", default="", help="name of a protected connection")
        parser.add_argument("--user", default="", help="who sends; default: the first owner")
        parser.add_argument("--json", action="store_true", help="print JSON Lines")
        add_reading_arguments(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        # Like Ctrl+C it pauses the batch, so that no request is cut off.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.out, self.err = Printer(self.stdout), Printer(self.stderr)
        try:
            self.check_arguments()
            person = find_actor(options["user"])
            if person is None:
                raise InvalidArgument(explain_missing_person(options["user"]))
            if options["resume"] or options["retry_failed"]:
                status = self.run_again(person)
            else:
                status = self.run_new(person)
        except InvalidArgument as error:
            self.reject(str(error), "not-understood", INVALID_ARGUMENTS)
        except BatchRefused as error:
            message = str(error)
            if error.confirmation is not None:
                message += f" Use --confirm {error.confirmation.name!r}."
            self.reject(message, "blocked", NOT_SENT)
        except Batch.DoesNotExist:
            self.reject("The batch was deleted.", "blocked", NOT_SENT)
        if status:
            sys.exit(status)

    def check_arguments(self) -> None:
        """Raise InvalidArgument for what doesn't go together or can't be written."""
        given = self.options
        if given["resume"] or given["retry_failed"]:
            if (given["resume"] and given["retry_failed"]) or any(map(given.get, MAKING)):
                raise InvalidArgument(
                    "--resume and --retry-failed go on with a batch as it was made. Use one of "
                    "them, without another file, mapping or connection."
                )
        elif not given["name"] or not given["rows"]:
            raise InvalidArgument("Name a template and a file: run_batch TEMPLATE --rows FILE.")
        for path in filter(None, (given["result"], given["junit"])):
            if given["rows"] and path.resolve() == Path(given["rows"]).resolve():
                raise InvalidArgument(f"{path} has the rows. Choose another file for the result.")
            # Before anything is sent, and without losing what is there.
            place = path if path.exists() else path.parent
            if path.is_dir() or not os.access(place, os.W_OK):
                raise InvalidArgument(f"Can't write {path}.")

    def run_new(self, person: Person) -> int:
        batch = self.create(person)
        try:
            connection = self.set_up(person, batch)
            run = self.make_run(person, batch)
            for sentence in explain_mapping(batch):
                run.note(sentence)
            with serve_sandbox(connection):
                if not run.check() or self.options["check_only"]:
                    return run.report_check()
                return run.send(running.start, self.options["confirm"])
        except KeyboardInterrupt:
            self.reject("Nothing was sent.", "blocked", NOT_SENT)
        finally:
            discard_unstarted(batch)

    def make_run(self, person: Person, batch: Batch) -> BatchRun:
        run = BatchRun(person, batch, self.out, self.err, self.options["json"])
        run.write_to(self.options["result"], self.options["junit"])
        return run

    def create(self, person: Person) -> Batch:
        template = find_template(person, self.options["name"])
        version = find_version(template, variant=self.options["variant"])
        name = self.options["rows"]
        try:
            with open_input(name) as file:
                batch = batches.create_batch(
                    person,
                    version,
                    iter(partial(file.read, PIECE), b""),
                    "stdin" if name == "-" else Path(name).name,
                    variant=self.options["variant"],
                    reading=make_reading(self.options),
                )
        except BatchRefused as error:
            if person.may_edit:
                raise InvalidArgument(str(error)) from None
            raise
        if not self.options["check_only"]:
            record_use(template)
        return batch

    def set_up(self, person: Person, batch: Batch) -> Connection:
        """Set connection, mapping and options. Raises InvalidArgument."""
        given = self.options
        try:
            if given["connection"]:
                batches.set_connection(person, batch.pk, find_named_connection(given["connection"]))
            mapping = make_mapping(batch, given["pairs"], given["kinds"], given["group"])
            # Also the proposed one: it may lack something.
            batches.set_mapping(person, batch.pk, mapping)
            set_options(person, batch.pk, self.make_options(Options()))
        except BatchRefused as error:
            raise InvalidArgument(str(error)) from None
        batch.refresh_from_db()
        if batch.connection is None:
            raise InvalidArgument(NO_CONNECTION)
        return batch.connection

    def make_options(self, options: Options) -> Options:
        """These options with those of the arguments."""
        names = {
            "rate": "requests_per_second",
            "concurrency": "concurrency",
            "stop_after": "stop_after_failures",
        }
        changes = {field: self.options[name] for name, field in names.items()}
        given = {field: value for field, value in changes.items() if value is not None}
        return replace(options, **given)

    def run_again(self, person: Person) -> int:
        """Go on with a batch, or send what failed of it once more."""
        key = self.options["resume"] or self.options["retry_failed"]
        try:
            batch = get_batch(person, key)
        except Batch.DoesNotExist:
            raise InvalidArgument(
                f"There is no batch {key}, or it isn't shared with you."
            ) from None
        if self.options["name"]:
            template = find_template(person, self.options["name"])
            if template.pk != batch.template_id:
                raise InvalidArgument(f"Batch {key} doesn't belong to {template.name}.")
        if batch.connection is None:
            raise BatchRefused("The connection was deleted. Start a new batch over another one.")
        former = get_options(batch)
        options = self.make_options(former)
        if message := validate_options(options):
            raise InvalidArgument(message)
        if options != former:
            set_options(person, batch.pk, options)
        run = self.make_run(person, batch)
        with serve_sandbox(batch.connection):
            if self.options["resume"]:
                return run.send(running.resume, self.options["confirm"])
            return run.send(running.retry_failed, self.options["confirm"], RETRIED)

    def reject(self, message: str, outcome: str, status: int) -> NoReturn:
        if self.options["json"]:
            answer = {"outcome": outcome, "sentence": message, "exit_status": status}
            self.out.print(json.dumps(answer, ensure_ascii=False))
        self.err.print(message)
        sys.exit(status)


@contextmanager
def open_input(name: str) -> Iterator[BinaryIO]:
    """Open a file of rows, or standard input. Raises InvalidArgument."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as error:
        if error.filename != name:
            raise  # it isn't about this file
        raise InvalidArgument(f"Can't read {name}: {error.strerror}.") from None


def discard_unstarted(batch: Batch) -> None:
    """Remove a batch that was never started: it is of no use to anybody."""
    with suppress(DatabaseError, Batch.DoesNotExist):
        batch.refresh_from_db(fields=["state"])
        if batch.state in (Batch.State.DRAFT, Batch.State.CHECKING, Batch.State.CHECKED):
            batches.remove_batch(batch)
