"""Engaging a profile: every row of the parameter table, right and wrong."""

import pytest

from playground.rules.facts import Facts, FileFacts
from tests.rules.checks import START, errors, found, mended, the, warnings

FILE = {"name": "US.txt", "data": "data:text/plain;base64,SEVMTE8K"}
WAYS = {
    "email by default": {"email": "john@example.com"},
    "email": {"matching": "email", "email": "john@example.com"},
    "phone": {"matching": "phone", "phone": "+79000000000"},
    "profile": {"matching": "profile_id", "profile_id": "5a74876369d42613b31947b8"},
    "custom text": {"matching": "custom", "field_name": "CRM_ID", "field_value": "123420"},
    "custom number": {"matching": "custom", "field_name": "CRM_ID", "field_value": 123420},
    "tags": {"matching": "custom", "field_name": "segments", "field_value": "tag-1, tag-2"},
    "query": {"custom_request": {"_city": "Paris"}},
}


def start(way="email", **changes):
    whole = {"id": 12, **WAYS[way], **changes}
    return {key: value for key, value in whole.items() if value != "gone"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("token", [{}, {"token": "abcdefghijklmnqrstuvwxyz"}])
def test_every_way_to_match_has_no_problem(way, token):
    assert found({**token, **start(way)}, START) == []


def test_the_vendors_examples_have_no_error():
    first = {
        "token": "abcdefghijklmnqrstuvwxyz",
        "id": 11,
        "matching": "profile_id",
        "profile_id": "5a74876369d42613b31947b8",
    }
    assert found(first, START) == []
    second = {
        **first,
        "attach": [
            {"data": "data:text/csv;base64,5LuK5pel44GvCg==", "name": "日本.txt"},
            {"data": "data:text/csv;base64,SEVMTE8K", "name": "US.txt"},
        ],
        "content": {"data_lines": ["Channel A", "Channel B"], "email_title": "New videos"},
    }
    assert found(second, START) == [
        ("warning", "media-type-differs", "/attach/0/data"),
        ("warning", "media-type-differs", "/attach/1/data"),
    ]


# error: a field of the chosen mode missing, empty or null


@pytest.mark.parametrize(
    ("way", "field"),
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
def test_a_field_of_the_chosen_mode_is_missing_empty_or_null(way, field, value):
    ((_, pointer),) = errors(start(way, **{field: value}), START)
    assert pointer == f"/{field}"


def test_the_condition_is_explained():
    one = the("missing-when", start("phone", phone="gone"), START)
    assert one.message == "`phone` is required when `matching` is `phone`."
    one = the("missing-when", {"id": 1}, START)
    assert one.message == "`email` is required when neither `matching` nor `custom_request` is set."


def test_a_phone_without_a_mode_is_put_right_by_choosing_it():
    after = mended("missing-when", {"id": 1, "phone": "+7"}, START)
    assert after == {"id": 1, "matching": "phone", "phone": "+7"}


# error: a mode that the table does not name


@pytest.mark.parametrize("mode", ["mail", "email_profile", "push_sub", "", "Email"])
def test_a_mode_that_the_table_does_not_name_is_an_error(mode):
    assert errors(start(matching=mode), START) == [("not-in-list", "/matching")]


# error: wrong types


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
def test_an_address_without_an_at_is_found_under_a_misspelt_way_and_a_query_too(beside):
    assert ("does-not-fit", "/email") in errors({"id": 1, "email": "a b", **beside}, START)


def test_what_only_other_editions_of_the_guide_name_is_a_field_the_table_does_not_name():
    assert found(start(custom_data={"a": 1}), START) == [
        ("warning", "unknown-field", "/custom_data")
    ]


def test_a_phone_that_is_a_number_is_an_error():
    one = the("does-not-fit", start("phone", phone=79000000000), START)
    assert (one.severity, one.pointer) == ("error", "/phone")
    assert (
        mended("does-not-fit", start("phone", phone=79000000000), START)["phone"] == "79000000000"
    )


def test_a_missing_id_is_an_error():
    assert errors(start(id="gone"), START) == [("missing", "/id")]


@pytest.mark.parametrize(
    "number", ["12", "12.0", "-1", "0", "123456789012345678901234567890", "1e3"]
)
def test_unusual_but_possible_numbers_are_not_touched(number):
    assert found(f'{{"id": {number}, "email": "a@b", "resource_id": {number}}}', START) == []


@pytest.mark.parametrize(
    "address", ["john", "john example.com", "jo hn@example.com", " a@b", "a@b ", "@", "a@"]
)
def test_an_email_without_an_at_or_with_blanks_is_an_error(address):
    assert errors(start(email=address), START) == [("does-not-fit", "/email")]


@pytest.mark.parametrize(
    "address",
    ["a@b", "o'neil+tag@sub.example.museum", "用户@例子.公司", '"a@b"@x.org', "a@[192.0.2.1]"],
)
def test_unusual_but_possible_addresses_are_not_touched(address):
    assert found(start(email=address), START) == []


@pytest.mark.parametrize("phone", ["+79000000000", "007", "8 (900) 000-00-00", "*100#"])
def test_phones_stay_as_they_are(phone):
    assert found(start("phone", phone=phone), START) == []


# error: filters


@pytest.mark.parametrize(
    "given",
    [
        {"subscription_id": "X", "provider": "Chrome", "not_strict": True},
        {"email": "example@example.com", "not_strict": True},
        {"phone": "+79106135133", "not_strict": False},
    ],
)
def test_the_filters_of_the_table_have_no_problem(given):
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
def test_a_filter_without_its_key_or_for_two_channels_is_an_error(given, code, pointer):
    document = start(subscription_filter={"not_strict": True, **given})
    assert errors(document, START) == [(code, f"/subscription_filter{pointer}")]


def test_a_filter_that_does_not_say_how_strict_it_is_gets_a_note():
    document = start(subscription_filter={"email": "a@b"})
    assert found(document, START) == [("note", "not-explicit", "/subscription_filter/not_strict")]
    after = mended("not-explicit", document, START)
    assert after["subscription_filter"] == {"email": "a@b", "not_strict": False}


# error: attachments


@pytest.mark.parametrize(
    ("changes", "code", "key"),
    [
        ({"data": "SEVMTE8K"}, "not-a-data-uri", "data"),
        ({"data": ""}, "not-a-data-uri", "data"),
        ({"data": "https://example.com/x.txt"}, "not-a-data-uri", "data"),
        ({"data": "data:text/plain;base64"}, "not-a-data-uri", "data"),
        ({"data": "data:text/plain;base64,SEVMTE8"}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEV*TE8K"}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEVM TE8K"}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEVM=E8K"}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEVMTE8日"}, "broken-base64", "data"),
        ({"name": ""}, "does-not-fit", "name"),
        ({"name": " "}, "does-not-fit", "name"),
        ({"name": "a/b.txt"}, "file-name-is-path", "name"),
        ({"name": "..\\b.txt"}, "file-name-is-path", "name"),
        ({"name": ".."}, "file-name-is-path", "name"),
        ({"name": 5}, "wrong-type", "name"),
        ({"data": None}, "wrong-type", "data"),
    ],
)
def test_a_wrong_attachment_is_an_error(changes, code, key):
    document = start(attach=[FILE, {**FILE, "name": "other.txt", **changes}])
    assert errors(document, START) == [(code, f"/attach/1/{key}")]


def test_an_attachment_needs_its_two_fields():
    assert errors(start(attach=[{}]), START) == [
        ("missing", "/attach/0/name"),
        ("missing", "/attach/0/data"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "empty.txt", "data": "data:text/plain;base64,"},
        {"name": "x.txt", "data": "DATA:text/plain;charset=utf-8;BASE64,SEVMTE8K"},
        {"name": "x", "data": "data:;base64,SEVMTE8K"},
        {"name": "x.unheard", "data": "data:application/x-unheard;base64,SEVMTE8K"},
        {"name": "x.csv", "data": "data:application/vnd.ms-excel;base64,SEVMTE8K"},
        {"name": "x.jpg", "data": "data:image/jpg;base64,SEVMTE8K"},
        {"name": "日本.TXT", "data": "data:text/plain;base64,SEVMTE8K"},
        {"name": "{{name}}", "data": "{{file:7}}"},
    ],
)
def test_attachments_that_are_fine(given):
    assert found(start(attach=[given]), START) == []


def test_a_stored_file_is_judged_by_what_is_known_of_it():
    facts = Facts(files={"7": FileFacts("x.csv", "text/csv", 3)})
    document = start(attach=[{"name": "x.png", "data": "{{file:7}}"}])
    assert found(document, START, facts) == [("warning", "media-type-differs", "/attach/0/data")]


def test_two_files_of_one_name_are_a_warning():
    assert found(start(attach=[FILE, FILE]), START) == [
        ("warning", "file-name-twice", "/attach/1/name")
    ]


def test_a_path_as_a_name_keeps_its_last_part():
    document = start(attach=[{**FILE, "name": "C:\\tmp\\US.txt"}])
    assert mended("file-name-is-path", document, START)["attach"] == [FILE]


# error: an empty query


def test_an_empty_query_is_an_error():
    document = {"id": 1, "custom_request": {}}
    assert errors(document, START) == [("does-not-fit", "/custom_request")]
    one = the("does-not-fit", document, START)
    assert one.message == "`custom_request` is empty and would match every profile."


# warning: kept and sent as written


@pytest.mark.parametrize(
    ("way", "left", "value"),
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
def test_fields_of_another_mode_are_a_warning(way, left, value):
    document = start(way, **{left: value})
    assert found(document, START) == [("warning", "not-used", f"/{left}")]
    assert mended("not-used", document, START) == start(way)


@pytest.mark.parametrize("way", ["profile", "custom text", "query"])
def test_a_resource_outside_email_and_phone_is_a_warning(way):
    assert found(start(way, resource_id=24), START) == [("warning", "not-used", "/resource_id")]


@pytest.mark.parametrize("way", ["email", "email by default", "phone"])
def test_a_resource_with_email_and_phone_is_fine(way):
    assert found(start(way, resource_id=24), START) == []


def test_a_filter_beside_a_query_is_a_warning():
    document = start("query", subscription_filter={"email": "a@b", "not_strict": True})
    assert found(document, START) == [("warning", "not-used", "/subscription_filter")]


@pytest.mark.parametrize("way", ["email", "email by default", "phone"])
def test_a_query_beside_a_mode_or_an_email_is_a_warning(way):
    document = start(way, custom_request={"a": 1})
    assert errors(document, START) == []
    assert warnings(document, START) == [("query-and-mode", "/custom_request")]


def test_a_field_that_the_table_does_not_name_is_a_warning():
    assert found(start(emial="x"), START) == [("warning", "unknown-field", "/emial")]
    assert found(
        start(subscription_filter={"email": "a@b", "not_strict": True, "channel": "x"}), START
    ) == [("warning", "unknown-field", "/subscription_filter/channel")]
    assert found(start(attach=[{**FILE, "size": 1}]), START) == [
        ("warning", "unknown-field", "/attach/0/size")
    ]


def test_a_blank_token_does_not_count_as_supplied():
    assert errors(start(token=""), START) == [("does-not-fit", "/token")]


def test_a_mode_that_is_a_variable_is_judged_after_resolving():
    assert found({"id": 1, "matching": "{{mode}}", "phone": "+7", "resource_id": 1}, START) == []
