"""Days of a month in words: `the 1st and the last working day`."""

import re

from playground.timing.dates import find_weekday
from playground.timing.rules import DAY, WEEKDAYS, WORKING_DAY, MonthDay
from playground.timing.wording import ORDINALS

LAST, SECOND_LAST = -1, -2
SEPARATOR = re.compile(r"\s*,\s*(?:and )?(?:on )?|\s+and (?:on )?")
NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
WORDS = {word: nth for nth, word in enumerate(ORDINALS, 1)}
WORDS |= {"last": LAST, "second last": SECOND_LAST, "second-to-last": SECOND_LAST}
WORDS |= {"penultimate": SECOND_LAST}
KINDS = {"day": DAY, "working day": WORKING_DAY, "workday": WORKING_DAY, "work day": WORKING_DAY}
KINDS |= {"weekday": WORKING_DAY, "business day": WORKING_DAY}


def read_month_days(text: str) -> tuple[MonthDay, ...] | None:
    """The days of a list; None if it isn't one. Raises InvalidRule for days that no month has."""
    found = []
    for part in SEPARATOR.split(text):
        day = _read_one(part.removeprefix("the "))
        if day is None:
            return None
        if day not in found:
            found.append(day)
    return tuple(found)


def _read_one(text: str) -> MonthDay | None:
    if number := NUMBER.fullmatch(text.removeprefix("day ")):
        return MonthDay(int(number[1]))
    nth, _, kind = text.rpartition(" ")
    # The names of some kinds have two words.
    for words in (1, 2):
        parts = text.split(" ")
        nth, kind = " ".join(parts[:-words]), " ".join(parts[-words:])
        count = WORDS.get(nth)
        if count is None and (number := NUMBER.fullmatch(nth)):
            count = int(number[1])
        if count is not None and (known := _find_kind(kind)):
            return MonthDay(count, known)
    return None


def _find_kind(text: str) -> str:
    weekday = find_weekday(text)
    return WEEKDAYS[weekday] if weekday is not None else KINDS.get(text, "")
