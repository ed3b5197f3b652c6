"""Pages that let people in and out."""

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playground.pages.people_forms import FirstOwnerForm, JoinForm, SignInForm
from playground.people.audit import address_of, record_event
from playground.people.links import find_link, use_up
from playground.people.models import LinkPurpose, OneTimeLink, Person, Role
from playground.people.permissions import next_page
from playground.people.team import join
from playground.people.throttle import begin_attempt, forgive

BACKEND = "playground.people.sessions.PeopleBackend"
JOIN_FORMS = {LinkPurpose.OWNER: FirstOwnerForm, LinkPurpose.INVITE: JoinForm}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(next_page(request))
        return show_sign_in(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return show_sign_in(request, form, status=422)
    return judge_sign_in(request, form)


def judge_sign_in(request: HttpRequest, form: SignInForm) -> HttpResponse:
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    attempt, wait = begin_attempt(name, address_of(request))
    if attempt is None:
        record_event(request, "sign-in", known_name(name), "refused: too many attempts")
        return ask_to_wait(request, form, wait)
    person = authenticate(request, username=name, password=password)
    if not isinstance(person, Person):
        record_event(request, "sign-in", known_name(name), "refused: name or password")
        form.add_error(None, _("Name and password do not belong together. Try again."))
        return show_sign_in(request, form, status=422)
    forgive(attempt)
    let_in(request, person)
    return redirect(next_page(request))


def ask_to_wait(request: HttpRequest, form: SignInForm, wait: int) -> HttpResponse:
    form.add_error(
        None,
        ngettext(
            "Too many attempts. Wait %(seconds)d second, then try again.",
            "Too many attempts. Wait %(seconds)d seconds, then try again.",
            wait,
        )
        % {"seconds": wait},
    )
    response = show_sign_in(request, form, status=429)
    response["Retry-After"] = str(wait)
    return response


def known_name(name: str) -> str:
    """The name if somebody has it: people type passwords into the wrong field."""
    found = Person.objects.filter(username=name).values_list("username", flat=True).first()
    return found or "unknown name"


def show_sign_in(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    content = {"form": form, "next": next_page(request)}
    return render(request, "sign_in/page.html", content, status=status)


def let_in(request: HttpRequest, person: Person, how: str = "password") -> None:
    login(request, person, backend=BACKEND)
    record_event(request, "sign-in", how)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        record_event(request, "sign-out")
    logout(request)
    return redirect("sign_in")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at a link changes nothing; the button on its page uses it up."""
    link = find_link(token)
    if link is None:
        return render(request, "link/used.html", status=404)
    form = make_join_form(request, link)
    if request.method != "POST" or (form and not form.is_valid()):
        status = 422 if request.method == "POST" else 200
        return render(request, "link/page.html", {"link": link, "form": form}, status=status)
    person = take_link(link, form.cleaned_data if form else {})
    if person is None:
        return render(request, "link/used.html", status=404)
    let_in(request, person, f"{LinkPurpose(link.purpose).label} link")
    return redirect("home")


def make_join_form(request: HttpRequest, link: OneTimeLink) -> JoinForm | None:
    kind = JOIN_FORMS.get(LinkPurpose(link.purpose))
    if kind is None:
        return None
    initial = {"name": "owner"} if kind is FirstOwnerForm else {}
    return kind(request.POST if request.method == "POST" else None, initial=initial)


def take_link(link: OneTimeLink, answers: dict[str, Any]) -> Person | None:
    """Uses the link up and gives the person it lets in, or None if it was used meanwhile."""
    with transaction.atomic():
        if not use_up(link):
            return None
        if link.purpose == LinkPurpose.SIGN_IN:
            return link.person
        return join(answers["name"], answers["password"], Role(link.role))
