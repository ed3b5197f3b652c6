"""Search that ignores case in the same way on every database."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

MAX_WORDS = 8


def contain_words(text: str, *fields: str) -> Q:
    """Rows in which each word of the text occurs in one of the fields."""
    condition = Q()
    for word in text.split()[:MAX_WORDS]:
        condition &= contain_text(word, *fields)
    return condition


def fold_words(text: str) -> list[str]:
    """Return the words of a search for `contain_folded`."""
    return text.casefold().split()[:MAX_WORDS]


def contain_folded(words: Iterable[str], field: str) -> Q:
    """Rows in which each folded word occurs in a field that was case-folded when it was written.

    For long tables: the database has one spelling to look for, and no case to change.
    """
    return Q(*(Q(**{f"{field}__contains": word}) for word in words))


def contain_text(text: str, *fields: str) -> Q:
    """Rows in which the text, spaces included, occurs in one of the fields."""
    return _match(text, "icontains", fields)


def equal_text(text: str, field: str) -> Q:
    """Rows whose field is this text."""
    return _match(text, "iexact", [field])


def _match(text: str, lookup: str, fields: tuple[str, ...] | list[str]) -> Q:
    # SQLite ignores case in ASCII only. Trying the usual spellings finds "Émile" by "émile"
    # there too, without a column of its own for folded text in every table.
    spellings = {text}
    if not text.isascii():
        spellings |= {text.lower(), text.upper(), text.title(), text.capitalize()}
    condition = Q()
    for field in fields:
        for spelling in spellings:
            condition |= Q(**{f"{field}__{lookup}": spelling})
    return condition
