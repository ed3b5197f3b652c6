"""Error pages: a title and a message, never a stack trace."""

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


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
    message = _("The server failed; its log has the details. Saved changes are still there.")
    return show_error(request, 500, _("Something went wrong"), message)


def show_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page has expired or was opened from another site. Reload it and try again.")
    return show_error(request, 403, _("Not saved"), message)
