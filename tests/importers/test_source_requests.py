"""JSON as languages write it, and requests built from the arguments of a call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.importers.literals import JsonText
from playground.importers.source_requests import (
    RequestParts,
    build_request,
    form_text,
    javascript_json,
    python_json,
)
from playground.jsontext.parsing import NumberToken, parse

URL = "https://h/x"


# What `JSON.stringify(JSON.parse(token))` gives in Node.
@pytest.mark.parametrize(
    ("token", "written"),
    [
        ("1.10", "1.1"),
        ("-0", "0"),
        ("100", "100"),
        ("1e16", "10000000000000000"),
        ("12345678901234567890", "12345678901234567000"),
        ("1e21", "1e+21"),
        ("1e-5", "0.00001"),
        ("-1.25e-5", "-0.0000125"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("1.5e-7", "1.5e-7"),
        ("5e-324", "5e-324"),
        ("1e400", "null"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(token, written):
    assert javascript_json(NumberToken(token)) == written


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from(["", "  "]), st.booleans())
def test_json_is_written_as_python_writes_it(value, indent, ascii_only):
    value = json.loads(json.dumps(value).replace("Infinity", "1"))
    expected = json.dumps(value, indent=indent or None, ensure_ascii=ascii_only)
    tree = parse(json.dumps(value))
    assert python_json(tree, ascii_only=ascii_only, indent=indent) == expected


def test_only_flat_objects_become_form_fields():
    assert form_text({"a": "b c", "d": ["1", "2"], "e": None}) == "a=b+c&d=1&d=2"
    assert form_text({"a": {"b": "c"}}) is None
    assert form_text([]) is None


def test_logins_cookies_and_queries_join_the_request():
    parts = RequestParts("python", "post", f"{URL}?a=1", {"A": True}, JsonText("{}", {}))
    parts.query, parts.cookies, parts.login = {"b": "2"}, {"c": "3"}, ("user", "pass")
    request = build_request(parts, [])
    assert (request.method, request.url) == ("POST", f"{URL}?a=1&b=2")
    assert request.headers == (
        ("A", "true"),
        ("Authorization", "Basic dXNlcjpwYXNz"),
        ("Cookie", "c=3"),
    )


def test_only_references_in_the_request_are_noted():
    parts = RequestParts("javascript", "GET", f"{URL}/{{{{id}}}}")
    request = build_request(parts, ["{{id}}", "{{other}}"])
    assert [each.params.get("name") for each in request.notes] == [None, "{{id}}"]
