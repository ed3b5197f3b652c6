"""Authenticates requests by the bearer token of a person, within its scopes."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from playground.people.audit import address_of
from playground.people.models import Person, PersonalToken
from playground.people.rate_limits import RateLimit
from playground.people.tokens import find_token

# Per token, and per address for tokens that don't exist: guessing one is slowed down.
CALLS, GUESSES = RateLimit(600, 60), RateLimit(600, 60)
TOO_MANY = "Too many requests. Try again in a minute."


class Bearer(HttpBearer):
    """Requires a token with this scope; `request.auth` is then the token."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> PersonalToken | None:
        found = find_token(token)
        if found is None:
            if not GUESSES.allows(address_of(request)):
                raise HttpError(429, TOO_MANY)
            return None
        if not CALLS.allows(str(found.pk)):
            raise HttpError(429, TOO_MANY)
        if self.scope not in found.scope_list:
            raise HttpError(403, f"This token doesn't have the scope {self.scope}.")
        # The role may have changed since the token was created.
        if self.scope != "read" and not found.person.may_edit:
            raise HttpError(403, "Viewers can read, but not save or send.")
        return found


def get_person(request: HttpRequest) -> Person:
    token: PersonalToken = request.auth  # type: ignore[attr-defined]
    return token.person
