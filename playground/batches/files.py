"""The file of a batch: stored sealed, recognised, and read as rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.conf import settings
from django.utils.translation import gettext as _

from playground.batches.access import InvalidSetup
from playground.batches.models import Batch
from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import InvalidTable, Reading, Row, RowProblem, TableSource
from playground.importers.titles import TableColumn
from playground.people.models import Person
from playground.vault.encryption import CannotUnseal
from playground.vault.storage_errors import find_cause
from playground.workspace.files import FileRejected, delete_file, read_pieces, store_file
from playground.workspace.models import File

# Larger ones are written to a temporary file without a name.
MOST_IN_MEMORY = 10_000_000


def store_table(
    person: Person,
    pieces: Iterable[bytes],
    name: str,
    media_type: str,
    reading: Reading | None,
    columns: Sequence[TableColumn],
) -> tuple[File, TableSource]:
    """Store a file of rows, and find out how it is read. Raises InvalidSetup, OSError."""
    try:
        file = store_rows(pieces, name, media_type, person)
    except FileRejected as error:
        raise InvalidSetup(str(error)) from None
    try:
        return file, recognise_table(file, reading, columns)
    except InvalidSetup:
        remove_file(file)
        raise


def store_rows(pieces: Iterable[bytes], name: str, media_type: str, person: Person) -> File:
    """Store a file of rows. Raises FileRejected, OSError."""
    return store_file(pieces, name, media_type, person, settings.MAX_BATCH_FILE_BYTES)


@contextmanager
def open_batch_file(file: File | None) -> Iterator[BinaryIO]:
    """Open a stored file to read from any place in it. Raises InvalidTable, FilesUnavailable."""
    if file is None:
        raise InvalidTable(_("The file was deleted. Choose it again."))
    with tempfile.SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as plain:
        try:
            for piece in read_pieces(file):
                plain.write(piece)
        except (OSError, CannotUnseal) as error:
            # Such as a disk without room for the temporary file.
            if find_cause(error) is not None:
                raise
            raise InvalidTable(_("The file can't be read any more. Choose it again.")) from None
        plain.seek(0)
        # It is one in all that matters, and says so only from Python 3.11 on.
        yield cast(BinaryIO, plain)


def recognise_table(
    file: File, reading: Reading | None, columns: Sequence[TableColumn]
) -> TableSource:
    """Find out how a stored file is read; `columns` are those that it may have.

    Raises InvalidSetup, FilesUnavailable.
    """
    try:
        with open_batch_file(file) as plain:
            return recognise(plain, file.name, reading or Reading(), columns)
    except InvalidTable as error:
        raise InvalidSetup(str(error)) from None


@contextmanager
def open_rows(batch: Batch) -> Iterator[Iterator[Row | RowProblem]]:
    """Open the rows of a batch as its source says. Raises InvalidTable, FilesUnavailable."""
    with open_batch_file(batch.file) as plain:
        yield read_rows(plain, read_source(batch))


def read_source(batch: Batch) -> TableSource:
    """How the file of a batch is read."""
    return TableSource.from_dict(batch.source)


def remove_file(file: File | None) -> None:
    """Delete a file of rows that a batch or schedule had, unless another one needs it."""
    if file is not None and not (file.batches.exists() or file.schedule_versions.exists()):
        delete_file(file)
