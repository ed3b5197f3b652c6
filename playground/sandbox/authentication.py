"""Who may ask: the practice keys, in every spelling that the two APIs accept."""

from django.http import HttpRequest

from playground.sandbox.answers import Refusal
from playground.sandbox.practice import PRACTICE_KEY, PRACTICE_WORKSPACE

SCHEME = "x-api-key"


def check_key(request: HttpRequest) -> None:
    """Captain Data: `Authorization: x-api-key KEY` or `x-api-key: KEY`, and `x-project-id`."""
    key = read_key(request)
    if not key:
        raise Refusal(401, "The API key is missing: send the header x-api-key.", "auth")
    if key != PRACTICE_KEY:
        raise Refusal(401, "The API key is wrong.", "auth")
    workspace = request.headers.get("x-project-id", "").strip()
    if not workspace:
        raise Refusal(401, "The workspace is missing: send the header x-project-id.", "auth")
    if workspace != PRACTICE_WORKSPACE:
        raise Refusal(403, "The API key does not belong to this workspace.", "auth")


def read_key(request: HttpRequest) -> str:
    scheme, _, key = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == SCHEME:
        return key.strip()
    return request.headers.get(SCHEME, "").strip()


def read_bearer(request: HttpRequest) -> str:
    """Altcraft: the token of `Authorization: Bearer TOKEN`."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
