"""What `run_batch` prints: rows as they end, a progress bar on a terminal, and a summary."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import OutputWrapper

from playground.batches.files import read_source
from playground.batches.ledger import count
from playground.batches.models import Batch, Row
from playground.batches.timeline import Timeline
from playground.commands.scripts import NOT_SENT, REFUSED, UNKNOWN
from playground.rules.problems import ERROR
from playground.rules.wording import abbreviate

State = Row.State
OPEN = (State.WAITING, State.SENDING)
ENDED = (State.ACCEPTED, State.REFUSED, State.NOT_SENT, State.UNKNOWN)
# Those that a retry sends, with what waits.
RETRIED = (*OPEN, State.REFUSED, State.NOT_SENT)
# Rows that are looked up at a time.
CHUNK = 500
# Bad and failed rows that are named; the result file has all of them.
MOST_NAMED = 100
LONGEST_VALUE = 60
BAR = 24


class Printer:
    """Prints to a stream, and nothing more once nobody reads it: that isn't an error."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream, self._is_open = stream, True
        self._drawn = 0
        self.is_terminal = stream.isatty()

    def print(self, text: str) -> None:
        self.draw("")
        self._write(f"{text}\n")

    def draw(self, text: str) -> None:
        """Replace what was drawn in this line of a terminal."""
        if self.is_terminal and (text or self._drawn):
            # Without escape codes: spaces cover what is longer.
            blank = " " * self._drawn
            self._write(f"\r{blank}\r{text}")
            self._drawn = len(text)

    def _write(self, text: str) -> None:
        if not self._is_open:
            return
        try:
            # Bytes, so that the text stays UTF-8 whatever the locale of the terminal.
            if (buffer := getattr(self._stream, "buffer", None)) is not None:
                buffer.write(text.encode(errors="replace"))
            else:
                self._stream.write(text, lambda same: same, ending="")
            self._stream.flush()
        except BrokenPipeError:
            self._is_open = False
            # Python would fail at its end to write what is left in the buffer.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class RowWatch:
    """Finds the rows that have ended since the last look, of those in some states at first."""

    def __init__(self, batch: Batch, states: Sequence[str] = OPEN) -> None:
        self._rows = Row.objects.filter(batch=batch)
        # A byte per row. Rows end in any order, but close to each other.
        self._is_known = bytearray(b"\1" * (batch.row_count + 1))
        for numbers in self._list(states):
            for number in numbers:
                self._is_known[number] = 0
        self._settled = 0

    def take(self) -> Iterator[Row]:
        """Yield each row that has ended, once."""
        while self._settled + 1 < len(self._is_known) and self._is_known[self._settled + 1]:
            self._settled += 1
        for numbers in self._list(ENDED, self._settled):
            new = [number for number in numbers if not self._is_known[number]]
            for row in self._rows.filter(number__in=new).order_by("number") if new else ():
                self._is_known[row.number] = 1
                yield row

    def _list(self, states: Sequence[str], after: int = 0) -> Iterator[list[int]]:
        # Each of these states is a range of an index, however many rows have another one.
        rows = self._rows.filter(state__in=states).order_by("number")
        numbers = rows.values_list("number", flat=True)
        while found := list(numbers.filter(number__gt=after)[:CHUNK]):
            yield found
            after = found[-1]


def list_bad_rows(batch: Batch) -> Iterator[str]:
    """Yield a line for each problem of the first bad rows: line, column, value and message."""
    word = read_source(batch).row_word
    bad = Row.objects.filter(batch=batch, state=State.BAD).order_by("number")
    for row in bad[:MOST_NAMED]:
        for problem in row.problems:
            if problem["severity"] == ERROR:
                yield _describe_problem(row, problem, batch, word)
    if batch.bad_row_count > MOST_NAMED:
        yield f"{batch.bad_row_count - MOST_NAMED:,} more bad rows; --result FILE has all of them."


def list_failed_rows(batch: Batch) -> Iterator[str]:
    """Yield a line for each of the first requests that failed."""
    word = read_source(batch).row_word
    states = (State.REFUSED, State.NOT_SENT, State.UNKNOWN)
    failed = Row.objects.filter(batch=batch, leader=True, state__in=states).order_by("number")
    for row in failed[:MOST_NAMED]:
        yield f"{word} {row.line}: {abbreviate(row.message, 500)}"
    if (left := sum(count(batch, each) for each in states) - MOST_NAMED) > 0:
        yield f"{left:,} more failed; --result FILE has all of them."


def draw_progress(batch: Batch) -> str:
    """A bar and numbers in one line of a terminal."""
    if batch.state == Batch.State.CHECKING:
        return f"Checking: {batch.row_count:,} rows, {batch.bad_row_count:,} bad"
    left = count(batch, State.WAITING) + count(batch, State.SENDING)
    total = batch.request_count
    done = total - left
    filled = BAR * done // max(total, 1)
    parts = [f"[{'#' * filled}{'-' * (BAR - filled)}] {done:,} of {total:,}"]
    if rate := Timeline.read(batch.timeline).rate(int(time.time())):
        parts.append(f"{rate:.1f}/s, {_format_seconds(left / rate)} left")
    failed = {each: count(batch, each) for each in (State.REFUSED, State.NOT_SENT, State.UNKNOWN)}
    parts += [f"{number:,} {state.label.lower()}" for state, number in failed.items() if number]
    if batch.reason:
        parts.append(batch.reason)
    return abbreviate(" · ".join(parts), max(20, shutil.get_terminal_size().columns - 1))


def summarise(batch: Batch) -> str:
    """What became of a batch, in words."""
    states = [each for each in State if batch.counts.get(each)]
    found = ", ".join(f"{batch.counts[each]:,} {each.label.lower()}" for each in states)
    requests = f"{batch.request_count:,} request{'' if batch.request_count == 1 else 's'}"
    text = f"{requests}: {found}." if found else "No request can be sent."
    if batch.bad_row_count == 1:
        text += " 1 row has a problem and isn't sent."
    elif batch.bad_row_count:
        text += f" {batch.bad_row_count:,} rows have problems and aren't sent."
    if batch.state in (Batch.State.PAUSED, Batch.State.STOPPED):
        text += f" {batch.get_state_display()}."
    return f"{text} {batch.reason}".strip()


def list_next_steps(batch: Batch) -> Iterator[str]:
    """Yield what can be done about the requests that weren't accepted."""
    if count(batch, State.WAITING):
        yield f"To send the rest: manage.py run_batch --resume {batch.pk}"
    elif count(batch, State.REFUSED) or count(batch, State.NOT_SENT):
        yield f"To send the failed ones again: manage.py run_batch --retry-failed {batch.pk}"
    if count(batch, State.UNKNOWN):
        yield "Nobody knows whether the unknown ones arrived. Decide on the page of the batch."


def find_exit_status(batch: Batch) -> int:
    """0 only if every row of the file was accepted, or marked as done."""
    if count(batch, State.UNKNOWN):
        return UNKNOWN
    if count(batch, State.REFUSED):
        return REFUSED
    done = count(batch, State.ACCEPTED) + count(batch, State.DONE)
    return NOT_SENT if batch.bad_row_count or done < max(1, batch.request_count) else 0


def has_faults(batch: Batch) -> bool:
    """Whether some rows of a batch that was checked can't be sent."""
    is_checked = batch.state == Batch.State.CHECKED
    return not is_checked or bool(batch.bad_row_count) or not batch.request_count


def _describe_problem(row: Row, problem: dict[str, Any], batch: Batch, word: str) -> str:
    index, message = problem["column"], abbreviate(problem["message"], 500)
    # What the reader says begins with the line.
    if message.startswith(f"{word} {row.line} "):
        return message
    if index is None:
        return f"{word} {row.line}: {message}"
    place = f"{word} {row.line}, column {index + 1}"
    if index < len(batch.columns):
        place += f" ({abbreviate(batch.columns[index])})"
    cell = row.cells[index] if index < len(row.cells) else None
    value = "no value" if cell is None else f'"{abbreviate(cell, LONGEST_VALUE)}"'
    return f"{place}, {value}: {message}"


def _format_seconds(seconds: float) -> str:
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
