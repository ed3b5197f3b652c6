"""How the form follows a change that was made elsewhere: only the sections that changed."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from playground.drafts.changes import Applied
from playground.drafts.editing import State
from playground.forms.fields import FieldMetadata
from playground.forms.sections import Section, read_sections
from playground.jsontext.parsing import parse
from playground.pages.builder.draft_context import Opened
from playground.pages.builder.parts import describe_form, draw_part


def describe_sections(done: Applied, opened: Opened) -> dict[str, Any]:
    """`html` of the sections to draw anew and of the index, `sections` the ids of all in
    order; `reload` where the whole page depends on what changed."""
    before, after = done.before, done.after
    if before.connection != after.connection:
        return {"reload": True}
    if before.path_values != after.path_values:
        return {"html": draw_part(opened, {"part": "form"})}
    if before.text == after.text and before.metadata == after.metadata:
        return {}
    old_tree = parse(before.text)
    old = {each.id: each for each in _read_sections(opened, before, old_tree)}
    changed = [
        each
        for each in opened.sections
        if old.get(each.id) != each or _holds_other(each, old_tree, opened.tree)
    ]
    moved = bool(changed) or len(old) != len(opened.sections)
    return {
        "html": _draw(opened, changed) if moved else "",
        "sections": [each.id for each in opened.sections],
    }


def _read_sections(opened: Opened, state: State, tree: Any) -> tuple[Section, ...]:
    stored = state.metadata
    metadata = FieldMetadata(stored.off, stored.notes, stored.incomplete)
    return read_sections(opened.operation.body_schema or {}, tree, metadata)


def _holds_other(section: Section, old: Any, new: Any) -> bool:
    """Whether the values below a wide widget differ; others say it in their fields."""
    if not section.is_wide:
        return False
    key = section.fields[0].key
    both = (tree.get(key) if isinstance(tree, dict) else None for tree in (old, new))
    return next(both) != next(both)


def _draw(opened: Opened, changed: list[Section]) -> str:
    """Those sections, then the index, whose entries count along."""
    described = describe_form(opened)
    ids = {each.id for each in changed}
    drawn = [
        render_to_string("builder/_section.html", each)
        for each in described["sections"]
        if each["section"].id in ids
    ]
    return "".join([*drawn, render_to_string("builder/_index.html", described)])
