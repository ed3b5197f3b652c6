"""Which jobs are followed, since when, and when each is read again."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from playground.workspace.models import JobRecord

# The API uses two sets of words (apis.md 1.8): the older `finished` is the newer `completed`.
ENDED = frozenset({"completed", "finished", "shutdown", "warning", "stopped"})
# After this a job is given up: people can still open its page.
FOLLOWED = timedelta(days=1)
FIRST_POLL = timedelta(seconds=3)
# A job is read again after a tenth of its age: most end soon, and old ones take longer still.
DELAY_SHARE, SHORTEST_DELAY, LONGEST_DELAY = 10, timedelta(seconds=5), timedelta(minutes=10)


def make_record(
    connection_id: uuid.UUID,
    uid: str,
    person_id: int | None,
    name: str,
    launched_at: datetime,
) -> JobRecord | None:
    """Return an unsaved record that makes a job be followed; None if its UID fits no address."""
    if not is_followable(uid):
        return None
    now = timezone.now()
    return JobRecord(
        connection_id=connection_id,
        uid=uid,
        name=name[:300],
        launched_at=launched_at,
        next_poll_at=now,
        # A job that ended long ago isn't announced.
        person_id=person_id if now - launched_at < FOLLOWED else None,
    )


def follow_again(connection_id: uuid.UUID, uid: str, person_id: int | None) -> None:
    """Follow a job that was started again just now as if it were new."""
    now = timezone.now()
    JobRecord.objects.filter(connection_id=connection_id, uid=uid).update(
        launched_at=now,
        next_poll_at=now + FIRST_POLL,
        person_id=person_id,
        polled_at=None,
        ended_at=None,
        seconds=None,
        announced_at=None,
        checked_at=now,
        status="",
        refusal="",
        refused_at=None,
        rows=None,
        done=None,
    )


def stop_following(records: Iterable[JobRecord]) -> None:
    """Read these jobs no more, until somebody opens one of them."""
    JobRecord.objects.filter(pk__in=[each.pk for each in records]).update(next_poll_at=None)


def resume_following(records: Iterable[JobRecord]) -> int:
    """Follow those of these jobs again that haven't ended; return how many."""
    stopped = JobRecord.objects.filter(pk__in=[each.pk for each in records], next_poll_at=None)
    return stopped.exclude(status__in=ENDED).update(next_poll_at=timezone.now())


def is_followable(uid: str) -> bool:
    """Return whether a job's UID fits into the path of its page and of its call."""
    return bool(uid) and len(uid) <= 200 and "/" not in uid and uid not in (".", "..")


def find_delay(launched_at: datetime | None, now: datetime) -> timedelta:
    """Return how long after `now` the background reads a job of this age again."""
    age = now - (launched_at or now)
    return min(max(age / DELAY_SHARE, SHORTEST_DELAY), LONGEST_DELAY)


def measure_seconds(
    start_time: str, finish_time: str, launched_at: datetime | None, ended_at: datetime
) -> float | None:
    """Return how long a job ran: by the API's times, else by what was seen of it."""
    reported = _subtract(finish_time, start_time)
    if reported is not None:
        return reported.total_seconds()
    if launched_at is None or ended_at < launched_at:
        return None
    return (ended_at - launched_at).total_seconds()


def find_end(record: JobRecord, launched_at: datetime) -> datetime:
    """Return when a job that has ended did: by the API if that is possible, else when it was seen.

    Never before `launched_at`: a launch that the API has recognised may lead to an older job.
    """
    seen = record.ended_at or record.checked_at
    try:
        reported = datetime.fromisoformat(record.finish_time)
    except (ValueError, OverflowError):
        reported = seen
    if reported.tzinfo is None or not launched_at <= reported <= seen:
        reported = seen
    return max(launched_at, reported)


def _subtract(later: str, earlier: str) -> timedelta | None:
    try:
        span = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    except (ValueError, TypeError, OverflowError):
        # The API documents no format: no text, another one, or only one with a zone.
        return None
    return span if span >= timedelta() else None
