"""Adding or updating an account: the documented fields, with any credentials."""

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
def test_the_documented_bodies_are_fine(account):
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
def test_a_missing_empty_or_mistyped_field_is_an_error(body, pointer):
    assert [place for _, place in errors(body, UPDATE)] == [pointer]


def test_the_integration_does_not_belong_in_the_body():
    body = {"account": {"uid": UID}, "integration": "google"}
    assert found(body, UPDATE) == [("warning", "unknown-field", "/integration")]
