"""How far a batch is: its counts in words and as a bar, rate, time left, and a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.batches.models import Batch, Row
from playground.batches.timeline import OUTCOMES, Timeline
from playground.pages.batches.access import SETTING_UP
from playground.pages.charts import Chart, Columns, count_outcomes, stack_bars
from playground.pages.job_states import format_duration

# The kind is the colour of a badge, in the order of the bar.
ROW_STATES = {
    Row.State.ACCEPTED: "accepted",
    Row.State.DONE: "practice",
    Row.State.REFUSED: "refused",
    Row.State.UNKNOWN: "unknown",
    Row.State.NOT_SENT: "not-sent",
    Row.State.SENDING: "running",
    Row.State.WAITING: "waiting",
}
ROW_KINDS = {**ROW_STATES, Row.State.BAD: "warning"}
UNFINISHED = (Row.State.WAITING, Row.State.SENDING)
FAILED = (Row.State.REFUSED, Row.State.NOT_SENT)
BATCH_KINDS = {
    Batch.State.DRAFT: "not-sent",
    Batch.State.CHECKING: "running",
    Batch.State.CHECKED: "note",
    Batch.State.RUNNING: "running",
    Batch.State.PAUSED: "warning",
    Batch.State.STOPPED: "not-sent",
    Batch.State.ENDED: "accepted",
}
WORDS = {
    "accepted": gettext_lazy("accepted"),
    "refused": gettext_lazy("refused"),
    "unknown": gettext_lazy("unknown"),
    "not-sent": gettext_lazy("not sent"),
}
BAR_WIDTH = 1000
# A part of one request in a million is still seen.
LEAST_WIDTH = 4
# The rate is measured over this many seconds.
RATE_SECONDS = 10


@dataclass(frozen=True)
class Part:
    """A state of requests: its number, and its part of the bar."""

    state: str
    label: str
    kind: str
    number: int
    x: float = 0
    width: float = 0


@dataclass(frozen=True)
class BatchProgress:
    """What `batch/_progress.html` draws. `speed` and `left` are texts, empty if unknown."""

    parts: Sequence[Part]
    total: int
    ended: int
    failed: int
    unknown: int
    waiting: int
    sending: int
    has_begun: bool
    kind: str
    speed: str = ""
    left: str = ""
    lasted: str = ""
    waits_until: datetime | None = None
    bar_width: int = BAR_WIDTH

    @property
    def share(self) -> str:
        """The ended requests in percent; 100 only when all have ended."""
        if not self.total:
            return "0"
        return str(100 if self.ended >= self.total else min(99, self.ended * 100 // self.total))


def describe_progress(batch: Batch) -> BatchProgress:
    counts = {state: int(batch.counts.get(state, 0)) for state in ROW_STATES}
    total = sum(counts.values())
    waiting, sending = counts[Row.State.WAITING], counts[Row.State.SENDING]
    failed = sum(counts[state] for state in FAILED)
    unknown, now = counts[Row.State.UNKNOWN], timezone.now()
    is_running = batch.state == Batch.State.RUNNING
    rate = Timeline.read(batch.timeline).rate(int(now.timestamp()), RATE_SECONDS)
    has_rate = is_running and rate > 0
    return BatchProgress(
        parts=_list_parts(counts, total),
        total=total,
        ended=total - waiting - sending,
        failed=failed,
        unknown=unknown,
        waiting=waiting,
        sending=sending,
        has_begun=batch.state not in SETTING_UP,
        kind=_choose_kind(batch, failed, unknown),
        speed=_format_rate(rate) if has_rate else "",
        left=format_duration(timedelta(seconds=(waiting + sending) / rate)) if has_rate else "",
        lasted=_measure(batch, now),
        waits_until=_find_wait(batch, now) if is_running else None,
    )


def _list_parts(counts: dict[Row.State, int], total: int) -> list[Part]:
    found = {state: number for state, number in counts.items() if number}
    room = BAR_WIDTH - LEAST_WIDTH * len(found)
    parts, x = [], 0.0
    for state, kind in ROW_STATES.items():
        number = counts[state]
        width = round(LEAST_WIDTH + room * number / total, 2) if number else 0.0
        parts.append(Part(state, str(state.label), kind, number, round(x, 2), width))
        x += width
    return parts


def _choose_kind(batch: Batch, failed: int, unknown: int) -> str:
    state = Batch.State(batch.state)
    if state == Batch.State.ENDED and (failed or unknown):
        return "unknown" if unknown else "warning"
    return BATCH_KINDS[state]


def _format_rate(rate: float) -> str:
    number = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    return _("%(number)s a second") % {"number": number}


def _measure(batch: Batch, now: datetime) -> str:
    if batch.started_at is None or batch.state == Batch.State.PAUSED:
        return ""
    # "0 s" would look as if nothing had been sent.
    return format_duration(max((batch.ended_at or now) - batch.started_at, timedelta(seconds=1)))


def _find_wait(batch: Batch, now: datetime) -> datetime | None:
    """Until when nothing begins, if a server asked for that; a rate alone is no such wait."""
    due = batch.next_start_at
    if due is None or not batch.reason or due <= now:
        return None
    return due


def chart_batch(batch: Batch) -> Chart:
    """Return stacked bars of the outcomes over time, in at most 120 columns."""
    timeline = Timeline.read(batch.timeline)
    counts = [dict(zip(OUTCOMES, each, strict=True)) for each in timeline.buckets]
    starts = [timeline.start + place * timeline.width for place in range(len(counts))]
    times = [datetime.fromtimestamp(each, UTC) for each in starts]
    columns = Columns(
        _("Time (UTC)"),
        [f"{each:%H:%M:%S}" for each in times],
        [f"{each:%Y-%m-%d %H:%M:%S}" for each in times],
    )
    title = _("Outcomes over time")
    return stack_bars("outcomes", title, columns, list(count_outcomes(counts, WORDS)))
