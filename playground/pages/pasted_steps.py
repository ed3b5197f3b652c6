"""Step UIDs from pasted job URLs: the drafts that can take one, and the edit that adds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from playground.drafts.drafts import find_draft, list_drafts, start_draft
from playground.drafts.models import Draft
from playground.drafts.pasting import find_connection
from playground.drafts.states import Edit, InvalidEdit
from playground.forms.sections import Section
from playground.forms.steps import default_step
from playground.jsontext.printing import quote
from playground.openapi.operations import Operation, UnknownOperation, list_operations
from playground.pages.builder.draft_context import DraftContext
from playground.pages.parameters import read_optional_number
from playground.people.models import Person
from playground.sending.policy import current_origin


@dataclass(frozen=True)
class StepTarget:
    """A draft that takes steps, and the names of those it has."""

    draft: Draft
    steps: tuple[str, ...]


def find_steps_section(opened: DraftContext) -> Section | None:
    """The section of the form with the steps; None if the operation has none."""
    return next((each for each in opened.sections if each.widget == "steps"), None)


def build_step_edit(opened: DraftContext, uid: str, index: str = "") -> Edit:
    """The edit that adds a step at the end, or changes the UID of an existing one."""
    section = find_steps_section(opened)
    if section is None:
        raise InvalidEdit(_("This draft has no steps."))
    number = read_optional_number(index)
    if number is not None:
        pointer = f"{section.pointer}/{number}/step_uid"
        return Edit("set", pointer, quote(uid), order=["step_uid"])
    steps = opened.tree.get(section.fields[0].key) if isinstance(opened.tree, dict) else None
    value = default_step(section.fields[0].schema.get("items", {}), opened.facts, uid)
    return Edit("insert", section.pointer, value, index=len(steps or []))


def list_step_targets(person: Person, most: int) -> list[StepTarget]:
    """Which of the newest drafts, at most that many, take steps."""
    targets = []
    for draft in list_drafts(person)[:most]:
        try:
            opened = DraftContext(find_draft(person, draft.id))
        except UnknownOperation:
            # The OpenAPI document that the draft was made for has been removed.
            continue
        section = find_steps_section(opened)
        if section is not None and isinstance(opened.tree, dict):
            rows = opened.tree.get(section.fields[0].key) or []
            targets.append(StepTarget(draft, _name_steps(opened, rows)))
    return targets


def _name_steps(opened: DraftContext, rows: list[Any]) -> tuple[str, ...]:
    names = {step.uid: step.name for step in opened.facts.steps or ()}
    uids = [str(row.get("step_uid") or "") if isinstance(row, dict) else "" for row in rows]
    return tuple(names.get(uid) or uid for uid in uids)


def create_draft_for_steps(person: Person) -> Draft:
    """A new draft of the operation that takes steps, with an empty list of them."""
    operation = next(each for each in list_operations() if _takes_steps(each))
    connection = find_connection(operation, None, current_origin())
    names = dict.fromkeys((each.name for each in operation.path_fields), "")
    # Laid out as the builder does, so that the first step is added on lines of its own.
    text = '{\n  "steps": []\n}'
    return start_draft(person, operation.id, text, connection=connection, path_values=names)


def _takes_steps(operation: Operation) -> bool:
    properties = (operation.body_schema or {}).get("properties", {}).values()
    return any(each.get("x-widget") == "steps" for each in properties)
