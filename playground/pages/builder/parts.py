"""The parts of the form that are drawn on their own: when opened, added to or changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from playground.drafts.metadata import own_variables
from playground.forms.fields import Field
from playground.forms.grid import Grid, draw_rows, read_grid
from playground.forms.payload_form import PayloadForm
from playground.forms.sections import Section, count_sent
from playground.forms.steps import StepRow, list_fitting_accounts, read_steps
from playground.jsontext import pointers
from playground.pages.builder.choices import name_choices
from playground.pages.builder.draft_context import Opened, open_draft
from playground.pages.builder.files import describe_files
from playground.people.models import Role
from playground.people.permissions import needs
from playground.workspace.connections import format_variables

# Steps that stand open, with all their fields, when the page arrives.
OPEN_STEPS = 3
# What `{{` offers beside the names of variables.
DYNAMIC = ("uuid", "now", "today", "today+1d", "now+2h")
# Rows that are drawn with the page; the others come when they are near.
DRAWN_ROWS = 100


@needs(Role.EDITOR)
@require_safe
def show_part(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """One part as HTML: `?part=step-body&pointer=/steps/3`."""
    opened = open_draft(request, draft_id)
    return HttpResponse(draw_part(opened, request.GET))


def draw_part(opened: Opened, wanted: Mapping[str, Any]) -> str:
    """The HTML of a part; Http404 when the document has no such place."""
    draw = PARTS.get(str(wanted.get("part", "")))
    if draw is None:
        raise Http404("There is no such part.")
    try:
        return draw(opened, wanted)
    except (LookupError, ValueError):
        raise Http404("That place is gone. Reload to see the draft as it is now.") from None


def describe_section(opened: Opened, section: Section) -> dict[str, Any]:
    """What a section's template needs, by its widget."""
    context: dict[str, Any] = {"section": section, "draft": opened.draft}
    if section.widget == "grid":
        context["grid"] = grid_of(opened, section.fields[0])
        context["count"] = context["grid"].count
    elif section.widget == "steps":
        steps = steps_of(opened, section.fields[0])
        few = len(steps) <= OPEN_STEPS
        context["steps"] = [describe_step(opened, s, few or s.index == 0) for s in steps]
        context["count"] = len(steps)
        there = {step.uid for step in steps}
        context["to_add"] = [s for s in opened.facts.steps or () if s.uid not in there]
    elif section.widget == "attachments":
        context["attached"] = describe_files(opened, section.fields[0])
        context["count"] = len(context["attached"]["files"])
    else:
        fields = name_choices(opened, section.fields)
        context["form"] = PayloadForm(fields, f"f-{section.id}-")
    return context


def steps_of(opened: Opened, field: Field, only: int | None = None) -> tuple[StepRow, ...]:
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    return read_steps(field, tree, opened.facts, opened.field_metadata, only)


def grid_of(opened: Opened, field: Field) -> Grid:
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    return read_grid(field.pointer, tree, opened.facts.inputs)


def describe_step(opened: Opened, step: StepRow, is_open: bool) -> dict[str, Any]:
    """A step's summary line, and its fields when it stands open."""
    sent, total = count_sent(step.parameters)
    described = {"step": step, "is_open": is_open, "sent": sent, "total": total}
    return {**described, **(describe_body(opened, step) if is_open else {})}


def describe_body(opened: Opened, step: StepRow) -> dict[str, Any]:
    row_id = f"r{uuid.uuid4().hex[:8]}-"
    return {
        "row_id": row_id,
        "step": step,
        "parameters": PayloadForm(step.parameters, row_id),
        "fields": PayloadForm(step.fields, row_id),
        **describe_accounts(opened, step),
    }


def describe_accounts(opened: Opened, step: StepRow) -> dict[str, Any]:
    chosen = {chip.uid for chip in step.accounts}
    fitting = [
        a for a in list_fitting_accounts(opened.facts, step.integrations) if a.uid not in chosen
    ]
    return {"step": step, "fitting": fitting[:200], "more_accounts": len(fitting) > 200}


def _draw_step(opened: Opened, wanted: Mapping[str, Any]) -> str:
    step = _find_step(opened, wanted)
    return render_to_string("builder/_step.html", describe_step(opened, step, True))


def _draw_body(opened: Opened, wanted: Mapping[str, Any]) -> str:
    return render_to_string(
        "builder/_step_body.html", describe_body(opened, _find_step(opened, wanted))
    )


def _draw_accounts(opened: Opened, wanted: Mapping[str, Any]) -> str:
    context = describe_accounts(opened, _find_step(opened, wanted))
    return render_to_string("builder/_accounts.html", context)


def _find_step(opened: Opened, wanted: Mapping[str, Any]) -> StepRow:
    segments = pointers.split(str(wanted.get("pointer", "")))
    section = opened.section_of(pointers.join(segments[:1]))
    if section is None or section.widget != "steps":
        raise LookupError(wanted)
    [step] = steps_of(opened, section.fields[0], int(segments[1]))
    return step


def _draw_rows(opened: Opened, wanted: Mapping[str, Any]) -> str:
    section = opened.section_of(str(wanted.get("pointer", "")))
    if section is None or section.widget != "grid":
        raise LookupError(wanted)
    grid = grid_of(opened, section.fields[0])
    return draw_rows(grid, int(wanted.get("start", 0)), min(int(wanted.get("count", 25)), 1000))


def _draw_section(opened: Opened, wanted: Mapping[str, Any]) -> str:
    """A section by a pointer it holds, or by its id."""
    key = str(wanted.get("pointer", ""))
    section = opened.section_of(key) or next((s for s in opened.sections if s.id == key), None)
    if section is None:
        return ""
    return render_to_string("builder/_section.html", describe_section(opened, section))


def _draw_form(opened: Opened, wanted: Mapping[str, Any]) -> str:
    """The whole form and, since its entries count along, the index of sections."""
    context = describe_form(opened)
    form = render_to_string("builder/_form.html", context)
    return form + render_to_string("builder/_index.html", context)


def list_names(opened: Opened) -> list[str]:
    """What `{{` offers: the connection's variables and the payload's own, then dynamic ones."""
    own = opened.state.metadata.variables
    return [*sorted({*(opened.facts.variables or ()), *own}), *DYNAMIC]


def _draw_variables(opened: Opened, wanted: Mapping[str, Any]) -> str:
    """The payload's own variables to edit, and the connection's, some of them overruled."""
    own = own_variables(opened.state.metadata)
    context = {
        "own": list(own.items()),
        "theirs": format_variables(opened.draft.connection).items(),
        "connection": opened.draft.connection,
        "overruled": own,
        "names": json.dumps(list_names(opened)),
    }
    return render_to_string("builder/_variables.html", context)


def describe_form(opened: Opened) -> dict[str, Any]:
    sections = [describe_section(opened, section) for section in opened.sections]
    address = path_fields(opened)
    return {"opened": opened, "draft": opened.draft, "sections": sections, "path_fields": address}


def path_fields(opened: Opened) -> list[dict[str, str]]:
    """The values of the address, such as the workflow's UID."""
    values = opened.draft.path_values
    return [
        {"name": f.name, "title": f.title, "help": f.help, "value": values.get(f.name, "")}
        for f in opened.operation.path_fields
    ]


PARTS: dict[str, Callable[[Opened, Mapping[str, Any]], str]] = {
    "step": _draw_step,
    "step-body": _draw_body,
    "accounts": _draw_accounts,
    "rows": _draw_rows,
    "section": _draw_section,
    "form": _draw_form,
    "variables": _draw_variables,
}
