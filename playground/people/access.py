"""Access: the role that each view needs, and middleware that protects people and requests."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
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
GetResponse = Callable[[HttpRequest], HttpResponse]

# One policy for all pages: none has inline scripts or needs a nonce or an exception.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
# No page uses any of these.
UNUSED = "accelerometer camera display-capture geolocation gyroscope microphone midi payment usb"
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED.split())


def needs(role: Role) -> Callable[[View], View]:
    """Admit only people with this role or a higher one; others get a message (403).

    The role is the view's attribute `needed_role`, so that a test can require one for every
    view.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def check_role(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_sign_in(request)
            if not person.has_role(role):
                record_refusal(request)
                raise PermissionDenied(explain_refusal(role))
            return view(request, *args, **kwargs)

        check_role.needed_role = role  # type: ignore[attr-defined]
        return cast(View, check_role)

    return decorate


def record_refusal(request: HttpRequest) -> None:
    """Add a refused change to the audit log."""
    # Reading isn't logged: every stray click would fill the log.
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        match = request.resolver_match
        record_event(request, "refused", match.view_name if match else "", "refused: role too low")


def person_of(request: HttpRequest) -> Person:
    """The signed-in person; only for views that require one."""
    if not isinstance(request.user, Person):
        raise PermissionDenied(_("Sign in first."))
    return request.user


def explain_refusal(role: Role) -> str:
    """The message for somebody who lacks this role."""
    if role is Role.OWNER:
        return _("Only an owner may do this.")
    return _("Viewers can only read. Ask an owner to make you an editor.")


def redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page, and from there back to where the person was."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        # htmx would follow a plain redirect and insert the sign-in page into this one.
        here = htmx.current_url_abs_path or "/"
        response = HttpResponse(status=401)
        response["HX-Redirect"] = redirect_to_login(here, resolve_url("sign_in"))["Location"]
        return response
    here = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(here, resolve_url("sign_in"))


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in."""
    target = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    # Only pages of this installation: a link must not lead through our sign-in to a fake site.
    is_own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_own and target.startswith("/") else resolve_url("home")


class SecurityHeadersMiddleware:
    """Restricts what pages may load and use, and keeps responses out of browser caches.

    Without `no-store`, going back would show a page with an idempotency key that is used up.
    Over HTTPS every cookie is marked secure, whatever the settings say.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's own error pages for developers have inline styles.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cache-Control", "no-store")
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Requires a signed-in person, except in views with Django's `login_not_required`."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        return redirect_to_sign_in(request)


class SameOriginMiddleware:
    """Lets Django's CSRF check accept forms of pages that send no referrer.

    Under `Referrer-Policy: no-referrer` browsers post forms with `Origin: null`, which Django
    rejects as foreign. Sec-Fetch-Site, which no script can set, tells whether the page is ours.
    Over plain HTTP browsers don't send it. There the token alone decides, as it does without
    any Origin. Must come before CsrfViewMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin") == "null":
            site = request.headers.get("Sec-Fetch-Site")
            if site == "same-origin" or (site is None and not request.is_secure()):
                request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return self.get_response(request)
