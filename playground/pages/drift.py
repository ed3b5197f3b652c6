"""Drafts, templates and batches that no longer fit their workflow or API; repairing them."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.batches.access import BatchRefused, may_run
from playground.batches.drift import list_drifted_batches, repair_batch
from playground.batches.models import Batch
from playground.drafts.models import Draft
from playground.pages.batches.access import get_batch_or_404, is_being_set_up
from playground.pages.payload_templates.access import get_template_or_404
from playground.payload_templates.drift import (
    find_template_drift,
    list_drifted_drafts,
    list_drifted_templates,
    repair_draft,
    repair_template,
)
from playground.payload_templates.models import Template
from playground.payload_templates.templates import may_change
from playground.people.access import needs, person_of
from playground.people.models import Person, Role

# Problems named in the message after a repair.
MAX_TOLD_PROBLEMS = 5


@needs(Role.EDITOR)
@require_safe
def show_drift(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    templates = [
        {"template": row, "drift": drift, "repair": address_repair_template(person, row)}
        for row, drift in list_drifted_templates(person)
    ]
    batches = [
        {"batch": row, "drift": drift, "repair": address_repair_batch(person, row)}
        for row, drift in list_drifted_batches(person)
    ]
    drafts = list_drifted_drafts(person)
    context = {"drafts": drafts, "templates": templates, "batches": batches}
    return render(request, "drift/page.html", context)


def address_repair_template(person: Person, template: Template) -> str:
    """The URL of the repair; empty if the person may not change the template."""
    may_repair = may_change(person, template)
    return reverse("repair_template", args=[template.id]) if may_repair else ""


def address_repair_batch(person: Person, batch: Batch) -> str:
    """The same for a batch, which can be changed only before it is started."""
    may_repair = may_run(person, batch) and is_being_set_up(batch)
    return reverse("repair_batch", args=[batch.pk]) if may_repair else ""


@needs(Role.EDITOR)
@require_POST
def repair_own_draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Apply all safe fixes, then open the builder, where undo reverts them."""
    try:
        repaired = repair_draft(person_of(request), draft_id)
    except Draft.DoesNotExist:
        raise Http404(_("This draft doesn't exist.")) from None
    if not repaired:
        message = _("There was nothing to repair automatically. Open the draft to fix it.")
        messages.warning(request, message)
        return redirect("drift")
    messages.success(request, _("Repaired. You can undo this."))
    return redirect("builder", draft_id)


@needs(Role.EDITOR)
@require_POST
def repair_saved_template(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Apply all safe fixes as a new version of the template."""
    person = person_of(request)
    template = get_template_or_404(request, template_id)
    back = ["template", template_id] if request.POST.get("back") == "template" else ["drift"]
    # Before the repair: afterwards the drift is gone, with what it left.
    drift = find_template_drift(template)
    if not may_change(person, template) or not repair_template(person, template):
        message = _("There was nothing to repair automatically. Open the template to fix it.")
        messages.warning(request, message)
        return redirect(*back)
    message = _("Repaired %(name)s as a new version.") % {"name": template.name}
    left = [each.message for each in drift.left] if drift else []
    if not left:
        messages.success(request, message)
        return redirect(*back)
    # Named here because the list won't: the new version is newer than the workflow's change.
    left_message = _("Left to fix yourself:")
    messages.warning(request, " ".join([message, left_message, *left[:MAX_TOLD_PROBLEMS]]))
    return redirect(*back)


@needs(Role.EDITOR)
@require_POST
def repair_own_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Apply all safe fixes to the payload and the columns; rows have to be checked again."""
    batch = get_batch_or_404(request, batch_id)
    try:
        repaired = repair_batch(person_of(request), batch.pk)
    except BatchRefused as error:
        messages.warning(request, str(error))
        return redirect("batch", batch.pk)
    if repaired:
        messages.success(request, _("Repaired. Check the rows again before you send them."))
    else:
        messages.warning(request, _("There was nothing to repair automatically."))
    return redirect("batch", batch.pk)
