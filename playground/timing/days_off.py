"""A calendar of days on which nothing runs, as people type it: one day or span per line."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from playground.timing.errors import InvalidTiming
from playground.timing.rules import check_year

MOST_DAYS = 10_000
LONGEST_TEXT = 200_000
LINE = re.compile(r"(\S+?)(?:\s*(?:\.\.|–|\bto\b|\buntil\b)\s*(\S+))?\s*(?:#.*|\s[^\d].*)?")
YEARLY = re.compile(r"(\d{1,2})-(\d{1,2})")
LEAP_YEAR = 2000
ADVICE = "Write one day per line: 2026-12-25, 12-25 for every year, or 2026-12-24 to 2027-01-01."


@dataclass(frozen=True)
class DaysOff:
    """Days that are left out: single dates, and months and days of every year."""

    dates: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = field(default=frozenset())

    def __contains__(self, day: date) -> bool:
        return day in self.dates or (day.month, day.day) in self.yearly

    def __bool__(self) -> bool:
        return bool(self.dates or self.yearly)


NO_DAYS_OFF = DaysOff()


def read_days_off(text: str) -> DaysOff:
    """Read a calendar. Raises InvalidTiming, which names the line."""
    if len(text) > LONGEST_TEXT:
        raise InvalidTiming("The calendar of days to skip is too long.")
    dates: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(line.strip())
        if found is None:
            raise _reject(number, line)
        first, last = found.groups()
        if last is None and (every := YEARLY.fullmatch(first)):
            yearly.add(_read_yearly(number, line, int(every[1]), int(every[2])))
        else:
            dates |= set(_list_span(number, line, first, last or first))
        if len(dates) > MOST_DAYS:
            raise InvalidTiming(f"A calendar can have at most {MOST_DAYS} days to skip.")
    return DaysOff(frozenset(dates), frozenset(yearly))


def _read_yearly(number: int, line: str, month: int, day: int) -> tuple[int, int]:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        raise _reject(number, line) from None
    return month, day


def _list_span(number: int, line: str, first: str, last: str) -> list[date]:
    begin, end = _read_date(number, line, first), _read_date(number, line, last)
    if end < begin:
        raise InvalidTiming(f"Line {number} of the days to skip ends before it begins.")
    if (end - begin).days >= MOST_DAYS:
        raise InvalidTiming(f"A calendar can have at most {MOST_DAYS} days to skip.")
    return [begin + timedelta(days=day) for day in range((end - begin).days + 1)]


def _read_date(number: int, line: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _reject(number, line) from None
    check_year(found.year)
    return found


def _reject(number: int, line: str) -> InvalidTiming:
    return InvalidTiming(f"Line {number} of the days to skip isn't a date: {line[:40]}. {ADVICE}")
