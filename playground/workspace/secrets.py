"""Secrets of connections: people can only write them, calls read them."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from operator import attrgetter

from django.db.models import Q, QuerySet
from django.utils import timezone

from playground.calls import values
from playground.calls.oauth import find_token_url
from playground.openapi.operations import UnknownOperation, get_api
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.connections import host_of, resolve_hosts
from playground.workspace.models import Connection

# The last use of a secret is shown to the minute: recording each use would cost an extra write
# per send.
USE_RECORDED_EVERY = timedelta(minutes=1)


def store_secret(
    connection: Connection, field: str, value: str, person: Person | None, public: bool = False
) -> Secret:
    """Store or replace the connection's credential for a field such as `api_key`.

    It is bound to the hosts that the connection currently sends it to.
    """
    # A token fetched with the old value must no longer be used.
    connection.access_tokens.all().delete()
    # A new value is a new secret: the last use of the old one doesn't apply to it.
    stored, _ = Secret.objects.update_or_create(
        connection=connection,
        name=field,
        defaults={
            "field": field,
            "value": value,
            "hosts": " ".join(find_hosts(connection, field)),
            "public": public,
            "created_by": person,
            "created_at": timezone.now(),
            "last_used_at": None,
        },
    )
    connection.touch_facts()
    return stored


def find_hosts(connection: Connection, field: str) -> list[str]:
    """Return the hosts that a field is sent to: the API's, the token server's, or both."""
    own = host_of(connection.base_url)
    try:
        schemes = get_api(connection.api).credential.schemes
    except UnknownOperation:
        return [own]
    hosts = [
        host_of(find_token_url(token, connection.base_url))
        for scheme in schemes
        for token in scheme.tokens
        if field in token.sent_fields
    ]
    # Values that only the token server needs must not be sent anywhere else.
    is_sent = any(field in each.sent_fields for each in schemes)
    return list(dict.fromkeys([*([own] if is_sent or not hosts else []), *hosts]))


def replace_secret(connection: Connection, field: str, value: str) -> None:
    """Replace a value with one newly issued by the API, for the same hosts."""
    connection.secrets.filter(name=field).update(value=value)


def delete_secret(connection: Connection, field: str) -> bool:
    """Return whether there was one to delete."""
    connection.access_tokens.all().delete()
    deleted = connection.secrets.filter(name=field).delete()[0] > 0
    connection.touch_facts()
    return deleted


def format_reference(name: str) -> str:
    """Return the reference to a secret. There is no other spelling of it, not even blanks."""
    return "{{secret:" + name + "}}"


def list_secrets(connection: Connection | None, draft_id: uuid.UUID | None) -> list[Secret]:
    """Return the rows of a connection and of a draft, by one query."""
    rows = list(_filter_secrets(connection, draft_id))
    # Sorted here, because databases order names with accents differently.
    return sorted(rows, key=attrgetter("name"))


def is_use_recorded(row: Secret) -> bool:
    """Return whether a use of the secret was recorded a moment ago."""
    last = row.last_used_at
    # In either direction, as the clock may have been set back.
    return last is not None and abs(timezone.now() - last) < USE_RECORDED_EVERY


def to_wire(
    rows: Iterable[Secret], connection: Connection | None, sandbox_origin: str
) -> tuple[values.Secret, ...]:
    """Return the rows as values that a call can carry.

    What was pasted before there was a connection is bound to no host: it may go to this one's.
    """
    fallback = host_of(connection.base_url) if connection else ""
    return tuple(
        values.Secret(r.name, r.value, resolve_hosts(r.hosts or fallback, sandbox_origin), r.public)
        for r in rows
    )


def note_secret_use(
    connection: Connection | None, draft_id: uuid.UUID | None, names: Iterable[str]
) -> None:
    """Record that these secrets go out now."""
    rows = _filter_secrets(connection, draft_id).filter(name__in=list(names))
    rows.update(last_used_at=timezone.now())


def _filter_secrets(connection: Connection | None, draft_id: uuid.UUID | None) -> QuerySet[Secret]:
    # Without the conditions, `connection=None` would match the secrets of every draft.
    of_connection = Q(connection=connection) if connection else Q(pk=None)
    of_draft = Q(draft=draft_id) if draft_id else Q(pk=None)
    return Secret.objects.filter(of_connection | of_draft)
