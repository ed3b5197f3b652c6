"""Rules, times and clock changes in English words; a phrase written here is understood again."""

from collections.abc import Sequence
from datetime import date, datetime, time

from playground.timing.cron import explain_cron
from playground.timing.rules import (
    DAY,
    WEEKDAYS,
    WORKING_DAY,
    Cron,
    Daily,
    Interval,
    MonthDay,
    Monthly,
    Once,
    Rule,
    Weekly,
)
from playground.timing.zones import ClockChange

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
ONLY_WEEKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
# No month is shorter.
SHORTEST_MONTH = 28
HOUR = 60


def write_phrase(rule: Rule) -> str:
    """The rule as somebody could type it."""
    return rule.expression if isinstance(rule, Cron) else describe_timing(rule)


def describe_timing(rule: Rule) -> str:
    """The rule in words that begin with a small letter, such as `every 15 minutes`."""
    match rule:
        case Once():
            return f"once on {write_moment(rule.at)}"
        case Interval():
            return _count(rule.minutes, "minute", "hour", HOUR)
        case Daily():
            return f"{_count(rule.days, 'day')} at {_write_times(rule.times)}"
        case Weekly():
            return f"{_describe_week(rule)} at {_write_times(rule.times)}"
        case Monthly():
            return f"{_describe_month(rule)} at {_write_times(rule.times)}"
        case Cron():
            words = explain_cron(rule.expression)
            return words[:1].lower() + words[1:]


def list_remarks(rule: Rule) -> list[str]:
    """What people may not expect of a rule, in sentences."""
    remarks = []
    numbers = (
        [each.nth for each in rule.on if each.kind == DAY] if isinstance(rule, Monthly) else []
    )
    for number in numbers:
        if number > SHORTEST_MONTH:
            remarks.append(
                f"Months without a {_write_number(number)} are left out. "
                "Choose the last day to run in every month."
            )
    if isinstance(rule, Interval) and rule.minutes % (24 * HOUR) == 0:
        remarks.append(
            "Hours are elapsed time: when clocks change, it runs at another time of day. "
            "Choose days to keep the time."
        )
    return remarks


def write_moment(local: datetime) -> str:
    """A local time such as `29 March 2026 at 02:30`."""
    return f"{write_date(local)} at {write_time(local)}"


def write_date(day: date) -> str:
    """A date such as `29 March 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_time(local: datetime | time) -> str:
    """A time of day such as `02:30`."""
    return local.strftime("%H:%M:%S" if local.second else "%H:%M")


def write_list(words: Sequence[str]) -> str:
    """Words as a list such as `Monday, Tuesday and Friday`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def explain_gap(local: datetime, change: ClockChange) -> str:
    """Why a run isn't at its local time, which clocks skip."""
    if change.begin.date() == change.end.date():
        begin, end = write_time(change.begin), write_time(change.end)
        moment = f"{write_time(local)} doesn't exist on {write_date(local)}"
    else:
        begin, end = write_moment(change.begin), write_moment(change.end)
        moment = f"{write_moment(local)} doesn't exist"
    return f"{moment}: clocks go forward from {begin} to {end}. It runs right after that."


def explain_change(change: ClockChange) -> str:
    """What clocks do at a change."""
    begin, end = change.begin, change.end
    way = "forward" if end > begin else "back"
    write = write_time if begin.date() == end.date() else write_moment
    return f"On {write_date(begin)} clocks go {way} from {write(begin)} to {write(end)}."


def _count(number: int, unit: str, larger: str = "", size: int = 0) -> str:
    if larger and number % size == 0:
        number, unit = number // size, larger
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"


def _write_times(times: Sequence[time]) -> str:
    return write_list([write_time(each) for each in times])


def _describe_week(rule: Weekly) -> str:
    days = tuple(sorted(set(rule.weekdays)))
    named = {ONLY_WEEKDAYS: "weekdays", WEEKEND: "weekends"}.get(days)
    if rule.weeks == 1 and named:
        return named
    listed = named or write_list([WEEKDAYS[each].title() for each in days])
    return f"every {listed}" if rule.weeks == 1 else f"every {rule.weeks} weeks on {listed}"


def _describe_month(rule: Monthly) -> str:
    days = write_list([f"the {_describe_day(each)}" for each in rule.on])
    if rule.months == 1:
        return f"on {days} of every month"
    return f"every {rule.months} months on {days}"


def _describe_day(day: MonthDay) -> str:
    if day.kind == DAY and day.nth > 0:
        return _write_number(day.nth)
    kind = day.kind if day.kind in (DAY, WORKING_DAY) else day.kind.title()
    if day.nth < 0:
        return f"{'last' if day.nth == -1 else 'second last'} {kind}"
    known = day.nth <= len(ORDINALS)
    return f"{ORDINALS[day.nth - 1] if known else _write_number(day.nth)} {kind}"


def _write_number(number: int) -> str:
    is_teen = number // 10 % 10 == 1
    return f"{number}{'th' if is_teen else SUFFIXES.get(number % 10, 'th')}"
