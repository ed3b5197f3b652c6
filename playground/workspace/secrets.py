"""Secrets of connections: write-only for people, values for the wire."""

from collections.abc import Iterable

from django.utils import timezone

from playground.calls import values
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.addresses import host_of, resolve_hosts
from playground.workspace.models import Connection


def keep_secret(
    connection: Connection, part: str, value: str, person: Person | None, public: bool = False
) -> Secret:
    """The connection's credential of this part (`api_key`), kept or replaced; bound to the
    host that the connection has now."""
    kept, _ = Secret.objects.update_or_create(
        connection=connection,
        name=part,
        defaults={
            "field": part,
            "value": value,
            "hosts": host_of(connection.base_url),
            "public": public,
            "created_by": person,
            "created_at": timezone.now(),
            "last_used_at": None,
        },
    )
    return kept


def remove_secret(connection: Connection, part: str) -> bool:
    """True when there was one to remove."""
    return connection.secrets.filter(name=part).delete()[0] > 0


def refer_to(name: str) -> str:
    """The reference's one spelling."""
    return "{{secret:" + name + "}}"


def secrets_of(connection: Connection | None, sandbox_origin: str) -> tuple[values.Secret, ...]:
    """The connection's credentials as values for the wire; their name is their part."""
    rows = connection.secrets.order_by("name") if connection else ()
    return tuple(as_value(row, sandbox_origin) for row in rows)


def take_out(
    rows: Iterable[Secret], connection: Connection | None, sandbox_origin: str
) -> tuple[values.Secret, ...]:
    """The rows as values for the wire; what is bound to no host yet may go to the connection's."""
    host = host_of(connection.base_url) if connection else ""
    return tuple(as_value(row, sandbox_origin, host) for row in rows)


def as_value(row: Secret, sandbox_origin: str, unbound: str = "") -> values.Secret:
    hosts = resolve_hosts(row.hosts or unbound, sandbox_origin)
    return values.Secret(row.name, row.value, hosts, row.public)
