"""Personal tokens: made and shown once, found by their digest, bound by scopes and an end."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from playground.people.models import Person, PersonalToken

PREFIX = "pgt_"
SCOPES = ("read", "save", "send")
LONGEST_DAYS, MOST = 365, 50
# How exactly the last use is noted; a script must not write at each of its calls.
NOTED_EVERY = timedelta(minutes=1)


def judge_wanted(person: Person, name: str, scopes: Sequence[str], days: int) -> str:
    """The sentence that keeps this token from being made, or an empty text."""
    if not name.strip() or len(name.strip()) > 100:
        return "Say what the token is for, in at most 100 characters."
    if not scopes or any(scope not in SCOPES for scope in scopes):
        return "Choose what the token may do."
    if not 1 <= days <= LONGEST_DAYS:
        return f"A token ends after 1 to {LONGEST_DAYS} days."
    if person.tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST:
        return f"You have {MOST} tokens: revoke one first."
    return ""


def make_token(person: Person, name: str, scopes: Sequence[str], days: int) -> str:
    """The token, which is nowhere kept. ValueError where `judge_wanted` has something to say."""
    if sentence := judge_wanted(person, name, scopes, days):
        raise ValueError(sentence)
    token = PREFIX + secrets.token_urlsafe(32)
    PersonalToken.objects.create(
        person=person,
        name=name.strip(),
        digest=digest(token),
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def find_token(token: str) -> PersonalToken | None:
    """The token, if it still works and its person is active."""
    now = timezone.now()
    rows = PersonalToken.objects.select_related("person").filter(
        revoked_at=None, expires_at__gt=now
    )
    kept = rows.filter(digest=digest(token), person__is_active=True).first()
    if kept is not None and (kept.last_used_at is None or now - kept.last_used_at > NOTED_EVERY):
        PersonalToken.objects.filter(pk=kept.pk).update(last_used_at=now)
    return kept


def revoke_token(person: Person, token_id: int) -> bool:
    rows = person.tokens.filter(pk=token_id, revoked_at=None)
    return bool(rows.update(revoked_at=timezone.now()))


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
