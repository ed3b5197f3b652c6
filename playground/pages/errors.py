"""What people read when something is refused, missing or broken: one sentence, no trace."""

from collections.abc import Callable

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def say(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """The error page, or the bare sentence for htmx and scripts that ask for no page."""
    if getattr(request, "htmx", False) or "text/html" not in request.headers.get("Accept", "*/*"):
        return HttpResponse(sentence, "text/plain; charset=utf-8", status=status)
    content = {"title": title, "sentence": sentence, "status": status}
    return HttpResponse(render_to_string("error/page.html", content), status=status)


def show_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return say_too_large(request)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        return say(request, 413, _("Too large"), _("This has more fields than one request may."))
    return say(
        request,
        400,
        _("Not understood"),
        _("The request could not be read, or this address is not one of the playground's own."),
    )


def show_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) if isinstance(exception, PermissionDenied) else ""
    return say(request, 403, _("Not allowed"), sentence or _("You may not open this."))


def show_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = _("There is nothing at this address. It may have been removed, or is not yours.")
    return say(request, 404, _("Not found"), sentence)


def show_500(request: HttpRequest) -> HttpResponse:
    return say(
        request,
        500,
        _("Something broke here"),
        _("The playground made a mistake; its log says which. What you saved is still there."),
    )


def show_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return say(
        request,
        403,
        _("Not done"),
        _("This page was open too long or came from elsewhere. Load it again and repeat."),
    )


def say_too_large(request: HttpRequest) -> HttpResponse:
    return say(
        request, 413, _("Too large"), _("This is larger than the 12 MB that one request may hold.")
    )


class SentenceMiddleware:
    """Gives empty 405 and 413 answers their sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or response.content:
            return response
        if response.status_code == 413:
            return say_too_large(request)
        if response.status_code == 405:
            said = say(request, 405, _("Not this way"), _("This address cannot be used like this."))
            said["Allow"] = response.get("Allow", "")
            return said
        return response
