"""Share links: making one, finding it by its token, what it shows and how often it sends."""

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

from playground.drafts.assignments import set_json
from playground.drafts.credentials import mask_state
from playground.drafts.editing import State
from playground.importers.credentials import Collector
from playground.jsontext.parsing import NotJson, read
from playground.jsontext.printing import dump
from playground.openapi.operations import find_operation, knows
from playground.payload_templates.account_references import names_accounts, strip_accounts
from playground.payload_templates.models import LinkKind, LinkSend, ShareLink, Template
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection

LONGEST_DAYS = 365
MOST_SENDS, MOST_PER_HOUR, MOST_FIELDS = 10_000, 1_000, 50
FILLED = 100_000


@dataclass(frozen=True)
class ShareLinkInput:
    """What a new link should be. `open_fields` are pointers that may be filled."""

    kind: str
    days: int = 7
    variant: str = ""
    password: str = ""
    note: str = ""
    connection: Connection | None = None
    open_fields: tuple[str, ...] = ()
    most_sends: int = 10
    per_hour: int = 5


class InvalidValue(ValueError):
    """What somebody filled in cannot be sent; the sentence says why."""


def validate_share_link_input(template: Template, wanted: ShareLinkInput) -> str:
    """The sentence that keeps this link from being made, or an empty text."""
    if wanted.kind not in LinkKind.values:
        return "Choose what the link allows."
    if not 1 <= wanted.days <= LONGEST_DAYS:
        return f"A link ends after 1 to {LONGEST_DAYS} days."
    if wanted.password and len(wanted.password) < 6:
        return "A link's password has at least 6 characters."
    content = read_content(get_version(template))
    if wanted.variant and find_variant(content.variants, wanted.variant) is None:
        return f"There is no variant named {wanted.variant}."
    return _judge_filling(template, wanted) if wanted.kind == LinkKind.FILL else ""


def _judge_filling(template: Template, wanted: ShareLinkInput) -> str:
    connection = wanted.connection
    if connection is None:
        return "Choose the connection that the link may send through."
    if connection.protected:
        return f"{connection.name} is protected: no link sends through it."
    operation = find_operation(template.operation)
    if connection.api != operation.api.id:
        return f"{connection.name} is no connection to {operation.api.title}."
    if not 1 <= wanted.most_sends <= MOST_SENDS or not 1 <= wanted.per_hour <= MOST_PER_HOUR:
        return f"A link sends 1 to {MOST_SENDS} times in all and 1 to {MOST_PER_HOUR} in an hour."
    if len(wanted.open_fields) > MOST_FIELDS:
        return f"At most {MOST_FIELDS} fields can be left open."
    schema = operation.body_schema or {}
    if closed := [place for place in wanted.open_fields if names_accounts(schema, place)]:
        return f"{closed[0]} names accounts: it cannot be left open."
    return ""


def create_share_link(person: Person, template: Template, wanted: ShareLinkInput) -> str:
    """The token, which is nowhere kept. ValueError where `judge_wanted` has something to say."""
    if sentence := validate_share_link_input(template, wanted):
        raise ValueError(sentence)
    token = secrets.token_urlsafe(24)
    filling = wanted.kind == LinkKind.FILL
    ShareLink.objects.create(
        template=template,
        version=get_version(template),
        variant=wanted.variant,
        kind=wanted.kind,
        digest=digest_token(token),
        note=wanted.note.strip()[:100],
        person=person,
        password=make_password(wanted.password) if wanted.password else "",
        connection=wanted.connection if filling else None,
        open_fields=json.dumps(list(wanted.open_fields) if filling else []),
        most_sends=wanted.most_sends if filling else 0,
        per_hour=wanted.per_hour if filling else 0,
        expires_at=timezone.now() + timedelta(days=wanted.days),
    )
    return token


def digest_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find_share_link(token: str) -> ShareLink | None:
    """The link, if it still works: not revoked, not expired, its template and its maker there.
    What names accounts is known from the operation: without it nothing can be shown."""
    rows = ShareLink.objects.select_related("template", "version", "person", "connection")
    link = rows.filter(digest=digest_token(token), revoked_at=None).first()
    if link is None or link.expires_at <= timezone.now() or link.template.deleted_at:
        return None
    return link if link.person.may_edit and knows(link.template.operation) else None


def check_link_password(link: ShareLink, password: str) -> bool:
    return not link.password or check_password(password, link.password)


def revoke_share_link(link: ShareLink) -> None:
    ShareLink.objects.filter(id=link.id, revoked_at=None).update(revoked_at=timezone.now())


def record_opening(link: ShareLink) -> None:
    ShareLink.objects.filter(id=link.id).update(opened=F("opened") + 1, opened_at=timezone.now())


def private_state(link: ShareLink) -> State:
    """The payload with its accounts, for the server only."""
    state = read_content(link.version).state(link.variant)
    connection = str(link.connection_id or "") or state.connection
    return replace(state, connection=connection)


def public_state(link: ShareLink) -> State:
    """What the other side may see: no accounts, credentials, notes or half-typed values."""
    stripped = strip_accounts(mask_state(private_state(link), Collector()), _schema_of(link))
    return replace(stripped, aside=replace(stripped.aside, notes={}, half={}))


def fillable_pointers(link: ShareLink) -> list[str]:
    """The pointers that may be filled, as far as they are in the payload."""
    return [str(place) for place in json.loads(link.open_fields)]


def fill_fields(link: ShareLink, values: Mapping[str, str]) -> State:
    """The payload with these JSON texts in its open fields; anything else is left out.

    What strangers write is text: a reference in it would bring in a secret or a variable, so
    double braces are refused. Raises NotFilled, CannotFill.
    """
    state, schema = private_state(link), _schema_of(link)
    for place in fillable_pointers(link):
        value = values.get(place)
        if value is None or names_accounts(schema, place):
            continue
        if len(value) > FILLED:
            raise InvalidValue(f"{place} is too long.")
        tree = _read(value, place)
        if _has_braces(tree):
            raise InvalidValue("Write it without double braces: {{ and }} mean something here.")
        state = set_json(state, place, dump(tree))
    return state


def _read(value: str, place: str) -> Any:
    try:
        return read(value)
    except NotJson as error:
        raise InvalidValue(f"{place}: {error.sentence}") from error


def reserve_send(link: ShareLink, press: uuid.UUID) -> str:
    """Count one send before it is made; the sentence that refuses it, or an empty text."""
    hour = timezone.now() - timedelta(hours=1)
    with transaction.atomic():
        mine = ShareLink.objects.filter(
            id=link.id, revoked_at=None, expires_at__gt=timezone.now(), sent__lt=F("most_sends")
        )
        if not mine.update(sent=F("sent") + 1):
            return "This link has been used up. Ask for a new one."
        if link.sends.filter(at__gt=hour).count() >= link.per_hour:
            ShareLink.objects.filter(id=link.id).update(sent=F("sent") - 1)
            return "This link sent as often as it may in an hour. Try again later."
        LinkSend.objects.create(link=link, press=press)
    return ""


def release_send(link: ShareLink, press: uuid.UUID) -> None:
    """Nothing left: the send is given back."""
    if LinkSend.objects.filter(link=link, press=press).delete()[0]:
        ShareLink.objects.filter(id=link.id).update(sent=F("sent") - 1)


def _schema_of(link: ShareLink) -> Mapping[str, Any]:
    return find_operation(link.template.operation).body_schema or {}


def _has_braces(tree: Any) -> bool:
    if isinstance(tree, str):
        return "{{" in tree
    if isinstance(tree, list):
        return any(_has_braces(each) for each in tree)
    if isinstance(tree, dict):
        return any("{{" in key or _has_braces(each) for key, each in tree.items())
    return False
