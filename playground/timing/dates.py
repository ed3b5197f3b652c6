"""Dates and times of day as people type them."""

import re
from datetime import date, datetime, time, timedelta

from playground.timing.errors import InvalidRule
from playground.timing.rules import WEEKDAYS, check_year
from playground.timing.wording import MONTHS

NOON = 12
LONGEST_WORD = 40
TIME = r"(?:noon|midnight|\d{1,2}(?:[:.]\d{2}){0,2}\s*(?:[ap]\.?m\.?(?![a-z]))?(?:o'?clock)?)"
# A time that can't be anything else, such as a day of the month.
CLEAR_TIME = (
    r"(?:noon|midnight|\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?)"
)
TIME_PARTS = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2}))?\s*([ap])?(?:\.?m\.?)?(?:o'?clock)?"
)
ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ](\d{1,2}:\d{2}(?::\d{2})?))?(z|\s?[+-]\d\d:?\d\d)?", re.I
)
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in map(str.lower, MONTHS)) + "|sept"
DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})\.?(?:,? (\d{{4}}))?")
MONTH_FIRST = re.compile(rf"({MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?")
OTHER_DATE = re.compile(r"\d{1,4}([/.])\d{1,2}\1\d{1,4}")


def read_time(text: str) -> time:
    """A time of day such as `9`, `17:30`, `5 pm` or `noon`. Raises InvalidRule."""
    typed = text.strip()
    if typed in ("noon", "midnight"):
        return time(NOON if typed == "noon" else 0)
    found = TIME_PARTS.fullmatch(typed)
    if found is None:
        raise InvalidRule(f"{typed[:LONGEST_WORD]} isn't a time. Write 9:00, 17:30 or 5 pm.")
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half = found[4]
    if half and not 1 <= hour <= NOON:
        raise InvalidRule(f"{typed} isn't a time. Hours before am and pm are 1 to 12.")
    if half:
        hour = hour % NOON + NOON * (half == "p")
    if second:
        raise InvalidRule(f"{typed} has seconds. Runs begin on full minutes.")
    try:
        return time(hour, minute)
    except ValueError:
        message = f"{typed} isn't a time: hours are 0 to 23 and minutes 0 to 59."
        raise InvalidRule(message) from None


def read_iso(text: str) -> datetime | date | None:
    """A date such as `2026-03-29`, with a time or without. Raises InvalidRule."""
    found = ISO.fullmatch(text)
    if found is None:
        return None
    if found[5]:
        raise InvalidRule("Leave out the offset: the time is local to the schedule's time zone.")
    day = make_date(int(found[1]), int(found[2]), int(found[3]))
    return datetime.combine(day, read_time(found[4])) if found[4] else day


def find_one_day(text: str, now: datetime, at: time) -> date | None:
    """One day from today on, in words or as a date; None if it isn't one. Raises InvalidRule.

    Without a year, and for weekdays, it is the first one whose time `at` is still to come.
    """
    today = now.date()
    if text in ("today", "tonight", "this evening", "this morning", "this afternoon"):
        return today
    if text in ("tomorrow", "the day after tomorrow", "day after tomorrow"):
        return today + timedelta(days=1 if text == "tomorrow" else 2)
    if found := re.fullmatch(r"(?:on )?(?:(this|next|coming) )?(\w+)", text):
        weekday = find_weekday(found[2])
        if weekday is not None and not found[2].endswith("days"):
            ahead = (weekday - today.weekday()) % 7
            has_passed = ahead == 0 and (found[1] == "next" or at < now.time())
            return today + timedelta(days=7 if has_passed else ahead)
    return _read_date(text.removeprefix("on ").removeprefix("the "), now, at)


def _read_date(text: str, now: datetime, at: time) -> date | None:
    if OTHER_DATE.fullmatch(text):
        message = f"{text} can be read in several ways. Write the date as 2026-03-29."
        raise InvalidRule(message)
    iso = read_iso(text)
    if iso is not None:
        return iso
    if found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(text):
        month, day, year = found.groups()
    else:
        return None
    number = find_month(month)
    if year:
        return make_date(int(year), number, int(day))
    # 29 February may be several years ahead.
    for each in range(now.year, now.year + 9):
        try:
            found_day = date(each, number, int(day))
        except ValueError:
            continue
        if datetime.combine(found_day, at) >= now:
            return found_day
    raise InvalidRule(f"There is no {day} {MONTHS[number - 1]}.")


def make_date(year: int, month: int, day: int) -> date:
    """The date. Raises InvalidRule if there is none."""
    check_year(year)
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= len(MONTHS):
            message = f"There is no {day} {MONTHS[month - 1]} {year}."
        else:
            message = f"There is no month {month}."
        raise InvalidRule(f"{message} Check the date.") from None


def find_weekday(word: str) -> int | None:
    """The index of a weekday: `mon`, `Monday` or `mondays`; None for another word."""
    key = word.removesuffix("s") if len(word) > 4 else word
    for index, name in enumerate(WEEKDAYS):
        if key == name or key == name[:3] or (len(key) in (4, 5) and name.startswith(key)):
            return index
    return None


def find_month(word: str) -> int:
    """The number of a month by its name or first letters."""
    return next(i for i, name in enumerate(MONTHS, 1) if name.lower().startswith(word[:3]))
