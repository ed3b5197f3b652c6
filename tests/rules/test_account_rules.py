"""Adding or updating an account: what the integration needs, and nothing else is known."""

import pytest

from playground.openapi.operations import get_operation
from tests.rules.checks import errors, found

UPDATE = get_operation("update-account").body_schema
UID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    "account",
    [
        {"uid": UID, "cookies": {"li_at": "NEW", "li_a": "NEW"}},
        {"uid": UID, "api_key": "{{secret:key}}"},
        {"name": "Jane", "username": "jane", "password": "x", "shared_account": True},
        {"uid": UID, "cookies": {"JSESSIONID": "a", "other": "b"}, "tenant": "free field"},
    ],
)
def test_the_bodies_of_the_guide_have_no_problem(account):
    assert found({"account": account}, UPDATE) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/account"),
        ({"account": {}}, "/account"),
        ({"account": "x"}, "/account"),
        ({"account": {"uid": ""}}, "/account/uid"),
        ({"account": {"api_key": 5}}, "/account/api_key"),
        ({"account": {"cookies": "li_at=x"}}, "/account/cookies"),
        ({"account": {"cookies": {"li_at": 5}}}, "/account/cookies/li_at"),
        ({"account": {"cookies": {"more": 5}}}, "/account/cookies/more"),
    ],
)
def test_what_cannot_be_meant_is_an_error(body, pointer):
    assert [place for _, place in errors(body, UPDATE)] == [pointer]


def test_the_integration_is_not_repeated_in_the_body():
    body = {"account": {"uid": UID}, "integration": "google"}
    assert found(body, UPDATE) == [("warning", "unknown-field", "/integration")]
