"""The text of HTTP requests, and files of requests."""

import json

from playground.importers import Imported, Rejected, import_text
from playground.jsontext.parsing import parse
from tests.importers import OPERATIONS, paste, refuse


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


FILE = """@host = https://mail.example.com
@base = {{host}}/api/v1.1
@unused = 1

### List
# @name list
GET {{base}}/workflows/list

### Start
POST {{ base }}/workflows/start
Content-Type: application/json

{"id": {{scenario}}, "email": "kim@example.com"}

> {% client.test() %}
>> reply.json
###
@scenario = 12
### Upload
POST {{base}}/workflows/start

< ./body.json
"""


def test_the_variables_of_a_file_hold_for_every_request():
    found = paste(FILE)
    assert (found.operation, found.url) == (
        "engage",
        "https://mail.example.com/api/v1.1/workflows/start",
    )
    assert json.loads(found.document) == {"id": 12, "email": "kim@example.com"}
    assert [(each.number, each.title) for each in found.requests] == [
        (1, "List"),
        (2, "Start"),
        (3, "Upload"),
    ]
    lines = [note.message for note in found.notes if note.code == "left-out"]
    assert lines == ["Left out line 3: “@unused = 1”."]
    listed = import_text(FILE, OPERATIONS, 1)
    assert isinstance(listed, Imported)
    assert listed.url == "https://mail.example.com/api/v1.1/workflows/list"


def test_a_body_in_a_file_rejects_that_request_alone():
    found = import_text(FILE, OPERATIONS, 3)
    assert isinstance(found, Rejected)
    assert "is in the file ./body.json" in found.message
    assert "is in the file ./body.json" in refuse("POST https://h/x\n\n< ./body.json\n")
    parts = 'POST https://h/x\n\n--a\nContent-Disposition: form-data; name="f"\n\n< ./f.png\n--a--'
    assert "is in the file ./f.png" in refuse(parts)


def test_variables_cannot_grow_without_bounds():
    lines = "".join(f"@a{n + 1} = {{{{a{n}}}}}{{{{a{n}}}}}\n" for n in range(40))
    assert "too large" in refuse(f"@a0 = xxxxxxxx\n{lines}\nGET https://h/{{{{a40}}}}\n")
