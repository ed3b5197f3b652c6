"""Rejects names that a caller misspelt, which Ninja would ignore."""

from collections.abc import Iterable

from django.http import HttpRequest
from ninja.errors import HttpError


def reject_unknown_parameters(request: HttpRequest, *known: str) -> None:
    """Raise HttpError for a query parameter that the operation doesn't have."""
    for name in _list_unknown(request.GET, known):
        expected = " or ".join(known)
        raise HttpError(422, f"Unknown query parameter {name!r:.60}; use {expected}.")


def reject_unknown_fields(request: HttpRequest, *known: str) -> None:
    """Raise HttpError for a field of a form that the operation doesn't have."""
    for name in _list_unknown([*request.POST, *request.FILES], known):
        raise HttpError(422, f"Unknown field {name!r:.60}; use {', '.join(known)}.")


def _list_unknown(sent: Iterable[str], known: Iterable[str]) -> list[str]:
    return [name for name in sent if name not in known]
