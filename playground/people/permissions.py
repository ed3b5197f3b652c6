"""Who may open what: a view says the role it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from playground.people.audit import record_event
from playground.people.models import Person, Role

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def needs(role: Role) -> Callable[[View], View]:
    """Lets only people of this role or a higher one in; others read a sentence (403).

    The view keeps the role as its attribute `needed_role`, so that tests can read it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return send_to_sign_in(request)
            if not person.has_role(role):
                note_refusal(request)
                raise PermissionDenied(explain(role))
            return view(request, *args, **kwargs)

        judged.needed_role = role  # type: ignore[attr-defined]
        return cast(View, judged)

    return decorate


def note_refusal(request: HttpRequest) -> None:
    """A refused change stands on the audit list; looking writes nothing."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        found = request.resolver_match
        record_event(request, "refused", found.view_name if found else "", "refused: role too low")


def person_of(request: HttpRequest) -> Person:
    """The signed-in person; only for views behind the sign-in."""
    if not isinstance(request.user, Person):
        raise PermissionDenied(_("Sign in first."))
    return request.user


def explain(role: Role) -> str:
    if role is Role.OWNER:
        return _("Only an owner may do this.")
    return _("Viewers can read here, not change or send. An owner can make you an editor.")


def send_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and afterwards back to where the person was."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        here = htmx.current_url_abs_path or "/"
        response = HttpResponse(status=401)
        response["HX-Redirect"] = redirect_to_login(here, resolve_url("sign_in"))["Location"]
        return response
    here = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(here, resolve_url("sign_in"))


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in: only to a page of ours."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else resolve_url("home")
