"""Versions: each save of a template is one, none is ever overwritten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from playground.drafts.drafts import begin
from playground.drafts.editing import Edit, State, perform
from playground.drafts.metadata import Aside
from playground.drafts.models import Draft
from playground.payload_templates.models import Template, Version
from playground.payload_templates.secrets import copy_secrets, copy_secrets_to_draft
from playground.payload_templates.templates import TemplateInput, assign_input, record_use
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
from playground.workspace.models import Connection


@dataclass(frozen=True)
class Content:
    """What one version holds: the shared payload and the variants of it."""

    shared: State
    variants: tuple[Variant, ...] = ()

    def state(self, name: str = "") -> State:
        """The payload of that variant; of the shared part where there is no such variant."""
        variant = find_variant(self.variants, name) if name else None
        return apply_variant(self.shared, variant) if variant else self.shared

    def change(self, name: str, state: State) -> Content:
        """With this payload as the shared part, or as that variant."""
        if not name:
            return Content(replace(state, variant=""), self.variants)
        changed = Variant(name, derive_edits(self.shared, state))
        return Content(self.shared, replace_variant(self.variants, changed))


@dataclass(frozen=True)
class VersionConflict:
    """Somebody saved `latest` since the version this save was based on. Nothing was written."""

    template: Template
    latest: int
    base: int


def read_content(version: Version) -> Content:
    shared = State(
        text=version.text,
        aside=Aside.read(version.aside),
        path_values=version.path_values,
        connection=str(version.connection_id or ""),
    )
    return Content(shared, read_variants(version.variants))


def get_version(template: Template, number: int = 0) -> Version:
    """The version of that number, the newest for 0. Raises Version.DoesNotExist."""
    return template.versions.get(number=number or template.latest)


@transaction.atomic
def create_template(
    person: Person, operation: str, content: Content, wanted: TemplateInput, note: str = "",
    parent: Version | None = None, source: Draft | Version | None = None,
) -> Template:  # fmt: skip
    """A new template with its first version, with the secrets of what it is made from.
    ValueError for words that cannot be."""
    template = Template(person=person, operation=operation)
    assign_input(template, wanted)
    if parent is not None:
        template.parent_id, template.parent_version = parent.template_id, parent.number
    _repeat(template, content)
    template.save()
    copy_secrets(_write_version(person, template, 1, content, note), source, of=person)
    return template


def save_version(
    person: Person, template: Template, content: Content, base: int, note: str = "",
    source: Draft | Version | None = None,
) -> Version | VersionConflict:  # fmt: skip
    """A new version, if the one it is based on is still the newest. Secrets it refers to are
    those of what it is made from, else those of the version it is based on."""
    with transaction.atomic():
        mine = Template.objects.filter(id=template.id, latest=base)
        if not mine.update(latest=base + 1, changed_at=timezone.now()):
            template.refresh_from_db()
            return VersionConflict(template, template.latest, base)
        template.refresh_from_db()
        _repeat(template, content)
        template.save(update_fields=["workflow_uid", "connection", "variants"])
        made = _write_version(person, template, base + 1, content, note)
        copy_secrets(made, source, template.versions.filter(number=base).first())
        return made


def restore_version(person: Person, template: Template, number: int) -> Version | VersionConflict:
    """An old version again, as a new one."""
    old = get_version(template, number)
    note = f"Version {number} restored"
    return save_version(person, template, read_content(old), template.latest, note, old)


def edit_variants(
    person: Person, template: Template, base: int, doing: str, name: str, value: str = ""
) -> Version | VersionConflict:
    """Rename, remove, or move a variant up, as a new version. Raises BadVariant."""
    content = read_content(get_version(template, base))
    variants = content.variants
    kept = find_variant(variants, name)
    if kept is None:
        raise InvalidVariant(f"There is no variant named {name}.")
    if doing == "rename":
        fresh = clean_variant_name([each for each in variants if each is not kept], value)
        changed = tuple(replace(each, name=fresh) if each is kept else each for each in variants)
        note = f"Variant {name} renamed to {fresh}"
    elif doing == "remove":
        changed = tuple(each for each in variants if each is not kept)
        note = f"Variant {name} removed"
    else:
        changed, note = _moved_up(variants, kept), f"Variant {name} moved up"
    return save_version(person, template, Content(content.shared, changed), base, note)


def edit_variables(
    person: Person, template: Template, base: int, variant: str, typed: Mapping[str, str]
) -> Version | VersionConflict:
    """These as all the own variables of the shared part or of a variant, as a new version; the
    version that stands where nothing changed. Raises Impossible."""
    version = get_version(template, base)
    content = read_content(version)
    state = before = content.state(variant)
    for name in [*(each for each in before.aside.variables if each not in typed), *typed]:
        state = perform(state, Edit("variable", name, typed.get(name, "")))
    if state == before:
        return version
    changed = content.change(state.variant, state)
    return save_version(person, template, changed, base, "Variables changed")


def duplicate_template(person: Person, template: Template, name: str) -> Template:
    """A private copy of the newest version, with no tie to the original."""
    version = get_version(template)
    wanted = TemplateInput(
        name[:200], template.description, tuple(template.tag_list), template.folder
    )
    note = f"Copied from {template.name}, version {version.number}"
    content = read_content(version)
    return create_template(person, template.operation, content, wanted, note, source=version)


def fork_template(person: Person, template: Template) -> Template:
    """A private template that remembers where it comes from."""
    version = get_version(template)
    wanted = TemplateInput(template.name, template.description, tuple(template.tag_list))
    note = f"Forked from {template.name}, version {version.number}"
    content = read_content(version)
    return create_template(person, template.operation, content, wanted, note, version, version)


def open_template(person: Person, template: Template, variant: str = "", number: int = 0) -> Draft:
    """A draft that holds exactly what was saved, and knows where it comes from."""
    version = get_version(template, number)
    state = read_content(version).state(variant)
    record_use(template)
    draft = begin(
        person,
        template.operation,
        state.text,
        name=template.name,
        connection=_find_connection(state.connection),
        path_values=dict(state.path_values),
        aside=state.aside,
        template=template,
        template_version=version.number,
        variant=state.variant,
        fits_since=version.made_at,
    )
    copy_secrets_to_draft(person, version, draft)
    return draft


def link_draft(draft: Draft, version: Version, variant: str) -> None:
    """The draft is now what this version holds."""
    Draft.objects.filter(id=draft.id).update(
        template=version.template_id, template_version=version.number, variant=variant
    )
    draft.template_id, draft.template_version = version.template_id, version.number
    draft.variant = variant


def _repeat(template: Template, content: Content) -> None:
    """What lists show of the content."""
    template.workflow_uid = content.shared.path_values.get("workflow_uid", "")[:200]
    template.connection = _find_connection(content.shared.connection)
    template.variants = len(content.variants)


def _write_version(
    person: Person, template: Template, number: int, content: Content, note: str
) -> Version:
    return Version.objects.create(
        template=template,
        number=number,
        text=content.shared.text,
        aside=content.shared.aside.write(),
        variants=write_variants(content.variants),
        path_values=dict(content.shared.path_values),
        connection=_find_connection(content.shared.connection),
        note=note.strip()[:500],
        person=person,
        person_name=person.get_username(),
    )


def _find_connection(id: str) -> Connection | None:
    try:
        return Connection.objects.filter(id=uuid.UUID(id)).first() if id else None
    except ValueError:
        return None


def _moved_up(variants: tuple[Variant, ...], kept: Variant) -> tuple[Variant, ...]:
    at = variants.index(kept)
    if at == 0:
        return variants
    return (*variants[: at - 1], kept, variants[at - 1], *variants[at + 1 :])
