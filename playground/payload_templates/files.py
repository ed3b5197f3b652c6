"""The files of templates: which ones a person may put into them."""

from __future__ import annotations

from collections.abc import Collection

from playground.drafts.models import Draft
from playground.payload_templates.models import Version
from playground.payload_templates.templates import visible_templates
from playground.people.models import Person
from playground.workspace.file_access import (
    find_file_ids,
    find_held_files,
    find_uploaded_files,
    hold_files,
)
from playground.workspace.models import FileHolder


def find_own_and_template_files(person: Person, ids: Collection[str]) -> set[str]:
    """The files that the person uploaded or that one of their drafts or templates holds."""
    if not ids:
        return set()
    found = find_uploaded_files(person.pk, ids)
    if rest := set(ids) - found:
        held = FileHolder.objects.filter(file_id__in=rest)
        # By subquery: a file that is sent every night has thousands of holders.
        drafts = Draft.objects.filter(person=person).values_list("id", flat=True)
        templates = visible_templates(person).values_list("id", flat=True)
        for visible in (held.filter(holder__in=drafts), held.filter(holder__in=templates)):
            found |= set(visible.values_list("file_id", flat=True))
    return found


def hold_version_files(person: Person, version: Version, *sources: Draft | Version | None) -> None:
    """Let the template hold the files of a version that the person just saved.

    Files that a source holds are passed on. Any other file counts only if it isn't in a source
    that is a version: a colleague may have put it there without being able to open it, and
    saving must not publish it.
    """
    ids = find_file_ids(version.text, version.metadata, version.variants)
    if not ids:
        return
    held, found_there = find_held_files(version.template_id), set()
    for source in sources:
        if isinstance(source, Version):
            held |= find_held_files(source.template_id)
            found_there |= find_file_ids(source.text, source.metadata, source.variants)
        elif source is not None:
            held |= find_held_files(source.id)
    new = ids - found_there
    hold_files(version.template_id, (ids & held) | find_own_and_template_files(person, new))
