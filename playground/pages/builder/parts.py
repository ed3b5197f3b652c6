"""The parts of the form, drawn with the page or alone when one was opened or changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.drafts.metadata import own_variables
from playground.forms.field import Field
from playground.forms.fields import is_addable
from playground.forms.grid import Grid, draw_rows, read_grid
from playground.forms.payload_form import PayloadForm, make_row_id
from playground.forms.schemas import shows_all_keys
from playground.forms.sections import Section
from playground.forms.steps import StepRow, list_fitting_accounts, read_steps
from playground.jsontext import pointers
from playground.pages.builder.draft_context import DraftContext, open_draft
from playground.pages.builder.field_parts import FIELD_PARTS, find_table
from playground.pages.builder.files import describe_files
from playground.pages.builder.parameters import (
    describe_address,
    draw_address,
    draw_request_line,
)
from playground.pages.builder.suggestions import describe_choice, name_choices
from playground.people.access import needs
from playground.people.models import Role
from playground.workspace.connections import format_variables
from playground.workspace.models import Connection

# A workflow may have fifty steps of forty fields. With more steps than this only the first one
# is open at first; the fields of the others are drawn when one opens them.
OPEN_STEPS = 3
# Suggested after `{{` along with the names of variables.
DYNAMIC_VARIABLES = ("uuid", "now", "today", "today+1d", "now+2h")
MAX_ACCOUNTS = 200
# Rows in one response to a page that scrolls.
DEFAULT_ROWS, MAX_ROWS = 25, 1000

# What a page asks for: `{"part": "step-body", "pointer": "/steps/3"}`, from a query or an edit.
Query = Mapping[str, Any]


@needs(Role.EDITOR)
@require_safe
def show_part(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """One part as HTML: `?part=step-body&pointer=/steps/3`."""
    opened = open_draft(request, draft_id)
    return HttpResponse(draw_part(opened, request.GET))


def draw_part(opened: DraftContext, query: Query) -> str:
    """The HTML of a part. Raises Http404 if the document has nothing at the pointer."""
    # Scripts compute pointers from the page, which changes in another tab may have outdated.
    draw = PARTS.get(str(query.get("part", "")))
    if draw is None:
        raise Http404("There is no such part.")
    try:
        return draw(opened, query)
    except (LookupError, ValueError):
        raise Http404("This value no longer exists. Reload to see the draft as it is.") from None


def describe_section(opened: DraftContext, section: Section, near: int = 0) -> dict[str, Any]:
    """The context of `builder/_section.html`, by the section's widget.

    A grid is drawn with the row `near`, however far down it is.
    """
    context: dict[str, Any] = {"section": section, "draft": opened.draft}
    if section.widget == "grid":
        context["grid"] = _read_grid(opened, section.fields[0], near)
        context["count"] = context["grid"].count
    elif section.widget == "steps":
        steps = _read_steps(opened, section.fields[0])
        are_few = len(steps) <= OPEN_STEPS
        context["steps"] = [_describe_step(opened, s, are_few or s.index == 0) for s in steps]
        context["tools"] = _draw_step_tools()
        context["count"] = len(steps)
        present = {step.uid for step in steps}
        context["to_add"] = [s for s in opened.facts.steps or () if s.uid not in present]
    elif section.widget == "attachments":
        context["attached"] = describe_files(opened, section.fields[0])
        context["count"] = len(context["attached"]["files"])
    else:
        fields = name_choices(opened, section.fields)
        context["form"] = PayloadForm(fields, f"f-{section.id}-")
        context["count"] = fields[0].count if section.is_counted else 0
    return context


def _read_steps(opened: DraftContext, field: Field, only: int | None = None) -> tuple[StepRow, ...]:
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    return read_steps(field, tree, opened.facts, opened.field_metadata, only)


def _read_grid(opened: DraftContext, field: Field, near: int = 0) -> Grid:
    tree = opened.tree.get(field.key) if isinstance(opened.tree, dict) else None
    return read_grid(field.pointer, tree, opened.facts.inputs, near)


def _describe_step(opened: DraftContext, step: StepRow, is_open: bool) -> dict[str, Any]:
    """A step's summary line, and its fields if it is open."""
    summary = {"step": step, "is_open": is_open, "facts": _sum_up(step)}
    return {**summary, **(_describe_body(opened, step) if is_open else {})}


def _sum_up(step: StepRow) -> str:
    """What a step's summary line says of its accounts and parameters."""
    accounts = ", ".join(chip.name or chip.uid for chip in step.accounts) or _("no account")
    sent, total = step.counts
    if not total:
        return accounts
    parameters = _("%(sent)s of %(total)s parameters set") % {"sent": sent, "total": total}
    return f"{accounts} · {parameters}"


def _draw_step_tools() -> str:
    # Drawn once for all steps, of which there may be hundreds: they are the same for each.
    return render_to_string("builder/_step_tools.html")


def _describe_body(opened: DraftContext, step: StepRow) -> dict[str, Any]:
    row_id = make_row_id()
    return {
        "row_id": row_id,
        "step": step,
        "parameters": PayloadForm(step.parameters, row_id),
        "fields": PayloadForm(step.fields, row_id),
        **_describe_accounts(opened, step),
    }


def _describe_accounts(opened: DraftContext, step: StepRow) -> dict[str, Any]:
    chosen = {chip.uid for chip in step.accounts}
    accounts = list_fitting_accounts(opened.facts, step.integrations)
    fitting = [each for each in accounts if each.uid not in chosen]
    return {"step": step, "fitting": fitting[:MAX_ACCOUNTS]}


def _draw_step(opened: DraftContext, query: Query) -> str:
    step = _find_step(opened, query)
    context = {"each": _describe_step(opened, step, True), "tools": _draw_step_tools()}
    return render_to_string("builder/_step.html", context)


def _draw_body(opened: DraftContext, query: Query) -> str:
    context = _describe_body(opened, _find_step(opened, query))
    return render_to_string("builder/_step_body.html", context)


def _draw_accounts(opened: DraftContext, query: Query) -> str:
    context = _describe_accounts(opened, _find_step(opened, query))
    return render_to_string("builder/_accounts.html", context)


def _find_step(opened: DraftContext, query: Query) -> StepRow:
    """The step at a pointer. Raises LookupError or ValueError if it is missing."""
    segments = pointers.split(str(query.get("pointer", "")))
    section = opened.section_of(pointers.join(segments[:1]))
    if section is None or section.widget != "steps":
        raise LookupError(query)
    # Only this one is read, as a workflow may have fifty steps of forty fields.
    [step] = _read_steps(opened, section.fields[0], int(segments[1]))
    return step


def _draw_rows(opened: DraftContext, query: Query) -> str:
    section = opened.section_of(str(query.get("pointer", "")))
    if section is not None and section.widget == "grid":
        grid = _read_grid(opened, section.fields[0])
    else:
        grid = find_table(opened, query)
    count = min(int(query.get("count", DEFAULT_ROWS)), MAX_ROWS)
    return draw_rows(grid, int(query.get("start", 0)), count)


def _draw_section(opened: DraftContext, query: Query) -> str:
    """A section by the pointer of one of its fields, or by its id."""
    key = str(query.get("pointer", ""))
    section = opened.section_of(key) or next((s for s in opened.sections if s.id == key), None)
    # Removing the last of the keys without a schema removes their section.
    if section is None:
        return ""
    return render_to_string("builder/_section.html", describe_section(opened, section))


def _draw_form(opened: DraftContext, query: Query) -> str:
    """The whole form and the index, which has names and counts from the form."""
    context = describe_form(opened, int(query.get("near", 0)))
    form = render_to_string("builder/_form.html", context)
    return form + render_to_string("builder/_index.html", context)


def connections_of(opened: DraftContext) -> QuerySet[Connection]:
    """The connections that the draft may be sent over."""
    return Connection.objects.filter(api=opened.operation.api.id)


def list_variable_names(opened: DraftContext) -> list[str]:
    """Suggestions after `{{`: the connection's and the payload's variables, then dynamic ones."""
    own = opened.state.metadata.variables
    return [*sorted({*(opened.facts.variables or ()), *own}), *DYNAMIC_VARIABLES]


def _draw_variables(opened: DraftContext, query: Query) -> str:
    """The payload's own variables, and the connection's, which they override by name."""
    own = own_variables(opened.state.metadata)
    context = {
        "own": list(own.items()),
        "inherited": format_variables(opened.draft.connection).items(),
        "connection": opened.draft.connection,
        "overridden": own,
        "names": json.dumps(list_variable_names(opened)),
    }
    return render_to_string("builder/_variables.html", context)


def _draw_hint(opened: DraftContext, query: Query) -> str:
    return format_html("<p>{}</p>", describe_choice(opened, str(query.get("pointer", ""))))


def describe_form(opened: DraftContext, near: int = 0) -> dict[str, Any]:
    """The context of `builder/_form.html` and `builder/_index.html`."""
    drawn = opened.sections if opened.has_body else ()
    sections = [describe_section(opened, section, near) for section in drawn]
    schema = opened.schema
    fields = tuple(each for section in drawn for each in section.fields)
    return {
        "opened": opened,
        "draft": opened.draft,
        "sections": sections,
        "address": describe_address(opened),
        "has_body": opened.has_body,
        "shows_all": not schema or shows_all_keys(schema),
        "is_addable": is_addable(schema, fields) and isinstance(opened.tree, dict),
    }


# By the name that scripts request them with, alone or together with an edit.
PARTS: dict[str, Callable[[DraftContext, Query], str]] = {
    "step": _draw_step,
    "step-body": _draw_body,
    "accounts": _draw_accounts,
    "rows": _draw_rows,
    "section": _draw_section,
    "form": _draw_form,
    "hint": _draw_hint,
    "variables": _draw_variables,
    **FIELD_PARTS,
    "address": draw_address,
    "request": draw_request_line,
}
