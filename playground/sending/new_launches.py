"""Finding the launches whose jobs nobody follows yet, by what they left in the history.

So a send writes nothing more for them.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.openapi.operations import get_operation
from playground.workspace.jobs import is_followable, make_record
from playground.workspace.models import Connection, JobRecord

NEW = timedelta(hours=1)
LAUNCHES_PER_LOOK, MOST_LOOKS = 200, 10


def follow_new_launches() -> None:
    """Take up the jobs of launches of the last hour."""
    for found in _list_new_launches():
        # Two processes may look at once: what is there already stays as it is.
        JobRecord.objects.bulk_create(found, ignore_conflicts=True)


def list_followed(exchanges: Iterable[Exchange]) -> set[uuid.UUID]:
    """Return the IDs of those of these exchanges whose jobs are followed to their end.

    Only one API tells how a job goes: what others call a job is over once it was accepted.
    """
    launches = [
        each
        for each in exchanges
        if each.outcome == Outcome.ACCEPTED and is_followable(each.job_uid) and each.connection_id
    ]
    if not launches:
        return set()
    found = Connection.objects.filter(
        api=get_operation("get-job").api.id, pk__in={each.connection_id for each in launches}
    )
    known = set(found.values_list("pk", flat=True))
    return {each.id for each in launches if each.connection_id in known}


def _list_new_launches() -> Iterator[list[JobRecord]]:
    """Yield records for the launches of the last hour that have none, newest first.

    Stops at the first page without any: what is older was found by an earlier look.
    """
    api = get_operation("get-job").api.id
    connections = set(Connection.objects.filter(api=api).values_list("id", flat=True))
    since = Exchange.objects.filter(started_at__gte=timezone.now() - NEW).order_by("started_at")
    first = since.values_list("number", flat=True).first()
    if first is None or not connections:
        return
    rows = Exchange.objects.filter(
        outcome=Outcome.ACCEPTED, number__gte=first, job_uid__gt="", connection_id__in=connections
    ).order_by("-number")
    columns = ("number", "connection_id", "job_uid", "person_id", "name", "started_at")
    before = None
    for _ in range(MOST_LOOKS):
        page = rows.filter(number__lt=before) if before else rows
        found = list(page.only(*columns)[:LAUNCHES_PER_LOOK])
        records = _make_records(found)
        if not records:
            return
        yield records
        before = found[-1].number


def _make_records(launches: list[Exchange]) -> list[JobRecord]:
    known = JobRecord.objects.filter(uid__in=[each.job_uid for each in launches])
    taken = set(known.values_list("connection_id", "uid"))
    made = [
        make_record(each.connection_id, each.job_uid, each.person_id, each.name, each.started_at)
        for each in launches
        if each.connection_id is not None
    ]
    return [each for each in made if each and (each.connection_id, each.uid) not in taken]
