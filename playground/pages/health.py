"""For load balancers and monitoring: health, readiness and version, without sign-in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse

from playground.engine.threads import get_pool
from playground.vault.storage_check import list_applied, list_missing, list_newer, monitor
from playground.vault.storage_errors import describe_cause

GetResponse = Callable[[HttpRequest], HttpResponse]

OK = "ok"


@login_not_required
def show_health(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and can write: `ok`, or 503 with the cause."""
    cause = monitor.check()
    if cause is None:
        return HttpResponse(f"{OK}\n", "text/plain")
    failed = describe_cause(cause)
    return HttpResponse(f"{failed.title}\n", "text/plain; charset=utf-8", status=503)


@login_not_required
def show_ready(request: HttpRequest) -> HttpResponse:
    """Whether requests should be sent here, part by part: 200 or 503."""
    cause = monitor.check()
    parts = {
        "database": OK,
        "writable": OK if cause is None else describe_cause(cause).title,
        "migrations": OK,
        "stopping": "yes" if get_pool().is_stopping else "no",
    }
    try:
        parts["migrations"] = _describe_migrations()
    except (DatabaseError, InterfaceError):
        parts["database"], parts["migrations"] = "The database doesn't answer", "unknown"
    is_ready = set(parts.values()) == {OK, "no"}
    return JsonResponse({"ready": is_ready, **parts}, status=200 if is_ready else 503)


@login_not_required
def show_version(request: HttpRequest) -> HttpResponse:
    """Name and version. This is public, so no commit and no library versions."""
    return JsonResponse({"name": "API Playground", "version": settings.VERSION})


VIEWS = {"/health/": show_health, "/ready/": show_ready, "/version/": show_version}


class HealthMiddleware:
    """Serves these before hosts are checked: load balancers send any `Host`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path)
        if view is None or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        response = view(request)
        response["Cache-Control"] = "no-store"
        # CommonMiddleware sets this for other pages; without it the connection is closed.
        response["Content-Length"] = str(len(response.content))
        return response


def _describe_migrations() -> str:
    applied = list_applied()
    if list_newer(applied):
        return "The database is newer than the code"
    return "Migrations are missing" if list_missing(applied) else OK
