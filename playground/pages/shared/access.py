"""Who may use a share link: its token, its password, and how often."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from playground.pages.responses import add_retry_after
from playground.payload_templates.models import ShareLink
from playground.payload_templates.share_links import check_link_password, find_share_link
from playground.people import rate_limits
from playground.people.audit import address_of

# Requests a minute from one address; unknown tokens are allowed less often, against guessing.
PAGE_RATE = rate_limits.RateLimit("share page", 300, 60)

View = Callable[..., HttpResponse]


def share_link_view(view: View) -> View:
    """Pass the link of the URL's token to the view, for anyone, at a limited rate."""

    @login_not_required
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        address = address_of(request)
        if seconds := PAGE_RATE.seconds_to_wait(address):
            return _refuse_for_now(request, seconds)
        link = find_share_link(token)
        if link is None:
            if seconds := rate_limits.guesses.seconds_to_wait(address):
                return _refuse_for_now(request, seconds)
            message = _("This link has expired, been revoked or is incomplete.")
            # Sent from a page that was open before: the message takes the verdict's place.
            if request.htmx.target == "outcome":  # type: ignore[attr-defined]
                return render(request, "share/_outcome.html", {"message": message})
            return show_message(request, message, 404)
        response = view(request, link, token, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def _refuse_for_now(request: HttpRequest, seconds: int) -> HttpResponse:
    response = show_message(request, rate_limits.explain_wait(seconds), 429)
    return add_retry_after(response, seconds)


def show_message(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "share/closed.html", {"message": message}, status=status)


def check_password(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    # The same throttle as for signing in, with the link in place of the name.
    attempt, seconds = rate_limits.start_attempt(f"link {link.id}", address_of(request))
    if attempt is None:
        context = {"token": token, "message": rate_limits.explain_wait(seconds)}
        response = render(request, "share/password.html", context, status=429)
        return add_retry_after(response, seconds)
    if not check_link_password(link, request.POST.get("password", "")):
        context = {"token": token, "message": _("Wrong password.")}
        return render(request, "share/password.html", context, status=422)
    rate_limits.forgive_attempts(attempt)
    request.session[_session_key(link)] = True
    return redirect("share", token)


def is_unlocked(request: HttpRequest, link: ShareLink) -> bool:
    return not link.password or bool(request.session.get(_session_key(link)))


def _session_key(link: ShareLink) -> str:
    return f"link-{link.id}"
