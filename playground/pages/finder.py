"""The finder behind Ctrl+K: pages, workflows, drafts and sends by a few letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.drafts.drafts import drafts_of
from playground.history.queries import ExchangeSearch, list_exchanges
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.workspace.models import Workflow

EACH = 6


@dataclass(frozen=True)
class Found:
    """One line of the finder: what it is, its name, where it leads."""

    kind: str
    icon: str
    name: str
    address: str
    at: datetime | None = None


@needs(Role.VIEWER)
@require_safe
def show_found(request: HttpRequest) -> HttpResponse:
    """The lines for what is typed; pages and the newest drafts while nothing is."""
    wanted = request.GET.get("find", "").strip()
    person = person_of(request)
    found = [*_pages(person, wanted), *_drafts(person, wanted), *_workflows(wanted)]
    if wanted:
        found += _exchanges(person, wanted)
    return render(request, "finder/_found.html", {"found": found, "find": wanted})


def _pages(person: Person, wanted: str) -> list[Found]:
    names = {
        "workflows": _("Workflows"),
        "drafts": _("Drafts"),
        "paste": _("Paste anything"),
        "history": _("History"),
        "connections": _("Connections"),
        "profile": _("Your profile"),
    }
    if person.is_owner:
        names |= {"people": _("People and roles"), "audit": _("Audit list")}
    fitting = [(key, name) for key, name in names.items() if wanted.lower() in name.lower()]
    return [Found(_("page"), "open", name, reverse(key)) for key, name in fitting]


def _drafts(person: Person, wanted: str) -> list[Found]:
    if not person.may_edit:
        return []
    return [
        Found(
            _("draft"),
            "pen",
            draft.name or draft.operation,
            reverse("builder", args=[draft.id]),
            draft.changed_at,
        )
        for draft in drafts_of(person).filter(name__icontains=wanted)[:EACH]
    ]


def _workflows(wanted: str) -> list[Found]:
    fitting = Workflow.objects.filter(name__icontains=wanted) if wanted else Workflow.objects.none()
    address = reverse("workflows")
    return [
        Found(_("workflow"), "flow", row.name, f"{address}?find={row.uid}")
        for row in fitting[:EACH]
    ]


def _exchanges(person: Person, wanted: str) -> list[Found]:
    page = list_exchanges(person, ExchangeSearch(text=wanted), EACH)
    return [
        Found(
            _("send"),
            "send",
            row.message or row.operation,
            reverse("exchange", args=[row.id]),
            row.started_at,
        )
        for row in page.rows
    ]
