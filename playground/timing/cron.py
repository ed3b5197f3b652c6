"""Cron expressions by cronsim, on local clocks that never change."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from playground.timing.errors import InvalidRule

MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
LONGEST_EXPRESSION = 300
FIELDS = 5
HOURS = 24
FIELD = re.compile(r"[\d*][\w*/,#-]*")
NAMED_FIELD = re.compile(r"(?:[\d*L][\w*/,#-]*|[A-Z]{3}(?:[-,/#][\w*/,#-]*)?)")
# What cronsim says of a field that it can't read, and what may be there.
ADVICE = {
    "Bad minute": "The minute must be 0 to 59.",
    "Bad hour": "The hour must be 0 to 23.",
    "Bad day-of-month": "The day of the month must be 1 to 31 and occur in the months, "
    "L for the last day or LW for the last weekday.",
    "Bad month": "The month must be 1 to 12 or JAN to DEC.",
    "Bad day-of-week": "The day of the week must be 0 to 7 or SUN to SAT, "
    "5L for the last Friday or 1#2 for the second Monday.",
}
ORDER = "minute, hour, day of the month, month and day of the week"
ANY_TIME = datetime(2000, 1, 1)


def looks_like_cron(text: str) -> bool:
    """Whether somebody meant a cron expression, right or wrong."""
    parts = text.split()
    if text.startswith("@") or "*" in parts:
        return True
    is_numeric = len(parts) >= FIELDS and all(map(FIELD.fullmatch, parts[:2]))
    return is_numeric and all(NAMED_FIELD.fullmatch(part.upper()) for part in parts)


def normalise_cron(text: str) -> str:
    """The expression in five fields. Raises InvalidRule."""
    expression = " ".join(text.split())
    if len(expression) > LONGEST_EXPRESSION:
        limit = LONGEST_EXPRESSION
        raise InvalidRule(f"A cron expression can have at most {limit} characters.")
    if expression.startswith("@"):
        known = MACROS.get(expression.lower())
        if known is None:
            names = ", ".join(MACROS)
            raise InvalidRule(f"{expression[:20]} isn't supported. Use one of {names}.")
        return known
    fields = len(expression.split())
    if fields == FIELDS + 1:
        raise InvalidRule("Runs begin on full minutes. Leave out the field for seconds.")
    if fields != FIELDS:
        raise InvalidRule(f"A cron expression has five fields: {ORDER}. This one has {fields}.")
    _read(expression)
    return expression


def _read(expression: str, at: datetime = ANY_TIME) -> CronSim:
    try:
        return CronSim(expression, at)
    except CronSimError as error:
        advice = ADVICE.get(str(error), f"It has five fields: {ORDER}.")
        raise InvalidRule(f"The cron expression {expression} isn't valid. {advice}") from None


def iterate_cron(expression: str, start: datetime) -> Iterator[datetime]:
    """Local times that match, from a naive datetime on; ends after 50 years without one."""
    before = start + timedelta(seconds=-1) if not start.microsecond else start
    try:
        yield from _read(expression, before)
    except OverflowError:
        return


def runs_every_hour(expression: str) -> bool:
    """Whether it means an interval of minutes, such as `*/15 * * * *`, rather than times of day."""
    return len(_read(expression).hours) == HOURS


def explain_cron(expression: str) -> str:
    """The expression in words, such as `At 02:30 every day`."""
    return _read(expression).explain()
