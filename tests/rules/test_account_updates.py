"""Adding or updating an account: the documented fields, with any credentials."""

import pytest

from playground.openapi.operations import get_operation
from playground.rules.facts import NO_FACTS
from tests.rules.checks import LAUNCH, errors, fixed, found, problems_of, the
from tests.rules.launches import FACTS, with_step

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


@pytest.mark.parametrize(
    ("cookies", "key"),
    [
        ({"li_at": "a\nb"}, "li_at"),
        ({"li_a": "a\r\n"}, "li_a"),
        ({"li_at": "a; li_a=b"}, "li_at"),
        ({"more": "a;b"}, "more"),
        ({"JSESSIONID": "a\tb"}, "JSESSIONID"),
        ({"more": ""}, "more"),
        ({"li_at": " "}, "li_at"),
        ({"": "x"}, ""),
        ({" ": "x"}, " "),
        ({"a b": "x"}, "a b"),
        ({"a;b": "x"}, "a;b"),
        ({"a=b": "x"}, "a=b"),
        ({"a\n": "x"}, "a\n"),
    ],
)
def test_a_cookie_that_no_browser_has_is_an_error(cookies, key):
    body = {"account": {"uid": UID, "cookies": cookies}}
    assert errors(body, UPDATE) == [("does-not-fit", f"/account/cookies/{key}")]


def test_the_message_about_a_cookie_says_what_is_wrong():
    body = {"account": {"cookies": {"li_at": "a;b", "": "x"}}}
    assert {one.message for one in problems_of(body, UPDATE)} == {
        "`cookies`: `li_at` has a semicolon or a line break.",
        "`account`: `cookies`: an empty name isn't the name of a cookie, which has no spaces, "
        "semicolons or line breaks.",
    }


@pytest.mark.parametrize("value", ['"ajax:123"', "a b", "a,b", "é", "{{secret:li_at}}"])
def test_other_cookies_are_fine(value):
    assert found({"account": {"uid": UID, "cookies": {"li_at": value}}}, UPDATE) == []


def test_no_cookies_at_all_are_an_error():
    body = {"account": {"uid": UID, "cookies": {}}}
    assert errors(body, UPDATE) == [("does-not-fit", "/account/cookies")]


def test_an_unknown_account_is_a_warning_that_names_a_similar_one():
    body = {"account": {"uid": "Jane", "api_key": "{{secret:key}}"}}
    assert found(body, UPDATE) == []
    one = the("account-unknown", body, UPDATE, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/account/uid")
    assert one.message == "`account`: unknown account Jane. Did you mean Jane, a1?"
    fixed_body = fixed("account-unknown", body, UPDATE, FACTS)
    assert fixed_body["account"]["uid"] == "a1"
    assert found(fixed_body, UPDATE, FACTS) == []


PLACEHOLDERS = [
    "YOUR_ACCOUNT_UID", "your-uid", "<account_uid>", "[uid]", "{uid}", "account_uid", "accountUid",
    "ACCOUNT UID", "uid", "xxx", "XXXX", "...", "…", "string", "TODO", "changeme", "null",
    "undefined", "00000000-0000-0000-0000-000000000000", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    "11111111-1111-1111-1111-111111111111", "insert uid here", "account_uid_1",
]  # fmt: skip


@pytest.mark.parametrize("uid", PLACEHOLDERS)
def test_a_placeholder_is_an_error_whether_accounts_are_known_or_not(uid):
    body = {"account": {"uid": uid, "api_key": "{{secret:key}}"}}
    for facts in (NO_FACTS, FACTS):
        assert found(body, UPDATE, facts) == [("error", "account-placeholder", "/account/uid")]
    launched = with_step(accounts=[uid])
    for facts in (NO_FACTS, FACTS):
        assert errors(launched, LAUNCH, facts) == [("account-placeholder", "/steps/0/accounts/0")]


@pytest.mark.parametrize("uid", [UID, "a1", "x", "xx1", "58f2a", "uid-7f3", "{{account}}"])
def test_other_uids_are_not_placeholders(uid):
    assert errors({"account": {"uid": uid, "api_key": "{{secret:k}}"}}, UPDATE) == []


def test_the_integration_does_not_belong_in_the_body():
    body = {"account": {"uid": UID}, "integration": "google"}
    assert found(body, UPDATE) == [("warning", "unknown-field", "/integration")]
