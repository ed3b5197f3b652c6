"""The next runs as pages show them: when, what clocks do, and what would be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import dateformat

from playground.schedules.previews import RunPreview

# A page has five of them.
LONGEST_BODY = 50_000


@dataclass(frozen=True)
class RunLine:
    """A line of the body, and whether it differs from the run before."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class RunRow:
    """One run ahead, for templates. `remark` is what clocks do on that day."""

    number: int
    moment: str
    offset: str
    instant: str
    remark: str
    obstacle: str
    method: str = ""
    url: str = ""
    lines: tuple[RunLine, ...] = field(default=(), repr=False)
    is_cut: bool = False
    summary: str = ""

    @property
    def differs(self) -> bool:
        return any(each.differs for each in self.lines)


def describe_runs(runs: Sequence[RunPreview]) -> list[RunRow]:
    rows, before = [], ""
    for number, each in enumerate(runs, 1):
        body = each.body[:LONGEST_BODY]
        rows.append(
            RunRow(
                number=number,
                moment=format_local(each.run.local),
                offset=f"UTC{each.run.offset}",
                instant=each.run.instant.isoformat(timespec="seconds"),
                # Why clocks moved a run also says what they do on that day.
                remark=each.run.note or each.clock_change,
                obstacle=each.obstacle,
                method=each.method,
                url=each.url,
                lines=_mark_lines(body, before if number > 1 else body),
                is_cut=len(each.body) > LONGEST_BODY,
                summary=each.summary,
            )
        )
        before = body
    return rows


def format_local(local: datetime) -> str:
    """A local time such as `Tue 1 Dec 2026 09:00`."""
    return dateformat.format(local, "D j M Y H:i:s" if local.second else "D j M Y H:i")


def _mark_lines(body: str, before: str) -> tuple[RunLine, ...]:
    """The lines of a body; of two runs of a schedule, few differ and none is added."""
    lines, former = body.split("\n") if body else [], before.split("\n")
    if len(lines) != len(former):
        return tuple(RunLine(each) for each in lines)
    return tuple(RunLine(new, new != old) for new, old in zip(lines, former, strict=True))
