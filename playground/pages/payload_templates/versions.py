"""Versions and variants of a template: compare and restore versions, edit variants."""

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

from playground.drafts.metadata import describe_body
from playground.drafts.states import InvalidEdit, State
from playground.jsontext.diff import ADDED, CHANGED, REMOVED, Difference, compare_texts
from playground.pages.comparison import compare_bodies
from playground.pages.parameters import read_number
from playground.pages.payload_templates.access import (
    get_editable_template,
    get_template_or_404,
    get_version_or_404,
)
from playground.pages.payload_templates.page import render_template
from playground.pages.responses import breadcrumbs, offer_undo, redirect_htmx
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
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.workspace.connections import MOST_VARIABLES
from playground.workspace.models import Connection

MAX_DIFFERENCES, MAX_VERSIONS = 300, 300


@needs(Role.VIEWER)
@require_safe
def compare_versions(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Two versions (`?a=1&b=3`) of a `variant`, or two variants (`a_variant`, `b_variant`)."""
    template = get_template_or_404(request, template_id)
    query = request.GET
    b = get_version_or_404(template, query.get("b", ""))
    # Without a choice: with the version before.
    a = get_version_or_404(template, query.get("a", "") or str(max(1, b.number - 1)))
    variant = query.get("variant", "")
    before, after = read_content(a), read_content(b)
    left = before.state(query.get("a_variant", variant))
    right = after.state(query.get("b_variant", variant))
    context = {
        **_describe_differences(left, right, _compare_variants(before, after)),
        "template": template,
        "a": a,
        "b": b,
        "left": left,
        "right": right,
        "names": sorted({each.name for content in (before, after) for each in content.variants}),
        "versions": template.versions.defer("text", "metadata", "variants")[:MAX_VERSIONS],
        "trail": _breadcrumbs(template, _("Compare")),
    }
    return render(request, "template/compare.html", context)


@needs(Role.VIEWER)
@require_safe
def compare_parent(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """What changed in the parent since it was forked, or since those changes were dismissed."""
    template = get_template_or_404(request, template_id)
    parent = visible_templates(person_of(request)).filter(forks=template.id).first()
    if parent is None:
        raise Http404(_("The original template no longer exists, or isn't shared with you."))
    a = get_version_or_404(parent, str(template.parent_version))
    b = get_version_or_404(parent, "")
    before, after = read_content(a), read_content(b)
    context = {
        **_describe_differences(before.shared, after.shared, _compare_variants(before, after)),
        "template": template,
        "parent": parent,
        "a": a,
        "b": b,
        "left": before.shared,
        "right": after.shared,
        "trail": _breadcrumbs(template, _("Changes in %(name)s") % {"name": parent.name}),
    }
    return render(request, "template/compare.html", context)


def _breadcrumbs(template: Template, text: str) -> list[dict[str, str]]:
    return breadcrumbs(
        (_("Templates"), reverse("templates")),
        (template.name, reverse("template", args=[template.id])),
        text,
    )


def _describe_differences(
    left: State, right: State, variants: Sequence[Difference]
) -> dict[str, Any]:
    """All differences by field, and the documents side by side."""
    # Metadata isn't sent, but decides what a draft of the version looks like.
    old, new = left.metadata, right.metadata
    found = [
        *compare_texts(left.text, right.text),
        *_compare_values("#path/", left.path_values, right.path_values),
        *_compare_values("#", _connection_name(left), _connection_name(right)),
        *_compare_values("", describe_body(old), describe_body(new)),
        *_compare_values("off ", old.off, new.off),
        *_compare_values("away ", old.away, new.away),
        *_compare_values("{{}} ", old.variables, new.variables),
        *_compare_values("note ", old.notes, new.notes),
        *variants,
    ]
    return {
        "differences": found[:MAX_DIFFERENCES],
        "more": max(0, len(found) - MAX_DIFFERENCES),
        "compared": compare_bodies(left.text, right.text, ()),
    }


def _connection_name(state: State) -> dict[str, str]:
    row = Connection.objects.filter(id=state.connection).first() if state.connection else None
    return {"connect": row.name} if row else {}


def _compare_variants(before: Content, after: Content) -> list[Difference]:
    """Variants that were added or removed, or have other edits."""
    return _compare_values("variant ", _format_variants(before), _format_variants(after))


def _format_variants(content: Content) -> dict[str, str]:
    return {
        each.name: "\n".join(f"{edit.kind} {edit.pointer} {edit.value}" for edit in each.edits)
        or _("same as the shared values")
        for each in content.variants
    }


def _compare_values(prefix: str, a: Mapping[str, str], b: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(
            prefix + name,
            ADDED if name not in a else CHANGED if name in b else REMOVED,
            a.get(name, ""),
            b.get(name, ""),
        )
        for name in dict.fromkeys([*a, *b])
        if a.get(name) != b.get(name)
    ]


@needs(Role.EDITOR)
@require_POST
def restore_old_version(request: HttpRequest, template_id: uuid.UUID, number: int) -> HttpResponse:
    """Save the old version again, as the newest; with `?latest=`, only if that is still so."""
    template = get_editable_template(request, template_id)
    get_version_or_404(template, str(number))
    latest = read_number(request.GET.get("latest", ""), template.latest_version)
    if latest != template.latest_version:
        # An undo must not take back what others saved since.
        conflict = VersionConflict(template, template.latest_version, latest)
        return _report_save(request, template, conflict)
    return _report_save(request, template, restore_version(person_of(request), template, number))


@needs(Role.EDITOR)
@require_POST
def change_variant(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Rename (`do=rename`, to `value`), remove or move up a variant, as a new version."""
    template, post = get_editable_template(request, template_id), request.POST
    base = get_version_or_404(template, post.get("base", ""))
    action = post.get("do", "") if post.get("do") in ("rename", "remove") else "up"
    name, new_name = post.get("name", ""), post.get("value", "")
    try:
        saved = edit_variants(person_of(request), template, base.number, action, name, new_name)
    except InvalidVariant as error:
        messages.error(request, str(error))
        return redirect("template", template.id)
    if action == "remove" and isinstance(saved, Version):
        undo = reverse("restore_version", args=[template.id, base.number])
        undo += f"?latest={saved.number}"
        offer_undo(request, _("Removed %(name)s.") % {"name": name}, undo)
        return redirect("template", template.id)
    return _report_save(request, template, saved)


@needs(Role.EDITOR)
@require_POST
def change_variables(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Replace the template's own variables, as a new version."""
    template, post = get_editable_template(request, template_id), request.POST
    version = get_version_or_404(template, post.get("base", ""))
    variant = post.get("variant", "")
    # Two lists of inputs with the same names, in the same order.
    names, values = post.getlist("variable_name"), post.getlist("variable_value")
    rows = [(name.strip(), value) for name, value in zip(names, values, strict=False)]
    # Clearing its value is how a variable is removed.
    rows = [row for row in rows if row[1].strip()]
    try:
        typed = _read_variables(rows)
        saved = edit_variables(person_of(request), template, version.number, variant, typed)
    except InvalidEdit as error:
        # Drawn again rather than redirected: a redirect would lose what was typed.
        return render_template(request, template, version, variant, rows, str(error))
    if saved == version:
        messages.info(request, _("Nothing changed."))
        return redirect("template", template.id)
    return _report_save(request, template, saved)


def _read_variables(rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The variables by name. Raises InvalidEdit rather than drop what was typed."""
    if any(not name for name, _value in rows):
        raise InvalidEdit(_("Enter a name for each variable that has a value."))
    if len(rows) > MOST_VARIABLES:
        raise InvalidEdit(
            _("A template can have at most %(limit)s variables.") % {"limit": MOST_VARIABLES}
        )
    typed = dict(rows)
    if len(typed) < len(rows):
        raise InvalidEdit(_("Two variables have the same name. Rename one of them."))
    return typed


def _report_save(
    request: HttpRequest, template: Template, saved: Version | VersionConflict
) -> HttpResponse:
    if isinstance(saved, VersionConflict):
        message = _("Not saved: someone else saved version %(number)s. Check it and try again.")
        messages.warning(request, message % {"number": saved.latest})
    else:
        messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
    if request.htmx:  # type: ignore[attr-defined]
        return redirect_htmx(reverse("template", args=[template.id]))
    return redirect("template", template.id)
