"""Every route with every role; new routes are included automatically."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from playground.people.models import Person, Role
from tests.conftest import PASSWORD, make_person, signed_in
from tests.security.makers import MAKERS
from tests.security.routes import Route, list_pages, list_routes

PAGES = list_pages()
CLOSED = [route for route in PAGES if not route.is_open]
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
OPEN = {"health", "ready", "version", "metrics", "session", "sign_in", "sign_out", "link"}
OPEN |= {"share", "share_opened", "check_share", "send_share", "share_sent", "fork_share"}

pytestmark = pytest.mark.django_db


def name_of(value: Any) -> str | None:
    return (value.name or value.path) if isinstance(value, Route) else None


def pages(routes: list[Route] = PAGES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=name_of)


def snapshot() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        # Health checks and rate limits write on purpose.
        ours = {"vault_storagecheck", "people_requestcount"}
        tables = {*connection.introspection.table_names(cursor)} - ours
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            rows[table] = cursor.fetchall()
    return rows


def ask(client: Client, method: str, address: str, **headers: str) -> HttpResponse:
    return client.generic(method, address, headers=headers or None)


@pages()
def test_a_route_has_a_name_and_arguments_for_tests(route: Route) -> None:
    assert route.name, f"/{route.path} has no name"
    assert not route.takes or route.name in MAKERS, f"add {route.name} to tests/security/makers.py"


@pages()
def test_a_route_declares_its_role(route: Route) -> None:
    assert route.is_open or route.needed_role, (
        f"{route.name}: put @needs(Role.VIEWER), @needs(Role.EDITOR) or @needs(Role.OWNER) on it"
    )


def test_only_listed_routes_are_public() -> None:
    assert {route.name for route in PAGES if route.is_open} == OPEN


def test_only_machine_routes_skip_the_csrf_check() -> None:
    spared = {route for route in list_routes() if getattr(route.view, "csrf_exempt", False)}
    assert all(route.for_machines for route in spared), spared


@pages(CLOSED)
def test_strangers_are_redirected_to_sign_in(route: Route, owner: Person) -> None:
    address = route.address(owner)
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign_in"))
    assert Client().post(address).status_code == 302


@pages(CLOSED)
def test_strangers_with_htmx_are_redirected_to_sign_in(route: Route, owner: Person) -> None:
    answer = ask(Client(), "POST", route.address(owner), **{"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("role", Role)
@pages(CLOSED)
def test_a_route_admits_its_role_and_higher_ones(route: Route, role: Role, owner: Person) -> None:
    person = owner if role is Role.OWNER else make_person(role)
    assert route.needed_role
    allowed = role.rank >= route.needed_role.rank
    client = signed_in(person)
    address = route.address(person)
    for method in ("GET", "POST"):
        status = ask(client, method, address).status_code
        assert status < 500
        assert allowed or status == 403
        if allowed and method == "GET":
            assert status != 403


@pytest.mark.parametrize("method", UNSAFE)
@pages()
def test_nothing_changes_without_a_csrf_token(route: Route, method: str, owner: Person) -> None:
    client = signed_in(owner, enforce_csrf_checks=True)
    address = route.address(owner)
    before = snapshot()
    assert ask(client, method, address).status_code == 403
    assert snapshot() == before


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pages()
def test_get_requests_change_nothing(route: Route, htmx: bool, owner: Person) -> None:
    client = signed_in(owner)
    address = route.address(owner)
    before = snapshot()
    for method in ("GET", "HEAD"):
        ask(client, method, address, **({"HX-Request": "true"} if htmx else {}))
    assert snapshot() == before


@pages()
def test_responses_have_security_headers(route: Route, owner: Person) -> None:
    answer = signed_in(owner).get(route.address(owner))
    if route.name in ("health", "ready", "version"):
        return
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    # Without a word on scripts, what holds for everything holds for them: none at all.
    assert "script-src 'self'" in policy or "script-src" not in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]


def test_scripts_cannot_read_cookies(owner: Person) -> None:
    client = Client()
    client.post(reverse("sign_in"), {"name": owner.username, "password": PASSWORD})
    client.get(reverse("profile"))
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
