"""Share links: creating them, what they show, and the limits of sending through them."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.drafts.assignments import assign_json
from playground.drafts.credentials import mask_state
from playground.drafts.editing import State
from playground.importers.credentials import Collector
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.printing import dump
from playground.openapi.operations import get_operation, operation_exists
from playground.payload_templates.models import LinkKind, LinkSend, ShareLink, Template
from playground.payload_templates.secrets import names_accounts, strip_accounts
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection

DEFAULT_DAYS, MAX_DAYS = 7, 365
DEFAULT_SENDS, MAX_SENDS = 10, 10_000
DEFAULT_SENDS_PER_HOUR, MAX_SENDS_PER_HOUR = 5, 1_000
MAX_FILLABLE_FIELDS = 50
MAX_VALUE_LENGTH = 100_000
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


class InvalidValue(ValueError):
    """A value that somebody filled in can't be sent; the message says why."""


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
    return _validate_sending(template, link) if link.kind == LinkKind.FILL else ""


def _validate_sending(template: Template, link: ShareLinkInput) -> str:
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
    schema = operation.body_schema or {}
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


def private_state(link: ShareLink) -> State:
    """The whole payload with its accounts and credentials. Never show it."""
    state = read_content(link.version).state(link.variant)
    return replace(state, connection=str(link.connection_id or "") or state.connection)


def public_state(link: ShareLink) -> State:
    """What the recipient may see: no accounts, credentials, notes or incomplete values."""
    state = strip_accounts(mask_state(private_state(link), Collector()), _body_schema(link))
    return replace(state, metadata=replace(state.metadata, notes={}, incomplete={}))


def fillable_pointers(link: ShareLink) -> list[str]:
    return [str(pointer) for pointer in json.loads(link.fillable_fields)]


def fill_fields(link: ShareLink, values: Mapping[str, str]) -> State:
    """The payload with these JSON texts, by pointer, in its fillable fields.

    Values of other fields are ignored. Raises InvalidValue, AssignmentError.
    """
    state, schema = private_state(link), _body_schema(link)
    for pointer in fillable_pointers(link):
        value = values.get(pointer)
        # Checked again: the schema may mark accounts where it didn't when the link was made.
        if value is None or names_accounts(schema, pointer):
            continue
        if len(value) > MAX_VALUE_LENGTH:
            raise InvalidValue(_("%(field)s is too long.") % {"field": pointer})
        try:
            text = dump(parse(value))
        except JSONSyntaxError as error:
            raise InvalidValue(f"{pointer}: {error.message}") from error
        # A recipient must not read the sharer's secrets or variables by referring to them. In
        # printed JSON, two braces in a row can only be inside a string, and aren't escaped.
        if "{{" in text:
            raise InvalidValue(_("Values can't contain {{ or }}, which mark references."))
        state = assign_json(state, pointer, text)
    return state


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
        if recent.count() >= link.max_sends_per_hour:
            ShareLink.objects.filter(id=link.id).update(send_count=F("send_count") - 1)
            return _("This link has reached its sends per hour. Try again later.")
        LinkSend.objects.create(link=link, submission=submission)
    return ""


def release_send(link: ShareLink, submission: uuid.UUID) -> None:
    """Give the send back, since nothing was sent."""
    if LinkSend.objects.filter(link=link, submission=submission).delete()[0]:
        ShareLink.objects.filter(id=link.id).update(send_count=F("send_count") - 1)


def _body_schema(link: ShareLink) -> Mapping[str, Any]:
    return get_operation(link.template.operation).body_schema or {}
