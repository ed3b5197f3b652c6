"""Payloads that no longer fit their workflow: what changed, and the repair by one click."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.models import Draft
from playground.payload_templates.drift import (
    find_template_drift,
    list_drifted_drafts,
    list_drifted_templates,
    repair_draft,
    repair_template,
)
from playground.payload_templates.models import Template
from playground.payload_templates.templates import get_template, may_change
from playground.people.models import Role
from playground.people.permissions import needs, person_of

SHOWN_LEFT = 5


@needs(Role.EDITOR)
@require_safe
def show_drift(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    templates = [
        {"template": row, "drift": drift, "may_change": may_change(person, row)}
        for row, drift in list_drifted_templates(person)
    ]
    context = {"drafts": list_drifted_drafts(person), "templates": templates}
    return render(request, "drift/page.html", context)


@needs(Role.EDITOR)
@require_POST
def repair(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Make the clear fixes; the builder opens, where undo takes them back."""
    try:
        done = repair_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        raise Http404(_("There is no such draft of yours.")) from None
    if not done:
        messages.warning(request, _("Nothing could be repaired by itself. Open the draft."))
        return redirect("drift")
    messages.info(request, _("Repaired. Undo takes it back."))
    return redirect("builder", draft_id)


@needs(Role.EDITOR)
@require_POST
def repair_saved(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The same for a template, as a new version of it."""
    person = person_of(request)
    try:
        template = get_template(person, template_id)
    except Template.DoesNotExist:
        raise Http404(_("There is no such template.")) from None
    drift = find_template_drift(template)
    if may_change(person, template) and repair_template(person, template):
        sentence = _("%(name)s is repaired, as a new version.") % {"name": template.name}
        left = [each.message for each in drift.left] if drift else []
        # The new version is younger than the change: the list says no more of it from now on.
        if left:
            sentence += " " + _("Left for you to decide:") + " " + " ".join(left[:SHOWN_LEFT])
        (messages.warning if left else messages.info)(request, sentence)
    else:
        messages.warning(request, _("Nothing could be repaired by itself. Open the template."))
    return redirect("drift")
