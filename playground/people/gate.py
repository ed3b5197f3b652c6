"""The gate: every page needs a signed-in person unless its view says otherwise."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

from playground.people.rights import send_to_sign_in


class SignInMiddleware(LoginRequiredMiddleware):
    """Views open to everybody carry Django's `login_not_required`."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        return send_to_sign_in(request)
