"""Names that are nearly right: the nearest known one, and the hint that names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from playground.rules.labels import cut

LONGEST = 80


def find_near(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who typed `name` may have meant, or None."""
    return _nearest(name, tuple(known)) if name and len(name) <= LONGEST else None


@lru_cache(maxsize=512)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    by_letters = {_letters(each): each for each in reversed(known)}
    same = by_letters.get(_letters(name))
    if same is not None:
        return same
    close = get_close_matches(_letters(name), list(by_letters), n=1, cutoff=0.7)
    return by_letters[close[0]] if close else None


def _letters(name: str) -> str:
    """A name without what spelling habits differ in: max_results, maxResults, Max-Results."""
    return "".join(char for char in name.casefold() if char.isalnum()) or name


def hint_at(near: str | None, others: Sequence[str] = ()) -> str:
    """A second sentence, after a blank: Did you mean `a` (also accepted: `b`, `c`)?"""
    if near is None:
        return ""
    also = ", ".join(f"`{cut(each)}`" for each in others)
    return f" Did you mean `{cut(near)}`{f' (also accepted: {also})' if also else ''}?"
