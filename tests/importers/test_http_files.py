"""The text of HTTP requests, and files of requests."""

from playground.jsontext.parsing import parse
from tests.importers import paste, refuse


def test_requests_are_read_with_and_without_a_host_header():
    found = paste(
        "POST /api/v1.1/workflows/start HTTP/1.1\r\nHost: h.example.com\r\n"
        'Authorization: Bearer ABC\r\n\r\n{"id": 1,\r\n "email": "x"}'
    )
    assert (found.operation, found.url) == (
        "engage",
        "https://h.example.com/api/v1.1/workflows/start",
    )
    assert parse(found.body)["email"] == "x"
    found = paste(
        "### one\nGET https://{{host}}/a\n\n### two\n"
        "POST https://{{host}}/workflows/start\nA: {{b}}\n\n{}\n"
    )
    assert found.url == "https://{{host}}/workflows/start"
    assert dict(found.headers) == {"A": "{{b}}"}
    assert "never read" in refuse("POST https://h/x\n\n< ./body.json\n")


def test_variables_of_the_file_are_filled_in_and_scripts_left_out():
    found = paste(
        "### Launch\n@host = api.example.com\n@uid = w-1\n\n"
        "POST https://{{host}}/workflows/{{uid}}/schedule\n  ?a=1\n  &b={{other}}\n"
        "Content-Type: application/json\n# a comment\n\n"
        '{"job_name": "x"}\n\n> {% client.log(1) %}\n'
    )
    assert found.url == "https://api.example.com/workflows/w-1/schedule?a=1&b={{other}}"
    assert found.body == '{"job_name": "x"}'
    assert found.headers == (("Content-Type", "application/json"),)
    assert [each.code for each in found.notes if each.kind == "ignored"] == [
        "script",
        "left-out",
    ]


def test_a_body_may_follow_the_headers_without_an_empty_line():
    assert paste('POST https://h/a\nA: b\n{"c": 1}').body == '{"c": 1}'
