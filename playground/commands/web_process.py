"""The WSGI application of a web process: refuses requests until everything is prepared.

`serve` prepares everything itself. Under another server, such as gunicorn, `manage.py prepare`
does; a process that starts before that answers 503 and begins to serve as soon as it has run.
"""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, InterfaceError, connection

from playground.vault.storage_check import list_applied, list_missing

logger = logging.getLogger("playground.start")

RETRY_SECONDS = 10
# Served by commands that send, too, where nothing needs static files.
SANDBOX_PATH = "/sandbox/"
SENTENCE = b"API Playground isn't ready yet. Try again in a few seconds.\n"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class WebProcess:
    """Django's WSGI application, once everything is prepared."""

    def __init__(self) -> None:
        self._respond = get_wsgi_application()
        self._is_prepared = False
        self._named = ""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not (self._is_prepared or environ["PATH_INFO"].startswith(SANDBOX_PATH)):
            if lack := find_lack():
                return self._refuse(lack, environ, start_response)
            self._is_prepared = True
            if self._named:
                # It lists the static files once, and those have been collected since.
                self._respond = get_wsgi_application()
        # Django's own server hides its connection, but the sandbox has to close it to fail on
        # request; waitress passes a plain function, which has no handler.
        server = getattr(start_response, "__self__", None)
        handler = getattr(server, "request_handler", None)
        if handler is not None:
            environ["playground.connection"] = handler.connection
        body = self._respond(environ, start_response)
        return omit_body(body) if environ["REQUEST_METHOD"] == "HEAD" else body

    def _refuse(
        self, lack: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        # Once, not for each request.
        if lack != self._named:
            logger.error("Requests are answered 503: %s", lack)
            self._named = lack
        status = HTTPStatus.SERVICE_UNAVAILABLE
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(SENTENCE))),
            ("Cache-Control", "no-store"),
            ("Retry-After", str(RETRY_SECONDS)),
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [SENTENCE]


def find_lack() -> str:
    """Return what `prepare` has yet to do, as a sentence for the log; empty if nothing."""
    try:
        missing = list_missing(list_applied())
    except (DatabaseError, InterfaceError) as error:
        return f"the database can't be used ({type(error).__name__})."
    finally:
        # Outside of a request nobody closes it, and one that broke would never work again.
        connection.close()
    if missing:
        return f"{len(missing)} migrations are missing. Run: manage.py prepare"
    if not Path(settings.STATIC_ROOT).is_dir():
        return "static files haven't been collected on this machine. Run: manage.py prepare"
    return ""


def omit_body(body: Iterable[bytes]) -> Iterable[bytes]:
    # Django leaves it to the server to omit the body, and waitress sends it. The next response
    # on that connection would then begin with it.
    if close := getattr(body, "close", None):
        close()
    return []


application = WebProcess()
