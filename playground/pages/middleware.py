"""Middleware around all pages: the health check, compression and messages for bare errors."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext as _

from playground.pages.errors import show_413, show_error

HEALTH_PATH = "/health/"
SANDBOX_PATH = "/sandbox/"

GetResponse = Callable[[HttpRequest], HttpResponse]


@login_not_required
def show_health(request: HttpRequest) -> HttpResponse:
    """For load balancers: whether this process and its database answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database doesn't answer\n", "text/plain", status=503)
    response = HttpResponse("ok\n", "text/plain")
    response["Cache-Control"] = "no-store"
    # Answered before CommonMiddleware, which sets this; without it the connection is closed.
    response["Content-Length"] = str(len(response.content))
    return response


class HealthMiddleware:
    """Answers health checks before hosts are checked: load balancers send any `Host`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == HEALTH_PATH and request.method in ("GET", "HEAD"):
            return show_health(request)
        return self.get_response(request)


class CompressionMiddleware(GZipMiddleware):
    """Compresses all pages but the sandbox's, which answers as it is told to, byte for byte.

    Compression can reveal secrets by the length of a response (BREACH). Django pads its
    responses at random and masks its CSRF tokens, and no page reflects input beside a secret.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(SANDBOX_PATH):
            return response
        return super().process_response(request, response)


class ErrorMessageMiddleware:
    """Gives the bare 405 and 413 responses of Django and of views a page with a message."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or response.content:
            return response
        if response.status_code == 413:
            return show_413(request)
        if response.status_code == 405:
            message = _("This page can't be used this way. Go back and try again from there.")
            page = show_error(request, 405, _("Method not allowed"), message)
            # Required by RFC 9110, section 15.5.6.
            page["Allow"] = response.get("Allow", "")
            return page
        return response
