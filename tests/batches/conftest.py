"""Batches that launch a workflow of the practice data at a server that counts what arrives."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from playground.batches import batches, running
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.batches.options import Options, set_options
from playground.drafts.models import Draft
from playground.people.models import Person
from tests.sending.conftest import draft_to, misbehaving, standin  # noqa: F401
from tests.sending.stand_ins import Standin, wait_until

LONG = 60.0
TITLES = ("name", "results")
MAPPING = Mapping(
    (ColumnMapping(0, "/job_name"), ColumnMapping(1, "/steps/0/parameters/max_results", "number"))
)
# The name of a row that the rules reject.
BAD = "BAD"
Make = Callable[..., Batch]


def write_rows(names: Sequence[str], titles: Sequence[str] = TITLES) -> bytes:
    """A CSV file with a job name and a number per row."""
    out = io.StringIO()
    rows = ([name, "many" if name == BAD else "100"] for name in names)
    csv.writer(out).writerows([titles, *rows])
    return out.getvalue().encode()


def make_batch(person: Person, draft: Draft, names: Sequence[str], **options: object) -> Batch:
    """A batch whose rows have been checked; each sets the name of its job."""
    batch = batches.create_batch(person, draft, [write_rows(names)], "rows.csv")
    batches.set_mapping(person, batch.pk, MAPPING)
    if options:
        set_options(person, batch.pk, Options(**options))  # type: ignore[arg-type]
    batches.check_rows(person, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    return batch


@pytest.fixture
def make(editor: Person, draft_to: Callable[[], Draft]) -> Make:  # noqa: F811
    """Make a batch of an editor's draft that goes to the stand-in server."""
    draft = draft_to()
    return lambda names, **options: make_batch(editor, draft, names, **options)


def wait_for(batch: Batch, *states: str) -> bool:
    """Wait until the batch is in one of these states and nothing of it is under way."""

    def is_there() -> bool:
        batch.refresh_from_db()
        if batch.state not in states or batch.counts.get("sending"):
            return False
        # Removing its lanes is the last that a run writes: the test may end, and the database be
        # emptied, at once.
        return batch.state == Batch.State.RUNNING or not batch.lanes.exists()

    return wait_until(is_there, LONG)


def run(person: Person, batch: Batch) -> Batch:
    """Start it and wait until it has ended."""
    running.start(person, batch.pk)
    assert wait_for(batch, Batch.State.ENDED, Batch.State.STOPPED, Batch.State.PAUSED), batch.state
    assert wait_until(lambda: not batch.lanes.exists())
    return batch


def count_arrivals(server: Standin) -> Counter[str]:
    """How often each job name arrived; workers may also read the jobs they started."""
    sent = list(server.seen)
    return Counter(json.loads(body)["job_name"] for method, *_, body in sent if method == "POST")


def list_states(batch: Batch) -> list[str]:
    rows = Row.objects.filter(batch=batch).order_by("number")
    return list(rows.values_list("state", flat=True))


def check_counts(batch: Batch) -> None:
    """The counts of the batch say what its rows say."""
    batch.refresh_from_db()
    leaders = Row.objects.filter(batch=batch, leader=True)
    assert batch.counts == dict(Counter(leaders.values_list("state", flat=True)))
