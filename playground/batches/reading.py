"""The check of a batch: its file becomes rows, each judged by the rules of the builder."""

import logging
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.checking import Checker
from playground.batches.documents import Builder, CellProblem
from playground.batches.files import open_rows, read_source
from playground.batches.grouping import group_rows
from playground.batches.mapping import Mapping
from playground.batches.models import Batch, Row
from playground.batches.preparing import describe_facts
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.engine.processes import has_ended, identify_process
from playground.engine.tasks import enqueue, task
from playground.engine.threads import get_cancel
from playground.importers.tables import InvalidTable, RowProblem
from playground.openapi.operations import UnknownOperation, get_operation
from playground.rules.problems import ERROR
from playground.sending.completing import describe_error
from playground.sending.held_results import store_when_possible
from playground.vault.storage_errors import FilesUnavailable, find_cause

logger = logging.getLogger("playground.batches")

# Rows that one transaction writes or removes.
CHUNK = 500
# Problems that are kept of one row.
MOST_PROBLEMS = 20


class CheckEnded(Exception):
    """The batch is no longer this check's: it was changed, deleted or is to be checked again."""


class CannotCheck(Exception):
    """The template has a problem that each row would have; the text is for people."""


@task
def check_batch(batch_id: str) -> None:
    """Read and judge the rows of a batch that nobody checks yet."""
    # If it is to be checked anew meanwhile, that is for this task: it isn't enqueued a second time.
    while _check(batch_id) and not get_cancel().is_set():
        pass


def _check(batch_id: str) -> bool:
    """Check a batch; return False if it isn't to be checked, or not now."""
    waiting = Batch.objects.filter(pk=batch_id, state=Batch.State.CHECKING, process="")
    # The condition is part of the UPDATE: a task may come twice.
    if not waiting.update(process=identify_process()):
        return False
    batch = Batch.objects.select_related("connection", "person", "version", "file").get(pk=batch_id)
    try:
        Check(batch).run()
    except CheckEnded:
        pass
    except InvalidTable as error:
        _give_up(batch, str(error), has_broken_file=True)
    except (CannotCheck, FilesUnavailable, UnknownOperation) as error:
        _give_up(batch, str(error))
    except Exception as error:
        if find_cause(error) is not None:
            # Recovery enqueues it again.
            logger.error("A check has to wait: %s", type(error).__name__)
            store_when_possible(partial(_leave, batch_id), "The end of a check")
            return False
        logger.error("A check failed: %s", describe_error(error))
        _give_up(batch, _("API Playground failed while checking. See the log for the error."))
    return True


def _leave(batch_id: uuid.UUID | str) -> None:
    """Let another task check a batch."""
    Batch.objects.filter(pk=batch_id, process=identify_process()).update(process="")


def recover_checks() -> None:
    """Enqueue again what nobody checks, or whose process has died."""
    for batch in Batch.objects.filter(state=Batch.State.CHECKING).only("process"):
        if batch.process and has_ended(batch.process):
            mine = Batch.objects.filter(pk=batch.pk, process=batch.process)
            mine.update(process="")
            batch.process = ""
        if not batch.process:
            enqueue(check_batch, batch.pk)


def remove_rows(batch: Batch) -> None:
    """Delete the rows in parts, so that others can write in between."""
    while keys := list(Row.objects.filter(batch=batch).values_list("pk", flat=True)[:CHUNK]):
        Row.objects.filter(pk__in=keys).delete()


def make_checker(batch: Batch) -> Checker:
    """What judges the requests of a batch. Raises UnknownOperation, InvalidMapping."""
    state = State(batch.text, Metadata.read(batch.metadata), batch.path_values)
    operation, mapping = get_operation(batch.operation), Mapping.read(batch.mapping)
    draft = Draft.objects.filter(pk=batch.draft_id).first() if batch.draft_id else None
    builder = Builder(operation, state, batch.columns, mapping)
    word = read_source(batch).row_word
    return Checker(builder, batch.connection, batch.person, batch.version, draft, word)


class Check:
    """One pass over the file of a batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch, self._cancel = batch, get_cancel()
        self._checker = make_checker(batch)
        self._rows: list[Row] = []
        self._counts: Counter[str] = Counter()

    def run(self) -> None:
        batch = self._batch
        facts = describe_facts(batch.connection)
        if self._checker.is_blocked:
            fault = next(each for each in self._checker.faults if each.blocks)
            raise CannotCheck(_("No row can be sent: %s") % fault.message)
        remove_rows(batch)
        with open_rows(batch) as found:
            for group in group_rows(self._number(found), self._checker.builder):
                self._judge(group)
                if len(self._rows) >= CHUNK:
                    self._write()
        requests = self._counts["requests"]
        self._write(
            state=Batch.State.CHECKED,
            checked_facts=facts,
            process="",
            counts={Row.State.WAITING: requests} if requests else {},
        )

    def _number(self, found: Iterator[object]) -> Iterator[Row]:
        """Yield the rows that could be read, numbered in the order of the file."""
        for number, each in enumerate(found, 1):
            if isinstance(each, RowProblem):
                if each.ends_file:
                    # Nobody knows which rows are missing: none is sent.
                    raise InvalidTable(each.message, each.code, line=each.line, column=each.column)
                problem: dict[str, object] = {
                    # Counted from 1 there, and from 0 in mappings.
                    "column": each.column - 1 if each.column else None,
                    "code": each.code,
                    "message": each.message,
                    "severity": ERROR,
                }
                self._add_bad(
                    Row(batch=self._batch, number=number, line=each.line, cells=[]), [problem]
                )
                # A file of nothing but such rows makes no group.
                if len(self._rows) >= CHUNK:
                    self._write()
            else:
                yield Row(
                    batch=self._batch,
                    number=number,
                    line=each.line,  # type: ignore[attr-defined]
                    cells=list(each.cells),  # type: ignore[attr-defined]
                    json_cells=sorted(each.json_cells),  # type: ignore[attr-defined]
                )

    def _judge(self, group: Sequence[Row]) -> None:
        """Find the rows of a request that can be sent: without the bad ones it is judged again."""
        left = list(group)
        while left:
            by_row: dict[int, list[CellProblem]] = {}
            for problem in self._checker.check(left):
                by_row.setdefault(problem.row, []).append(problem)
            bad = {index for index, found in by_row.items() if _blocks(found)}
            for index in sorted(bad):
                self._add_bad(left[index], _describe(by_row[index]))
            if not bad:
                self._add_request(left, by_row)
                return
            left = [row for index, row in enumerate(left) if index not in bad]

    def _add_request(self, rows: list[Row], problems: dict[int, list[CellProblem]]) -> None:
        self._counts["requests"] += 1
        for index, row in enumerate(rows):
            row.request, row.leader = self._counts["requests"], not index
            row.problems = _describe(problems.get(index, ()))
            row.warned = bool(row.problems)
            self._counts["warned"] += row.warned
        self._rows += rows
        self._counts["rows"] += len(rows)

    def _add_bad(self, row: Row, problems: list[dict[str, object]]) -> None:
        row.state, row.problems = Row.State.BAD, problems[:MOST_PROBLEMS]
        self._rows.append(row)
        self._counts["rows"] += 1
        self._counts["bad"] += 1

    def _write(self, **changes: object) -> None:
        """Store the rows judged so far with the progress. Raises CheckEnded."""
        if self._cancel.is_set():
            _leave(self._batch.pk)
            raise CheckEnded
        numbers = {
            "row_count": self._counts["rows"],
            "bad_row_count": self._counts["bad"],
            "warned_row_count": self._counts["warned"],
            "request_count": self._counts["requests"],
        }
        with transaction.atomic():
            mine = Batch.objects.filter(
                pk=self._batch.pk, state=Batch.State.CHECKING, process=identify_process()
            )
            if not mine.update(**numbers, **changes):
                raise CheckEnded
            Row.objects.bulk_create(self._rows)
        self._rows = []


def start_check(batch: Batch) -> None:
    """Have a locked batch checked, from the beginning."""
    batch.state, batch.reason, batch.process = Batch.State.CHECKING, "", ""
    batch.has_broken_file = False
    batch.row_count = batch.bad_row_count = batch.warned_row_count = batch.request_count = 0
    batch.counts = {}
    batch.started_at = timezone.now()
    batch.save(
        update_fields=[
            "state",
            "reason",
            "process",
            "has_broken_file",
            "row_count",
            "bad_row_count",
            "warned_row_count",
            "request_count",
            "counts",
            "started_at",
        ]
    )
    enqueue(check_batch, batch.pk)


def _give_up(batch: Batch, reason: str, has_broken_file: bool = False) -> None:
    mine = Batch.objects.filter(pk=batch.pk, state=Batch.State.CHECKING, process=identify_process())
    mine.update(state=Batch.State.DRAFT, reason=reason, has_broken_file=has_broken_file, process="")


def _blocks(problems: Sequence[CellProblem]) -> bool:
    return any(each.severity == ERROR for each in problems)


def _describe(problems: Sequence[CellProblem]) -> list[dict[str, object]]:
    return [
        {
            "column": each.column,
            "code": each.code,
            "message": each.message,
            "severity": each.severity,
        }
        for each in problems[:MOST_PROBLEMS]
    ]
