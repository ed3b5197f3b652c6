"""Batches as people make them: from a template or a draft and a file, checked and deleted.

`running` starts them, `access` says who may. All of these raise BatchRefused with a sentence.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.access import BatchRefused, InvalidSetup, may_run, may_stop
from playground.batches.files import recognise_table, remove_file, store_table
from playground.batches.mapping import Mapping
from playground.batches.models import Batch, SavedMapping
from playground.batches.options import get_options
from playground.batches.proposals import list_titles, propose_mapping
from playground.batches.reading import remove_rows, start_check
from playground.batches.validation import validate_mapping
from playground.drafts.facts import load_facts
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.importers.tables import Reading, TableSource
from playground.importers.titles import TableColumn
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.payload_templates.models import Version
from playground.payload_templates.versions import read_content
from playground.people.audit import record_event
from playground.people.models import Person
from playground.rules.facts import Facts
from playground.sending.plans import WORKFLOW_UID
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.models import Connection

BUSY = (Batch.State.RUNNING, Batch.State.CHECKING)


def create_batch(
    person: Person,
    source: Version | Draft | Batch,
    pieces: Iterable[bytes],
    file_name: str,
    media_type: str = "",
    variant: str = "",
    reading: Reading | None = None,
    key: uuid.UUID | None = None,
) -> Batch:
    """Make a batch of a file of rows and the payload of a template's version, a draft or a batch.

    One of another batch begins with that one's mapping and options. With a key that is its id, it
    is made only once: raises IntegrityError if there is one.
    """
    if not person.may_edit:
        raise BatchRefused(_("Viewers can't send. An owner can make you an editor."))
    batch = _begin(person, source, variant)
    batch.pk = key or batch.pk
    operation = _find_operation(batch.operation)
    batch.name = (batch.name or operation.title)[:300]
    batch.mapping = source.mapping if isinstance(source, Batch) else {}
    titles = _list_titles(batch, batch.mapping)
    batch.file, table = store_table(person, pieces, file_name, media_type, reading, titles)
    batch.file_name = file_name[:300]
    batch.source, batch.columns = table.as_dict(), list(table.columns)
    if not (isinstance(source, Batch) and source.columns == batch.columns):
        batch.mapping = _propose(batch, operation, batch.mapping).as_dict(batch.columns)
    batch.save(force_insert=True)
    return batch


def _begin(person: Person, source: Version | Draft | Batch, variant: str) -> Batch:
    """A batch with the payload of its source, without a file."""
    state = _read_state(source, variant)
    connection = (
        Connection.objects.filter(pk=state.connection).first() if state.connection else None
    )
    batch = Batch(
        person=person,
        person_name=person.get_username(),
        text=state.text,
        metadata=state.metadata.write(),
        path_values=dict(state.path_values),
        connection=connection,
        connection_name=connection.name if connection else "",
    )
    if isinstance(source, Version):
        batch.template, batch.version = source.template, source
        batch.name, batch.operation = source.template.name, source.template.operation
        return batch
    batch.name, batch.operation = source.name, source.operation
    if isinstance(source, Draft):
        batch.draft_id = source.pk
        return batch
    if source.draft_id is not None and source.person_id != person.pk:
        # It would be sent with the secrets of somebody else's draft.
        raise BatchRefused(_("Only the person who made this batch can run it with another file."))
    batch.template, batch.version, batch.draft_id = source.template, source.version, source.draft_id
    for name, value in asdict(get_options(source)).items():
        setattr(batch, name, value)
    return batch


def set_source(person: Person, batch_id: uuid.UUID, reading: Reading) -> Batch:
    """Read the file in another way; the mapping is proposed anew if columns change."""
    with ledger.locked(batch_id) as batch:
        require_editable(person, batch)
        assert batch.file is not None
        titles = _list_titles(batch, batch.mapping)
        _set_table(batch, recognise_table(batch.file, reading, titles))
    return batch


def replace_file(
    person: Person,
    batch_id: uuid.UUID,
    pieces: Iterable[bytes],
    name: str,
    media_type: str = "",
    reading: Reading | None = None,
) -> Batch:
    """Use another file, such as the corrected one. The mapping is kept if the columns fit."""
    batch = Batch.objects.get(pk=batch_id)
    titles = _list_titles(batch, batch.mapping)
    file, table = store_table(person, pieces, name, media_type, reading, titles)
    try:
        with ledger.locked(batch_id) as batch:
            require_editable(person, batch)
            former = batch.file
            batch.file, batch.file_name = file, name[:300]
            batch.save(update_fields=["file", "file_name"])
            _set_table(batch, table)
    except BatchRefused:
        remove_file(file)
        raise
    remove_file(former)
    return batch


def set_mapping(person: Person, batch_id: uuid.UUID, mapping: Mapping) -> Batch:
    """Set which columns fill what. What was checked before has to be checked again."""
    with ledger.locked(batch_id) as batch:
        require_editable(person, batch)
        _require_valid(batch, mapping)
        batch.mapping = mapping.as_dict(batch.columns)
        reopen(batch)
        batch.save(update_fields=["mapping"])
    return batch


def set_connection(person: Person, batch_id: uuid.UUID, connection: Connection) -> Batch:
    """Send over another connection."""
    with ledger.locked(batch_id) as batch:
        require_editable(person, batch)
        batch.connection, batch.connection_name = connection, connection.name
        batch.confirmed = False
        reopen(batch)
        batch.save(update_fields=["connection", "connection_name", "confirmed"])
    return batch


def require_complete(batch: Batch) -> None:
    """Raise BatchRefused unless the batch has a file and columns that can be sent."""
    if batch.file is None:
        raise BatchRefused(_("The file was deleted. Run the batch with another file."))
    _require_valid(batch, Mapping.read(batch.mapping))


def check_rows(person: Person, batch_id: uuid.UUID) -> Batch:
    """Have the rows read and judged in the background."""
    with ledger.locked(batch_id) as batch:
        require_editable(person, batch)
        # A proposal may fill nothing: all requests would be the same.
        _require_valid(batch, Mapping.read(batch.mapping))
        start_check(batch)
    return batch


def delete_batch(person: Person, batch_id: uuid.UUID) -> None:
    """Delete a batch with its rows and its file; what was sent stays in the history."""
    with ledger.locked(batch_id) as batch:
        if not may_stop(person, batch):
            raise BatchRefused(_("Only the person who made this batch or an owner can delete it."))
        if batch.state in BUSY or ledger.count(batch, "sending"):
            raise BatchRefused(_("This batch is running. Stop it, then delete it."))
    name = batch.name
    remove_batch(batch)
    record_event(person, "batch", name, "deleted")


def remove_batch(batch: Batch) -> None:
    """Remove a batch that doesn't run, its rows in parts."""
    # Nobody starts it any more.
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DRAFT)
    remove_rows(batch)
    file = batch.file
    batch.delete()
    with suppress(FilesUnavailable):  # the clean-up of files removes it later
        remove_file(file)


def read_state(batch: Batch) -> State:
    """The payload that rows fill."""
    connection = str(batch.connection_id or "")
    return State(batch.text, Metadata.read(batch.metadata), batch.path_values, connection)


def _read_state(source: Version | Draft | Batch, variant: str) -> State:
    if isinstance(source, Batch):
        return read_state(source)
    if isinstance(source, Version):
        return read_content(source).state(variant)
    metadata = Metadata.read(source.metadata)
    connection = str(source.connection_id or "")
    return State(source.text, metadata, source.path_values, connection)


def _set_table(batch: Batch, table: TableSource) -> None:
    changes = list(table.columns) != batch.columns
    batch.source, batch.columns = table.as_dict(), list(table.columns)
    if changes:
        operation = _find_operation(batch.operation)
        # What was chosen for columns of the same titles stays.
        batch.mapping = _propose(batch, operation, batch.mapping).as_dict(batch.columns)
    reopen(batch)
    batch.save(update_fields=["source", "columns", "mapping"])


def _propose(batch: Batch, operation: Operation, former: Any = None) -> Mapping:
    state, saved, facts = read_state(batch), _find_saved(batch, former), _load_facts(batch)
    return propose_mapping(batch.columns, operation, state, saved, facts)


def _list_titles(batch: Batch, former: Any) -> list[TableColumn]:
    operation, saved = _find_operation(batch.operation), _find_saved(batch, former)
    return list_titles(operation, read_state(batch), saved, _load_facts(batch))


def _find_saved(batch: Batch, former: Any) -> Any:
    """The former mapping, else that of the template's last batch."""
    saved = None if former else SavedMapping.objects.filter(pk=batch.template_id).first()
    return saved.mapping if saved else former


def _load_facts(batch: Batch) -> Facts:
    # The workflow knows the names of its inputs.
    return load_facts(batch.connection, batch.path_values.get(WORKFLOW_UID, ""))


def _require_valid(batch: Batch, mapping: Mapping) -> None:
    operation = _find_operation(batch.operation)
    messages = validate_mapping(mapping, batch.columns, operation, read_state(batch))
    if messages:
        raise InvalidSetup(" ".join(messages))


def reopen(batch: Batch) -> None:
    """Take a checked batch back to its set-up: its rows don't fit any more."""
    batch.state, batch.reason, batch.has_broken_file = Batch.State.DRAFT, "", False
    batch.save(update_fields=["state", "reason", "has_broken_file"])


def _find_operation(operation_id: str) -> Operation:
    try:
        return get_operation(operation_id)
    except UnknownOperation:
        raise BatchRefused(_("The operation no longer exists.")) from None


def require_editable(person: Person, batch: Batch) -> None:
    if not may_run(person, batch):
        raise BatchRefused(_("Only the person who made this batch can change it."))
    if batch.state not in (Batch.State.DRAFT, Batch.State.CHECKED, Batch.State.CHECKING):
        raise BatchRefused(_("This batch was started already. Make a new one."))
