"""Secrets that belong to a template's version: those its documents refer to.

They are kept apart from what is shown, shared and exported, and serve nobody but the person
who gave them.
"""

from __future__ import annotations

from collections.abc import Sequence

from playground.calls import values
from playground.drafts.models import Draft
from playground.importers.values import FoundSecret
from playground.jsontext.references import find
from playground.payload_templates.models import Version
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.models import Connection
from playground.workspace.secrets import take_out


def copy_secrets(
    version: Version, *sources: Draft | Version | None, of: Person | None = None
) -> None:
    """Copy what the version refers to from the first of the sources that has it; with `of`,
    only what this person gave."""
    wanted = secret_names_in(version.text, version.aside, version.variants)
    for source in sources:
        if source is None or not wanted:
            continue
        rows = source.secrets.filter(name__in=wanted)
        for row in rows.filter(created_by=of) if of else rows:
            _copy(row, version=version)
            wanted.discard(row.name)


def store_found_secrets(version: Version, found: Sequence[FoundSecret], hosts: str) -> None:
    """Keep credentials that came inside a file; they may go to these hosts only."""
    for each in {each.name: each for each in found}.values():
        version.secrets.create(
            name=each.name[:100], part=each.name[:100], value=each.value, hosts=hosts,
            created_by=version.person,
        )  # fmt: skip


def copy_secrets_to_draft(person: Person, version: Version, draft: Draft) -> None:
    """Give the draft those of this person's, bound to the hosts they were bound to."""
    for row in version.secrets.filter(created_by=person):
        _copy(row, draft=draft)


def secrets_for(
    person: Person | None, version: Version | None, connection: Connection | None, origin: str
) -> tuple[values.Secret, ...]:
    """This person's among the version's as values for the wire."""
    if person is None or version is None:
        return ()
    rows = version.secrets.filter(created_by=person).order_by("name")
    return take_out(rows, connection, origin)


def secret_names_for(person: Person | None, version: Version | None) -> frozenset[str]:
    """Which names are known to a send of this version by this person."""
    if person is None or version is None:
        return frozenset()
    return frozenset(version.secrets.filter(created_by=person).values_list("name", flat=True))


def secret_names_in(*texts: str) -> set[str]:
    """The names of secrets that these texts refer to."""
    return {
        each.name for text in texts if "{{" in text for each in find(text) if each.kind == "secret"
    }


def _copy(row: Secret, draft: Draft | None = None, version: Version | None = None) -> None:
    Secret.objects.create(
        draft=draft, version=version, name=row.name, part=row.part, value=row.value,
        hosts=row.hosts, created_by_id=row.created_by_id,
    )  # fmt: skip
