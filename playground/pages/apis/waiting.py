"""Review a newer document that would break something, and decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.apis.catalog import find_titles
from playground.apis.importing import ImportRefused
from playground.apis.models import WaitingDocument
from playground.apis.updates import ProposedUpdate
from playground.apis.waiting import ignore_waiting, import_waiting
from playground.batches.access import visible_batches
from playground.batches.drift import find_drifted_batches
from playground.drafts.drafts import list_drafts
from playground.drafts.models import Draft
from playground.pages.apis.access import get_imported_api
from playground.pages.apis.imports import show_imported
from playground.pages.apis.listing import breadcrumbs_of, describe_change_rows
from playground.pages.apis.usage import Use, find_usage
from playground.payload_templates.drift import find_drifted_drafts, find_drifted_templates
from playground.payload_templates.payload_drift import Drift
from playground.payload_templates.templates import visible_templates
from playground.people.access import needs, person_of
from playground.people.models import Person, Role


@dataclass(frozen=True)
class Unfit:
    """A draft, template or batch that would stop fitting."""

    use: Use
    drift: Drift


@needs(Role.VIEWER)
@require_safe
def show_waiting(request: HttpRequest, api_id: str) -> HttpResponse:
    """Show what the document would change, and which drafts, templates and batches would break."""
    api, person = get_imported_api(api_id), person_of(request)
    waiting = WaitingDocument.objects.filter(api=api).select_related("person").first()
    if waiting is None:
        messages.info(request, _("No newer document is waiting."))
        return redirect("api", api.id)
    usage = find_usage(person, api.id)
    rows = describe_change_rows(waiting.changes, usage)
    context = {
        "api": api,
        "waiting": waiting,
        "rows": rows,
        "breaking": sum(bool(each["change"]["breaking"]) for each in rows),
        "unnamed": usage.unnamed,
        "unfit": list(find_unfit(person, waiting)),
        "trail": breadcrumbs_of(api, _("Newer document")),
    }
    return render(request, "apis/waiting.html", context)


def find_unfit(person: Person, waiting: WaitingDocument) -> Iterator[Unfit]:
    """The payloads visible to the person that the document would break."""
    proposed = ProposedUpdate(waiting)
    drafts = list_drafts(person) if person.may_edit else Draft.objects.none()
    found = find_drifted_drafts(drafts, proposed)
    titles = find_titles(draft.operation for draft, _drift in found)
    for draft, drift in found:
        name = draft.name or titles.get(draft.operation, draft.operation)
        yield Unfit(Use(_("draft"), "pen", name, reverse("builder", args=[draft.id])), drift)
    templates = visible_templates(person).filter(archived_at=None)
    for template, drift in find_drifted_templates(templates, proposed):
        address = reverse("template", args=[template.id])
        yield Unfit(Use(_("template"), "save", template.name, address), drift)
    for batch, drift in find_drifted_batches(visible_batches(person), proposed):
        address = reverse("batch", args=[batch.pk])
        yield Unfit(Use(_("batch"), "table", batch.name, address), drift)


@needs(Role.EDITOR)
@require_POST
def decide_waiting(request: HttpRequest, api_id: str) -> HttpResponse:
    """Import the document that was reviewed, or turn it down."""
    api, person = get_imported_api(api_id), person_of(request)
    digest = request.POST.get("digest", "")
    try:
        if request.POST.get("do") == "ignore":
            ignore_waiting(person, api, digest)
            messages.success(request, _("Turned down. The API stays as it is."))
            return redirect("api", api.id)
        return show_imported(request, import_waiting(person, api, digest))
    except ImportRefused as error:
        # Without a document, the page itself says that none is waiting.
        if WaitingDocument.objects.filter(api=api).exists():
            messages.warning(request, str(error))
        return redirect("waiting_document", api.id)
