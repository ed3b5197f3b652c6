"""Error pages, and the middleware that turns bare errors into pages and compresses them."""

import sys
from collections.abc import Callable

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from playground.openapi.operations import UnknownOperation
from playground.vault.storage_errors import drop_read_only_connection, explain_storage_error

SANDBOX_PATH = "/sandbox/"

GetResponse = Callable[[HttpRequest], HttpResponse]


def show_error(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """The error page; for htmx and for scripts that don't accept HTML, only its message."""
    # htmx shows the text in a toast, where a whole page would be of no use.
    if getattr(request, "htmx", False) or "text/html" not in request.headers.get("Accept", "*/*"):
        return HttpResponse(message, "text/plain; charset=utf-8", status=status)
    # Rendered without the request: context processors read the session and the database, which
    # may be what failed.
    content = {"title": title, "message": message, "status": status}
    return HttpResponse(render_to_string("error/page.html", content), status=status)


def show_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django reports bodies that exceed DATA_UPLOAD_MAX_… as 400.
    if isinstance(exception, RequestDataTooBig):
        return show_413(request)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        message = _("This form has too many fields for one request. Send it in parts.")
        return show_error(request, 413, _("Too large"), message)
    message = _("The request couldn't be read, or this server doesn't use that host name.")
    return show_error(request, 400, _("Bad request"), message)


def show_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = str(exception) if isinstance(exception, PermissionDenied) else ""
    message = message or _("You don't have permission to open this page.")
    return show_error(request, 403, _("Not allowed"), message)


def show_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Pages that exist but belong to others answer the same, so that ids can't be probed.
    message = _("This page doesn't exist. It may have been removed, or you can't see it.")
    return show_error(request, 404, _("Page not found"), message)


def show_413(request: HttpRequest) -> HttpResponse:
    message = _("The request is larger than 12 MB. Make it smaller and try again.")
    return show_error(request, 413, _("Too large"), message)


def show_500(request: HttpRequest) -> HttpResponse:
    # Django calls this while it handles the exception.
    error = sys.exc_info()[1]
    # PostgreSQL rejects text with a NUL character, which only a forged request has.
    if isinstance(error, DataError):
        message = _("The request has a value that can't be searched for or stored.")
        return show_error(request, 400, _("Bad request"), message)
    if failed := explain_storage_error(error):
        drop_read_only_connection(failed.cause)
        page = show_error(request, failed.status, failed.title, failed.message)
        page["Retry-After"] = str(failed.retry_after)
        return page
    message = _("The server failed; its log has the details. Saved changes are still there.")
    return show_error(request, 500, _("Something went wrong"), message)


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page has expired or was opened from another site. Reload it and try again.")
    response = show_error(request, 403, _("Not saved"), message)
    # Tells scripts that this refusal isn't final: they take the new token and retry.
    response["X-CSRF-Failure"] = "1"
    return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses all pages but the sandbox's, which answers as it is told to, byte for byte.

    Compression can reveal secrets by the length of a response (BREACH). Django pads its
    responses at random and masks its CSRF tokens, and no page reflects input next to a secret.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(SANDBOX_PATH):
            return response
        return super().process_response(request, response)


class ErrorMessageMiddleware:
    """Gives the bare 405 and 413 responses of Django and of views a page with a message.

    Also returns 404 for a deleted operation or API: drafts and templates outlive them.
    """

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

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, UnknownOperation):
            return None
        message = _(
            "This operation no longer exists: its API was deleted, or a newer document of it "
            "doesn't have the operation."
        )
        return show_error(request, 404, _("Operation not found"), message)
