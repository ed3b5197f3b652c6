"""A page for load balancers: does this process answer, and its database?"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

PATH = "/health/"


@login_not_required
def show_health(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", status=503)
    response = HttpResponse("ok\n", "text/plain")
    response["Cache-Control"] = "no-store"
    # This page is answered before the middleware that would say it: without, each asker's
    # connection is closed.
    response["Content-Length"] = str(len(response.content))
    return response


class HealthMiddleware:
    """Answers first of all: load balancers send any Host, and need neither session nor log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == PATH and request.method in ("GET", "HEAD"):
            return show_health(request)
        return self.get_response(request)
