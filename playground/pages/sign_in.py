"""Sign in and out, and join by a link."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout, password_validation
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.pages.parameters import UncutForm
from playground.pages.responses import add_retry_after
from playground.people.access import next_page
from playground.people.audit import address_of, find_person, record_event
from playground.people.models import LinkPurpose, OneTimeLink, Person, Role
from playground.people.rate_limits import explain_wait, forgive_attempts, guesses, start_attempt
from playground.people.search import equal_text
from playground.people.team import add_person
from playground.people.tokens import find_link, has_owner, use_link

NAME_MESSAGE = gettext_lazy("Use only letters, digits and @ . + - _")
NAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
PASSWORD_HELP = gettext_lazy("At least 10 characters.")


def password_field(label: Any, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    # A password may begin or end with a space.
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **kwargs)


def check_new_password(form: forms.Form, field: str, person: Person) -> None:
    """Add an error to the field if Django's validators reject the password."""
    password = form.cleaned_data.get(field)
    if not password:
        return
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        form.add_error(field, error)


class SignInForm(UncutForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        widget=forms.TextInput(attrs=NAME_ATTRIBUTES),
    )
    password = password_field(gettext_lazy("Password"), "current-password")


class JoinForm(UncutForm):
    """The name and password of a new person."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        validators=[UnicodeUsernameValidator(message=NAME_MESSAGE)],
        widget=forms.TextInput(attrs=NAME_ATTRIBUTES),
    )
    password = password_field(gettext_lazy("Password"), "new-password", help_text=PASSWORD_HELP)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        # Two names that differ in case only would be mistaken for each other.
        if Person.objects.filter(equal_text(name, "username")).exists():
            raise ValidationError(_("This name is already taken. Choose another one."))
        return name

    def clean(self) -> dict[str, Any]:
        # The validators compare the password with the name.
        person = Person(username=self.cleaned_data.get("name", ""))
        check_new_password(self, "password", person)
        return self.cleaned_data


class FirstOwnerForm(JoinForm):
    """Like JoinForm, with an optional password: the server's operator can always get a link."""

    password = password_field(
        gettext_lazy("Password"),
        "new-password",
        required=False,
        help_text=gettext_lazy(
            "At least 10 characters. Leave empty to sign in only with links from "
            "manage.py sign_in_link."
        ),
    )


JOIN_FORMS = {LinkPurpose.OWNER: FirstOwnerForm, LinkPurpose.INVITE: JoinForm}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        # Signed in already, in another tab for example.
        if request.user.is_authenticated:
            return redirect(next_page(request))
        return _show_sign_in(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _show_sign_in(request, form, status=422)
    return _try_sign_in(request, form)


def _try_sign_in(request: HttpRequest, form: SignInForm) -> HttpResponse:
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    # Counted before the password is checked, so that parallel guesses count too.
    attempt, seconds = start_attempt(name, address_of(request))
    if attempt is None:
        record_event(request, "sign-in", _known_name(name), "refused: too many attempts")
        return _refuse_for_now(request, form, seconds)
    person = authenticate(request, username=name, password=password)
    if not isinstance(person, Person):
        record_event(request, "sign-in", _known_name(name), "refused: name or password")
        # The same message for both, so that names can't be probed.
        form.add_error(None, _("Incorrect name or password."))
        return _show_sign_in(request, form, status=422)
    # The right password: the attempts before it were typing errors.
    forgive_attempts(attempt)
    _log_in(request, person)
    return redirect(next_page(request))


def _refuse_for_now(request: HttpRequest, form: SignInForm, seconds: int) -> HttpResponse:
    form.add_error(None, explain_wait(seconds))
    return add_retry_after(_show_sign_in(request, form, status=429), seconds)


def _known_name(name: str) -> str:
    """The name if it exists: people type passwords into the wrong field, which isn't logged."""
    found = Person.objects.filter(username=name).values_list("username", flat=True).first()
    return found or "unknown name"


def _show_sign_in(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_page(request), "has_owner": has_owner()}
    return render(request, "sign_in/page.html", context, status=status)


def _log_in(request: HttpRequest, person: Person, how: str = "password") -> None:
    login(request, person)
    record_event(request, "sign-in", how)


@login_not_required
@never_cache
@require_safe
def show_session(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the CSRF token, for pages that were opened before the last sign-in.

    Other sites can send this request, but the browser doesn't let them read the response.
    """
    person = find_person(request)
    name = person.get_username() if person else ""
    session = {"person": str(person.pk) if person else "", "name": name}
    return JsonResponse(session | {"token": get_token(request)})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        # Recorded before: afterwards the person is unknown.
        record_event(request, "sign-out")
    logout(request)
    return redirect("sign_in")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a one-time link. Opening it changes nothing; its button uses the link up.

    Chat programs open links to preview them, and mail scanners to check them.
    """
    link = find_link(token)
    if link is None:
        return _refuse_link(request)
    form = _create_join_form(request, link)
    if request.method != "POST" or (form and not form.is_valid()):
        status = 422 if request.method == "POST" else 200
        return render(request, "link/page.html", {"link": link, "form": form}, status=status)
    person = _use_link(link, form.cleaned_data if form else {})
    if person is None:
        return render(request, "link/used.html", status=404)
    _log_in(request, person, f"{LinkPurpose(link.purpose).label} link")
    return redirect("home")


def _refuse_link(request: HttpRequest) -> HttpResponse:
    seconds = guesses.seconds_to_wait(address_of(request))
    if not seconds:
        return render(request, "link/used.html", status=404)
    context = {"message": explain_wait(seconds)}
    return add_retry_after(render(request, "link/used.html", context, status=429), seconds)


def _create_join_form(request: HttpRequest, link: OneTimeLink) -> JoinForm | None:
    form_class = JOIN_FORMS.get(LinkPurpose(link.purpose))
    if form_class is None:
        return None
    initial = {"name": "owner"} if form_class is FirstOwnerForm else {}
    return form_class(request.POST if request.method == "POST" else None, initial=initial)


def _use_link(link: OneTimeLink, answers: dict[str, Any]) -> Person | None:
    """The person the link signs in, or None if somebody else used it meanwhile."""
    with transaction.atomic():
        if not use_link(link):
            return None
        if link.purpose == LinkPurpose.SIGN_IN:
            return link.person
        return add_person(answers["name"], answers["password"], Role(link.role))
