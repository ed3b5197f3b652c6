"""Exports and commands of other tools, from public reports, and how each is read."""

import json

import pytest

from tests.importers import paste

URL = "https://mail.example.com/api/v1.1/workflows/start"
BOUNDARY = "----WebKitFormBoundaryAb12"


def multipart(**fields: str) -> str:
    parts = (
        f'--{BOUNDARY}\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'
        for name, value in fields.items()
    )
    return f"{''.join(parts)}--{BOUNDARY}--\\r\\n"


def collection(*items: dict, **more: object) -> str:
    return json.dumps({"info": {"name": "Mail"}, **more, "item": items})


def item(name: str, url: str, body: dict, **more: object) -> dict:
    return {"name": name, "request": {"method": "POST", "url": url, "body": body, **more}}


START = {"mode": "raw", "raw": '{"id":12,"email":"kim@example.com","content":{"a":1}}'}
NESTED = (
    '{\r\n  // which one\r\n  "id": {{scenario}},\r\n  "at": "{{$isoTimestamp}}", "g": "{{$guid}}"}'
)
VARIABLES = [{"key": "base", "value": URL}, {"key": "scenario", "value": "12"}]
HAR_FORM = {
    "mimeType": "application/x-www-form-urlencoded",
    "params": [{"name": "id", "value": "12"}, {"name": "email", "value": "kim%40example.com"}],
}
READ = {
    "a multipart body (07)": (
        f"curl '{URL}' -H 'content-type: multipart/form-data; boundary={BOUNDARY}' \\\n"
        f"  --data-raw $'{multipart(email='kim@example.com', id='12')}'",
        {"email": "kim@example.com", "id": "12"},
    ),
    "fields of a HAR log (11)": (
        json.dumps(
            {"request": {"method": "POST", "url": URL, "headers": [], "postData": HAR_FORM}}
        ),
        {"id": "12", "email": "kim@example.com"},
    ),
    "Insomnia 4 (13)": (
        json.dumps({
            "_type": "export",
            "__export_format": 4,
            "resources": [
                {"_id": "wrk_1", "_type": "workspace"},
                {"parentId": "wrk_1", "data": {"to": "kim@example.com"}, "_type": "environment"},
                {
                    "_type": "request",
                    "parentId": "wrk_1",
                    "method": "POST",
                    "url": URL,
                    "body": {"text": '{"id": 12, "email": "{{ _.to }}"}'},
                },
            ],
        }),
        {"id": 12, "email": "kim@example.com"},
    ),
    "Bruno (15)": (
        f"meta {{\n  name: a\n}}\n\npost {{\n  url: {URL}\n  body: json\n}}\n\n"
        'body:json {\n  {\n    "id": 12, // the night one\n'
        '    "email": "kim@example.com"\n  }\n}\n',
        {"id": 12, "email": "kim@example.com"},
    ),
    "HTTPie (16)": (
        f"http --verify=no POST {URL} Request-ID:abc-1 id:=12 email=kim@example.com "
        "content:='{\"a\": 1}' 'content[dob]=1990-05-06'",
        {"id": 12, "email": "kim@example.com", "content": {"a": 1, "dob": "1990-05-06"}},
    ),
    "variables of a file (17)": (
        f"@host = {URL}\n@scenario=12\n\n### Start\n# @name start\nPOST {{{{host}}}} HTTP/1.1\n"
        'Content-Type: application/json\n\n{"id": {{scenario}}}\n\n### List\nGET {{host}}/list\n',
        {"id": 12},
    ),
    "dynamic variables (29)": (
        collection(
            item("a", "{{base}}", {"mode": "raw", "raw": NESTED}), variable=VARIABLES
        ),
        {"id": 12, "at": "{{now}}", "g": "{{uuid}}"},
    ),
    "repeated form fields (30)": (
        collection(
            item(
                "a",
                URL,
                {
                    "mode": "urlencoded",
                    "urlencoded": [
                        {"key": "id", "value": "12"},
                        {"key": "phone", "value": "+49", "disabled": True},
                        {"key": "tag", "value": "a"},
                        {"key": "tag", "value": "b"},
                    ],
                },
                header="Content-Type: application/x-www-form-urlencoded\nX-A: 1",
            )
        ),
        {"id": "12", "tag": ["a", "b"]},
    ),
    "GraphQL (33)": (
        collection(
            item(
                "a",
                URL,
                {"mode": "graphql", "graphql": {"query": "{ a }", "variables": '{\n "n": 5\n}'}},
            )
        ),
        {"query": "{ a }", "variables": {"n": 5}},
    ),
    "several requests (118)": (
        collection(
            item("List", "https://mail.example.com/list", {"mode": "raw", "raw": "{}"}),
            item("Start", URL, START),
        ),
        {"id": 12, "email": "kim@example.com", "content": {"a": 1}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "document"), READ.values(), ids=READ)
def test_a_reported_text_is_read(text, document):
    found = paste(text)
    assert (found.operation, found.method, found.url) == ("engage", "POST", URL)
    assert json.loads(found.document) == document
