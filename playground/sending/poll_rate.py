"""How often the jobs of one connection are read, by all processes together.

Each poll spends half a second of the connection's time, up to `BURST` ahead of the clock: 30 at
once, then 120 a minute. An API that asks to wait has its time spent until then.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from playground.sending.api_calls import CallResult, find_requested_wait
from playground.workspace.models import JobPolling

SPACING, BURST = timedelta(seconds=0.5), timedelta(seconds=15)
# What the background leaves to people who look.
RESERVED = timedelta(seconds=8)
LONGEST_PAUSE = timedelta(days=1)
# An API that is overloaded and doesn't say for how long.
SHORTEST_PAUSE = 30.0


def take_turn(connection_id: UUID, reserved: timedelta = timedelta()) -> bool:
    """Return whether a job of this connection may be read now; then this counts as one poll."""
    now = timezone.now()
    known, _ = JobPolling.objects.get_or_create(
        connection_id=connection_id, defaults={"spent_until": now}
    )
    if _is_spent(known.spent_until + reserved, now):
        return False
    # Conditional: of two processes that look at once, only one takes this turn.
    mine = JobPolling.objects.filter(pk=connection_id, spent_until=known.spent_until)
    return bool(mine.update(spent_until=_later(known.spent_until, now) + SPACING))


def may_poll(connection_id: UUID, reserved: timedelta = timedelta()) -> bool:
    """Return whether there is a turn to take."""
    spent = JobPolling.objects.filter(pk=connection_id).values_list("spent_until", flat=True)
    return not any(_is_spent(each + reserved, timezone.now()) for each in spent)


def heed_wait(connection_id: UUID, result: CallResult) -> bool:
    """Stop reading the jobs of a connection whose API asks to wait; return whether it did."""
    seconds = find_requested_wait(result, 1)
    if seconds is None:
        return False
    pause = min(timedelta(seconds=max(seconds, 1.0)), LONGEST_PAUSE)
    if not _names_wait(result):
        pause = timedelta(seconds=SHORTEST_PAUSE)
    JobPolling.objects.update_or_create(
        connection_id=connection_id,
        # Beyond the burst, so that no poll goes out before.
        defaults={"spent_until": timezone.now() + pause + BURST},
    )
    return True


def _names_wait(result: CallResult) -> bool:
    headers = getattr(result.result, "headers", ())
    return any(name.lower() == "retry-after" for name, _ in headers)


def _is_spent(spent_until: datetime, now: datetime) -> bool:
    # A time further ahead than any pause was stored before the clock was set back.
    return BURST < spent_until - now <= LONGEST_PAUSE + BURST + RESERVED


def _later(spent_until: datetime, now: datetime) -> datetime:
    return max(spent_until, now) if spent_until - now <= LONGEST_PAUSE else now
