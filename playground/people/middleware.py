"""The gate: every page needs a signed-in person unless its view says otherwise, and every
change comes from a page of ours."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from playground.people.models import Person
from playground.people.permissions import send_to_sign_in

# None of these is used by any page.
UNUSED = "accelerometer camera display-capture geolocation gyroscope microphone midi payment usb"
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED.split())


class PermissionsMiddleware:
    """Takes from every page what none needs: camera, microphone, place."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class PrivacyMiddleware:
    """What a person sees is kept by no browser: going back asks again, so that an old press of
    Send is never offered anew. Over HTTPS every cookie is marked secure, settings or not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Views open to everybody carry Django's `login_not_required`."""

    def process_view(self, request: HttpRequest, *called: Any) -> HttpResponseBase | None:
        """The person stands bare in the request from here on: Django's wrapping, put off until
        it is needed, is looked through at every dot."""
        if isinstance(request.user, Person):
            request.user = getattr(request.user, "_wrapped", request.user)
        refused: HttpResponseBase | None = super().process_view(request, *called)
        return refused

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        return send_to_sign_in(request)


class OwnPagesMiddleware(CsrfViewMiddleware):
    """Django's CSRF check, for pages that send no referrer.

    Under `no-referrer` a browser posts a form with `Origin: null`, which Django takes for a
    foreign page. It is one of ours if the browser itself says so in Sec-Fetch-Site; over plain
    HTTP browsers do not say, and there, as without any Origin, the token alone decides.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.headers.get("Origin") == "null":
            site = request.headers.get("Sec-Fetch-Site")
            return site == "same-origin" or (site is None and not request.is_secure())
        return bool(super()._origin_verified(request))  # type: ignore[misc]
