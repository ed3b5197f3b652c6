"""Values put in for the names a pasted text gives them itself, never more than can be held."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from playground.importers.literals import MOST_CHARACTERS
from playground.importers.values import Request, Unreadable


class Measure:
    """How much may still be put in: names used again and again make a short text huge."""

    def __init__(self) -> None:
        self.left = MOST_CHARACTERS

    def take(self, text: str) -> str:
        """The text itself; raises `Unreadable` when all together grew too large."""
        self.left -= len(text)
        if self.left < 0:
            raise Unreadable("too-large", "The values in this text grow too large to be read.")
        return text


def fill_request(request: Request, pattern: re.Pattern[str], names: Mapping[str, str]) -> Request:
    """The request with each name of the pattern's first group replaced, once and not again."""
    if not names:
        return request
    measure = Measure()

    def fill(text: str) -> str:
        return pattern.sub(lambda found: measure.take(names.get(found[1], found[0])), text)

    return replace(
        request,
        url=fill(request.url or ""),
        headers=tuple((name, fill(value)) for name, value in request.headers),
        body=fill(request.body) if request.body is not None else None,
    )
