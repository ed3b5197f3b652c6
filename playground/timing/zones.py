"""Time zones by name, and what their clocks do when they change.

The data comes from the pinned package tzdata rather than from the machine, so that all machines
of an installation agree on every run.
"""

import difflib
import importlib.resources
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from playground.timing.errors import InvalidZone

# Between two looks at the clocks: no zone changes them twice within that time.
STEP = timedelta(hours=12)
SECOND = timedelta(seconds=1)
OFFSET = re.compile(r"(?:utc|gmt)?\s*[+-]\s*\d{1,2}(?::?\d\d)?", re.I)
LONGEST_NAME = 60


@dataclass(frozen=True)
class ClockChange:
    """Clocks change at the instant `at`, from one offset from UTC to another."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def begin(self) -> datetime:
        """What local clocks would show at the change if they hadn't changed."""
        return to_naive(self.at, self.before)

    @property
    def end(self) -> datetime:
        """What local clocks show from the change on."""
        return to_naive(self.at, self.after)


@cache
def list_zone_names() -> tuple[str, ...]:
    """The names of all zones, former names among them, sorted."""
    names = importlib.resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    # "Factory" is what the data calls a zone that nobody has set.
    return tuple(sorted(set(names) - {"Factory"}))


@cache
def _names_by_key() -> dict[str, str]:
    return {name.casefold(): name for name in list_zone_names()}


def get_zone(name: str) -> ZoneInfo:
    """The zone of this name, in any case. Raises InvalidZone with a suggestion."""
    typed = name.strip()
    if not typed:
        raise InvalidZone("Choose a time zone, such as Europe/Berlin.")
    known = _names_by_key().get(typed.replace(" ", "_").casefold())
    if known is None:
        raise InvalidZone(_explain_unknown(typed))
    return _load(known)


@cache
def _load(name: str) -> ZoneInfo:
    resource = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with resource.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _explain_unknown(typed: str) -> str:
    shown = typed if len(typed) <= LONGEST_NAME else f"{typed[:LONGEST_NAME]}…"
    if OFFSET.fullmatch(typed):
        return (
            f"{shown} is an offset, which doesn't say when clocks change. "
            "Choose a time zone, such as Europe/Berlin."
        )
    found = _suggest(typed)
    advice = f"Did you mean {found}?" if found else "Use a name such as Europe/Berlin."
    return f"There is no time zone named {shown}. {advice}"


def _suggest(typed: str) -> str:
    key = typed.replace(" ", "_").casefold()[:LONGEST_NAME]
    by_city = {name.rpartition("/")[2]: name for name in reversed(_names_by_key())}
    city = key.rpartition("/")[2]
    near = difflib.get_close_matches(key, _names_by_key(), 1, 0.8)
    near_city = difflib.get_close_matches(city, by_city, 1, 0.8)
    found = by_city.get(city) or next(iter(near), "") or by_city.get(next(iter(near_city), ""), "")
    return _names_by_key().get(found, "")


def find_offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    """The offset of local clocks from UTC at an instant."""
    return instant.astimezone(zone).utcoffset() or timedelta()


def to_naive(instant: datetime, offset: timedelta) -> datetime:
    """What clocks with this offset show at an instant."""
    return instant.astimezone(UTC).replace(tzinfo=None) + offset


def from_naive(local: datetime, offset: timedelta) -> datetime:
    """The instant at which clocks with this offset show a local time."""
    return (local - offset).replace(tzinfo=UTC)


def show_clock(zone: ZoneInfo, instant: datetime) -> datetime:
    """What local clocks show at an instant, as a naive datetime."""
    return to_naive(instant, find_offset(zone, instant))


def find_instant(zone: ZoneInfo, local: datetime) -> tuple[datetime, ClockChange | None]:
    """The instant of a local time, and the change that skipped the time if clocks never show it.

    A skipped time is moved to the end of the gap; of two instants the first one is returned.
    """
    # PEP 495: for a skipped time, fold 0 has the offset before the change and fold 1 that after.
    first = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    second = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    if first >= second:
        return from_naive(local, first), None
    change = find_change(zone, from_naive(local, second), from_naive(local, first))
    assert change is not None
    return change.at, change


def is_repeated(zone: ZoneInfo, local: datetime) -> bool:
    """Whether clocks show this local time twice."""
    first = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    return first > (local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta())


def find_change(zone: ZoneInfo, after: datetime, until: datetime) -> ClockChange | None:
    """The first change of the clocks after an instant, up to and including another."""
    before, low = find_offset(zone, after), after
    while low < until:
        high = min(low + STEP, until)
        if find_offset(zone, high) != before:
            return _narrow(zone, low, high, before)
        low = high
    return None


def _narrow(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> ClockChange:
    # Changes happen on full seconds.
    low, high = low.replace(microsecond=0), high + SECOND * bool(high.microsecond)
    high = high.replace(microsecond=0)
    while high - low > SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if find_offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return ClockChange(high, before, find_offset(zone, high))


def format_offset(offset: timedelta) -> str:
    """An offset such as `+05:45`; those of the 19th century have seconds."""
    seconds = round(offset.total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
