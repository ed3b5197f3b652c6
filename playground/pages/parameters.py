"""Read values from requests; what can't be read counts as not given."""

import uuid

from django.http import HttpRequest

MAX_TRIES = 1000


def read_number(text: str, default: int = 0, digits: int = 9) -> int:
    """A whole number from 0 up, or the default."""
    # `isdecimal` alone accepts digits of every script, and a long number is never meant.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else default


def read_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def read_idempotency_key(request: HttpRequest) -> uuid.UUID | None:
    """The key of a submission, which the form got with its page: it is sent once per key."""
    return read_uuid(request.POST.get("press", ""))


def read_tries(request: HttpRequest) -> int:
    """How often the page has already polled for what it waits for."""
    return min(read_number(request.GET.get("tries", "")), MAX_TRIES)
