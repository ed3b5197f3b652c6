"""Failures on request: a header, or words in the body or URL, make the sandbox misbehave."""

import gzip
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from playground.sandbox.bodies import ApiError
from playground.sandbox.slow_responses import Slot, SlowResponse, close_connection, wait

HEADER = "x-sandbox-fail"
IN_TEXT = re.compile(rb"\[fail:([A-Za-z0-9-]{1,20})(?:=([0-9]{1,4}(?:\.[0-9]{1,3})?))?\]")
IN_HEADER = re.compile(r"([A-Za-z0-9-]{1,20})(?:=([0-9]{1,4}(?:\.[0-9]{1,3})?))?")
SLOW_SECONDS = 5.0
DRIP_SECONDS = 0.2
CHUNK = b" " * 65536
STATUS_MESSAGES = {
    "400": "Simulated failure: the request is invalid.",
    "401": "Simulated failure: the API key is wrong.",
    "402": "Simulated failure: the plan's limit has been reached.",
    "403": "Simulated failure: this key isn't allowed to do that.",
    "404": "Simulated failure: not found.",
    "409": "Simulated failure: the request conflicts with another one.",
    "413": "Simulated failure: the body is too large.",
    "422": "Simulated failure: the request can't be processed.",
    "429": "Simulated failure: too many requests.",
    "500": "Simulated failure: internal server error.",
    "502": "Simulated failure: bad gateway.",
    "503": "Simulated failure: the service is unavailable.",
    "504": "Simulated failure: gateway timeout.",
}

JSON = "application/json"
# Replies that aren't what they claim to be, and their content types.
BODIES = {
    "garbage": (b'{"job_uid": "5f3c\x00\xff\xfe<<<', JSON),
    "empty": (b"", JSON),
    # What a proxy with a sign-in page sends; the script shows whether the UI escapes it.
    "html": (
        b"<!doctype html><title>Sign in</title><script>alert(1)</script><h1>Please sign in</h1>",
        "text/html; charset=utf-8",
    ),
    # JSON has to be UTF-8 (RFC 8259, section 8.1); this is what an old Windows server writes.
    "latin": ('{"message": "Lancé à l’heure"}'.encode("cp1252"), JSON),
    # Python's own json module writes NaN, and so do servers that use it.
    "nan": (b'{"job_uid": NaN, "error": NaN}', JSON),
}


@dataclass(frozen=True)
class SimulatedFailure:
    """The failure to simulate, and for how many seconds where that matters."""

    word: str
    seconds: float | None = None


@dataclass(frozen=True)
class FailureContext:
    """What a failure is made from.

    `run` does what the request asks for and returns the normal response; it never raises, since
    a refusal is a response like any other. `refuse` writes an error as the API would.
    """

    request: HttpRequest
    run: Callable[[], HttpResponse]
    refuse: Callable[[ApiError], HttpResponse]
    failure: SimulatedFailure

    def seconds(self, default: float) -> float:
        wanted = default if self.failure.seconds is None else self.failure.seconds
        return min(wanted, settings.SANDBOX_HANG_SECONDS)


def find_failure(request: HttpRequest, body: bytes) -> SimulatedFailure | None:
    """The failure asked for: by header, else by `[fail:word]` in the body or the URL."""
    header = request.headers.get(HEADER)
    if header is not None:
        match = IN_HEADER.fullmatch(header.strip())
        if match is None:
            raise _unknown(header)
        word, seconds = match[1], match[2]
    else:
        # Bytes, since a body may be anything, even text in the wrong encoding.
        url = unquote(request.get_full_path()).encode(errors="replace")
        found = IN_TEXT.search(body) or IN_TEXT.search(url)
        if found is None:
            return None
        word, seconds = found[1].decode(), (found[2] or b"").decode()
    return SimulatedFailure(word.lower(), float(seconds) if seconds else None)


def make_failure(context: FailureContext) -> HttpResponseBase:
    """The response that fails as requested; raises ApiError for an unknown failure."""
    word = context.failure.word
    if word in STATUS_MESSAGES:
        return _fail_with_status(context, int(word))
    if word in BODIES:
        content, content_type = BODIES[word]
        return HttpResponse(content, content_type=content_type)
    if word not in FAILURES:
        raise _unknown(word)
    return FAILURES[word](context)


def _unknown(word: str) -> ApiError:
    known = ", ".join([*FAILURES, *BODIES, *STATUS_MESSAGES])
    return ApiError(400, f"Unknown failure {word[:40]!r}. Choose one of: {known}.")


def _fail_with_status(context: FailureContext, status: int) -> HttpResponse:
    headers = {"Retry-After": "2"} if status in (429, 503) else {}
    scope = "auth" if status in (401, 403) else "server" if status >= 429 else "input"
    response = context.refuse(ApiError(status, STATUS_MESSAGES[str(status)], scope, "", headers))
    # Altcraft writes every error with HTTP 200; but a requested status should be visible.
    response.status_code = status
    return response


def _fail_as_200(context: FailureContext) -> HttpResponseBase:
    response = context.refuse(ApiError(403, STATUS_MESSAGES["403"], "auth"))
    response.status_code = 200
    return response


# Time


def _time_out(context: FailureContext) -> HttpResponseBase:
    _wait_in_slot(context, settings.SANDBOX_HANG_SECONDS)
    return close_connection(context.request)


def _respond_late(context: FailureContext) -> HttpResponseBase:
    # The work is done after the wait: a caller who gives up early has started nothing.
    is_connected = _wait_in_slot(context, SLOW_SECONDS)
    return context.run() if is_connected else close_connection(context.request)


def _wait_in_slot(context: FailureContext, seconds: float) -> bool:
    slot = Slot()
    try:
        return wait(context.request, context.seconds(seconds))
    finally:
        slot.release()


def _drip(context: FailureContext) -> HttpResponseBase:
    slot = Slot()
    normal = context.run()
    until = time.monotonic() + context.seconds(settings.SANDBOX_HANG_SECONDS)
    response = SlowResponse(_send_bytes(context.request, normal.content, until), slot)
    return _copy_head(response, normal)


def _send_bytes(request: HttpRequest, content: bytes, until: float) -> Iterator[bytes]:
    for index in range(len(content)):
        if time.monotonic() > until:
            yield content[index:]
            return
        yield content[index : index + 1]
        if not wait(request, DRIP_SECONDS):
            return


# The connection


def _close(context: FailureContext) -> HttpResponseBase:
    return close_connection(context.request)


def _lose(context: FailureContext) -> HttpResponseBase:
    """The work is done, but its response never arrives."""
    context.run()
    return close_connection(context.request)


def _cut(context: FailureContext) -> HttpResponseBase:
    normal = context.run()
    half = normal.content[: len(normal.content) // 2]
    # At least one byte: the head must arrive, or this would be `lost`.
    return _copy_head(close_connection(context.request, half or b" "), normal)


def _copy_head(response: HttpResponseBase, normal: HttpResponse) -> HttpResponseBase:
    """Give a response the status and headers of the normal one, its whole length included."""
    response.status_code = normal.status_code
    for name, value in normal.items():
        response[name] = value
    response["Content-Length"] = str(len(normal.content))
    return response


def _redirect_elsewhere(context: FailureContext) -> HttpResponseBase:
    # RFC 2606 reserves .invalid: the name never resolves.
    return _redirect("http://elsewhere.invalid/")


def _redirect_to_itself(context: FailureContext) -> HttpResponseBase:
    return _redirect(context.request.get_full_path())


def _redirect(target: str) -> HttpResponse:
    # 307 keeps method and body, so a client that follows repeats the whole request.
    return HttpResponse(status=307, headers={"Location": target}, content_type="text/plain")


# The size


def _send_huge(context: FailureContext) -> HttpResponseBase:
    return SlowResponse(_repeat_chunk(), Slot(), content_type=JSON)


def _repeat_chunk() -> Iterator[bytes]:
    yield b"["
    for _ in range(settings.SANDBOX_HUGE_BYTES // len(CHUNK)):
        yield CHUNK
    yield b"]"


def _send_bomb(context: FailureContext) -> HttpResponseBase:
    """Few bytes on the wire that unpack to as many as `huge` sends."""
    response = SlowResponse(_repeat_packed_chunk(), Slot(), content_type=JSON)
    response["Content-Encoding"] = "gzip"
    return response


def _repeat_packed_chunk() -> Iterator[bytes]:
    packed = gzip.compress(CHUNK)
    # A gzip stream may have many members (RFC 1952, section 2.2), so one is packed only once.
    for _ in range(settings.SANDBOX_HUGE_BYTES // len(CHUNK)):
        yield packed


FAILURES: dict[str, Callable[[FailureContext], HttpResponseBase]] = {
    "timeout": _time_out,
    "slow": _respond_late,
    "drip": _drip,
    "close": _close,
    "lost": _lose,
    "cut": _cut,
    "huge": _send_huge,
    "bomb": _send_bomb,
    "redirect": _redirect_elsewhere,
    "loop": _redirect_to_itself,
    "200-error": _fail_as_200,
}
