"""Which files a person can open, given everything else they can open."""

from __future__ import annotations

from collections.abc import Collection

from playground.history.queries import openable_exchanges
from playground.payload_templates.files import find_own_and_template_files
from playground.payload_templates.models import Version
from playground.people.models import Person
from playground.workspace.file_access import find_held_files
from playground.workspace.models import FileHolder


def find_openable_files(
    person: Person | None, ids: Collection[str], version: Version | None = None
) -> set[str]:
    """The files that the person can open; with a version, also those its template holds."""
    if not ids:
        return set()
    found = set(ids) & find_held_files(version.template_id) if version else set()
    if person is None:
        return found
    found |= find_own_and_template_files(person, set(ids) - found)
    if rest := set(ids) - found:
        exchanges = openable_exchanges(person).values_list("id", flat=True)
        held = FileHolder.objects.filter(file_id__in=rest, holder__in=exchanges)
        found |= set(held.values_list("file_id", flat=True))
    return found
