"""Counts of requests and edits, for metrics; of this process unless gunicorn's share a folder.

No label holds a name, a path value or anything that was typed: views come from the site map.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.multiprocess import MultiProcessCollector

# Views that change the document of a draft.
EDITS = frozenset({"edit_draft", "undo_or_redo", "paste_into", "paste_rows"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# Where prometheus-client keeps what several processes of one server count; it reads this itself.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

registry = CollectorRegistry()
ProcessCollector(registry=registry)
REQUESTS = Counter(
    "playground_requests",
    "Requests by view, method and class of status.",
    ["view", "method", "status"],
    registry=registry,
)
DURATIONS = Histogram(
    "playground_request_seconds",
    "Time until the response was ready, by view.",
    ["view"],
    buckets=SECONDS,
    registry=registry,
)
EDITED = Counter(
    "playground_edits", "Edits of drafts by class of status.", ["status"], registry=registry
)


def get_registry() -> CollectorRegistry:
    """Return what is counted here, or in all processes of a server that shares a folder."""
    if not os.environ.get(SHARED_FOLDER):
        return registry
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


class RequestMetricsMiddleware:
    """Counts and times each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not is_enabled():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        record_request(request, response.status_code, time.perf_counter() - started)
        return response


def is_enabled() -> bool:
    """Return whether anybody may read metrics."""
    return bool(settings.METRICS or settings.METRICS_NETWORKS)


def record_request(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    view = (match.view_name if match else "") or OTHER
    # Clients may send any word as the method.
    method = request.method if request.method in METHODS else OTHER
    status_class = f"{status // 100}xx"
    REQUESTS.labels(view, method, status_class).inc()
    DURATIONS.labels(view).observe(seconds)
    if view in EDITS and method == "POST":
        EDITED.labels(status_class).inc()
