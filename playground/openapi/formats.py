"""Formats that the validator checks more strictly than most APIs do."""

from __future__ import annotations

import re
from collections.abc import Callable

# RFC 3339 requires seconds and an offset, ISO 8601 neither. Allow for a leap second.
_TIME = re.compile(
    r"(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?",
    re.ASCII,
)
# ISO 8601-2 allows a sign; many libraries write fractions (`PT0.5S`). Weeks can't be combined.
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"[+-]?P(?=[\dT])(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)",
    re.ASCII,
)


def is_time(text: str) -> bool:
    """Whether a text is a time of day, such as `14:30`, `14:30:00` or `14:30:00.5+02:00`."""
    return _TIME.fullmatch(text) is not None


def is_duration(text: str) -> bool:
    """Whether a text is an ISO 8601 duration, such as `P1DT12H` or `PT0.5S`."""
    return _DURATION.fullmatch(text) is not None


# For `validators.compile_validator`.
FORMATS: dict[str, Callable[..., bool]] = {"time": is_time, "duration": is_duration}
