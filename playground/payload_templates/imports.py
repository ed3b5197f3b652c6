"""Template files taken in: shown as new, changed or in conflict first, then kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.payload_templates.exports import describe_template
from playground.payload_templates.models import Template, Version
from playground.payload_templates.secrets import keep_found
from playground.payload_templates.template_files import Filed
from playground.payload_templates.templates import may_change, rename, visible_to
from playground.payload_templates.versions import (
    Content,
    create_template,
    find_version,
    read_version,
    save_version,
)
from playground.people.models import Person
from playground.workspace.addresses import host_of


@dataclass(frozen=True)
class Step:
    """What importing one file would do: `new`, `same`, `changed` or `conflict`."""

    filed: Filed
    kind: str
    template: Template | None = None


def plan_import(person: Person, files: Sequence[Filed]) -> list[Step]:
    """What each file would do; nothing is written."""
    return [_plan(person, filed) for filed in files]


def _plan(person: Person, filed: Filed) -> Step:
    template = _find_template(person, filed)
    if template is None:
        return Step(filed, "new")
    if _compared(describe_template(template), filed) == _compared(_normal(filed), filed):
        return Step(filed, "same", template)
    return Step(filed, "changed" if filed.version == template.latest else "conflict", template)


def _find_template(person: Person, filed: Filed) -> Template | None:
    """The one of this id, else one's own of this name in this folder."""
    mine = [row for row in _candidates(person, filed) if may_change(person, row)]
    return mine[0] if mine else None


def _candidates(person: Person, filed: Filed) -> list[Template]:
    try:
        found = list(visible_to(person).filter(id=uuid.UUID(filed.id)))
    except ValueError:
        found = []
    wanted = filed.wanted
    return found or list(
        Template.objects.filter(
            person=person, deleted_at=None, name=wanted.name, folder=wanted.folder
        )
    )


def _normal(filed: Filed) -> dict[str, Any]:
    row = dict(filed.row)
    row["document"] = filed.content.shared.text
    return {key: value for key, value in row.items() if value not in ("", [], {})}


def _compared(row: dict[str, Any], filed: Filed) -> dict[str, Any]:
    """What tells two apart. A connection nobody has here says nothing: what stands is kept."""
    left = ["version", "schema", "id"] + ["connection"] * (not filed.content.shared.connection)
    return {key: value for key, value in row.items() if key not in left}


def carry_out(person: Person, step: Step, as_copy: bool = False) -> Template:
    """Keep one file. What is in conflict becomes a version on top, or a template of its own:
    either way nothing that stands is lost."""
    note = f"Imported from {step.filed.path}"[:500]
    if step.template is None or as_copy:
        made = create_template(
            person, step.filed.operation, step.filed.content, step.filed.wanted, note
        )
        _keep_found(find_version(made), step.filed)
        return made
    if step.kind == "same":
        return step.template
    content = step.filed.content
    if not content.shared.connection:
        kept = read_version(find_version(step.template)).shared.connection
        content = Content(replace(content.shared, connection=kept), content.variants)
    saved = save_version(person, step.template, content, step.template.latest, note)
    if isinstance(saved, Version):
        _keep_found(saved, step.filed)
        rename(step.template, step.filed.wanted)
    return step.template


def _keep_found(version: Version, filed: Filed) -> None:
    hosts = host_of(version.connection.base_url) if version.connection else ""
    keep_found(version, filed.found, hosts)
