"""Authenticates requests by the bearer token of a person, within its scopes."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from playground.people.audit import address_of
from playground.people.models import Person, PersonalToken
from playground.people.rate_limits import RateLimit, guesses
from playground.people.tokens import find_token

# Per token; `guesses` counts tokens that don't exist, per address.
CALLS = RateLimit("call", 600, 60)


class TooManyRequests(Exception):
    """Answered with 429 and the number of `seconds` to wait."""

    def __init__(self, seconds: int, message: str = "") -> None:
        super().__init__(message or f"Too many requests. Try again in {seconds} seconds.")
        self.seconds = seconds


class Bearer(HttpBearer):
    """Requires a token with this scope; `request.auth` is then the token."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> PersonalToken | None:
        found = find_token(token)
        if found is None:
            if seconds := guesses.seconds_to_wait(address_of(request)):
                raise TooManyRequests(seconds)
            return None
        if seconds := CALLS.seconds_to_wait(str(found.pk)):
            raise TooManyRequests(seconds)
        if self.scope not in found.scope_list:
            raise HttpError(403, f"This token doesn't have the scope {self.scope}.")
        # The role may have changed since the token was created.
        if self.scope != "read" and not found.person.may_edit:
            raise HttpError(403, "Viewers can read, but not save or send.")
        return found


def get_person(request: HttpRequest) -> Person:
    token: PersonalToken = request.auth  # type: ignore[attr-defined]
    return token.person
