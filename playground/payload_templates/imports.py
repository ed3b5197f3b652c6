"""Template files taken in: shown as new, changed or in conflict first, then kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.payload_templates.exports import serialize_template
from playground.payload_templates.models import Template, Version
from playground.payload_templates.secrets import store_found_secrets
from playground.payload_templates.template_files import TemplateFile
from playground.payload_templates.templates import may_change, update_details, visible_templates
from playground.payload_templates.versions import (
    Content,
    create_template,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from playground.workspace.addresses import host_of


@dataclass(frozen=True)
class ImportStep:
    """What importing one file would do: `new`, `same`, `changed` or `conflict`."""

    filed: TemplateFile
    kind: str
    template: Template | None = None


def plan_import(person: Person, files: Sequence[TemplateFile]) -> list[ImportStep]:
    """What each file would do; nothing is written."""
    return [_plan(person, filed) for filed in files]


def _plan(person: Person, filed: TemplateFile) -> ImportStep:
    template = _find_template(person, filed)
    if template is None:
        return ImportStep(filed, "new")
    if _compared(serialize_template(template), filed) == _compared(_normal(filed), filed):
        return ImportStep(filed, "same", template)
    return ImportStep(
        filed, "changed" if filed.version == template.latest else "conflict", template
    )


def _find_template(person: Person, filed: TemplateFile) -> Template | None:
    """The one of this id, else one's own of this name in this folder."""
    mine = [row for row in _candidates(person, filed) if may_change(person, row)]
    return mine[0] if mine else None


def _candidates(person: Person, filed: TemplateFile) -> list[Template]:
    try:
        found = list(visible_templates(person).filter(id=uuid.UUID(filed.id)))
    except ValueError:
        found = []
    wanted = filed.wanted
    return found or list(
        Template.objects.filter(
            person=person, deleted_at=None, name=wanted.name, folder=wanted.folder
        )
    )


def _normal(filed: TemplateFile) -> dict[str, Any]:
    row = dict(filed.row)
    row["document"] = filed.content.shared.text
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def _compared(row: dict[str, Any], filed: TemplateFile) -> dict[str, Any]:
    """What tells two apart. A connection nobody has here says nothing: what stands is kept."""
    left = ["version", "schema", "id"] + ["connection"] * (not filed.content.shared.connection)
    return {key: value for key, value in row.items() if key not in left}


def import_template(person: Person, step: ImportStep, as_copy: bool = False) -> Template:
    """Keep one file. What is in conflict becomes a version on top, or a template of its own:
    either way nothing that stands is lost."""
    note = f"Imported from {step.filed.path}"[:500]
    if step.template is None or as_copy:
        made = create_template(
            person, step.filed.operation, step.filed.content, step.filed.wanted, note
        )
        _keep_found(get_version(made), step.filed)
        return made
    if step.kind == "same":
        return step.template
    content = step.filed.content
    if not content.shared.connection:
        kept = read_content(get_version(step.template)).shared.connection
        content = Content(replace(content.shared, connection=kept), content.variants)
    saved = save_version(person, step.template, content, step.template.latest, note)
    if isinstance(saved, Version):
        _keep_found(saved, step.filed)
        update_details(step.template, step.filed.wanted)
    return step.template


def _keep_found(version: Version, filed: TemplateFile) -> None:
    hosts = host_of(version.connection.base_url) if version.connection else ""
    store_found_secrets(version, filed.found, hosts)
