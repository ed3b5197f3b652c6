"""Failures on demand: a header, or words in the body or address, make the sandbox misbehave."""

import gzip
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from playground.sandbox.answers import Refusal
from playground.sandbox.hanging import HeldAnswer, Slot, hang_up, wait

HEADER = "x-sandbox-fail"
SPELLED = re.compile(rb"\[fail:([A-Za-z0-9-]{1,20})(?:=([0-9]{1,4}(?:\.[0-9]{1,3})?))?\]")
HEADER_VALUE = re.compile(r"([A-Za-z0-9-]{1,20})(?:=([0-9]{1,4}(?:\.[0-9]{1,3})?))?")
SLOW_SECONDS = 5.0
DRIP_SECONDS = 0.2
PIECE = b" " * 65536

Refuse = Callable[[Refusal], HttpResponse]
Work = Callable[[], HttpResponse]


@dataclass(frozen=True)
class Wish:
    """What shall go wrong, and for how many seconds where that matters."""

    word: str
    seconds: float | None = None


@dataclass(frozen=True)
class Scene:
    """What a failure is made from: the request, the proper answer, the API's error body.

    `work` does what was asked and never raises: a refusal is an answer like any other.
    """

    request: HttpRequest
    work: Work
    refuse: Refuse
    wish: Wish

    def seconds(self, default: float) -> float:
        wanted = default if self.wish.seconds is None else self.wish.seconds
        return min(wanted, settings.SANDBOX_HANG_SECONDS)


def find_wish(request: HttpRequest, body: bytes) -> Wish | None:
    """The failure asked for: by header, else by `[fail:word]` in the body or the address."""
    said = request.headers.get(HEADER)
    if said is not None:
        match = HEADER_VALUE.fullmatch(said.strip())
        if match is None:
            raise _unknown(said)
        return _make_wish(match[1], match[2])
    address = unquote(request.get_full_path()).encode(errors="replace")
    found = SPELLED.search(body) or SPELLED.search(address)
    if found is None:
        return None
    return _make_wish(found[1].decode(), (found[2] or b"").decode())


def act_out(scene: Scene) -> HttpResponseBase:
    """The answer that goes wrong as wished."""
    word = scene.wish.word
    if word in STATUS_SENTENCES:
        return _refuse_with(scene, int(word))
    if word not in ACTS:
        raise _unknown(word)
    return ACTS[word](scene)


def _make_wish(word: str, seconds: str | None) -> Wish:
    return Wish(word.lower(), float(seconds) if seconds else None)


def _unknown(word: str) -> Refusal:
    known = ", ".join([*ACTS, *STATUS_SENTENCES])
    return Refusal(400, f"The sandbox cannot fail with {word[:40]!r}; it knows: {known}.")


STATUS_SENTENCES = {
    "400": "The request is wrong, as you wished.",
    "401": "The API key is wrong, as you wished.",
    "402": "The plan's limit is reached, as you wished.",
    "403": "This key may not do that, as you wished.",
    "404": "There is nothing here, as you wished.",
    "409": "Somebody else was quicker, as you wished.",
    "413": "The body is too large, as you wished.",
    "422": "The request cannot be processed, as you wished.",
    "429": "Too many requests, as you wished.",
    "500": "The server broke down, as you wished.",
    "502": "The server behind this one is gone, as you wished.",
    "503": "The server is busy, as you wished.",
    "504": "The server behind this one is slow, as you wished.",
}


def _refuse_with(scene: Scene, status: int) -> HttpResponse:
    headers = {"Retry-After": "2"} if status in (429, 503) else {}
    scope = "auth" if status in (401, 403) else "server" if status >= 429 else "input"
    answer = scene.refuse(Refusal(status, STATUS_SENTENCES[str(status)], scope, headers=headers))
    answer.status_code = status
    return answer


def _time_out(scene: Scene) -> HttpResponseBase:
    slot = Slot()
    try:
        wait(scene.request, scene.seconds(settings.SANDBOX_HANG_SECONDS))
    finally:
        slot.give_back()
    return hang_up(scene.request)


def _answer_late(scene: Scene) -> HttpResponseBase:
    slot = Slot()
    try:
        stayed = wait(scene.request, scene.seconds(SLOW_SECONDS))
    finally:
        slot.give_back()
    return scene.work() if stayed else hang_up(scene.request)


def _drip(scene: Scene) -> HttpResponseBase:
    slot = Slot()
    proper = scene.work()
    until = time.monotonic() + scene.seconds(settings.SANDBOX_HANG_SECONDS)
    answer = HeldAnswer(_drop_bytes(scene.request, proper.content, until), slot)
    return _dress(answer, proper)


def _drop_bytes(request: HttpRequest, content: bytes, until: float) -> Iterator[bytes]:
    for place in range(len(content)):
        if time.monotonic() > until:
            yield content[place:]
            return
        yield content[place : place + 1]
        if not wait(request, DRIP_SECONDS):
            return


def _close(scene: Scene) -> HttpResponseBase:
    return hang_up(scene.request)


def _lose(scene: Scene) -> HttpResponseBase:
    """The work is done, its answer never arrives."""
    scene.work()
    return hang_up(scene.request)


def _cut(scene: Scene) -> HttpResponseBase:
    proper = scene.work()
    half = proper.content[: len(proper.content) // 2]
    return _dress(hang_up(scene.request, half or b" "), proper)


def _dress(answer: HttpResponseBase, proper: HttpResponse) -> HttpResponseBase:
    """The proper answer's status and headers on another one, its whole length announced."""
    answer.status_code = proper.status_code
    for name, value in proper.items():
        answer[name] = value
    answer["Content-Length"] = str(len(proper.content))
    return answer


def _talk_garbage(scene: Scene) -> HttpResponseBase:
    return HttpResponse(b'{"job_uid": "5f3c\x00\xff\xfe<<<', content_type="application/json")


def _say_nothing(scene: Scene) -> HttpResponseBase:
    return HttpResponse(b"", content_type="application/json")


def _show_page(scene: Scene) -> HttpResponseBase:
    page = b"<!doctype html><title>Sign in</title><script>alert(1)</script><h1>Please sign in</h1>"
    return HttpResponse(page, content_type="text/html; charset=utf-8")


def _be_huge(scene: Scene) -> HttpResponseBase:
    return HeldAnswer(_repeat_piece(), Slot(), content_type="application/json")


def _repeat_piece() -> Iterator[bytes]:
    yield b"["
    for _ in range(settings.SANDBOX_HUGE_BYTES // len(PIECE)):
        yield PIECE
    yield b"]"


def _be_a_bomb(scene: Scene) -> HttpResponseBase:
    """Few bytes on the wire that unpack to as many as `huge` sends."""
    answer = HeldAnswer(_pack_pieces(), Slot(), content_type="application/json")
    answer["Content-Encoding"] = "gzip"
    return answer


def _pack_pieces() -> Iterator[bytes]:
    packed = gzip.compress(PIECE)  # members of a gzip stream may follow each other
    for _ in range(settings.SANDBOX_HUGE_BYTES // len(PIECE)):
        yield packed


def _send_elsewhere(scene: Scene) -> HttpResponseBase:
    return _redirect("http://elsewhere.invalid/")


def _go_round(scene: Scene) -> HttpResponseBase:
    return _redirect(scene.request.get_full_path())


def _redirect(target: str) -> HttpResponse:
    return HttpResponse(status=307, headers={"Location": target}, content_type="text/plain")


def _fail_as_200(scene: Scene) -> HttpResponseBase:
    answer = scene.refuse(Refusal(403, STATUS_SENTENCES["403"], "auth"))
    answer.status_code = 200
    return answer


def _speak_latin(scene: Scene) -> HttpResponseBase:
    content = '{"message": "Lancé à l’heure"}'.encode("cp1252")
    return HttpResponse(content, content_type="application/json")


def _say_nan(scene: Scene) -> HttpResponseBase:
    return HttpResponse(b'{"job_uid": NaN, "error": NaN}', content_type="application/json")


ACTS: dict[str, Callable[[Scene], HttpResponseBase]] = {
    "timeout": _time_out,
    "slow": _answer_late,
    "drip": _drip,
    "close": _close,
    "lost": _lose,
    "cut": _cut,
    "garbage": _talk_garbage,
    "empty": _say_nothing,
    "html": _show_page,
    "huge": _be_huge,
    "bomb": _be_a_bomb,
    "redirect": _send_elsewhere,
    "loop": _go_round,
    "200-error": _fail_as_200,
    "latin": _speak_latin,
    "nan": _say_nan,
}
