"""Copies of batches: the columns of one that was started change in a copy."""

import pytest

from playground.batches import batches, running
from playground.batches.access import BatchRefused
from playground.batches.batches import create_batch
from playground.batches.copying import copy_batch, count_arrived
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.batches.options import Options, get_options, set_options
from playground.importers.tables import Reading
from playground.people.models import Role
from playground.vault.file_storage import file_storage, name_of
from playground.vault.storage_errors import Cause, FilesUnavailable
from playground.workspace.models import File
from tests.batches.conftest import count_arrivals, run, wait_for, write_rows
from tests.conftest import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_copy_has_all_rows_and_options_and_sends_nothing(make, editor, standin) -> None:
    options = Options(2.5, 3, 40, 50, f"{standin.origin}/hook")
    batch = make(["a", "b", "c"])
    set_options(editor, batch.pk, options)
    running.start(editor, batch.pk, trial=True)
    assert wait_for(batch, Batch.State.PAUSED), batch.state
    assert count_arrived(batch) == (1, 0)
    copy = copy_batch(editor, batch.pk)
    copy.refresh_from_db()
    assert (copy.state, copy.counts, copy.confirmed) == (Batch.State.DRAFT, {}, False)
    assert (copy.mapping, copy.columns) == (batch.mapping, batch.columns)
    assert (copy.text, copy.path_values) == (batch.text, batch.path_values)
    assert copy.connection == batch.connection
    assert get_options(copy) == options
    assert count_arrivals(standin) == {"a": 1}
    # Its columns can be changed, and the file of the first batch isn't needed for that.
    batches.delete_batch(editor, batch.pk)
    batches.set_mapping(editor, copy.pk, Mapping((ColumnMapping(0, "/job_name"),)))
    batches.check_rows(editor, copy.pk)
    assert wait_for(copy, Batch.State.CHECKED), copy.reason
    assert copy.row_count == 3


def test_a_copy_reads_the_file_as_the_batch_did(make, editor, draft_to) -> None:
    content = "größe;n\n1;2\n".encode("cp1252")
    reading = Reading("csv", "cp1252", "", has_header=False)
    batch = create_batch(editor, draft_to(), [content], "rows", reading=reading)
    copy = copy_batch(editor, batch.pk)
    assert (copy.source, copy.columns) == (batch.source, ["Column 1"])
    assert copy.file_name == "rows"


def test_rows_that_may_have_arrived_are_counted(make) -> None:
    batch = make(["a"])
    batch.counts = {"accepted": 3, "done": 2, "unknown": 4, "sending": 1, "refused": 7}
    assert count_arrived(batch) == (5, 5)


def test_only_the_person_who_made_a_batch_copies_it(make, editor, owner) -> None:
    batch = make(["a"])
    with pytest.raises(BatchRefused, match="Only the person who made this batch can copy it"):
        copy_batch(owner, batch.pk)
    with pytest.raises(Batch.DoesNotExist):
        copy_batch(make_person(Role.EDITOR, "stranger"), batch.pk)
    # With another file it would be sent with the secrets of the editor's draft.
    with pytest.raises(BatchRefused, match="Only the person who made this batch can run it"):
        create_batch(owner, batch, [write_rows(["b"])], "rows.csv")
    assert list(Batch.objects.all()) == [batch]
    assert File.objects.count() == 1


def test_a_running_batch_is_paused_before_it_is_copied(make, editor, standin) -> None:
    batch = make(["a", "b"], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    with pytest.raises(BatchRefused, match="Pause or stop it"):
        copy_batch(editor, batch.pk)
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert copy_batch(editor, batch.pk).row_count == 0


def test_a_file_that_cannot_be_read_is_a_sentence(make, editor, standin, monkeypatch) -> None:
    batch = run(editor, make(["a"]))
    assert batch.file
    path = file_storage().path(name_of(batch.file.digest))
    with open(path, "r+b") as stored:
        stored.truncate(20)
    with pytest.raises(BatchRefused, match="can't be read any more"):
        copy_batch(editor, batch.pk)

    def fail(file: File) -> None:
        raise FilesUnavailable(Cause.FILES_UNREACHABLE, "timed out")

    monkeypatch.setattr("playground.batches.copying.read_pieces", fail)
    with pytest.raises(BatchRefused, match="can't reach its file storage"):
        copy_batch(editor, batch.pk)
    Batch.objects.update(file=None)
    with pytest.raises(BatchRefused, match="The file was deleted"):
        copy_batch(editor, batch.pk)
    assert Batch.objects.count() == 1
    assert Row.objects.get().state == Row.State.ACCEPTED
