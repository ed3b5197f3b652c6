"""Random tokens that replace a password: one-time links and personal tokens.

Only their digests are stored, so that the database lets nobody in. A plain SHA-256 is enough:
unlike passwords, 192 random bits can't be guessed.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from playground.people.models import LinkPurpose, OneTimeLink, Person, PersonalToken, Role

SIGN_IN_LINK_HOURS = 1
INVITE_HOURS = 7 * 24
# Expired links are kept for a while, so that a late visitor's problem can be looked into.
EXPIRED_LINK_DAYS = 30

# Lets secret scanners and people recognise a personal token.
PREFIX = "pgt_"
SCOPES = ("read", "save", "send")
LONGEST_DAYS = 365
MOST_TOKENS = 50
# How exactly the last use is stored: a script must not cause a write with each request.
USE_RECORDED_EVERY = timedelta(minutes=1)


def hash_token(token: str) -> str:
    """The digest under which a token is stored and found."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make_owner_link() -> str:
    """The token of a link that makes the first owner; it stops working once there is one."""
    expired = timezone.now() - timedelta(days=EXPIRED_LINK_DAYS)
    OneTimeLink.objects.filter(expires_at__lt=expired).delete()
    return make_link(LinkPurpose.OWNER, Role.OWNER, hours=SIGN_IN_LINK_HOURS)


def make_sign_in_link(person: Person) -> str:
    """The token of a link that signs this person in without a password."""
    return make_link(
        LinkPurpose.SIGN_IN, Role(person.role), hours=SIGN_IN_LINK_HOURS, person=person
    )


def make_invite(role: Role, created_by: Person, note: str = "") -> str:
    """The token of a link with which somebody joins in this role."""
    return make_link(LinkPurpose.INVITE, role, hours=INVITE_HOURS, created_by=created_by, note=note)


def make_link(
    purpose: LinkPurpose,
    role: Role,
    *,
    hours: int,
    person: Person | None = None,
    created_by: Person | None = None,
    note: str = "",
) -> str:
    """Create a one-time link; its token."""
    token = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(
        digest=hash_token(token),
        purpose=purpose,
        role=role,
        note=note[:100],
        person=person,
        created_by=created_by,
        expires_at=timezone.now() + timedelta(hours=hours),
    )
    return token


def find_link(token: str) -> OneTimeLink | None:
    """The link of a token, if it still works.

    An owner's link works only while there is no owner, a sign-in link only while its person is
    active.
    """
    links = OneTimeLink.objects.usable().select_related("person")
    link = links.filter(digest=hash_token(token)).first()
    if link is None:
        return None
    if link.purpose == LinkPurpose.OWNER and has_owner():
        return None
    if link.purpose == LinkPurpose.SIGN_IN and not (link.person and link.person.is_active):
        return None
    return link


def use_link(link: OneTimeLink) -> bool:
    """Mark a link as used; False if somebody else was quicker."""
    usable = OneTimeLink.objects.usable().filter(pk=link.pk)
    return bool(usable.update(used_at=timezone.now()))


def has_owner() -> bool:
    """Whether there is an active owner."""
    return Person.objects.filter(role=Role.OWNER, is_active=True).exists()


def validate_token(person: Person, name: str, scopes: Sequence[str], days: int) -> str:
    """The message why this personal token can't be created, or an empty text."""
    if not name.strip() or len(name.strip()) > 100:
        return "Describe what the token is for, in at most 100 characters."
    if not scopes or any(scope not in SCOPES for scope in scopes):
        return "Choose what the token may do."
    if not 1 <= days <= LONGEST_DAYS:
        return f"A token must expire after 1 to {LONGEST_DAYS} days."
    active = person.tokens.filter(revoked_at=None, expires_at__gt=timezone.now())
    if active.count() >= MOST_TOKENS:
        return f"You have {MOST_TOKENS} tokens. Revoke one first."
    return ""


def make_token(person: Person, name: str, scopes: Sequence[str], days: int) -> str:
    """Create a personal token; ValueError where `validate_token` returns a message."""
    if message := validate_token(person, name, scopes, days):
        raise ValueError(message)
    token = PREFIX + secrets.token_urlsafe(32)
    PersonalToken.objects.create(
        person=person,
        name=name.strip(),
        digest=hash_token(token),
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def find_token(token: str) -> PersonalToken | None:
    """The personal token, if it still works and its person is active."""
    now = timezone.now()
    tokens = PersonalToken.objects.select_related("person")
    tokens = tokens.filter(revoked_at=None, expires_at__gt=now, person__is_active=True)
    found = tokens.filter(digest=hash_token(token)).first()
    if found and (found.last_used_at is None or abs(now - found.last_used_at) > USE_RECORDED_EVERY):
        PersonalToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def revoke_token(person: Person, token_id: int) -> bool:
    """Revoke one of a person's tokens; False where there is no such one."""
    tokens = person.tokens.filter(pk=token_id, revoked_at=None)
    return bool(tokens.update(revoked_at=timezone.now()))
