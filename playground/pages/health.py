"""For load balancers and monitoring, without sign-in: health, readiness, version and metrics."""

import logging
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST

from playground.engine.models import Process
from playground.engine.processes import count_alive
from playground.engine.tasks import uses_workers
from playground.engine.threads import get_pool
from playground.monitoring.metrics import write_metrics
from playground.monitoring.requests import is_enabled
from playground.people.audit import address_of
from playground.vault.storage_check import (
    StorageMonitor,
    list_applied,
    list_missing,
    list_newer,
    monitor,
    try_to_store,
)
from playground.vault.storage_errors import Cause, describe_cause

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("playground.metrics")

OK = "ok"
NO_WORKER = "no worker"
# Every process misses these at once, and pages work without them: sends wait for a worker, and
# only attachments need the bucket.
OPTIONAL_PARTS = ("files", "engine")
# A bucket is asked less often than the disk: anybody can request these pages.
FILES_SECONDS = 15.0
files_monitor = StorageMonitor(try_to_store, FILES_SECONDS)


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
    parts = list_parts()
    needed = {value for name, value in parts.items() if name not in OPTIONAL_PARTS}
    is_ready = needed == {OK, "no"}
    return JsonResponse({"ready": is_ready, **parts}, status=200 if is_ready else 503)


def list_parts() -> dict[str, str]:
    """Return the state of each part of this process and of what it needs."""
    cause, files = monitor.check(), files_monitor.check()
    parts = {
        "database": OK,
        "writable": OK if cause is None else str(describe_cause(cause).title),
        "migrations": OK,
        "files": _describe_files(files),
        "engine": OK,
        "stopping": "yes" if get_pool().is_stopping else "no",
    }
    try:
        parts["migrations"] = _describe_migrations()
        parts["engine"] = _describe_engine()
    except (DatabaseError, InterfaceError):
        parts["database"] = "The database doesn't answer"
        parts["migrations"] = parts["engine"] = "unknown"
    return parts


@login_not_required
def show_version(request: HttpRequest) -> HttpResponse:
    """Name and version. This is public, so no commit and no library versions."""
    return JsonResponse({"name": "API Playground", "version": settings.VERSION})


@login_not_required
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for machines in the allowed networks that know the token."""
    if not is_enabled():
        raise Http404
    address = address_of(request)
    if settings.METRICS_NETWORKS and not is_in_networks(address):
        logger.info("Metrics refused to %s: not in PLAYGROUND_METRICS_NETWORKS", address)
        return HttpResponse("Your address may not read metrics.\n", "text/plain", status=403)
    if settings.METRICS and not _has_token(request):
        logger.info("Metrics refused to %s: wrong token", address)
        response = HttpResponse("Wrong token.\n", "text/plain", status=401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(write_metrics(), CONTENT_TYPE_LATEST)


def is_in_networks(address: str) -> bool:
    """Return whether an IP address is in one of the networks that may read metrics."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    # A server that listens on IPv6 has IPv4 clients in this form.
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in settings.METRICS_NETWORKS)


VIEWS = {
    "/health/": show_health,
    "/ready/": show_ready,
    "/version/": show_version,
    "/metrics": show_metrics,
}


class HealthMiddleware:
    """Serves these before hosts are checked: load balancers send any `Host`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path)
        is_off = view is show_metrics and not is_enabled()
        if view is None or is_off or request.method not in ("GET", "HEAD"):
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


def _describe_files(cause: Cause | None) -> str:
    if cause is None:
        return OK
    # The titles of other causes are about the database.
    is_named = cause in (Cause.FULL, Cause.FILES_UNREACHABLE, Cause.FILES_REFUSED)
    return str(describe_cause(cause).title) if is_named else "Files can't be stored"


def _describe_engine() -> str:
    if not uses_workers():
        return "stopping" if get_pool().is_stopping else OK
    return OK if count_alive()[Process.Kind.WORKER] else NO_WORKER


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS)
