"""Rules: when a schedule runs, as values. Times are local and without seconds.

`since` is where counting begins for rules that skip days, weeks or months: a date, or for
intervals an instant.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from playground.timing.cron import normalise_cron
from playground.timing.errors import InvalidRule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY, WORKING_DAY = "day", "working day"
MOST_TIMES = 96
MOST_MINUTES = 366 * 24 * 60
MOST_DAYS, MOST_WEEKS, MOST_MONTHS = 366, 104, 120
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Once:
    """One local time."""

    at: datetime

    def __post_init__(self) -> None:
        check_year(self.at.year)


@dataclass(frozen=True)
class Interval:
    """Every so many minutes of elapsed time, whatever clocks do."""

    minutes: int
    since: datetime

    def __post_init__(self) -> None:
        _check_number(self.minutes, MOST_MINUTES, "minutes")


@dataclass(frozen=True)
class Daily:
    """Every so many days at these times."""

    times: tuple[time, ...]
    days: int
    since: date

    def __post_init__(self) -> None:
        _check_number(self.days, MOST_DAYS, "days")
        _check_times(self.times)


@dataclass(frozen=True)
class Weekly:
    """On these weekdays (0 is Monday) of every so many weeks, which begin on Monday."""

    times: tuple[time, ...]
    weekdays: tuple[int, ...]
    weeks: int
    since: date

    def __post_init__(self) -> None:
        _check_number(self.weeks, MOST_WEEKS, "weeks")
        _check_times(self.times)
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise InvalidRule("Choose at least one day of the week.")


@dataclass(frozen=True)
class MonthDay:
    """The nth of a kind of day in a month: `day`, `working day` or a weekday; -1 is the last."""

    nth: int
    kind: str = DAY

    def __post_init__(self) -> None:
        most = {DAY: 31, WORKING_DAY: 23}.get(self.kind, 5)
        if self.kind not in (DAY, WORKING_DAY, *WEEKDAYS):
            raise InvalidRule("Choose a day of the month.")
        if not (1 <= self.nth <= most or self.nth in (-1, -2)):
            article = f"a {self.kind.title() if self.kind in WEEKDAYS else self.kind}"
            raise InvalidRule(f"No month has {article} number {self.nth}: 1 to {most}, or last.")


@dataclass(frozen=True)
class Monthly:
    """On these days of every so many months. A month without such a day is left out."""

    times: tuple[time, ...]
    on: tuple[MonthDay, ...]
    months: int
    since: date

    def __post_init__(self) -> None:
        _check_number(self.months, MOST_MONTHS, "months")
        _check_times(self.times)
        if not self.on:
            raise InvalidRule("Choose at least one day of the month.")


@dataclass(frozen=True)
class Cron:
    """A cron expression of five fields."""

    expression: str

    def __post_init__(self) -> None:
        normalise_cron(self.expression)


Rule = Once | Interval | Daily | Weekly | Monthly | Cron
KINDS: dict[str, type[Rule]] = {
    "once": Once,
    "interval": Interval,
    "daily": Daily,
    "weekly": Weekly,
    "monthly": Monthly,
    "cron": Cron,
}
NAMES = {rule: name for name, rule in KINDS.items()}


def write_rule(rule: Rule) -> dict[str, Any]:
    """The rule as JSON values."""
    values = {key: _write(value) for key, value in asdict(rule).items()}
    return {"kind": NAMES[type(rule)], **values}


def read_rule(stored: Mapping[str, Any]) -> Rule:
    """The rule that `write_rule` wrote. Raises InvalidRule for anything else."""
    values = dict(stored)
    try:
        kind = KINDS[values.pop("kind")]
        return kind(**{key: _read(kind, key, value) for key, value in values.items()})
    except InvalidRule:
        raise
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidRule("The stored rule isn't valid. Enter it again.") from None


def check_year(year: int) -> None:
    """Raise InvalidRule for a year for which nobody plans."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidRule(f"The year {year} is out of range: {FIRST_YEAR} to {LAST_YEAR}.")


def _check_number(number: int, most: int, unit: str) -> None:
    if not 1 <= number <= most:
        raise InvalidRule(f"The number of {unit} must be 1 to {most}.")


def _check_times(times: tuple[time, ...]) -> None:
    if not times:
        raise InvalidRule("Enter a time, such as 9:00.")
    if len(times) > MOST_TIMES:
        raise InvalidRule(f"A rule can have at most {MOST_TIMES} times of day.")
    if list(times) != sorted(set(times)):
        raise InvalidRule("The times of day must be in order, each of them once.")


def _write(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_write(each) for each in value]
    return value


def _read(kind: type[Rule], key: str, value: Any) -> Any:
    if key == "times":
        return tuple(time.fromisoformat(each) for each in value)
    if key == "on":
        return tuple(MonthDay(**each) for each in value)
    if key == "weekdays":
        return tuple(map(int, value))
    if key == "at":
        return datetime.fromisoformat(value)
    if key == "since":
        is_instant = kind is Interval
        return datetime.fromisoformat(value).astimezone(UTC) if is_instant else _read_date(value)
    return value


def _read_date(value: str) -> date:
    return date.fromisoformat(value)
