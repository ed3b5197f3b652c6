"""Error pages show a message, never a stack trace."""

import logging
from collections.abc import Iterator

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import Client, override_settings
from django.urls import path

from playground import urls

pytestmark = pytest.mark.django_db


@login_not_required
def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret is hunter2")


@login_not_required
def read_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)))


@login_not_required
def refuse_method(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotAllowed(["PUT"])


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    path("break/", break_down),
    path("read/", read_all),
    path("refuse/", refuse_method),
    *urls.urlpatterns,
]


@pytest.fixture(autouse=True)
def _own_routes() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_a_server_error_shows_no_stack_trace(visitor: Client) -> None:
    answer = visitor.get("/break/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "The server failed" in page
    assert "hunter2" not in page
    assert "RuntimeError" not in page


def test_a_missing_page_has_a_message(visitor: Client) -> None:
    answer = visitor.get("/nothing/here/")
    assert answer.status_code == 404
    assert b"This page doesn't exist." in answer.content
    page = visitor.get("/nothing/here/", headers={"accept": "text/html"})
    assert b'href="/drafts/"' in page.content


def test_a_wrong_method_has_a_message_and_lists_allowed_ones(visitor: Client) -> None:
    answer = visitor.get("/refuse/")
    assert answer.status_code == 405
    assert answer["Allow"] == "PUT"
    assert b"This page can't be used this way." in answer.content


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_that_is_too_large_has_a_message(visitor: Client) -> None:
    answer = visitor.post("/read/", b"x" * 200, content_type="application/json")
    assert answer.status_code == 413
    assert b"larger than 12 MB" in answer.content


def test_a_missing_csrf_token_has_a_message() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"name": "ada"})
    assert answer.status_code == 403
    assert b"Reload it and try again." in answer.content


def test_an_insufficient_role_has_a_message(as_viewer: Client) -> None:
    answer = as_viewer.get("/people/")
    assert answer.status_code == 403
    assert b"Only an owner may do this." in answer.content


def test_an_unknown_host_name_is_rejected(visitor: Client) -> None:
    answer = visitor.get("/sign-in/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_htmx_and_scripts_get_only_the_message(visitor: Client) -> None:
    for headers in ({"HX-Request": "true"}, {"Accept": "application/json"}):
        answer = visitor.get("/nothing/", headers=headers)
        assert answer["Content-Type"].startswith("text/plain")
        assert answer.content.startswith(b"This page doesn't exist")


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "anything.example", "_"])
def test_the_health_check_accepts_any_host(visitor: Client, host: str) -> None:
    answer = visitor.get("/health/", headers={"Host": host})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_the_log_contains_the_route_but_not_what_was_typed(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visitor.get("/link/very-secret-token/?q=very-secret-words")
    assert "/link/<str:token>/ 404" in caplog.text
    assert "very-secret" not in caplog.text
