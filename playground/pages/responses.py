"""Parts of responses: breadcrumbs, toasts, downloads, and instructions for htmx."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

# Seconds between two polls: quick at first, since most things end soon.
POLL_DELAYS: Sequence[float] = (0.5, 0.5, 1, 1, 1, 2, 2, 3)
MAX_POLL_DELAY = 5


def breadcrumbs(*parts: tuple[str, str] | str) -> list[dict[str, str]]:
    """What `_crumbs.html` draws, from texts and (text, address) pairs."""
    pairs = [part if isinstance(part, tuple) else (part, "") for part in parts]
    return [{"text": text, "href": href} for text, href in pairs]


def with_toast(
    response: HttpResponse, text: str, undo: str = "", kind: str = "success"
) -> HttpResponse:
    """The response with a toast; `undo` is an address that reverts what was done."""
    # htmx passes this on as an event, which `static/js/toasts.js` shows.
    toast: dict[str, Any] = {"text": text, "kind": kind}
    if undo:
        toast["undo"] = undo
    response["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def respond_undoable(
    request: HttpRequest, text: str, undo: str, page: str, fragment: HttpResponse | None = None
) -> HttpResponse:
    """Say what was done, next to a button that posts to `undo`, which reverts it.

    htmx gets the fragment with a toast. A plain form is redirected to `page`, which shows the same
    as a message with a form.
    """
    if request.htmx:  # type: ignore[attr-defined]
        return with_toast(fragment or HttpResponse(), text, undo)
    offer_undo(request, text, undo)
    return redirect(page)


def offer_undo(request: HttpRequest, text: str, undo: str) -> None:
    """Show the text on the next page, with a form that posts to `undo`."""
    # `templates/_toasts.html` reads the address from the tags.
    messages.success(request, text, extra_tags=undo)


def respond_undone(request: HttpRequest, text: str, page: str) -> HttpResponse:
    """The response to an undo: htmx draws its page again, a plain form goes to `page`."""
    messages.success(request, text)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(page)
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response


def redirect_htmx(address: str) -> HttpResponse:
    """Make htmx open another page. It would insert the target of an HTTP redirect instead."""
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


def respond_with_file(content: str | bytes, name: str, content_type: str) -> HttpResponse:
    """A response that browsers save as a file and never open as a page."""
    # Half characters in a JSON reply can't be encoded; a question mark replaces them.
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


def add_retry_after(response: HttpResponse, seconds: int) -> HttpResponse:
    """Tell clients when to retry."""
    response["Retry-After"] = str(seconds)
    return response


def poll_delay(
    tries: int, delays: Sequence[float] = POLL_DELAYS, longest: float = MAX_POLL_DELAY
) -> float:
    """Seconds until a page asks again, after `tries` times."""
    return delays[tries] if tries < len(delays) else longest
