"""Requests of Bruno."""

import json

from playground.importers import Rejected, import_text
from tests.importers import OPERATIONS, paste, refuse

REQUEST = """meta {
  name: Start a scenario
  type: http
  seq: 1
}

post {
  url: {{base}}/api/v1.1/workflows/start?format=json
  body: json
  auth: bearer
}

params:query {
  format: json
  ~debug: 1
}

headers {
  content-type: application/json
  ~x-off: 1
}

auth:bearer {
  token: abc123secret
}

vars:pre-request {
  base: https://mail.example.com
}

body:json {
  {
    "id": 12, // the night one
    "email": "{{$guid}}"
  }
}

tests {
  test("ok", function() {
    expect(res.status).to.equal(200);
  });
}
"""


def test_a_request_is_read_with_its_login_and_variables():
    found = paste(REQUEST)
    assert (found.kind, found.operation, found.method, found.url) == (
        "bruno",
        "engage",
        "POST",
        "https://mail.example.com/api/v1.1/workflows/start?format=json",
    )
    assert json.loads(found.document) == {"id": 12, "email": "{{uuid}}"}
    assert found.headers == (
        ("content-type", "application/json"),
        ("Authorization", "Bearer {{secret:token}}"),
    )
    assert found.credentials[0].value == "abc123secret"
    ignored = [each.message for each in found.notes if each.kind == "ignored"]
    assert ignored == [
        "Left out items switched off in Bruno: x-off, debug.",
        "Left out blocks that aren't sent: tests.",
    ]
    assert "canary" in str(paste(REQUEST.replace("headers {", "headers {\n  canary")).notes)


def _with_body(mode: str, block: str) -> str:
    return f"post {{\n  url: https://h/api/v1.1/workflows/start\n  body: {mode}\n}}\n\n{block}\n"


def test_the_other_bodies_are_read():
    form = "body:form-urlencoded {\n  id: 12\n  tag: a b\n  tag: c\n  ~no: 1\n}"
    found = paste(_with_body("formUrlEncoded", form))
    assert json.loads(found.document) == {"id": "12", "tag": ["a b", "c"]}
    graphql = 'body:graphql {\n  { a }\n}\nbody:graphql:vars {\n  {"n": 5.10}\n}'
    found = paste(_with_body("graphql", graphql))
    assert json.loads(found.document)["query"] == "{ a }"
    assert '"n": 5.10' in found.document
    text = "body:multipart-form {\n  a: b\n  f: @file(/tmp/x.png)\n}"
    assert "is in the file /tmp/x.png" in refuse(_with_body("multipartForm", text))


def test_only_the_body_that_is_chosen_is_sent():
    both = 'body:json {\n  {"id": 1}\n}\nbody:text {\n  hi\n}'
    assert json.loads(paste(_with_body("json", both)).document) == {"id": 1}
    assert paste(_with_body("none", both)).document is None


def test_several_files_are_a_choice_and_a_cut_off_one_is_rejected():
    second = REQUEST.replace("Start a scenario", "Again").replace("12,", "13,")
    found = import_text(REQUEST + second, OPERATIONS, 2)
    assert not isinstance(found, Rejected)
    assert [each.title for each in found.requests] == ["Start a scenario", "Again"]
    assert json.loads(found.document or "")["id"] == 13
    assert "block tests in line 38 is never closed" in refuse(REQUEST.rstrip("}\n"))
