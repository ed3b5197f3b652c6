"""Middleware that protects people: security headers, sign-in, CSRF without a referrer."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from playground.people.permissions import redirect_to_sign_in

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
