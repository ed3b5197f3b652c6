"""The signed-in person's own pages: e-mail, password and personal tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playground.pages.parameters import UncutForm, read_number
from playground.pages.sign_in import PASSWORD_HELP, check_new_password, password_field
from playground.people.access import needs, person_of
from playground.people.audit import record_event
from playground.people.mail import MailFailed, is_mail_on, send_test_mail
from playground.people.models import Person, Role
from playground.people.rate_limits import RateLimit, explain_wait
from playground.people.tokens import SCOPES, make_token, revoke_token, validate_token

MAX_TOKENS_SHOWN = 100
# An hour, for each person.
test_mails = RateLimit("test mail", 6, 3600)


class PasswordForm(UncutForm):
    """A new password, and the current one where there is one."""

    old = password_field(gettext_lazy("Current password"), "current-password")
    new = password_field(gettext_lazy("New password"), "new-password", help_text=PASSWORD_HELP)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        # People who joined by a link have no password yet.
        if not person.has_usable_password():
            del self.fields["old"]

    def clean_old(self) -> str:
        old = str(self.cleaned_data["old"])
        if not self.person.check_password(old):
            raise ValidationError(_("This isn't your current password."))
        return old

    def clean(self) -> dict[str, Any]:
        check_new_password(self, "new", self.person)
        return self.cleaned_data


class MailForm(UncutForm):
    """Where e-mails go, and whether there are any."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    wants_mail = forms.BooleanField(
        label=gettext_lazy("E-mail me when a schedule of mine fails, recovers or is paused"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("wants_mail") and not self.cleaned_data.get("email", "?"):
            self.add_error("email", _("Enter an address, or untick e-mails."))
        return self.cleaned_data


@needs(Role.VIEWER)
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def show_profile(request: HttpRequest) -> HttpResponse:
    """Changing the password ends the person's other sessions."""
    person = person_of(request)
    form = PasswordForm(person, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _render_profile(request, form, _make_mail_form(person))
    person.set_password(form.cleaned_data["new"])
    person.save(update_fields=["password"])
    # Sessions hold a hash of the password; only this one gets the new hash.
    update_session_auth_hash(request, person)
    record_event(request, "password-changed")
    messages.success(request, _("Password changed. You are signed out everywhere else."))
    return redirect("profile")


def _render_profile(request: HttpRequest, form: PasswordForm, mail_form: MailForm) -> HttpResponse:
    # 422 tells htmx and scripts that the form was rejected.
    status = 422 if request.method == "POST" else 200
    role = Role(person_of(request).role)
    context = {"form": form, "mail_form": mail_form, "role": role, "mail_is_on": is_mail_on()}
    return render(request, "profile/page.html", context, status=status)


def _make_mail_form(person: Person) -> MailForm:
    return MailForm(initial={"email": person.email, "wants_mail": person.wants_mail})


@needs(Role.VIEWER)
@require_POST
def save_mail(request: HttpRequest) -> HttpResponse:
    """Where this person gets e-mails, and whether."""
    person, form = person_of(request), MailForm(request.POST)
    if not form.is_valid():
        return _render_profile(request, PasswordForm(person), form)
    person.email, person.wants_mail = form.cleaned_data["email"], form.cleaned_data["wants_mail"]
    person.save(update_fields=["email", "wants_mail"])
    record_event(request, "email-changed")
    messages.success(request, _("Saved."))
    return redirect("profile")


@needs(Role.VIEWER)
@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send the person an e-mail, and say what became of it."""
    person = person_of(request)
    if not is_mail_on() or not person.email:
        messages.warning(request, _("Save an address first; an administrator sets up e-mail."))
    elif wait := test_mails.seconds_to_wait(str(person.pk)):
        messages.warning(request, explain_wait(wait))
    else:
        try:
            send_test_mail(person.email)
        except MailFailed as failure:
            messages.warning(request, f"{_('Not sent.')} {failure}")
        else:
            text = _("The mail server took an e-mail to %s. It should arrive within minutes.")
            messages.success(request, text % person.email)
    return redirect("profile")


@needs(Role.VIEWER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The list of tokens. The response to creating one is the only place that shows it."""
    person = person_of(request)
    context: dict[str, object] = {"scopes": SCOPES}
    status = 200
    if request.method == "POST":
        name, scopes = request.POST.get("name", ""), request.POST.getlist("scope")
        days = read_number(request.POST.get("days", ""), digits=5)
        if message := validate_token(person, name, scopes, days):
            context["message"], status = message, 422
        else:
            context["token"] = make_token(person, name, scopes, days)
            record_event(request, "token-made", name, " ".join(scopes))
    context["tokens"] = person.tokens.all()[:MAX_TOKENS_SHOWN]
    return render(request, "profile/tokens.html", context, status=status)


@needs(Role.VIEWER)
@require_POST
def revoke_own_token(request: HttpRequest, token_id: int) -> HttpResponse:
    # Somebody else's token is reported like one that doesn't exist.
    if not revoke_token(person_of(request), token_id):
        raise Http404(_("You have no such token."))
    record_event(request, "token-revoked", str(token_id))
    return redirect("tokens")
