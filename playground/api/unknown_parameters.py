"""Questions with a name in their address that nobody knows are refused, not half understood."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import HttpError


def refuse_strays(request: HttpRequest, *known: str) -> None:
    """A misspelt `variant` would otherwise get the shared payload."""
    if strays := [name for name in request.GET if name not in known]:
        raise HttpError(422, f"Ask with {' or '.join(known)}, not with {strays[0]!r:.60}.")
