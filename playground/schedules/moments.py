"""Dates and times as forms, scripts and files write them: local to a zone, or with an offset."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from playground.timing.errors import InvalidRule
from playground.timing.rules import check_year
from playground.timing.zones import find_instant, get_zone


def read_local_or_instant(text: str, zone: str) -> datetime | None:
    """The instant; None for an empty text. Raises InvalidTiming."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        example = "2026-12-24T18:00"
        message = _("Enter a date and a time, such as %(example)s.") % {"example": example}
        raise InvalidRule(message) from None
    # Years at the edges have no instant in every zone.
    check_year(moment.year)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return find_instant(get_zone(zone), moment)[0]
