"""One-time links: the first owner's, an invited person's, and for somebody locked out."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from playground.people.models import LinkPurpose, OneTimeLink, Person, Role

SIGN_IN_HOURS = 1
INVITE_HOURS = 7 * 24


def make_owner_link() -> str:
    """The token of a link that makes the first owner; once there is one, all of them are dead."""
    OneTimeLink.objects.filter(expires_at__lt=timezone.now() - timedelta(days=30)).delete()
    return make_link(LinkPurpose.OWNER, Role.OWNER, hours=SIGN_IN_HOURS)


def make_sign_in_link(person: Person) -> str:
    """The token of a link that signs this person in without a password."""
    return make_link(LinkPurpose.SIGN_IN, Role(person.role), hours=SIGN_IN_HOURS, person=person)


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
    token = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(
        digest=digest(token),
        purpose=purpose,
        role=role,
        note=note[:100],
        person=person,
        created_by=created_by,
        expires_at=timezone.now() + timedelta(hours=hours),
    )
    return token


def find_link(token: str) -> OneTimeLink | None:
    """The link, if it still works: an owner's only while there is no owner, a person's only
    while that person is active."""
    link = OneTimeLink.objects.open().select_related("person").filter(digest=digest(token)).first()
    if link is None:
        return None
    if link.purpose == LinkPurpose.OWNER and has_owner():
        return None
    if link.purpose == LinkPurpose.SIGN_IN and not (link.person and link.person.is_active):
        return None
    return link


def use_up(link: OneTimeLink) -> bool:
    """Takes the link; False if somebody else was quicker."""
    return bool(OneTimeLink.objects.open().filter(pk=link.pk).update(used_at=timezone.now()))


def has_owner() -> bool:
    return Person.objects.filter(role=Role.OWNER, is_active=True).exists()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
