"""Secrets typed into the own values of a schedule: each of its versions keeps them.

They are copied when a version is saved, as those of templates are. Those that the template's
version has are left to it, so that a schedule sends what the template's newest version has.
"""

from collections.abc import Sequence

from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.payload_templates.models import Version
from playground.payload_templates.secrets import copy_secret, secret_names_in
from playground.people.models import Person
from playground.schedules.models import ScheduleVersion
from playground.workspace.connections import host_of

Source = Draft | ScheduleVersion | None


def name_secrets(values: Sequence[Edit]) -> set[str]:
    """The names of the secrets that own values refer to."""
    return secret_names_in(*(each.value for each in values))


def copy_own_secrets(
    person: Person,
    version: ScheduleVersion,
    values: Sequence[Edit],
    template_version: Version | None,
    *sources: Source,
) -> None:
    """Copy each secret that the values refer to from the first source that has it.

    Only what this person entered is copied.
    """
    missing = name_secrets(values)
    known: dict[str, str] = {}
    if missing and template_version is not None:
        rows = template_version.secrets.filter(created_by=person, name__in=missing)
        known = {row.name: row.value for row in rows}
    for source in sources:
        if source is None or not missing:
            continue
        for row in source.secrets.filter(created_by=person, name__in=missing):
            missing.discard(row.name)
            if known.get(row.name) != row.value:
                copy_secret(row, schedule_version=version)
    # What was pasted before there was a connection goes to the one that was agreed on only.
    if version.schedule.connection is not None:
        host = host_of(version.schedule.connection.base_url)
        version.secrets.filter(hosts="").update(hosts=host)


def copy_secrets_to_form(person: Person, version: ScheduleVersion, draft: Draft) -> None:
    """Give a draft the secrets of a schedule's version; they replace the template's."""
    rows = list(version.secrets.filter(created_by=person))
    draft.secrets.filter(name__in=[row.name for row in rows]).delete()
    for row in rows:
        copy_secret(row, draft=draft)
