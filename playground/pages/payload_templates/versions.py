"""Versions and variants of one template: compare any two, restore one, tidy the variants."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.editing import InvalidEdit, State
from playground.jsontext.diff import Difference, compare_texts
from playground.pages.comparison import compare_sides
from playground.pages.payload_templates.finding import (
    get_editable_template,
    get_template_or_404,
    get_version_or_404,
    redirect_htmx,
)
from playground.pages.payload_templates.page import draw_template
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import visible_templates
from playground.payload_templates.variants import InvalidVariant
from playground.payload_templates.versions import (
    Content,
    VersionConflict,
    edit_variables,
    edit_variants,
    read_content,
    restore_version,
)
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.workspace.connections import MOST_VARIABLES
from playground.workspace.models import Connection

SHOWN = 300


@needs(Role.VIEWER)
@require_safe
def compare_versions(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """`?a=1&b=3&variant=VIP`: by field and as JSON. `a_variant`, `b_variant` compare variants."""
    template = get_template_or_404(request, template_id)
    get = request.GET
    b = get_version_or_404(template, get.get("b", ""))
    a = get_version_or_404(template, get.get("a", "") or str(max(1, b.number - 1)))
    chosen = get.get("variant", "")
    before, after = read_content(a), read_content(b)
    left = before.state(get.get("a_variant", chosen))
    right = after.state(get.get("b_variant", chosen))
    names = {each.name for content in (before, after) for each in content.variants}
    context = {
        **describe_difference(left, right, _compare_variants(before, after)),
        "template": template,
        "a": a,
        "b": b,
        "left": left,
        "right": right,
        "names": sorted(names),
        "versions": template.versions.defer("text", "metadata", "variants")[:SHOWN],
        "trail": _trail(template, _("Compare")),
    }
    return render(request, "template/compare.html", context)


@needs(Role.VIEWER)
@require_safe
def compare_parent(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """What the parent became since this fork was made."""
    template = get_template_or_404(request, template_id)
    parent = visible_templates(person_of(request)).filter(forks=template.id).first()
    if parent is None:
        raise Http404(_("The template this was forked from is not there."))
    a = get_version_or_404(parent, str(template.parent_version))
    b = get_version_or_404(parent, "")
    before, after = read_content(a), read_content(b)
    left, right = before.shared, after.shared
    context = {
        **describe_difference(left, right, _compare_variants(before, after)),
        "template": template,
        "parent": parent,
        "a": a,
        "b": b,
        "left": left,
        "right": right,
        "trail": _trail(template, _("What %(name)s became") % {"name": parent.name}),
    }
    return render(request, "template/compare.html", context)


def describe_difference(
    left: State, right: State, variants: Sequence[Difference] = ()
) -> dict[str, Any]:
    """Fields that differ: document, address, connection, what stands beside the document, and
    the variants; and the documents side by side."""
    found = compare_texts(left.text, right.text)
    found += _compare_values("#path/", left.path_values, right.path_values)
    found += _compare_values("#", _connection_of(left), _connection_of(right))
    found += _compare_values("off ", left.metadata.off, right.metadata.off)
    found += _compare_values("away ", left.metadata.away, right.metadata.away)
    found += _compare_values("{{}} ", left.metadata.variables, right.metadata.variables)
    found += _compare_values("note ", left.metadata.notes, right.metadata.notes)
    found += variants
    return {
        "differences": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "compared": compare_sides(left.text, right.text, ()),
    }


def _connection_of(state: State) -> dict[str, str]:
    row = Connection.objects.filter(id=state.connection).first() if state.connection else None
    return {"connect": row.name} if row else {}


def _compare_variants(before: Content, after: Content) -> list[Difference]:
    """Variants that came, went or have other values of their own."""
    left, right = _spell_variants(before), _spell_variants(after)
    return _compare_values("variant ", left, right)


def _spell_variants(content: Content) -> dict[str, str]:
    return {
        each.name: "\n".join(f"{edit.kind} {edit.pointer} {edit.value}" for edit in each.edits)
        or _("like the shared values")
        for each in content.variants
    }


def _compare_values(lead: str, a: Mapping[str, str], b: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(
            lead + place,
            "added" if place not in a else "changed" if place in b else "removed",
            a.get(place, ""),
            b.get(place, ""),
        )
        for place in dict.fromkeys([*a, *b])
        if a.get(place) != b.get(place)
    ]


@needs(Role.EDITOR)
@require_POST
def restore(request: HttpRequest, template_id: uuid.UUID, number: int) -> HttpResponse:
    """The old version again, as a new one."""
    template = get_editable_template(request, template_id)
    get_version_or_404(template, str(number))
    return _answer(request, template, restore_version(person_of(request), template, number))


@needs(Role.EDITOR)
@require_POST
def change_variant(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """`do` is rename (to `value`), remove or up; each makes a version, so nothing is lost."""
    template, post = get_editable_template(request, template_id), request.POST
    base = post.get("base", "")
    try:
        done = edit_variants(
            person_of(request),
            template,
            get_version_or_404(template, base).number,
            post.get("do", "") if post.get("do") in ("rename", "remove") else "up",
            post.get("name", ""),
            post.get("value", ""),
        )
    except InvalidVariant as sentence:
        messages.error(request, str(sentence))
        return redirect("template", template.id)
    return _answer(request, template, done)


@needs(Role.EDITOR)
@require_POST
def change_own_variables(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The variables as typed, in pairs; an emptied row goes. They make a version."""
    template, post = get_editable_template(request, template_id), request.POST
    version, variant = get_version_or_404(template, post.get("base", "")), post.get("variant", "")
    names, values = post.getlist("variable_name"), post.getlist("variable_value")
    rows = [(name.strip(), value) for name, value in zip(names, values, strict=False)]
    rows = [row for row in rows if row[1].strip()]
    try:
        typed = _judge_rows(rows)
        done = edit_variables(person_of(request), template, version.number, variant, typed)
    except InvalidEdit as error:
        return draw_template(request, template, version, variant, rows, str(error))
    if done == version:
        messages.info(request, _("Nothing changed."))
        return redirect("template", template.id)
    return _answer(request, template, done)


def _judge_rows(rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The variables by name. Raises InvalidEdit rather than dropping what was typed."""
    if any(not name for name, _value in rows):
        raise InvalidEdit(_("Name the variable that has a value."))
    if len(rows) > MOST_VARIABLES:
        raise InvalidEdit(_("At most %(n)s variables are kept.") % {"n": MOST_VARIABLES})
    typed = dict(rows)
    if len(typed) < len(rows):
        raise InvalidEdit(_("Two variables have the same name."))
    return typed


def _answer(
    request: HttpRequest, template: Template, done: Version | VersionConflict
) -> HttpResponse:
    if isinstance(done, VersionConflict):
        messages.warning(
            request, _("Somebody saved version %(n)s meanwhile; look first.") % {"n": done.latest}
        )
    else:
        messages.info(request, _("Saved as version %(n)s.") % {"n": done.number})
    if request.htmx:  # type: ignore[attr-defined]
        return redirect_htmx(reverse("template", args=[template.id]))
    return redirect("template", template.id)


def _trail(template: Template, text: str) -> list[dict[str, str]]:
    return [
        {"href": reverse("templates"), "text": _("Templates")},
        {"href": reverse("template", args=[template.id]), "text": template.name},
        {"text": text},
    ]
