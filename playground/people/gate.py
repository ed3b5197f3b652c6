"""The gate: every page needs a signed-in person unless its view says otherwise, and every
change comes from a page of ours."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from playground.people.rights import send_to_sign_in


class SignInMiddleware(LoginRequiredMiddleware):
    """Views open to everybody carry Django's `login_not_required`."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
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
