"""Rows that repeat others, or belong to a request that was complete before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from playground.batches.documents import Builder, CellProblem, get_cell
from playground.batches.grouping import LineIndex, find_column
from playground.batches.mapping import MOST_ROWS, CellRow
from playground.rules.wording import abbreviate


class RepeatChecker:
    """Compares the rows of each request with those of all requests before it."""

    def __init__(self, builder: Builder, row_word: str) -> None:
        self.builder, self.mapping, self.row_word = builder, builder.mapping, row_word
        found = (find_column(builder, each) for each in self.mapping.unique)
        self.unique = tuple(each for each in found if each is not None)
        self.key = find_column(builder, self.mapping.key) if self.mapping.group == "key" else None
        self.rows_seen, self.keys_seen = LineIndex(), LineIndex()
        # What was found about the rows of the last request. They are kept, too, as long as their
        # identities are.
        self.last: dict[int, tuple[CellRow, list[CellProblem]]] = {}

    def check(self, rows: Sequence[CellRow]) -> list[CellProblem]:
        """The problems of these rows; some rows of the last request may be checked again."""
        if not (self.unique or self.key is not None or self.mapping.group == "all"):
            return []
        if id(rows[0]) not in self.last:
            found = [*self._check_group(rows), *self._check_duplicates(rows)]
            self.last = {id(row): (row, []) for row in rows}
            for problem in found:
                self.last[id(rows[problem.row])][1].append(problem)
        return [
            replace(problem, row=index)
            for index, row in enumerate(rows)
            for problem in self.last[id(row)][1]
        ]

    def _check_duplicates(self, rows: Sequence[CellRow]) -> Iterator[CellProblem]:
        for index, row in enumerate(rows) if self.unique else ():
            key = tuple(get_cell(row, column) for column in self.unique)
            # Rows without any of them can't be told apart, but aren't the same either.
            first = self.rows_seen.add(key, row.line) if any(key) else 0
            if first:
                names = ", ".join(map(self.builder.name_column, self.unique))
                message = _("Duplicate of %(row)s: the same %(columns)s.")
                yield CellProblem(
                    row.line,
                    self.unique[0],
                    "duplicate-row",
                    message % {"row": f"{self.row_word.lower()} {first}", "columns": names},
                    self.mapping.duplicates,
                    row=index,
                )

    def _check_group(self, rows: Sequence[CellRow]) -> Iterator[CellProblem]:
        if self.mapping.group == "all" and self.last:
            message = _("One request takes at most %(most)s rows. Choose parts instead.")
            said = message % {"most": f"{MOST_ROWS:,}"}
            for index, row in enumerate(rows):
                yield CellProblem(row.line, None, "too-many-rows", said, row=index)
        if self.key is None:
            return
        cell, name = get_cell(rows[0], self.key), self.builder.name_column(self.key)
        if not cell:
            message = _("%(column)s is empty, so it isn't known which request the row belongs to.")
            said = message % {"column": name}
            yield CellProblem(rows[0].line, self.key, "group-key-missing", said)
        elif first := self.keys_seen.add((cell,), rows[0].line):
            message = _(
                "The rows with the %(column)s “%(value)s” aren't next to each other: there are "
                "more from %(row)s on. Sort the file by this column."
            )
            row_name = f"{self.row_word.lower()} {first}"
            said = message % {"column": name, "value": abbreviate(cell), "row": row_name}
            for index, row in enumerate(rows):
                yield CellProblem(row.line, self.key, "group-scattered", said, row=index)
