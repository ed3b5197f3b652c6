"""Versions: each save of a template adds one, and none is ever overwritten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.drafts.drafts import start_draft
from playground.drafts.editing import perform
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import Edit, State
from playground.payload_templates.files import hold_version_files
from playground.payload_templates.models import Template, Version
from playground.payload_templates.secrets import copy_secrets, copy_secrets_to_draft
from playground.payload_templates.templates import TemplateInput, assign_details, record_use
from playground.payload_templates.variants import (
    InvalidVariant,
    Variant,
    apply_variant,
    clean_variant_name,
    derive_edits,
    find_variant,
    read_variants,
    replace_variant,
    write_variants,
)
from playground.people.models import Person
from playground.workspace.file_access import pass_files_on
from playground.workspace.models import Connection

MAX_NOTE = 500


@dataclass(frozen=True)
class Content:
    """What one version holds: the shared payload and its variants."""

    shared: State
    variants: tuple[Variant, ...] = ()

    def state(self, name: str = "") -> State:
        """The payload of the named variant; the shared one where there is no such variant."""
        variant = find_variant(self.variants, name) if name else None
        return apply_variant(self.shared, variant) if variant else self.shared

    def change(self, name: str, state: State) -> Content:
        """The content with this state as the named variant, or as the shared payload."""
        # The variants stay as they are: they follow the shared payload.
        if not name:
            return Content(replace(state, variant=""), self.variants)
        changed = Variant(name, derive_edits(self.shared, state))
        return Content(self.shared, replace_variant(self.variants, changed))


@dataclass(frozen=True)
class VersionConflict:
    """Nothing was written: version `latest` was saved since version `base`."""

    template: Template
    latest: int
    base: int


def read_content(version: Version) -> Content:
    shared = State(
        text=version.text,
        metadata=Metadata.read(version.metadata),
        path_values=version.path_values,
        connection=str(version.connection_id or ""),
    )
    return Content(shared, read_variants(version.variants))


def get_version(template: Template, number: int = 0) -> Version:
    """The version with this number, or the newest for 0. Raises Version.DoesNotExist."""
    return template.versions.get(number=number or template.latest_version)


@transaction.atomic
def create_template(
    person: Person,
    operation: str,
    content: Content,
    details: TemplateInput,
    note: str = "",
    parent: Version | None = None,
    source: Draft | Version | None = None,
) -> Template:
    """Create a template with its first version and the person's secrets of its source.

    `parent` is the version it forks. Raises ValueError where the details aren't valid.
    """
    # Everything is created in one transaction: a template always has a version.
    template = Template(person=person, operation=operation)
    assign_details(template, details)
    if parent is not None:
        template.parent_id, template.parent_version = parent.template_id, parent.number
    _update_summary(template, content)
    template.save()
    # A fork of somebody else's template must not carry their secrets along.
    version = _create_version(person, template, 1, content, note)
    copy_secrets(version, source, owner=person)
    hold_version_files(person, version, source, parent)
    return template


def save_version(
    person: Person,
    template: Template,
    content: Content,
    base: int,
    note: str = "",
    source: Draft | Version | None = None,
) -> Version | VersionConflict:
    """Add a version, if version `base` is still the newest.

    Its secrets are copied from the source it is saved from, else from version `base`.
    """
    with transaction.atomic():
        # The condition decides between two people who save at once: one update finds no row.
        current = Template.objects.filter(id=template.id, latest_version=base)
        if not current.update(latest_version=base + 1, changed_at=timezone.now()):
            template.refresh_from_db()
            return VersionConflict(template, template.latest_version, base)
        template.refresh_from_db()
        _update_summary(template, content)
        template.save(update_fields=["workflow_uid", "connection", "variant_count"])
        version = _create_version(person, template, base + 1, content, note)
        former = template.versions.filter(number=base).first()
        copy_secrets(version, source, former)
        hold_version_files(person, version, source, former)
        return version


def _update_summary(template: Template, content: Content) -> None:
    """Set the columns that lists show, so that a list reads no document."""
    template.workflow_uid = content.shared.path_values.get("workflow_uid", "")[:200]
    template.connection = _find_connection(content.shared.connection)
    template.variant_count = len(content.variants)


def _create_version(
    person: Person, template: Template, number: int, content: Content, note: str
) -> Version:
    return Version.objects.create(
        template=template,
        number=number,
        text=content.shared.text,
        metadata=content.shared.metadata.write(),
        variants=write_variants(content.variants),
        path_values=dict(content.shared.path_values),
        connection=_find_connection(content.shared.connection),
        note=note.strip()[:MAX_NOTE],
        person=person,
        # Kept apart from the account, which can be deleted.
        person_name=person.get_username(),
    )


def _find_connection(connection_id: str) -> Connection | None:
    """The connection, or None where it was deleted since."""
    try:
        id = uuid.UUID(connection_id)
    except ValueError:
        return None
    return Connection.objects.filter(id=id).first()


def restore_version(person: Person, template: Template, number: int) -> Version | VersionConflict:
    """Save an old version again as the newest."""
    old = get_version(template, number)
    note = _("Restored version %(number)s") % {"number": number}
    return save_version(person, template, read_content(old), template.latest_version, note, old)


def edit_variants(
    person: Person, template: Template, base: int, action: str, name: str, new_name: str = ""
) -> Version | VersionConflict:
    """Rename, remove or move up (`up`) a variant, as a new version. Raises InvalidVariant."""
    content = read_content(get_version(template, base))
    variants, names = content.variants, {"name": name}
    variant = find_variant(variants, name)
    if variant is None:
        raise InvalidVariant(_("There is no variant named %(name)s.") % names)
    if action == "rename":
        # Renaming a variant to its own name, in another case say, isn't a duplicate.
        others = [each for each in variants if each is not variant]
        names["new"] = clean_variant_name(others, new_name)
        renamed = replace(variant, name=names["new"])
        changed = tuple(renamed if each is variant else each for each in variants)
        note = _("Renamed variant %(name)s to %(new)s") % names
    elif action == "remove":
        changed = tuple(each for each in variants if each is not variant)
        note = _("Removed variant %(name)s") % names
    else:
        changed, note = _move_up(variants, variant), _("Moved variant %(name)s up") % names
    return save_version(person, template, Content(content.shared, changed), base, note)


def _move_up(variants: tuple[Variant, ...], variant: Variant) -> tuple[Variant, ...]:
    at = variants.index(variant)
    if at == 0:
        return variants
    return (*variants[: at - 1], variant, variants[at - 1], *variants[at + 1 :])


def edit_variables(
    person: Person, template: Template, base: int, variant: str, typed: Mapping[str, str]
) -> Version | VersionConflict:
    """Replace all own variables of the shared payload or of a variant, as a new version.

    Returns version `base` itself where nothing changed. Raises InvalidEdit.
    """
    version = get_version(template, base)
    content = read_content(version)
    # Edited as a whole, so that a variant stores only what differs from the shared ones.
    state = before = content.state(variant)
    removed = [name for name in before.metadata.variables if name not in typed]
    for name in [*removed, *typed]:
        # An empty value removes the variable.
        state = perform(state, Edit("variable", name, typed.get(name, "")))[0]
    if state == before:
        return version
    changed = content.change(state.variant, state)
    return save_version(person, template, changed, base, _("Changed variables"))


def duplicate_template(person: Person, template: Template, name: str) -> Template:
    """A private copy of the newest version that isn't linked to the original."""
    version = get_version(template)
    tags = tuple(template.tag_list)
    details = TemplateInput(name[:200], template.description, tags, template.folder)
    note = _origin_note(_("Copied from %(name)s, version %(number)s"), version)
    content = read_content(version)
    return create_template(person, template.operation, content, details, note, source=version)


def fork_template(person: Person, template: Template) -> Template:
    """A private copy that remembers its parent, so that it can show later changes of it."""
    version = get_version(template)
    details = TemplateInput(template.name, template.description, tuple(template.tag_list))
    note = _origin_note(_("Forked from %(name)s, version %(number)s"), version)
    content = read_content(version)
    return create_template(person, template.operation, content, details, note, version, version)


def _origin_note(message: str, version: Version) -> str:
    return message % {"name": version.template.name, "number": version.number}


def open_template(
    person: Person,
    template: Template,
    variant: str = "",
    number: int = 0,
    values: tuple[Edit, ...] = (),
) -> Draft:
    """A draft with exactly what was saved, linked to its version and variant.

    `values` are laid over it, such as those of a schedule.
    """
    version = get_version(template, number)
    state = read_content(version).state(variant)
    if values:
        state = apply_variant(state, Variant(state.variant, values))
    record_use(template)
    draft = start_draft(
        person,
        template.operation,
        state.text,
        name=template.name,
        connection=_find_connection(state.connection),
        path_values=dict(state.path_values),
        metadata=state.metadata,
        template=template,
        template_version=version.number,
        variant=state.variant,
        # Drift is judged from here: the version may be older than the workflow's change.
        payload_made_at=version.created_at,
    )
    copy_secrets_to_draft(person, version, draft)
    # The draft keeps them, whatever happens to the template.
    pass_files_on(template.id, draft.id, draft.text, draft.metadata)
    return draft


def link_draft(draft: Draft, version: Version, variant: str) -> None:
    """Link the draft to the version it was just saved as."""
    draft.template_id, draft.template_version = version.template_id, version.number
    draft.variant = variant
    draft.save(update_fields=["template", "template_version", "variant"])
