"""Judge the requests of a batch by the rules of the builder, and lead problems back to cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import gettext as _

from playground.batches.documents import Builder, BuiltRequest, CellProblem
from playground.batches.mapping import CellRow
from playground.batches.repeats import RepeatChecker
from playground.drafts.models import Draft
from playground.jsontext import pointers
from playground.jsontext.pointers import line_of
from playground.openapi.parameters import find_parameter_key
from playground.payload_templates.models import Version
from playground.people.models import Person
from playground.rules.checking import blocks
from playground.rules.context import LIMIT, schema_at
from playground.rules.problems import Problem
from playground.rules.wording import label_object
from playground.sending.plans import WORKFLOW_UID, Lookups, Plan, check_plan, gather_facts, look_up
from playground.workspace.models import Connection

# Nobody reads more of one row; the rest of a request must still be judged.
MOST_PER_ROW = 20
# These are about names in the template: a cell is never a reference.
OF_TEMPLATE = frozenset(
    ("unknown-column", "unknown-variable", "unknown-secret", "unknown-file", "spaced-column")
)


@dataclass(frozen=True)
class ProbeRow:
    """A row that no file has, to find out which problems come with every row."""

    cells: tuple[str | None, ...]
    line: int = 0
    json_cells: tuple[int, ...] = ()


class Checker:
    """Checks requests in the order of their rows.

    `faults` are problems that the template has with any row, so that no row reports them; if
    `is_blocked`, nothing of the batch can be sent.
    """

    def __init__(
        self,
        builder: Builder,
        connection: Connection | None,
        person: Person | None = None,
        version: Version | None = None,
        draft: Draft | None = None,
        row_word: str = "Line",
    ) -> None:
        """`row_word` is that of the rows' `TableSource`."""
        self.builder = builder
        self.plan = Plan(
            operation=builder.operation,
            connection=connection,
            path_values=dict(builder.state.path_values),
            text=builder.state.text,
            metadata=builder.metadata,
            draft=draft,
            version=version,
            person=person,
        )
        self.lookups = lru_cache(maxsize=128)(self._look_up)
        self.row_word = row_word
        self.repeats = RepeatChecker(builder, row_word)
        self.faults = tuple(self._find_faults())
        self.is_blocked = blocks(list(self.faults))
        self.fault_keys = {self._key_of(each) for each in self.faults}

    def check(self, rows: Sequence[CellRow]) -> tuple[CellProblem, ...]:
        """Every problem of a request's rows, also that they repeat rows of earlier requests.

        Some of them may be checked again, without those that turned out to be bad.
        """
        return (*self.judge(rows)[1], *self.repeats.check(rows))

    def judge(self, rows: Sequence[CellRow]) -> tuple[BuiltRequest, tuple[CellProblem, ...]]:
        """The request of these rows and its problems, whatever other rows there are."""
        request = self.builder.build(rows)
        found = self._check(request, len(rows))
        if not found:
            return request, request.problems
        if any(each.code == "not-json" for each in found):
            return request, (*request.problems, *self._find_broken(rows, found))
        # What couldn't be converted breaks rules, too.
        reported = {(each.row, each.column) for each in request.problems}
        located = (
            each
            for problem in found
            if self._key_of(problem) not in self.fault_keys
            for each in self._locate(problem, rows, request)
        )
        others = [each for each in located if (each.row, each.column) not in reported]
        return request, (*request.problems, *others)

    def plan_request(self, request: BuiltRequest) -> Plan:
        """The plan of a send of this request."""
        return replace(
            self.plan,
            text=request.text,
            metadata=request.metadata,
            path_values=request.path_values,
        )

    def _check(self, request: BuiltRequest, count: int) -> list[Problem]:
        lookups = self.lookups(request.path_values.get(WORKFLOW_UID, ""))
        if count > 1:
            lookups = replace(lookups, limit=LIMIT + MOST_PER_ROW * count)
        return check_plan(self.plan_request(request), lookups=lookups)

    def _look_up(self, workflow_uid: str) -> Lookups:
        path_values = {**self.plan.path_values, WORKFLOW_UID: workflow_uid}
        plan = replace(self.plan, path_values=path_values)
        facts = replace(gather_facts(plan), columns=self.builder.columns)
        return replace(look_up(plan, facts), lines=False)

    def _find_faults(self) -> Iterator[Problem]:
        """The problems outside of columns that a full and an empty row have in common."""
        # "1" is a text, a number, true, a list and JSON.
        full, empty = (ProbeRow((cell,) * len(self.builder.columns)) for cell in ("1", ""))
        found: list[dict[tuple[str, str], Problem]] = []
        for row in (full, empty):
            request = self.builder.build([row])
            own = (e for e in self._check(request, 1) if self._find_column(e, request) is None)
            found.append({self._key_of(each): each for each in own})
        text = self.builder.state.text
        for key, each in found[0].items():
            if key in found[1]:
                is_inside = each.pointer[:1] in ("", "/")
                yield replace(each, line=line_of(text, each.pointer)) if is_inside else each

    def _key_of(self, problem: Problem) -> tuple[str, str]:
        index, below = self._split(problem.pointer)
        pointer = problem.pointer if index is None else f"{self.builder.items_pointer}/-{below}"
        return problem.code, pointer

    def _split(self, pointer: str) -> tuple[int | None, str]:
        """The index of the row's item that has the pointer, and the pointer below it."""
        items = self.builder.items_pointer
        if not items or not pointer.startswith(f"{items}/"):
            return None, pointer
        segment, slash, below = pointer[len(items) + 1 :].partition("/")
        index = pointers.parse_index(segment)
        return index, f"{slash}{below}"

    def _find_column(self, problem: Problem, request: BuiltRequest) -> int | None:
        """The column that the problem is about."""
        if problem.code in OF_TEMPLATE:
            return None
        pointer = problem.pointer
        if (name := find_parameter_key(pointer)) is not None:
            row_text = self.builder.path_texts.get(name)
            return self.builder.path_columns.get(name, row_text.columns[0] if row_text else None)
        index, below = self._split(pointer)
        if index is not None and index < len(request.items):
            return find_owner(request.items[index].columns, below)
        return find_owner(request.outer.columns, pointer) if request.outer else None

    def _locate(
        self, problem: Problem, rows: Sequence[CellRow], request: BuiltRequest
    ) -> Iterator[CellProblem]:
        """The problem at its row; an error outside of the items keeps all rows from being sent."""
        index, _below = self._split(problem.pointer)
        is_item = index is not None and index < len(rows)
        affected = range(len(rows) if problem.blocks else 1)
        if is_item and index is not None:
            affected = range(index, index + 1)
        column = self._find_column(problem, request)
        for number in affected:
            row = rows[number]
            message = self._name_row(problem, index, row) if is_item else problem.message
            yield CellProblem(
                row.line, column, problem.code, message, problem.severity, problem.pointer, number
            )

    def _name_row(self, problem: Problem, index: int | None, row: CellRow) -> str:
        """The message with the line of the file: the API counts the rows of one request."""
        schema, items = self.builder.schema, self.builder.items_pointer
        if "x-item" not in schema_at(schema, items):
            return problem.message
        label = label_object(schema, f"{items}/{index}")
        return re.sub(rf"{re.escape(label)}(?!\d)", f"{self.row_word} {row.line}", problem.message)

    def _find_broken(self, rows: Sequence[CellRow], found: list[Problem]) -> Iterator[CellProblem]:
        """The cells or rows that keep a request from being JSON: half characters, deep nesting."""
        [problem] = (each for each in found if each.code == "not-json")
        broken: Sequence[int] = range(len(rows))
        if len(rows) > 1:
            alone = (self._check(self.builder.build([row]), 1) for row in rows)
            found_in = [
                index
                for index, own in enumerate(alone)
                if any(each.code == "not-json" for each in own)
            ]
            broken = found_in or broken
        message = _("This cell has half of a character (U+%(number)s). Correct it.")
        for index in broken:
            line = rows[index].line
            column, number = _find_half_character(rows[index])
            if column is None:
                yield CellProblem(line, None, problem.code, problem.message, row=index)
            else:
                said = message % {"number": number}
                yield CellProblem(line, column, "cell-not-text", said, row=index)


def _find_half_character(row: CellRow) -> tuple[int | None, str]:
    """The column with half of a surrogate pair, which no encoding has, and its number."""
    for column, cell in enumerate(row.cells):
        for character in cell or "":
            if "\ud800" <= character <= "\udfff":
                return column, f"{ord(character):04X}"
    return None, ""


def find_owner(columns: Mapping[str, tuple[int, ...]], pointer: str) -> int | None:
    """The column that fills the place, one around it, or as the only one something in it."""
    at = pointer
    while True:
        if at in columns:
            return columns[at][0]
        if not at:
            break
        at = pointers.parent(at)
    within = {own for place, own in columns.items() if pointer and place.startswith(f"{pointer}/")}
    return next(iter(within))[0] if len(within) == 1 else None
