"""Texts with `{{row.TITLE}}`, filled for each row in one pass: cells are never evaluated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from playground.jsontext.printing import quote
from playground.jsontext.references import (
    Reference,
    escape_references,
    find_marks,
    find_references,
    substitute,
)
from playground.jsontext.resolving import raw_offsets

ESCAPED = r"\{{"
# What makes or breaks a reference with what follows it.
OPEN = ("{", "\\")
# The text of the cell in a column, from 0.
CellText = Callable[[int], str]


class CellConflict(ValueError):
    """A cell can't stand where it is: with its neighbours it would be read as a reference."""

    def __init__(self, column: int) -> None:
        super().__init__(f"column {column}")
        self.column = column


class ColumnNumbers:
    """The columns of a batch's rows by what `{{row.TITLE}}` may say: a title, or `#3`."""

    def __init__(self, titles: Sequence[str]) -> None:
        # Of two columns with one title the first counts.
        self.numbers = {title: index for index, title in reversed(list(enumerate(titles)))}
        self.count = len(titles)

    def find(self, reference: Reference) -> int | None:
        """The index of the reference's column; None for other references and unknown titles."""
        if reference.kind != "row":
            return None
        name = reference.name
        if name in self.numbers:
            return self.numbers[name]
        digits = name[1:]
        if name[0] == "#" and digits.isascii() and digits.isdigit() and len(digits) < 7:
            return int(digits) - 1 if 0 < int(digits) <= self.count else None
        return None

    def find_all(self, value: str) -> list[int]:
        """The columns that a text refers to, in order."""
        found = (self.find(each) for each in find_references(value))
        return [each for each in found if each is not None]


class RowText:
    """A text with references to columns. Its other references stay as they are written."""

    def __init__(self, value: str, columns: ColumnNumbers, raw: str | None = None) -> None:
        """`raw` is the JSON string token of the value, for texts in a document."""
        self.is_json = raw is not None
        offset_of = raw_offsets(raw, value) if raw is not None else int
        source = value if raw is None else raw
        # The text before, between and after columns as it is written, and their indexes.
        self.parts: list[str] = []
        self.columns: list[int] = []
        # The same as values: text, references, and None for braces that are escaped.
        self.atoms: list[list[str | Reference | None]] = [[]]
        at = inside = 0
        for mark in find_marks(value):
            column = self._find(mark, columns)
            start = mark if isinstance(mark, int) else mark.start
            self.atoms[-1].append(value[inside:start])
            inside = start + len(ESCAPED) if isinstance(mark, int) else mark.end
            if column is None:
                self.atoms[-1].append(None if isinstance(mark, int) else mark)
                continue
            self.parts.append(source[at : offset_of(start)])
            self.columns.append(column)
            self.atoms.append([])
            at = offset_of(inside)
        self.atoms[-1].append(value[inside:])
        self.parts.append(source[at:])
        # Whether cells can't complete a reference that the text before them begins.
        self.is_plain = all(map(_is_closed, self.atoms[:-1]))

    @staticmethod
    def _find(mark: Reference | int, columns: ColumnNumbers) -> int | None:
        return None if isinstance(mark, int) else columns.find(mark)

    def fill(self, cell_text: CellText) -> str:
        """The text with cells; a JSON string if it was made from one. Raises CellConflict."""
        cells = list(map(cell_text, self.columns))
        # Nearly no cell can become part of a reference together with the text after it.
        if not self.is_plain or any(each.endswith(OPEN) for each in cells):
            filled = self._fill_carefully(cells)
            return quote(filled) if self.is_json else filled
        cells = [escape_references(each) if "{{" in each else each for each in cells]
        if self.is_json:
            cells = [quote(each)[1:-1] for each in cells]
        pieces = [piece for pair in zip(self.parts, cells, strict=False) for piece in pair]
        return "".join([*pieces, self.parts[-1]])

    def _fill_carefully(self, cells: list[str]) -> str:
        """The value with cells in which nothing is a reference, whatever is next to them."""
        written: list[str] = []
        expected: list[str] = []
        run: list[tuple[str, bool]] = []
        for index, atoms in enumerate(self.atoms):
            for atom in atoms:
                if isinstance(atom, str):
                    run.append((atom, False))
                    continue
                written += (_escape_run(run), atom.spelling if atom else ESCAPED)
                expected += (_join(run), _mark(atom) if atom else "{{")
                run = []
            if index < len(cells):
                run.append((cells[index], True))
        written.append(_escape_run(run))
        expected.append(_join(run))
        filled = "".join(written)
        # A backslash right before a reference would escape it: nothing can be written for that.
        if substitute(filled, _mark) != "".join(expected):
            ends = (c for c, cell in zip(self.columns, cells, strict=True) if "\\" in cell)
            raise CellConflict(next(ends, self.columns[0]))
        return filled


def _is_closed(atoms: list[str | Reference | None]) -> bool:
    """Whether the text before a column has no open braces."""
    last = atoms[-1]
    return not isinstance(last, str) or (not last.endswith("{") and "{{" not in last)


def _mark(reference: Reference) -> str:
    return f"\0{reference.spelling}\0"


def _join(run: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in run)


def _escape_run(run: list[tuple[str, bool]]) -> str:
    """Text between references, with braces that cells brought in escaped."""
    joined = _join(run)
    if "{{" not in joined or not any(is_cell for _, is_cell in run):
        return joined
    closed = list(_find_own(run))
    pieces, at = [], 0
    while (found := joined.find("{{", at)) >= 0:
        pieces.append(joined[at:found])
        own = any(start <= found and found + 2 <= end for start, end in closed)
        is_escaped = found > 0 and joined[found - 1] == "\\"
        pieces.append("{{" if own and not is_escaped else ESCAPED)
        at = found + 2
    return "".join([*pieces, joined[at:]])


def _find_own(run: list[tuple[str, bool]]) -> Iterator[tuple[int, int]]:
    """The spans of the template's text up to its last closing braces."""
    offset = 0
    for text, is_cell in run:
        if not is_cell and (end := text.rfind("}}")) > 0:
            yield offset, offset + end
        offset += len(text)


def read_row_text(token: str, columns: ColumnNumbers) -> RowText | None:
    """The text of a JSON string token; None if it refers to no column."""
    value: str = json.loads(token)
    return RowText(value, columns, token) if columns.find_all(value) else None
