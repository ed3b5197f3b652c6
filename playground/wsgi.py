"""The WSGI application, for waitress, gunicorn and the like."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
respond = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    # Django's own server hides its connection, but the sandbox has to close it to fail as asked;
    # waitress passes a plain function, which has no handler.
    server = getattr(start_response, "__self__", None)
    handler = getattr(server, "request_handler", None)
    if handler is not None:
        environ["playground.connection"] = handler.connection
    return respond(environ, start_response)
