"""One run of a batch by `run_batch`: its check, its sending, and what is printed about them."""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections

from playground.batches import batches, running
from playground.batches.access import BatchRefused
from playground.batches.ending import describe_batch
from playground.batches.models import Batch, Row
from playground.batches.results import (
    describe_row,
    page_rows,
    write_junit,
    write_result,
    write_result_lines,
)
from playground.commands import batch_output
from playground.commands.batch_output import Printer, RowWatch
from playground.commands.scripts import INVALID_ARGUMENTS, NOT_SENT
from playground.engine.processes import count_alive
from playground.engine.tasks import uses_workers
from playground.people.models import Person

LOOK_SECONDS = 0.2
# After the database failed.
RETRY_SECONDS = 2.0
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
# What changes while a batch is checked and runs; its payload and mapping stay in the database.
CHANGING = [
    *("state", "reason", "has_broken_file", "counts"),
    *("row_count", "bad_row_count", "request_count"),
    *("next_start_at", "timeline", "started_at", "ended_at"),
]
Begin = Callable[[Person, uuid.UUID, str], Batch]


class BatchRun:
    """Checks and sends a batch; `out` gets rows or words, `err` notes and problems."""

    def __init__(
        self, person: Person, batch: Batch, out: Printer, err: Printer, as_json: bool
    ) -> None:
        self.person, self.batch = person, batch
        self.out, self.err, self.as_json = out, err, as_json
        self.notes: list[str] = []
        self.files: list[tuple[Path, Callable[[Batch], Iterator[str]]]] = []

    def write_to(self, result: Path | None, junit: Path | None) -> None:
        """Have the result and a JUnit report written to these files."""
        if result is not None:
            is_lines = result.suffix in JSON_SUFFIXES
            self.files.append((result, write_result_lines if is_lines else write_result))
        if junit is not None:
            self.files.append((junit, write_junit))

    def check(self) -> bool:
        """Have the rows judged; return whether any request can be sent."""
        batch = self.batch
        batches.check_rows(self.person, batch.pk)
        self._wait(lambda: batch.state != Batch.State.CHECKING)
        for line in batch_output.list_bad_rows(batch):
            self.err.print(line)
        if self.as_json:
            for row in page_rows(batch, Row.objects.filter(state=Row.State.BAD)):
                self.print_json(describe_row(row, batch))
        return batch.state == Batch.State.CHECKED and bool(batch.request_count)

    def report_check(self) -> int:
        """Report what the check found; return the exit status."""
        if self.batch.has_broken_file:
            return self._report(INVALID_ARGUMENTS)
        return self._report(NOT_SENT if batch_output.has_faults(self.batch) else 0)

    def send(self, begin: Begin, confirm: str, states: Sequence[str] = batch_output.OPEN) -> int:
        """Begin to send, wait until nothing is under way, and report; return the exit status.

        Ctrl+C pauses the batch. Raises KeyboardInterrupt if it hadn't been started.
        """
        batch = self.batch
        watch = RowWatch(batch, states) if self.as_json else None
        if uses_workers() and not count_alive()["worker"]:
            self.note("No worker is running. The batch waits until one is: make worker")
        try:
            begin(self.person, batch.pk, confirm)
            self._follow(watch)
        except KeyboardInterrupt:
            # The next signal ends the process at once.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            self.err.print("Pausing; requests under way finish. Press Ctrl+C again to end at once.")
            with suppress(BatchRefused):
                running.pause(self.person, batch.pk)
            self._follow(watch)
            if batch.state == Batch.State.CHECKED:
                raise
        return self._report(batch_output.find_exit_status(batch))

    def note(self, sentence: str) -> None:
        """Say something that isn't about a row; with --json in the summary."""
        self.notes.append(sentence)
        if not self.as_json:
            self.err.print(sentence)

    def print_json(self, value: dict[str, Any]) -> None:
        self.err.draw("")
        self.out.print(json.dumps(value, ensure_ascii=False))

    def _follow(self, watch: RowWatch | None) -> None:
        batch = self.batch

        def is_over() -> bool:
            return batch.state != Batch.State.RUNNING and not batch.counts.get(Row.State.SENDING)

        self._wait(is_over, watch)

    def _wait(self, is_over: Callable[[], bool], watch: RowWatch | None = None) -> None:
        """Print rows and progress until it is over."""
        has_failed = False
        while True:
            try:
                self.batch.refresh_from_db(fields=CHANGING)
                # After the batch itself: once it has ended, all of its rows have.
                for row in watch.take() if watch else ():
                    self.print_json(describe_row(row, self.batch))
            except DatabaseError as error:
                # A lane of this process waits for the database as well, with results in memory.
                if not has_failed:
                    self.err.print(f"The database failed ({type(error).__name__}). Waiting for it.")
                has_failed = True
                connections.close_all()
                time.sleep(RETRY_SECONDS)
                continue
            if is_over():
                break
            self.err.draw(batch_output.draw_progress(self.batch))
            time.sleep(LOOK_SECONDS)
        self.err.draw("")

    def _report(self, status: int) -> int:
        """Write the files, and print what became of the batch."""
        batch = self.batch
        for path, write in self.files:
            try:
                with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
                    out.writelines(write(batch))
            except OSError as error:
                self.err.print(f"Can't write {path}: {error.strerror}.")
                status = status or INVALID_ARGUMENTS
        sentence = batch_output.summarise(batch)
        if self.as_json:
            found = {"batch": str(batch.pk), "exit_status": status, "sentence": sentence}
            self.print_json({**found, **describe_batch(batch), "notes": self.notes})
            return status
        for line in batch_output.list_failed_rows(batch):
            self.err.print(line)
        self.out.print(sentence)
        if batch.state not in (Batch.State.CHECKED, Batch.State.DRAFT):
            for line in batch_output.list_next_steps(batch):
                self.err.print(line)
        return status
