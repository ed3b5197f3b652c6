"""Share links: creating and finding them, and the limits of sending through them."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.drafts.states import State
from playground.openapi.operations import get_operation, operation_exists
from playground.payload_templates.models import LinkKind, LinkSend, ShareLink, Template
from playground.payload_templates.secrets import names_accounts
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection

DEFAULT_DAYS, MAX_DAYS = 7, 365
DEFAULT_SENDS, MAX_SENDS = 10, 10_000
DEFAULT_SENDS_PER_HOUR, MAX_SENDS_PER_HOUR = 5, 1_000
MAX_FILLABLE_FIELDS = 50
MIN_PASSWORD_LENGTH, MAX_LABEL = 6, 100
TOKEN_BYTES = 24


@dataclass(frozen=True)
class ShareLinkInput:
    """A new link as a person enters it. `fillable_fields` are pointers that may be filled in."""

    kind: str
    days: int = DEFAULT_DAYS
    variant: str = ""
    password: str = ""
    label: str = ""
    connection: Connection | None = None
    fillable_fields: tuple[str, ...] = ()
    max_sends: int = DEFAULT_SENDS
    max_sends_per_hour: int = DEFAULT_SENDS_PER_HOUR


def validate_share_link_input(template: Template, link: ShareLinkInput) -> str:
    """A message if the link can't be created, otherwise an empty text."""
    if link.kind not in LinkKind.values:
        return _("Choose what the link allows.")
    if not 1 <= link.days <= MAX_DAYS:
        return _("A link expires in 1 to %(limit)s days.") % {"limit": MAX_DAYS}
    if len(link.label.strip()) > MAX_LABEL:
        return _("Label can have at most %(limit)s characters.") % {"limit": MAX_LABEL}
    if link.password and len(link.password) < MIN_PASSWORD_LENGTH:
        limit = {"limit": MIN_PASSWORD_LENGTH}
        return _("The password must have at least %(limit)s characters.") % limit
    content = read_content(get_version(template))
    if link.variant and find_variant(content.variants, link.variant) is None:
        return _("There is no variant named %(name)s.") % {"name": link.variant}
    state = content.state(link.variant)
    return _validate_sending(template, state, link) if link.kind == LinkKind.FILL else ""


def _validate_sending(template: Template, state: State, link: ShareLinkInput) -> str:
    operation = get_operation(template.operation)
    if link.connection is None:
        return _("Choose the connection the link sends through.")
    if link.connection.protected:
        # Sending through it asks for its name each time, which a stranger can't be asked.
        return _("%(name)s is protected. Links can't send through it.") % {
            "name": link.connection.name
        }
    if link.connection.api != operation.api.id:
        names = {"name": link.connection.name, "api": operation.api.title}
        return _("%(name)s doesn't connect to %(api)s.") % names
    if not 1 <= link.max_sends <= MAX_SENDS:
        return _("Maximum sends must be between 1 and %(limit)s.") % {"limit": MAX_SENDS}
    if not 1 <= link.max_sends_per_hour <= MAX_SENDS_PER_HOUR:
        limit = {"limit": MAX_SENDS_PER_HOUR}
        return _("Maximum sends per hour must be between 1 and %(limit)s.") % limit
    if len(link.fillable_fields) > MAX_FILLABLE_FIELDS:
        return _("Choose at most %(limit)s fields to fill in.") % {"limit": MAX_FILLABLE_FIELDS}
    schema = operation.find_body_schema(state.metadata.media_type) or {}
    for pointer in link.fillable_fields:
        if names_accounts(schema, pointer):
            return _("%(field)s holds accounts, so it can't be filled in.") % {"field": pointer}
    return ""


def create_share_link(person: Person, template: Template, link: ShareLinkInput) -> str:
    """Create the link and return its token, of which only a digest is stored.

    Raises ValueError where the input isn't valid.
    """
    if message := validate_share_link_input(template, link):
        raise ValueError(message)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    sends = link.kind == LinkKind.FILL
    ShareLink.objects.create(
        template=template,
        version=get_version(template),
        variant=link.variant,
        kind=link.kind,
        digest=digest_token(token),
        label=link.label.strip(),
        person=person,
        password=make_password(link.password) if link.password else "",
        connection=link.connection if sends else None,
        fillable_fields=json.dumps(list(link.fillable_fields) if sends else []),
        max_sends=link.max_sends if sends else 0,
        max_sends_per_hour=link.max_sends_per_hour if sends else 0,
        expires_at=timezone.now() + timedelta(days=link.days),
    )
    return token


def digest_token(token: str) -> str:
    # A fast digest is enough: tokens are random, so there is nothing to guess from a list.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find_share_link(token: str) -> ShareLink | None:
    """The link with this token, or None if it is revoked, expired or no longer usable."""
    rows = ShareLink.objects.select_related("template", "version", "person", "connection")
    link = rows.filter(digest=digest_token(token), revoked_at=None).first()
    # Restoring a deleted template makes its links work again.
    if link is None or link.expires_at <= timezone.now() or link.template.deleted_at:
        return None
    # Without the operation's schema the accounts to hide are unknown.
    return link if link.person.may_edit and operation_exists(link.template.operation) else None


def check_link_password(link: ShareLink, password: str) -> bool:
    return not link.password or check_password(password, link.password)


def revoke_share_link(link: ShareLink) -> None:
    ShareLink.objects.filter(id=link.id, revoked_at=None).update(revoked_at=timezone.now())


def record_opening(link: ShareLink) -> None:
    ShareLink.objects.filter(id=link.id).update(
        open_count=F("open_count") + 1, last_opened_at=timezone.now()
    )


def reserve_send(link: ShareLink, submission: uuid.UUID) -> str:
    """Count one send before it is made. Returns a message if the limits don't allow it."""
    now = timezone.now()
    with transaction.atomic():
        # One conditional update, so that of two simultaneous last sends only one succeeds. It
        # also locks the link's row until the hourly limit is checked.
        usable = ShareLink.objects.filter(
            id=link.id,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            send_count__lt=F("max_sends"),
        )
        if not usable.update(send_count=F("send_count") + 1):
            return _("This link has reached its maximum number of sends. Ask for a new one.")
        # Ignore those in the future: the clock may have been set back.
        recent = link.sends.filter(sent_at__range=(now - timedelta(hours=1), now))
        newest = list(recent.values_list("sent_at", flat=True)[: link.max_sends_per_hour])
        if len(newest) >= link.max_sends_per_hour:
            ShareLink.objects.filter(id=link.id).update(send_count=F("send_count") - 1)
            return _explain_hourly_limit(newest[-1] + timedelta(hours=1) - now)
        LinkSend.objects.create(link=link, submission=submission)
    return ""


def _explain_hourly_limit(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    message = ngettext(
        "This link has reached its sends per hour. You can send again in %(count)d minute.",
        "This link has reached its sends per hour. You can send again in %(count)d minutes.",
        minutes,
    )
    return message % {"count": minutes}


def release_send(link: ShareLink, submission: uuid.UUID) -> None:
    """Give the send back, since nothing was sent."""
    if LinkSend.objects.filter(link=link, submission=submission).delete()[0]:
        ShareLink.objects.filter(id=link.id).update(send_count=F("send_count") - 1)


def count_sends_left(link: ShareLink) -> int:
    """How often the link can still send; others may have sent since it was loaded."""
    link.refresh_from_db(fields=["send_count"])
    return max(0, link.max_sends - link.send_count)
