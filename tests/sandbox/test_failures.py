"""Failures on request, as a caller sees them on the wire: with Django's server and waitress."""

import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from waitress.server import create_server

from playground.sandbox import practice
from playground.sandbox.failures import FAILURES, STATUS_MESSAGES
from playground.sandbox.models import SandboxJob
from playground.sandbox.slow_responses import Slot
from playground.wsgi import application
from tests.sandbox.conftest import KEYS, LAUNCHED, Caller, make_launch


@pytest.fixture(params=["django", "waitress"])
def origin(request, transactional_db):
    """Where the application is served: as `manage.py runserver` does, or as waitress does."""
    if request.param == "django":
        server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
        server.set_app(application)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
    else:
        server = create_server(application, host="127.0.0.1", port=0, threads=6)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(server.close)  # in its own thread, which ends with it
    thread.join(5)


@pytest.fixture
def failing(origin, settings) -> Caller:
    settings.SANDBOX_HANG_SECONDS = 0.2
    settings.SANDBOX_HUGE_BYTES = 1024 * 1024
    return Caller(origin + practice.CAPTAIN_DATA_PATH, KEYS)


def are_all_slots_released() -> bool:
    """A slot is released when the server closes the response, a moment after its end."""
    until = time.monotonic() + 60
    while Slot.taken and time.monotonic() < until:
        time.sleep(0.01)
    return Slot.taken == 0


def send_raw(origin: str, request: bytes) -> bytes:
    """Everything that comes back until the connection closes."""
    place = urlsplit(origin)
    with socket.create_connection((place.hostname, place.port), timeout=60) as wire:
        wire.sendall(request)
        received = b""
        while piece := wire.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize("word", ["close", "timeout", "lost"])
def test_the_connection_closes_without_a_byte(failing, word):
    head = (
        f"GET {urlsplit(failing.origin).path}/workflows HTTP/1.1\r\nHost: localhost\r\n"
        f"x-api-key: {practice.PRACTICE_KEY}\r\nx-project-id: {practice.PRACTICE_WORKSPACE}\r\n"
        f"x-sandbox-fail: {word}\r\n\r\n"
    )
    assert send_raw(failing.origin, head.encode()) == b""
    assert are_all_slots_released()


def test_a_closed_connection_launches_nothing_and_a_lost_response_does(failing):
    with pytest.raises(requests.ConnectionError):
        failing.launch(**{"x-sandbox-fail": "close"})
    with pytest.raises(requests.ConnectionError):
        failing.launch(make_launch(job_name="Gone"), **{"x-sandbox-fail": "lost"})
    jobs = failing.get(f"/workflows/{LAUNCHED}/jobs?page=0").json()
    assert [job["name"] for job in jobs] == ["Gone"]


def test_a_response_is_cut_in_the_middle(failing):
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        failing.get("/workflows", **{"x-sandbox-fail": "cut"})


def test_failures_that_are_responses(failing):
    def ask(word):
        return failing.get("/workflows", **{"x-sandbox-fail": word})

    for word in STATUS_MESSAGES:
        assert ask(word).status_code == ask(word).json()["status_code"] == int(word)
    assert ask("429").headers["Retry-After"] == "2"
    assert ask("empty").content == b""
    assert ask("html").headers["Content-Type"].startswith("text/html")
    for word in ("garbage", "latin"):
        with pytest.raises(UnicodeDecodeError):
            ask(word).content.decode()
    assert b"NaN" in ask("nan").content
    assert (ask("200-error").status_code, ask("200-error").json()["status_code"]) == (200, 403)
    for word in ("redirect", "loop"):
        assert ask(word).status_code == 307
    assert len(ask("huge").content) > 1024 * 1024
    assert len(ask("bomb").content) == 1024 * 1024
    assert ask("slow=0.1").json() == ask("drip=0.1").json() == practice.list_entries()
    assert are_all_slots_released()


def test_an_unknown_failure_is_refused_with_the_known_ones(failing):
    for word in ("explode", "", "a b", "slow=99999"):
        reply = failing.get("/workflows", **{"x-sandbox-fail": word})
        assert reply.status_code == 400
        assert all(known in reply.json()["message"] for known in FAILURES)


def test_words_in_body_and_url_make_it_fail_too(failing):
    assert failing.launch(make_launch(job_name="Night run [fail:429]")).status_code == 429
    assert failing.call("DELETE", "/jobs/Night%20run%20%5Bfail:503%5D").status_code == 503
    assert not SandboxJob.objects.exists()


def test_altcraft_fails_in_its_own_format(failing):
    path = failing.origin.replace(practice.CAPTAIN_DATA_PATH, practice.ALTCRAFT_PATH)
    body = {"token": practice.PRACTICE_TOKEN, "id": 12, "email": "x[fail:500]@example.com"}
    reply = requests.post(f"{path}/workflows/start", json=body, timeout=60)
    assert (reply.status_code, reply.json()["error"]) == (500, 500)
    body["email"] = "x[fail:200-error]@example.com"
    reply = requests.post(f"{path}/workflows/start", json=body, timeout=60)
    assert (reply.status_code, reply.json()["error"]) == (200, 403)


def test_more_than_a_few_slow_responses_are_refused_at_once(failing, settings):
    settings.SANDBOX_HANGING_LIMIT = 1
    held = Slot()
    try:
        reply = failing.get("/workflows", **{"x-sandbox-fail": "timeout"})
    finally:
        held.release()
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]


def test_a_caller_who_disconnects_frees_the_slot(failing, settings):
    settings.SANDBOX_HANG_SECONDS = 60
    with pytest.raises(requests.Timeout):
        requests.get(
            f"{failing.origin}/workflows",
            headers=failing.headers | {"x-sandbox-fail": "timeout"},
            timeout=0.3,
        )
    assert are_all_slots_released()
