"""The owners' page of people: roles, access and invites."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, Value, When
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.pages.lists import ListColumn, ListShape
from playground.pages.parameters import UncutForm
from playground.pages.responses import offer_undo
from playground.pages.selection import (
    Action,
    Report,
    ask,
    is_confirmed,
    read_action,
    read_chosen_numbers,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.models import LinkPurpose, OneTimeLink, Person, Role
from playground.people.team import LastOwner, set_active, set_role
from playground.people.tokens import make_invite

LIST = ListShape(
    "name",
    (
        # Deactivated people last; they stay, because the history names them.
        ListColumn(
            "name",
            gettext_lazy("Name"),
            (Case(When(is_active=True, then=Value(0)), default=Value(1)), Lower("username")),
        ),
        ListColumn(
            "role",
            gettext_lazy("Role"),
            (Case(*(When(role=role, then=Value(role.rank)) for role in Role), default=Value(0)),),
            descends=True,
        ),
        ListColumn(
            "signed-in",
            gettext_lazy("Last sign-in"),
            ("last_login",),
            descends=True,
            has_nulls=True,
        ),
        ListColumn("tools", gettext_lazy("Access"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s person", "%(n)s people", "n"),
)
REACTIVATE = Action("reactivate", gettext_lazy("Reactivate"), "person")
DEACTIVATE = Action("deactivate", gettext_lazy("Deactivate…"), "lock", is_danger=True)
ACTIONS = (REACTIVATE, DEACTIVATE)


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
        "list": LIST.read(request, Person.objects.all()),
        "actions": ACTIONS,
        "act": reverse("act_on_people"),
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
    active = (request.POST.get("active") or request.GET.get("active")) == "yes"
    action = "reactivated" if active else "deactivated"
    try:
        set_active(person, active)
    except LastOwner as refusal:
        return _refuse(request, action, person, refusal)
    record_event(request, action, person.username)
    names = {"name": person.username}
    if active:
        messages.success(request, _("%(name)s can sign in again.") % names)
    else:
        undo = reverse("change_active", args=[person.pk]) + "?active=yes"
        offer_undo(request, _("%(name)s can no longer sign in.") % names, undo)
    return redirect("people")


def _refuse(request: HttpRequest, action: str, person: Person, refusal: LastOwner) -> HttpResponse:
    record_event(request, action, person.username, "refused: the only owner")
    context = {"invite": InviteForm(), "refusal": str(refusal)}
    return _render_people(request, context, status=409)


@needs(Role.OWNER)
@require_POST
def act_on_people(request: HttpRequest) -> HttpResponse:
    """Deactivate or reactivate the chosen people."""
    chosen, page = read_chosen_numbers(request), reverse("people")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    people = list(Person.objects.filter(pk__in=chosen).order_by(Lower("username")))
    if action is DEACTIVATE and people and not is_confirmed(request):
        title = ngettext("Deactivate %(n)s person?", "Deactivate %(n)s people?", len(people))
        loss = _(
            "They are signed out at once, and their sign-in links stop working. What they made "
            "stays. You can reactivate them."
        )
        names = [each.username for each in people]
        title = title % {"n": len(people)}
        return ask(request, action, title, loss, names, page, confirm=_("Deactivate"))
    report = Report()
    report.count_missing(len(chosen) - len(people))
    for person in people:
        _set_active(request, person, action is REACTIVATE, report)
    texts = {
        DEACTIVATE: ngettext("Deactivated %(n)s person.", "Deactivated %(n)s people.", report.done),
        REACTIVATE: ngettext("Reactivated %(n)s person.", "Reactivated %(n)s people.", report.done),
    }
    report.show(request, texts[action] % {"n": report.done})
    return return_to_list(request, page)


def _set_active(request: HttpRequest, person: Person, active: bool, report: Report) -> None:
    if person.is_active == active:
        state = _("Already active.") if active else _("Already deactivated.")
        report.leave(person.username, state)
        return
    if person == request.user:
        # The rest couldn't be reported: the session ends with it.
        report.leave(person.username, _("Deactivate yourself by the button in your own row."))
        return
    action = "reactivated" if active else "deactivated"
    try:
        set_active(person, active)
    except LastOwner as refusal:
        record_event(request, action, person.username, "refused: the only owner")
        report.leave(person.username, str(refusal))
        return
    record_event(request, action, person.username)
    report.done += 1
