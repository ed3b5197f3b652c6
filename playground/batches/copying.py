"""A copy of a batch with its file: the columns of one that was started are fixed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.access import BatchRefused, get_batch, may_run
from playground.batches.batches import create_batch
from playground.batches.files import read_source
from playground.batches.models import Batch, Row
from playground.people.models import Person
from playground.vault.encryption import CannotUnseal
from playground.vault.storage_errors import FilesUnavailable, explain_storage_error
from playground.workspace.files import read_pieces
from playground.workspace.models import File


def copy_batch(person: Person, batch_id: uuid.UUID) -> Batch:
    """Make a batch of the same file with the same payload, columns and options; nothing is sent.

    All rows are in it, also those that were accepted. Raises BatchRefused, Batch.DoesNotExist.
    """
    batch = get_batch(person, batch_id)
    file = require_copyable(person, batch)
    reading = read_source(batch).reading
    try:
        return create_batch(
            person, batch, read_rows_file(file), batch.file_name, file.media_type, reading=reading
        )
    except OSError as error:
        failed = explain_storage_error(error)
        if failed is None:
            raise
        raise BatchRefused(failed.message) from error


def require_copyable(person: Person, batch: Batch) -> File:
    """The file of a batch that this person can copy now. Raises BatchRefused."""
    if not may_run(person, batch):
        raise BatchRefused(_("Only the person who made this batch can copy it."))
    if batch.state == Batch.State.RUNNING:
        raise BatchRefused(_("This batch is sending. Pause or stop it, then copy it."))
    if batch.file is None:
        raise BatchRefused(_("The file was deleted. Run the batch with another file."))
    return batch.file


def count_arrived(batch: Batch) -> tuple[int, int]:
    """How many requests have arrived, and how many may have: a copy would send them again."""
    arrived = ledger.count(batch, Row.State.ACCEPTED) + ledger.count(batch, Row.State.DONE)
    unknown = ledger.count(batch, Row.State.UNKNOWN) + ledger.count(batch, Row.State.SENDING)
    return arrived, unknown


def read_rows_file(file: File) -> Iterator[bytes]:
    """The bytes of a file of rows, in pieces. Raises BatchRefused, FilesUnavailable."""
    try:
        yield from read_pieces(file)
    except FilesUnavailable:
        raise
    except (OSError, CannotUnseal):
        message = _("The file can't be read any more. Run the batch with another file.")
        raise BatchRefused(message) from None
