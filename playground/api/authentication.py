"""Who asks: the person of a bearer token, within the token's scopes."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from playground.people.audit import address_of
from playground.people.models import Person, PersonalToken
from playground.people.rate_limits import Pace
from playground.people.tokens import find_token

CALLS, GUESSES = Pace(600, 60), Pace(600, 60)


class Bearer(HttpBearer):
    """Needs a token with this scope; the answer is the token."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> PersonalToken | None:
        kept = find_token(token)
        if kept is None:
            if not GUESSES.allows(address_of(request)):
                raise HttpError(429, "Too many requests. Wait a minute.")
            return None
        if not CALLS.allows(str(kept.pk)):
            raise HttpError(429, "Too many requests. Wait a minute.")
        if self.scope not in kept.scope_list:
            raise HttpError(403, f"This token has no scope {self.scope}.")
        if self.scope != "read" and not kept.person.may_edit:
            raise HttpError(403, "Viewers can read here, not save or send.")
        return kept


def asker(request: HttpRequest) -> Person:
    token: PersonalToken = request.auth  # type: ignore[attr-defined]
    return token.person
