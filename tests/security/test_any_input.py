"""Odd values in every parameter of every route cause no server error."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import NoReverseMatch, reverse

from playground.people.models import Person
from tests.conftest import signed_in
from tests.security.makers import MAKERS
from tests.security.routes import Route, list_pages

pytestmark = pytest.mark.django_db

ODD = {
    "nothing": "",
    "minus": "-1",
    "long": "9" * 5000,
    "infinite": "1e999",
    "nul": "a\0b",
    "markup": "<script>{{7*7}}</script>",
    "path": "../../../etc/passwd%00",
    "pointer": "/~2/-/0",
    "broken": '{"a": [',
    "a list": "[1]",
    "an object": '{"a": {"b": null}}',
    "deep": "[" * 3000,
    "no date": "2026-13-40",
    "no id": "00000000-0000-0000-0000-000000000000",
    "direction": "\u202e\u2028",
}

JSON = "application/json"
BODIES = [
    (b"\xff\xfe", JSON),
    (b"[]", JSON),
    (b'"\\ud800"', JSON),
    (b"[" * 3000, JSON),
    (b'{"a"', "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data"),
    (b"a=%ff&=&%", "application/x-www-form-urlencoded"),
]


@contextmanager
def every_parameter(value: str) -> Iterator[None]:
    """Whatever is looked for in a query or a form is there, and is this."""

    def of(given: Any) -> Any:
        return lambda self, *args: given

    with (
        patch.object(QueryDict, "get", of(value)),
        patch.object(QueryDict, "__getitem__", of(value)),
        patch.object(QueryDict, "getlist", of([value])),
        patch.object(QueryDict, "__contains__", of(True)),
        patch.object(QueryDict, "__delitem__", of(None)),
    ):
        yield


@contextmanager
def visit(route: Route, owner: Person, **words: str) -> Iterator[tuple[Client, str]]:
    """A client and the route's address, with some of its words replaced; nothing done stays."""
    with transaction.atomic():
        client = signed_in(owner)
        client.raise_request_exception = False
        known = MAKERS[route.name](owner) if route.takes else {}
        yield client, reverse(route.name, kwargs={**known, **words})
        transaction.set_rollback(True)


# Its work goes on beside the answer, in a thread that would have no database here.
BESIDE = {"start_sync"}
ROUTES = [route for route in list_pages() if route.name not in BESIDE]


def routes(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


@routes(ROUTES)
def test_odd_values_cause_no_server_error(route: Route, owner: Person) -> None:
    for name, value in ODD.items():
        with visit(route, owner) as (client, address), every_parameter(value):
            assert client.get(address).status_code < 500, name
            assert client.get(address, headers={"HX-Request": "true"}).status_code < 500, name
            assert client.post(address).status_code < 500, name


@routes([route for route in ROUTES if route.takes])
def test_odd_url_parts_cause_no_server_error(route: Route, owner: Person) -> None:
    with transaction.atomic():
        known = MAKERS[route.name](owner)
        transaction.set_rollback(True)
    for place in [place for place, given in known.items() if isinstance(given, str)]:
        for name, value in ODD.items():
            with (
                suppress(NoReverseMatch),
                visit(route, owner, **{place: value}) as (client, address),
            ):
                assert client.get(address).status_code < 500, name
                assert client.post(address).status_code < 500, name


@routes(ROUTES)
def test_odd_bodies_cause_no_server_error(route: Route, owner: Person) -> None:
    for body, kind in BODIES:
        with visit(route, owner) as (client, address):
            assert client.generic("POST", address, body, kind).status_code < 500, (body, kind)
