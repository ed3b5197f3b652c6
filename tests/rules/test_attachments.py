"""Attached files: names, data URIs and media types."""

import pytest

from playground.rules.facts import Facts, FileFacts
from tests.rules.checks import START, errors, fixed, found
from tests.rules.scenarios import FILE, start


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
        # Superfluous padding, too much padding, and nothing else.
        ({"data": "data:text/plain;base64,SEVMTE8K=="}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEVMTE8K===="}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,SEVMTE8=="}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,QQ====="}, "broken-base64", "data"),
        ({"data": "data:text/plain;base64,===="}, "broken-base64", "data"),
        ({"data": "data:text/plain,HELLO"}, "not-base64", "data"),
        ({"data": "data:,HELLO"}, "not-base64", "data"),
        ({"data": "data:text/plain;charset=utf-8,HELLO"}, "not-base64", "data"),
        ({"data": "data:text/plain;base64;x=1,SEVMTE8K"}, "not-base64", "data"),
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
def test_valid_attachments_are_fine(given):
    assert found(start(attach=[given]), START) == []


@pytest.mark.parametrize(
    ("data", "encoded"),
    [
        ("data:text/plain,HELLO%0A", "data:text/plain;base64,SEVMTE8K"),
        ("data:text/plain;charset=utf-8,%C3%A9", "data:text/plain;charset=utf-8;base64,w6k="),
        ("data:,", "data:;base64,"),
    ],
)
def test_a_data_uri_without_base64_is_encoded_by_its_fix(data, encoded):
    document = start(attach=[{"name": "x.txt", "data": data}])
    assert fixed("not-base64", document, START)["attach"][0]["data"] == encoded


@pytest.mark.parametrize(
    ("name", "visible"),
    [("a\nb.txt", "ab.txt"), ("\tb.txt", "b.txt"), ("x\u202egnp.txt", "xgnp.txt"),
     ("a\x7f.txt", "a.txt"), ("a\u0085.txt\r\n", "a.txt")],
)  # fmt: skip
def test_control_characters_in_a_file_name_are_a_warning_with_a_fix(name, visible):
    document = start(attach=[{**FILE, "name": name}])
    assert found(document, START) == [("warning", "file-name-control", "/attach/0/name")]
    assert fixed("file-name-control", document, START)["attach"] == [{**FILE, "name": visible}]


def test_a_stored_file_is_checked_by_its_media_type():
    facts = Facts(files={"7": FileFacts("x.csv", "text/csv", 3)})
    document = start(attach=[{"name": "x.png", "data": "{{file:7}}"}])
    assert found(document, START, facts) == [("warning", "media-type-differs", "/attach/0/data")]


def test_a_duplicate_file_name_is_a_warning():
    assert found(start(attach=[FILE, FILE]), START) == [
        ("warning", "file-name-twice", "/attach/1/name")
    ]


def test_the_fix_of_a_path_keeps_the_file_name():
    document = start(attach=[{**FILE, "name": "C:\\tmp\\US.txt"}])
    assert fixed("file-name-is-path", document, START)["attach"] == [FILE]


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
