"""Access: which forms the CSRF check accepts, and the headers of every response."""

import pytest
from django.test import Client

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(headers: dict[str, str], *, secure: bool = False) -> int:
    """The status of signing in from a page that has a valid token."""
    client = Client(enforce_csrf_checks=True, headers=headers)
    page = client.get("/sign-in/", secure=secure)
    fields = {
        "csrfmiddlewaretoken": page.context["csrf_token"],
        "name": "editor",
        "password": PASSWORD,
    }
    return client.post("/sign-in/", fields, secure=secure).status_code


@pytest.mark.parametrize(
    ("headers", "secure", "status"),
    [
        ({}, False, 302),
        ({"Origin": "http://testserver"}, False, 302),
        ({"Origin": "https://testserver"}, True, 302),
        ({"Origin": "null"}, False, 302),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False, 302),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True, 302),
        ({"Origin": "null"}, True, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, False, 403),
        ({"Origin": "http://testserver"}, True, 403),
    ],
)
def test_only_forms_of_our_own_pages_are_accepted(
    editor: object, headers: dict[str, str], secure: bool, status: int
) -> None:
    assert sign_in(headers, secure=secure) == status


def test_every_response_restricts_what_a_page_may_load(client: Client) -> None:
    policy = client.get("/health/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_secure_over_https_whatever_the_settings_say(
    client: Client, secure: bool
) -> None:
    response = client.get("/sign-in/", secure=secure)
    assert bool(response.cookies["playground_csrf"]["secure"]) is secure
    assert "no-store" in response.headers["Cache-Control"]
