"""Hints of the schema, by starting a scenario: modes, groups and documented fields."""

import pytest

from tests.rules.checks import START, errors, fixed, found, problems_of, the, warnings
from tests.rules.scenarios import FILE, MODES, start


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("token", [{}, {"token": "abcdefghijklmnqrstuvwxyz"}])
def test_every_mode_of_matching_is_fine(mode, token):
    assert found({**token, **start(mode)}, START) == []


@pytest.mark.parametrize(
    ("mode", "field"),
    [
        ("email by default", "email"),
        ("email", "email"),
        ("phone", "phone"),
        ("profile", "profile_id"),
        ("custom text", "field_name"),
        ("custom text", "field_value"),
    ],
)
@pytest.mark.parametrize("value", ["gone", "", "  ", None])
def test_a_missing_empty_or_null_field_of_the_chosen_mode_is_an_error(mode, field, value):
    ((_, pointer),) = errors(start(mode, **{field: value}), START)
    assert pointer == f"/{field}"


def test_the_condition_is_explained():
    one = the("missing-when", start("phone", phone="gone"), START)
    assert one.message == "`phone` is required when `matching` is `phone`."
    one = the("missing-when", {"id": 1}, START)
    assert one.message == "`email` is required when neither `matching` nor `custom_request` is set."


def test_a_phone_without_a_mode_is_fixed_by_choosing_the_mode():
    after = fixed("missing-when", {"id": 1, "phone": "+7"}, START)
    assert after == {"id": 1, "matching": "phone", "phone": "+7"}


@pytest.mark.parametrize("mode", ["mail", "email_profile", "push_sub", "", "Email"])
def test_an_undocumented_mode_is_an_error(mode):
    assert errors(start(matching=mode), START) == [("not-in-list", "/matching")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token", 5),
        ("format", 5),
        ("id", "12"),
        ("id", 12.5),
        ("id", None),
        ("content", []),
        ("content", "x"),
        ("attach", {}),
        ("attach", ["x"]),
        ("matching", None),
        ("email", 5),
        ("profile_id", 5),
        ("field_name", 5),
        ("field_value", 1.5),
        ("field_value", ["tag-1", "tag-2"]),
        ("field_value", True),
        ("resource_id", "24"),
        ("custom_request", "x"),
        ("custom_request", []),
        ("subscription_filter", "x"),
        ("subscription_filter", []),
    ],
)
def test_a_wrong_type_is_an_error(field, value):
    pointer = "/attach/0" if value == ["x"] else f"/{field}"
    assert ("wrong-type", pointer) in errors(start(**{field: value}), START)


@pytest.mark.parametrize(
    "beside", [{}, {"matching": "mail"}, {"matching": 5}, {"custom_request": {"a": 1}}]
)
def test_an_invalid_email_is_an_error_whatever_the_mode(beside):
    assert ("does-not-fit", "/email") in errors({"id": 1, "email": "a b", **beside}, START)


def test_a_field_of_other_editions_of_the_documentation_is_undocumented():
    assert found(start(custom_data={"a": 1}), START) == [
        ("warning", "unknown-field", "/custom_data")
    ]


def test_a_phone_that_is_a_number_is_an_error():
    one = the("does-not-fit", start("phone", phone=79000000000), START)
    assert (one.severity, one.pointer) == ("error", "/phone")
    assert fixed("does-not-fit", start("phone", phone=79000000000), START)["phone"] == "79000000000"


def test_a_missing_id_is_an_error():
    assert errors(start(id="gone"), START) == [("missing", "/id")]


@pytest.mark.parametrize("number", ["1", "12.0", "123456789012345678901234567890", "1e3"])
def test_unusual_but_valid_numbers_are_fine(number):
    assert found(f'{{"id": {number}, "email": "a@b", "resource_id": {number}}}', START) == []


@pytest.mark.parametrize("number", ["0", "-1", "-12345678901234567890", "0.0", "-1e3"])
def test_a_number_below_one_is_a_warning(number):
    document = f'{{"id": {number}, "email": "a@b", "resource_id": {number}}}'
    assert found(document, START) == [
        ("warning", "unusually-small", "/id"),
        ("warning", "unusually-small", "/resource_id"),
    ]
    one = problems_of(document, START)[0]
    assert one.message == "`id` is usually 1 or more."


@pytest.mark.parametrize("number", ["true", '"0"', "null"])
def test_a_value_that_is_not_a_number_is_not_called_small(number):
    document = f'{{"id": {number}, "email": "a@b"}}'
    assert warnings(document, START) == []


@pytest.mark.parametrize(
    "address", ["john", "john example.com", "jo hn@example.com", " a@b", "a@b ", "@", "a@"]
)
def test_an_email_without_an_at_or_with_spaces_is_an_error(address):
    assert errors(start(email=address), START) == [("does-not-fit", "/email")]


@pytest.mark.parametrize(
    "address",
    ["a@b", "o'neil+tag@sub.example.museum", "用户@例子.公司", '"a@b"@x.org', "a@[192.0.2.1]"],
)
def test_unusual_but_valid_emails_are_fine(address):
    assert found(start(email=address), START) == []


@pytest.mark.parametrize("phone", ["+79000000000", "007", "8 (900) 000-00-00", "*100#"])
def test_phones_in_any_format_are_fine(phone):
    assert found(start("phone", phone=phone), START) == []


@pytest.mark.parametrize(
    "given",
    [
        {"subscription_id": "X", "provider": "Chrome", "not_strict": True},
        {"email": "example@example.com", "not_strict": True},
        {"phone": "+79106135133", "not_strict": False},
    ],
)
def test_the_documented_filters_are_fine(given):
    assert found(start(subscription_filter=given), START) == []


@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        ({}, "group-missing", ""),
        ({"subscription_id": "X"}, "group-incomplete", "/provider"),
        ({"provider": "X"}, "group-incomplete", "/subscription_id"),
        ({"email": "a@b", "phone": "1"}, "group-mixed", ""),
        ({"subscription_id": "X", "provider": "Y", "email": "a@b"}, "group-mixed", ""),
        ({"email": ""}, "does-not-fit", "/email"),
        ({"phone": " "}, "does-not-fit", "/phone"),
        ({"phone": 5}, "wrong-type", "/phone"),
        ({"email": "a@b", "not_strict": "yes"}, "wrong-type", "/not_strict"),
    ],
)
def test_a_filter_without_its_keys_or_for_two_channels_is_an_error(given, code, pointer):
    document = start(subscription_filter={"not_strict": True, **given})
    assert errors(document, START) == [(code, f"/subscription_filter{pointer}")]


def test_a_filter_that_does_not_set_how_strict_it_is_gets_a_note():
    document = start(subscription_filter={"email": "a@b"})
    assert found(document, START) == [("note", "not-explicit", "/subscription_filter/not_strict")]
    after = fixed("not-explicit", document, START)
    assert after["subscription_filter"] == {"email": "a@b", "not_strict": False}


def test_an_empty_query_is_an_error():
    document = {"id": 1, "custom_request": {}}
    assert errors(document, START) == [("does-not-fit", "/custom_request")]
    one = the("does-not-fit", document, START)
    assert one.message == "`custom_request` is empty and would match every profile."


@pytest.mark.parametrize(
    ("mode", "left", "value"),
    [
        ("email", "phone", "+7"),
        ("email by default", "profile_id", "x"),
        ("phone", "email", "a@b"),
        ("phone", "email", "no address"),
        ("profile", "field_name", "x"),
        ("custom text", "email", ""),
        ("query", "phone", "+7"),
    ],
)
def test_a_field_of_another_mode_is_a_warning(mode, left, value):
    document = start(mode, **{left: value})
    assert found(document, START) == [("warning", "not-used", f"/{left}")]
    assert fixed("not-used", document, START) == start(mode)


@pytest.mark.parametrize("mode", ["profile", "custom text", "query"])
def test_a_resource_without_email_or_phone_is_a_warning(mode):
    assert found(start(mode, resource_id=24), START) == [("warning", "not-used", "/resource_id")]


@pytest.mark.parametrize("mode", ["email", "email by default", "phone"])
def test_a_resource_with_email_and_phone_is_fine(mode):
    assert found(start(mode, resource_id=24), START) == []


def test_a_filter_beside_a_query_is_a_warning():
    document = start("query", subscription_filter={"email": "a@b", "not_strict": True})
    assert found(document, START) == [("warning", "not-used", "/subscription_filter")]


@pytest.mark.parametrize("mode", ["email", "email by default", "phone"])
def test_a_query_beside_a_mode_or_an_email_is_a_warning(mode):
    document = start(mode, custom_request={"a": 1})
    assert errors(document, START) == []
    assert warnings(document, START) == [("query-and-mode", "/custom_request")]


def test_an_undocumented_field_is_a_warning():
    assert found(start(emial="x"), START) == [("warning", "unknown-field", "/emial")]
    assert found(
        start(subscription_filter={"email": "a@b", "not_strict": True, "channel": "x"}), START
    ) == [("warning", "unknown-field", "/subscription_filter/channel")]
    assert found(start(attach=[{**FILE, "size": 1}]), START) == [
        ("warning", "unknown-field", "/attach/0/size")
    ]


def test_a_blank_token_is_an_error():
    assert errors(start(token=""), START) == [("does-not-fit", "/token")]


def test_a_mode_that_is_a_variable_is_checked_only_when_resolved():
    assert found({"id": 1, "matching": "{{mode}}", "phone": "+7", "resource_id": 1}, START) == []
