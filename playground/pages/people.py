"""The page of the signed-in person."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from playground.pages.people_forms import PasswordForm
from playground.people.audit import record_event
from playground.people.models import Role
from playground.people.permissions import needs, person_of


@needs(Role.VIEWER)
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def show_profile(request: HttpRequest) -> HttpResponse:
    """Changing the password ends the person's other sessions and leaves this one."""
    person = person_of(request)
    form = PasswordForm(person, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "profile/page.html", {"form": form}, status=status)
    person.set_password(form.cleaned_data["new"])
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)
    record_event(request, "password-changed")
    messages.info(request, _("Password changed. You are signed out everywhere else."))
    return redirect("profile")
