"""Owners' pages: people, roles and invites, and the audit log."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.pages.parameters import UncutForm
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import AuditEvent, LinkPurpose, OneTimeLink, Person, Role
from playground.people.search import contain_text
from playground.people.team import LastOwner, set_active, set_role
from playground.people.tokens import make_invite

EVENTS_PER_PAGE = 50
# Sends are logged with their outcome, everything else with "ok".
SUCCEEDED = Q(result__in=["ok", Outcome.ACCEPTED])


class InviteForm(UncutForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.EDITOR)
    note = forms.CharField(label=gettext_lazy("Label"), max_length=100, required=False)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


@needs(Role.OWNER)
@require_safe
def show_people(request: HttpRequest) -> HttpResponse:
    return _render_people(request, {"invite": InviteForm()})


def _render_people(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {
        # Deactivated people last; they stay, because the history names them.
        "people": Person.objects.order_by("-is_active", Lower("username")),
        "roles": Role.choices,
        "summaries": [(role.label, role.summary) for role in Role],
        "invites": OneTimeLink.objects.usable()
        .filter(purpose=LinkPurpose.INVITE)
        .order_by("expires_at"),
        **more,
    }
    return render(request, "people/page.html", context, status=status)


@needs(Role.OWNER)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _render_people(request, {"invite": form}, status=422)
    role, note = Role(form.cleaned_data["role"]), form.cleaned_data["note"]
    token = make_invite(role, person_of(request), note)
    record_event(request, "invited", f"{note or _('someone')} ({role.label})")
    address = request.build_absolute_uri(reverse("link", args=[token]))
    # Shown in this response only: the token itself isn't stored. Nor may a cache keep it.
    response = _render_people(request, {"invite": InviteForm(), "address": address, "note": note})
    response["Cache-Control"] = "no-store"
    return response


@needs(Role.OWNER)
@require_POST
def withdraw_invite(request: HttpRequest, link_id: int) -> HttpResponse:
    # Only invites: links that let owners in are made and withdrawn on the server.
    link = get_object_or_404(OneTimeLink.objects.usable(), pk=link_id, purpose=LinkPurpose.INVITE)
    link.delete()
    record_event(request, "invite-withdrawn", link.note or _("someone"))
    return redirect("people")


@needs(Role.OWNER)
@require_POST
def change_role(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _render_people(request, {"invite": InviteForm()}, status=422)
    role = Role(form.cleaned_data["role"])
    try:
        set_role(person, role)
    except LastOwner as refusal:
        # A team without an owner could never change anything about itself again.
        return _refuse(request, "role-changed", person, refusal)
    record_event(request, "role-changed", f"{person.username}: {role.value}")
    names = {"name": person.username, "role": role.label}
    messages.success(request, _("%(name)s is now %(role)s.") % names)
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
        return _refuse(request, action, person, refusal)
    record_event(request, action, person.username)
    return redirect("people")


def _refuse(request: HttpRequest, action: str, person: Person, refusal: LastOwner) -> HttpResponse:
    record_event(request, action, person.username, "refused: the only owner")
    context = {"invite": InviteForm(), "refusal": str(refusal)}
    return _render_people(request, context, status=409)


@needs(Role.OWNER)
@require_safe
def show_audit(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first, filtered by `person`, `action` and `result`."""
    filters = {key: request.GET.get(key, "").strip() for key in ("person", "action", "result")}
    context = {
        "events": Paginator(_filter_events(filters), EVENTS_PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "filters": filters,
        "actions": AuditEvent.objects.order_by("action")
        .values_list("action", flat=True)
        .distinct(),
    }
    return render(request, "audit/page.html", context)


def _filter_events(filters: dict[str, str]) -> QuerySet[AuditEvent]:
    # The key breaks ties: events of one request share their time.
    events = AuditEvent.objects.order_by("-at", "-pk")
    if filters["person"]:
        events = events.filter(contain_text(filters["person"], "person_name"))
    if filters["action"]:
        events = events.filter(action=filters["action"])
    if filters["result"] == "ok":
        events = events.filter(SUCCEEDED)
    elif filters["result"]:
        events = events.exclude(SUCCEEDED)
    return events
