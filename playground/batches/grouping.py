"""Which rows share a request, and which rows repeat others; memory doesn't grow with the rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import TypeVar

from playground.batches.documents import Builder, get_cell
from playground.batches.mapping import MOST_ROWS, CellRow

# For the credential, which joins the body last.
SPARE_BYTES = 1000
AnyRow = TypeVar("AnyRow", bound=CellRow)


def group_rows(rows: Iterable[AnyRow], builder: Builder) -> Iterator[list[AnyRow]]:
    """The rows of each request, in order.

    Rows with the same key must be neighbours, or they become several requests, which `Checker`
    reports. Chunks also end before the body gets larger than the API accepts.
    """
    mapping = builder.mapping
    if mapping.group == "each":
        for row in rows:
            yield [row]
        return
    most = min(mapping.size or MOST_ROWS, MOST_ROWS) if mapping.group == "chunks" else MOST_ROWS
    most_bytes = builder.operation.max_bytes if mapping.group == "chunks" else 0
    key = find_column(builder, mapping.key) if mapping.group == "key" else None
    group: list[AnyRow] = []
    size = 0
    for row in rows:
        added = _measure_item(builder, row) if most_bytes else 0
        ends = len(group) >= most or (most_bytes and size + added > most_bytes)
        if key is not None and group and not ends:
            cell = get_cell(row, key)
            # Rows without a key don't belong together.
            ends = not cell or cell != get_cell(group[-1], key)
        if group and ends:
            yield group
            group = []
        if most_bytes and not group:
            size = len(builder.build([row]).text.encode()) - added + SPARE_BYTES
        group.append(row)
        size += added
    if group:
        yield group


def find_column(builder: Builder, title: str) -> int | None:
    """The index of the column with this title; None if there is none."""
    return builder.titles.numbers.get(title)


def _measure_item(builder: Builder, row: CellRow) -> int:
    if builder.items is None:
        return 0
    item, _ = builder.build_item(row, [])
    return len(item.encode()) + len(builder.items.comma)


class LineIndex:
    """The lines where keys occurred first.

    A table of hashes with open addressing: 24 to 48 bytes a key, where a dict of a million keys
    needs 150 MB. Two different keys count as one with a probability of 1 in 30 million for a
    million keys.
    """

    def __init__(self) -> None:
        self.count = 0
        self._reserve(1024)

    def add(self, key: tuple[str | None, ...], line: int) -> int:
        """Add a key of a row at `line` (from 1); return the line of an earlier one, or 0."""
        found = self._put(hash(key), line)
        if not found:
            self.count += 1
            if self.count * 2 > len(self.lines):
                self._grow()
        return found

    def _put(self, hashed: int, line: int) -> int:
        hashes, lines, mask = self.hashes, self.lines, len(self.lines) - 1
        slot = hashed & mask
        while lines[slot]:
            if hashes[slot] == hashed:
                return lines[slot]
            slot = (slot + 1) & mask
        hashes[slot], lines[slot] = hashed, line
        return 0

    def _reserve(self, size: int) -> None:
        self.hashes, self.lines = array("q", bytes(8 * size)), array("I", bytes(4 * size))

    def _grow(self) -> None:
        hashes, lines = self.hashes, self.lines
        self._reserve(2 * len(lines))
        for hashed, line in zip(hashes, lines, strict=True):
            if line:
                self._put(hashed, line)
