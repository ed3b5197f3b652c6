"""The WSGI application, for waitress, gunicorn and other servers."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
respond = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    # Django's own server hides its connection, but the sandbox has to close it to fail on
    # request; waitress passes a plain function, which has no handler.
    server = getattr(start_response, "__self__", None)
    handler = getattr(server, "request_handler", None)
    if handler is not None:
        environ["playground.connection"] = handler.connection
    body = respond(environ, start_response)
    if environ["REQUEST_METHOD"] != "HEAD":
        return body
    # Django leaves it to the server to omit the body, and waitress sends it. The next response
    # on that connection would then begin with it.
    if close := getattr(body, "close", None):
        close()
    return []
