"""Keeping connections: where calls go, and the credential that may go there."""

import re
from dataclasses import dataclass, field

from playground.people.models import Person
from playground.workspace.addresses import SANDBOX, clean_base, host_of, judge_base
from playground.workspace.models import Connection
from playground.workspace.variables import write_variables

COLOURS = ("grey", "blue", "green", "amber", "red", "violet")
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Wanted:
    """What somebody asks a connection to be. `variables` by name, as text."""

    name: str
    api: str
    base_url: str
    settings: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    colour: str = "grey"
    protected: bool = False
    follow_redirects: bool = False


@dataclass(frozen=True)
class Saved:
    """`dropped` says that the host changed, so that the credential was removed."""

    connection: Connection
    dropped: bool = False


def judge_wanted(wanted: Wanted, connection: Connection | None = None) -> dict[str, str]:
    """Everything that keeps this from being saved: field name to sentence."""
    found = {
        "name": _judge_name(wanted.name.strip(), connection),
        "base_url": judge_base(clean_base(wanted.base_url)),
        "variables": _judge_variables(wanted.variables),
        "colour": "" if wanted.colour in COLOURS else "Choose one of the colours.",
    }
    return {name: sentence for name, sentence in found.items() if sentence}


def save_connection(wanted: Wanted, connection: Connection | None = None) -> Saved:
    """Keep it as asked. A new host, or another API, takes the credentials away: they were
    given for the former one. ValueError when `judge_wanted` has something to say."""
    if problems := judge_wanted(wanted, connection):
        raise ValueError(" ".join(problems.values()))
    base_url = clean_base(wanted.base_url)
    moved = connection is not None and moves(connection, wanted.api, base_url)
    kept = connection or Connection()
    kept.name, kept.api, kept.base_url = wanted.name.strip(), wanted.api, base_url
    kept.settings = {key: value for key, value in wanted.settings.items() if value}
    kept.variables = write_variables(wanted.variables)
    kept.colour, kept.protected = wanted.colour, wanted.protected
    kept.follow_redirects = wanted.follow_redirects
    kept.practice = kept.practice and base_url.startswith(SANDBOX)
    kept.save()
    dropped = moved and kept.secrets.all().delete()[0] > 0
    return Saved(kept, dropped)


def list_connections(person: Person, api: str = "") -> list[Connection]:
    """Connections belong to the team: everybody who signs in sees them, never their secrets."""
    rows = Connection.objects.filter(api=api) if api else Connection.objects.all()
    return list(rows.prefetch_related("secrets")) if person.is_active else []


def moves(connection: Connection, api: str, base_url: str) -> bool:
    """Whether this takes calls to another host, or off TLS: the credentials were not given
    for that."""
    former = connection.base_url
    downgraded = former.startswith("https:") and base_url.startswith("http:")
    return connection.api != api or host_of(former) != host_of(base_url) or downgraded


def _judge_name(name: str, connection: Connection | None) -> str:
    if not name:
        return "Give the connection a name."
    if len(name) > 100:
        return "A name has at most 100 characters."
    others = Connection.objects.filter(name=name)
    others = others.exclude(pk=connection.pk) if connection else others
    return f"There is a connection named {name} already." if others.exists() else ""


def _judge_variables(variables: dict[str, str]) -> str:
    odd = [name for name in variables if not VARIABLE_NAME.fullmatch(name)]
    if not odd:
        return ""
    return f"A variable's name has letters, digits, _ . - and begins with a letter: {odd[0]!r}."
