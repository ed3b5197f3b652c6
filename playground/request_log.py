"""The log: one line an event, as text or as JSON, without anything a person typed."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("playground.request")

# No line tells any of these; logging would find them out for each.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None  # nor which line of code spoke


# A token in an address opens what it stands for: it never reaches the log.
TOKEN = re.compile(r"/(s|link)/[^/\s?#<]+")


class Line(logging.Formatter):
    """`2026-11-22T18:00:00Z INFO playground.request GET drafts/ 200 12 ms`, breaks escaped."""

    def format(self, record: logging.LogRecord) -> str:
        message = hide_tokens(super().format(record))
        text = f"{moment(record)} {record.levelname} {record.name} {message}"
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


class JsonLine(logging.Formatter):
    """The same as one JSON object a line, with the event's facts as keys."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_tokens(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            entry["trace"] = hide_tokens(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)


def hide_tokens(text: str) -> str:
    return TOKEN.sub(r"/\1/…", text)


def moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JournalMiddleware:
    """Writes one line a request. The route is named, not the path: a path may hold a one-time
    link or what somebody searched for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = self.get_response(request)
        milliseconds = round((time.monotonic() - started) * 1000)
        route = request.resolver_match.route if request.resolver_match else "(no page)"
        facts = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "milliseconds": milliseconds,
        }
        # When the answer is on its way: nobody waits for the log.
        response._resource_closers.append(partial(write_line, facts))  # type: ignore[attr-defined]
        return response


def write_line(facts: Mapping[str, Any]) -> None:
    logger.info("%s /%s %s %s ms", *facts.values(), extra={"facts": facts})
