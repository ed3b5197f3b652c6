"""Read values from requests; unreadable ones count as missing. Also the base class of forms."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest

MAX_TRIES = 1000


def read_optional_number(text: str, digits: int = 18) -> int | None:
    """A whole number from 0 up, or None."""
    # `isdecimal` alone accepts digits of every script, and a long number is never meant.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def read_number(text: str, default: int = 0, digits: int = 9) -> int:
    """A whole number from 0 up, or the default."""
    number = read_optional_number(text, digits)
    return default if number is None else number


def read_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def read_submission(request: HttpRequest) -> uuid.UUID | None:
    """The submission's id, which the form got with its page: each is sent once at most."""
    return read_uuid(request.POST.get("submission", ""))


def read_tries(request: HttpRequest) -> int:
    """How often the page has already polled for what it waits for."""
    return min(read_number(request.GET.get("tries", "")), MAX_TRIES)


class UncutForm(forms.Form):
    """A form without `maxlength`, at which browsers silently truncate pasted text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remove_maxlength()

    def remove_maxlength(self) -> None:
        """For fields added after the form was made, too."""
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
