"""Rules as people type them: phrases in English, cron expressions, or one local time."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playground.timing.cron import looks_like_cron, normalise_cron
from playground.timing.dates import (
    CLEAR_TIME,
    TIME,
    find_one_day,
    find_weekday,
    read_iso,
    read_time,
)
from playground.timing.errors import InvalidRule
from playground.timing.local_times import iterate_local
from playground.timing.month_days import read_month_days
from playground.timing.rules import Cron, Daily, Interval, Monthly, Once, Rule, Weekly
from playground.timing.wording import ONLY_WEEKDAYS, WEEKEND
from playground.timing.zones import show_clock

LONGEST_PHRASE = 500
EXAMPLES = (
    "Write for example tomorrow at 9, every 15 minutes, weekdays at 8:30, "
    "on the last working day at 17:00, or a cron expression such as 30 2 * * *."
)
AND = r"(?:\s*,\s*(?:and )?|\s+and\s+(?:at )?)"
TIMES = re.compile(rf"(?:^| )(?:at|@) ({TIME}(?:{AND}{TIME})*)(?= |$)")
BARE_TIMES = re.compile(rf"(?:^| )({CLEAR_TIME}(?:{AND}{CLEAR_TIME})*)(?= |$)")
NUMBERS = {"other": 2, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "two": 2, "three": 3}
NUMBERS |= {"four": 4, "five": 5, "six": 6, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30}
UNITS = r"minutes?|mins?|hours?|hrs?|days?|weeks?|months?|quarters?|years?|seconds?|secs?"
EVERY = re.compile(rf"every(?: ([\w.-]+))?? ({UNITS})(?: (.+))?")
EACH = {"hourly": "every hour", "daily": "every day", "nightly": "every day"}
EACH |= {"weekly": "every week", "monthly": "every month"}
IN = re.compile(rf"in ([\w.-]+) ({UNITS})")
MINUTES = {"minute": 1, "min": 1, "hour": 60, "hr": 60}
HOURS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
HOURS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
AT_HOUR = re.compile(rf"\bat ({'|'.join(HOURS)})\b")
GROUPS: dict[str, tuple[int, ...]] = {
    "weekday": ONLY_WEEKDAYS,
    "working day": ONLY_WEEKDAYS,
    "work day": ONLY_WEEKDAYS,
}
GROUPS |= {"workday": ONLY_WEEKDAYS, "weekend": WEEKEND}
RANGE = re.compile(r"(?:from )?(\w+)(?: to | through | until | ?- ?)(\w+)")
MONTH_WORDS = re.compile(r"\s*(?:of|in) (?:the|each|every|a)? ?month$")


def read_phrase(text: str, zone: ZoneInfo, now: datetime) -> Rule:
    """Read what somebody typed at an instant. Raises InvalidRule with a sentence.

    `now` decides what `tomorrow` is and where counting begins: an interval runs at `now` first.
    """
    typed = " ".join(text.split())
    if not typed:
        raise InvalidRule(f"Say when to run. {EXAMPLES}")
    if len(typed) > LONGEST_PHRASE:
        raise InvalidRule(f"This is too long: at most {LONGEST_PHRASE} characters. {EXAMPLES}")
    if looks_like_cron(typed.removeprefix("cron ")):
        return Cron(normalise_cron(typed.removeprefix("cron ")))
    phrase = re.sub(r"^(?:run )?(?:once,? (?:on )?)?", "", typed.lower().rstrip(". "))
    phrase = AT_HOUR.sub(lambda found: f"at {HOURS[found[1]]}", phrase)
    local = show_clock(zone, now)
    if isinstance(moment := read_iso(phrase), datetime):
        return Once(moment)
    rest, times = _split_times(phrase)
    rest = EACH.get(rest, re.sub(r"^(hourly|daily|nightly|weekly|monthly)\b", _spell, rest))
    rule = _read_relative(rest, times, local) or _read_repeated(rest, times, local, now)
    if rule is None:
        rule = _read_once(rest, times, local)
    if rule is None:
        raise InvalidRule(f"“{_shorten(typed)}” isn't understood. {EXAMPLES}")
    return rule


def _spell(found: re.Match[str]) -> str:
    return EACH[found[1]]


def _split_times(phrase: str) -> tuple[str, tuple[time, ...]]:
    """The phrase without its times of day, and those."""
    found = TIMES.search(phrase) or BARE_TIMES.search(phrase)
    if found is None:
        return phrase, ()
    rest = f"{phrase[: found.start()]} {phrase[found.end() :]}"
    typed = re.split(AND, found[1])
    return " ".join(rest.split()).strip(" ,"), tuple(sorted({read_time(each) for each in typed}))


def _read_relative(rest: str, times: Sequence[time], local: datetime) -> Rule | None:
    found = IN.fullmatch(rest)
    if found is None:
        return None
    number, unit = _read_number(found[1]), found[2].rstrip("s")
    if unit in MINUTES:
        if times:
            raise InvalidRule("Say either a time of day or how long from now, not both.")
        # On a full minute that isn't too early.
        moment = local + timedelta(minutes=number * MINUTES[unit], microseconds=59_999_999)
        return Once(moment.replace(second=0, microsecond=0))
    if unit not in ("day", "week"):
        raise InvalidRule(f"Write the date instead of “{_shorten(rest)}”, as 2026-03-29.")
    day = local.date() + timedelta(days=number * (7 if unit == "week" else 1))
    return Once(datetime.combine(day, _require_one(times)))


def _read_repeated(
    rest: str, times: tuple[time, ...], local: datetime, now: datetime
) -> Rule | None:
    found = EVERY.fullmatch(rest)
    # "every working day" has no number either.
    if found is None or not (found[1] is None or found[1] in NUMBERS or found[1][0].isdigit()):
        return _read_days(rest, times, local)
    number = _read_number(found[1]) if found[1] else 1
    unit, days = found[2].removesuffix("s"), (found[3] or "").strip()
    if unit in MINUTES:
        return _read_interval(number * MINUTES[unit], days, times, now)
    if unit in ("second", "sec"):
        raise InvalidRule("The shortest interval is one minute. Write every minute.")
    if unit == "year":
        raise InvalidRule("Write once a year as cron: 0 9 1 3 * is every 1 March at 9:00.")
    if unit == "quarter":
        number, unit = number * 3, "month"
    if unit == "day":
        if days:
            return None
        return _count_from(Daily(_require(times), number, local.date()), local)
    if not days:
        example = "every week on Monday at 9" if unit == "week" else "every month on the 1st at 9"
        raise InvalidRule(f"Say on which days, such as {example}.")
    if unit == "week":
        weekdays = _read_weekdays(days.removeprefix("on "))
        if weekdays is None:
            raise InvalidRule(f"“{_shorten(days)}” isn't a day of the week. Write Monday or Mon.")
        return _count_from(Weekly(_require(times), weekdays, number, local.date()), local)
    on = read_month_days(days.removeprefix("on "))
    if on is None:
        shown = _shorten(days)
        raise InvalidRule(f"“{shown}” isn't a day of a month. Write the 1st or the last day.")
    return _count_from(Monthly(_require(times), on, number, local.date()), local)


def _read_interval(minutes: int, days: str, times: Sequence[time], now: datetime) -> Rule:
    if days or times:
        raise InvalidRule(
            "An interval of minutes or hours runs all day. For some days or hours use a cron "
            "expression: */15 8-17 * * 1-5 is every 15 minutes, weekdays from 8:00 to 17:45."
        )
    return Interval(minutes, now.astimezone(UTC))


def _read_days(rest: str, times: tuple[time, ...], local: datetime) -> Rule | None:
    """Rules that name days: `weekdays`, `every Monday`, `on the last working day`."""
    repeated, days = _strip(rest, "on ", "every ", "each "), rest
    weekdays = _read_weekdays(repeated)
    is_repeated = rest.startswith(("every ", "each ", "on every ")) or _is_plural(repeated)
    if weekdays is not None and (is_repeated or len(weekdays) > 1):
        return _count_from(Weekly(_require(times), weekdays, 1, local.date()), local)
    days = MONTH_WORDS.sub("", re.sub(r"^(?:on|every|each) ", "", rest))
    on = read_month_days(days)
    if on is None:
        return None
    return _count_from(Monthly(_require(times), on, 1, local.date()), local)


def _strip(text: str, *prefixes: str) -> str:
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return text


def _is_plural(days: str) -> bool:
    return days.endswith("s") and not days.endswith(("tues", "thurs", "wednes"))


def _read_weekdays(text: str) -> tuple[int, ...] | None:
    """The weekdays of a list, a range or a group; None for anything else."""
    if (group := GROUPS.get(text.removesuffix("s"))) is not None:
        return group
    found: set[int] = set()
    for part in re.split(rf"{AND}|\s*/\s*", text):
        first = find_weekday(part)
        if first is not None:
            found.add(first)
        elif between := RANGE.fullmatch(part):
            first, last = find_weekday(between[1]), find_weekday(between[2])
            if first is None or last is None:
                return None
            found |= {(first + day) % 7 for day in range((last - first) % 7 + 1)}
        else:
            return None
    return tuple(sorted(found))


def _read_once(rest: str, times: Sequence[time], local: datetime) -> Rule | None:
    if not rest and times:
        raise InvalidRule("Say on which day: tomorrow at 9, or every day at 9.")
    day = find_one_day(rest, local, times[0] if times else time())
    return None if day is None else Once(datetime.combine(day, _require_one(times)))


def _count_from(rule: Daily | Weekly | Monthly, local: datetime) -> Rule:
    """The rule, counted from its first day that is still to come."""
    match rule:
        case Daily():
            often: Rule = replace(rule, days=1)
        case Weekly():
            often = replace(rule, weeks=1)
        case Monthly():
            often = replace(rule, months=1)
    first = next(iterate_local(often, local), None)
    return replace(rule, since=first.date()) if first is not None else rule


def _require(times: tuple[time, ...]) -> tuple[time, ...]:
    if not times:
        raise InvalidRule("Say at what time, such as at 9 or at 17:30.")
    return times


def _require_one(times: Sequence[time]) -> time:
    if len(times) > 1:
        raise InvalidRule("Once has one time of day. Write every day for several.")
    return _require(tuple(times))[0]


def _read_number(word: str) -> int:
    if word in NUMBERS:
        return NUMBERS[word]
    if word.isascii() and word.isdigit():
        return int(word[:9])
    raise InvalidRule(f"“{_shorten(word)}” isn't a whole number.")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
