"""The WSGI application, for waitress, gunicorn and other servers."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def omit_head_bodies(application: WSGIApplication) -> WSGIApplication:
    """Answer HEAD requests without a body.

    Django leaves that to the server, and waitress sends the body. Whoever uses the connection
    next would take it for the response.
    """

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        # PEP 3333 requires it: Django ends its request there.
        if close := getattr(body, "close", None):
            close()
        return []

    return respond


application = omit_head_bodies(get_wsgi_application())
