"""The lines of a text file as a stream, decoded, with their line ends."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

from playground.importers.tables import InvalidTable
from playground.importers.text_encodings import find_invalid_byte, line_of_byte

# Characters. A cell of 10 MB fits, but no more than a few of them are in memory at once.
LONGEST_CELL = 1 << 24
LONGEST_LINE = 1 << 25
# Characters that may be read again before reading stops.
FREE_REREADS, MOST_REREADS = 1 << 22, 8


class TextLines:
    """The lines of a text; lines that were taken can be put back. `number` is the last one taken.

    Raises InvalidTable for a line that is too long, or if lines are put back without end.
    """

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.number = 0
        # Whoever reads several lines at once finds them here, and empties it.
        self.taken: list[str] = []
        self._back: list[str] = []
        self._size = self._reread = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._read()
        self.number += 1
        self.taken.append(line)
        return line

    def _read(self) -> str:
        line = self.text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_LINE:
            number = self.number + 1
            message = (
                f"Line {number} has more than {LONGEST_LINE // 1_000_000} million characters. "
                "Is this file a table?"
            )
            raise InvalidTable(message, "long-line", line=number)
        if self.number == 0:
            line = line.removeprefix("\ufeff")
        self._size += len(line)
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """Put back the last lines that were taken."""
        self._back.extend(reversed(lines))
        self.number -= len(lines)
        self._reread += sum(map(len, lines))
        # Each broken quote may lead to the end of the file and back.
        if self._reread > FREE_REREADS + MOST_REREADS * self._size:
            number = self.number + 1
            message = (
                f"Line {number}: too many quotes before this line are never closed. Close them, "
                "and read the file again."
            )
            raise InvalidTable(message, "unclosed-quote", line=number)


@contextmanager
def open_text(file: BinaryIO, encoding: str) -> Iterator[TextIO]:
    """The text of a file. Raises InvalidTable, with its line, for a byte that can't be decoded.

    The file stays open.
    """
    file.seek(0)
    # Line breaks stay what they are, as they may be part of a cell.
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield text
    except UnicodeError:
        offset = find_invalid_byte(file, encoding) or 0
        line = line_of_byte(file, encoding, offset)
        message = f"Line {line} isn't valid {encoding}. Choose another encoding."
        raise InvalidTable(message, "encoding", line=line) from None
    finally:
        # Otherwise the file would be closed with the wrapper. It may be closed already.
        with suppress(ValueError):
            text.detach()
