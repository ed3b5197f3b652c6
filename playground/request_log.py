"""The log: one line per event, as text or as JSON, without anything a person typed."""

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("playground.request")

# A token in a URL opens what it was made for, so none may reach the log. URLs get there in
# Django's own messages and in stack traces.
TOKEN = re.compile(r"/(s|link)/[^/\s?#<]+")


class TextFormatter(logging.Formatter):
    """`2026-11-22T18:00:00Z INFO playground.request GET drafts/ 200 12 ms`."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{record.levelname} {record.name} {hide_tokens(super().format(record))}"
        # Line breaks are escaped: a request must not be able to forge a line of its own.
        escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        return f"{format_time(record)} {escaped}"


class JsonFormatter(logging.Formatter):
    """The same as one JSON object per line, with the event's facts as keys."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": format_time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_tokens(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            entry["trace"] = hide_tokens(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)


def hide_tokens(text: str) -> str:
    """The text without the tokens of share links and one-time links."""
    return TOKEN.sub(r"/\1/…", text)


def format_time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class RequestLogMiddleware:
    """Writes one line per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = self.get_response(request)
        # The route, not the path: that may hold a token or what somebody searched for.
        route = request.resolver_match.route if request.resolver_match else "(no page)"
        facts = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "milliseconds": round((time.monotonic() - started) * 1000),
        }
        logger.info("%s /%s %s %s ms", *facts.values(), extra={"facts": facts})
        return response
