"""The jobs of runs as pages show them: where each leads, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from playground.pages.job_states import describe_job_progress
from playground.schedules.models import Slot
from playground.workspace.models import JobRecord

# The UID of a job is too long for a badge.
LONGEST_UID = 8


@dataclass(frozen=True)
class SlotJob:
    """The job of a run. `progress` is empty if it has ended: then the run has an outcome."""

    uid: str
    address: str
    progress: str


def shorten_uid(uid: str) -> str:
    return uid[:LONGEST_UID]


def find_slot_jobs(slots: Sequence[Slot]) -> dict[int, SlotJob]:
    """By the ID of each run, its job, in one query; none for what isn't known any more."""
    launches = [each for each in slots if each.connection_id is not None]
    if not launches:
        return {}
    rows = JobRecord.objects.filter(
        connection__in={each.connection_id for each in launches if each.connection_id},
        uid__in={each.job_uid for each in launches},
    )
    records = {(each.connection_id, each.uid): each for each in rows}
    found = {}
    for slot in launches:
        assert slot.connection_id is not None
        record = records.get((slot.connection_id, slot.job_uid))
        if record is not None:
            found[slot.pk] = SlotJob(
                shorten_uid(slot.job_uid),
                reverse("job", args=[slot.connection_id, slot.job_uid]),
                describe_job_progress(record) if slot.state == Slot.State.RUNNING else "",
            )
    return found
