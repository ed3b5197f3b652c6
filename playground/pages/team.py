"""Pages for owners: the people, their roles, the invites, and the audit list."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.pages.people_forms import InviteForm, RoleForm
from playground.people.audit import record_event
from playground.people.links import make_invite
from playground.people.models import AuditEvent, LinkPurpose, OneTimeLink, Person, Role
from playground.people.permissions import needs, person_of
from playground.people.team import LastOwner, give_role, set_active

EVENTS_A_PAGE = 50
WENT_WELL = Q(result__in=["ok", Outcome.ACCEPTED])


@needs(Role.OWNER)
@require_safe
def show_people(request: HttpRequest) -> HttpResponse:
    return render_people(request, {"invite": InviteForm()})


def render_people(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    content = {
        "people": Person.objects.order_by("-is_active", "username"),
        "roles": Role.choices,
        "invites": OneTimeLink.objects.open()
        .filter(purpose=LinkPurpose.INVITE)
        .order_by("expires_at"),
        **more,
    }
    return render(request, "people/page.html", content, status=status)


@needs(Role.OWNER)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """The link is shown in this answer only; nobody can read it again."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render_people(request, {"invite": form}, status=422)
    role, note = Role(form.cleaned_data["role"]), form.cleaned_data["note"]
    token = make_invite(role, person_of(request), note)
    record_event(request, "invited", f"{note or _('somebody')} ({role.label})")
    address = request.build_absolute_uri(reverse("link", args=[token]))
    response = render_people(request, {"invite": InviteForm(), "address": address, "note": note})
    response["Cache-Control"] = "no-store"
    return response


@needs(Role.OWNER)
@require_POST
def withdraw_invite(request: HttpRequest, link_id: int) -> HttpResponse:
    link = get_object_or_404(OneTimeLink.objects.open(), pk=link_id, purpose=LinkPurpose.INVITE)
    link.delete()
    record_event(request, "invite-withdrawn", link.note or _("somebody"))
    return redirect("people")


@needs(Role.OWNER)
@require_POST
def change_role(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return render_people(request, {"invite": InviteForm()}, status=422)
    role = Role(form.cleaned_data["role"])
    try:
        give_role(person, role)
    except LastOwner as refusal:
        return refuse(request, "role-changed", person, refusal)
    record_event(request, "role-changed", f"{person.username}: {role.value}")
    messages.info(
        request, _("%(name)s is now %(role)s.") % {"name": person.username, "role": role.label}
    )
    return redirect("people")


@needs(Role.OWNER)
@require_POST
def change_active(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=person_id)
    active = request.POST.get("active") == "yes"
    action = "reactivated" if active else "deactivated"
    try:
        set_active(person, active)
    except LastOwner as refusal:
        return refuse(request, action, person, refusal)
    record_event(request, action, person.username)
    return redirect("people")


def refuse(request: HttpRequest, action: str, person: Person, refusal: LastOwner) -> HttpResponse:
    record_event(request, action, person.username, "refused: the only owner")
    return render_people(request, {"invite": InviteForm(), "refusal": str(refusal)}, status=409)


@needs(Role.OWNER)
@require_safe
def show_audit(request: HttpRequest) -> HttpResponse:
    """Filters are `person`, `action` and `result`; each may be left out."""
    filters = {key: request.GET.get(key, "").strip() for key in ("person", "action", "result")}
    events = filter_events(filters)
    content = {
        "events": Paginator(events, EVENTS_A_PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "actions": AuditEvent.objects.order_by("action")
        .values_list("action", flat=True)
        .distinct(),
    }
    return render(request, "audit/page.html", content)


def filter_events(filters: dict[str, str]) -> Any:
    events = AuditEvent.objects.order_by("-at", "-pk")
    if filters["person"]:
        events = events.filter(person_name__icontains=filters["person"])
    if filters["action"]:
        events = events.filter(action=filters["action"])
    if filters["result"] == "ok":
        events = events.filter(WENT_WELL)
    elif filters["result"]:
        events = events.exclude(WENT_WELL)
    return events
