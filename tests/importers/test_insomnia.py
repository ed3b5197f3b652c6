"""Exports of Insomnia: format 4 in JSON, and version 5 in YAML."""

import json

from playground.importers import Imported, Rejected, import_text
from tests.importers import OPERATIONS, check_spans, paste, refuse

BODY = '{"id": 12, "email": "{{ _.mail }}"}'
V4 = {
    "_type": "export",
    "__export_format": 4,
    "resources": [
        {"_id": "wrk_1", "parentId": None, "name": "Mail", "_type": "workspace"},
        {
            "_id": "env_1",
            "parentId": "wrk_1",
            "data": {"host": "mail.example.com", "base": "https://{{ _.host }}/api/v1.1"},
            "_type": "environment",
        },
        {
            "_id": "fld_1",
            "parentId": "wrk_1",
            "name": "Folder",
            "environment": {"mail": "kim@example.com", "unused": 1},
            "_type": "request_group",
        },
        {
            "_id": "req_0",
            "parentId": "fld_1",
            "url": "{{ _.base }}/list",
            "name": "List",
            "method": "GET",
            "_type": "request",
        },
        {
            "_id": "req_1",
            "parentId": "fld_1",
            "url": "{{ _.base }}/workflows/start",
            "name": "Start",
            "method": "POST",
            "body": {"mimeType": "application/json", "text": BODY},
            "parameters": [
                {"name": "q", "value": "a b"},
                {"name": "debug", "value": "1", "disabled": True},
            ],
            "headers": [{"name": "X-Id", "value": "{% uuid 'v4' %}"}],
            "authentication": {"type": "bearer", "token": "abc123secret"},
            "_type": "request",
        },
    ],
}
V5 = """type: collection.insomnia.rest/5.0
name: Mail
meta:
  id: wrk_1
collection:
  - name: Folder
    meta:
      id: fld_1
    environment:
      mail: kim@example.com
    children:
      - url: "{{ _.base }}/list"
        name: List
        method: GET
      - url: "{{ _.base }}/workflows/start"
        name: Start
        meta:
          id: req_1
        method: POST
        body:
          mimeType: application/json
          text: |-
            {
              "id": 12, "n": 1.10,
              "email": "{{ _.mail }}"
            }
        headers:
          - name: X-Id
            value: "{% uuid 'v4' %}"
        authentication:
          type: basic
          username: kim
          password: "{{ _.password }}"
environments:
  name: Base
  data:
    base: https://mail.example.com/api/v1.1
    password: s3cr3t
"""
URL = "https://mail.example.com/api/v1.1/workflows/start"


def test_an_export_in_json_is_read_with_its_environment_and_folders():
    found = paste(json.dumps(V4))
    assert (found.kind, found.operation, found.method) == ("insomnia", "engage", "POST")
    assert found.url == f"{URL}?q=a%20b"
    assert json.loads(found.document) == {"id": 12, "email": "kim@example.com"}
    assert dict(found.headers) == {
        "X-Id": "{{uuid}}",
        "Content-Type": "application/json",
        "Authorization": "Bearer {{secret:token}}",
    }
    assert found.credentials[0].value == "abc123secret"
    assert [(each.title, each.url) for each in found.requests] == [
        ("List", "https://mail.example.com/api/v1.1/list"),
        ("Start", URL + "?q=a%20b"),
    ]
    ignored = " ".join(each.message for each in found.notes if each.kind == "ignored")
    assert "switched off in Insomnia: debug" in ignored


def test_a_collection_in_yaml_is_read_and_accounted_for():
    found = paste(V5)
    assert (found.kind, found.operation, found.url) == ("insomnia", "engage", URL)
    assert json.loads(found.document) == {"id": 12, "n": 1.1, "email": "kim@example.com"}
    assert "1.10" in found.document
    assert dict(found.headers)["Authorization"] == "Basic {{secret:basic}}"
    assert found.credentials[0].value == "a2ltOnMzY3IzdA=="
    check_spans(V5, found)
    left_out = [V5[start:end] for start, end, fate in found.spans if fate == "left out"]
    assert "wrk_1" in left_out
    assert any("/list" in each for each in left_out)
    assert not any("kim" in each or "s3cr3t" in each for each in left_out)
    first = import_text(V5, OPERATIONS, 1)
    assert isinstance(first, Imported)
    assert (first.method, first.url) == ("GET", "https://mail.example.com/api/v1.1/list")


def test_comments_and_unused_values_of_a_collection_are_reported():
    text = V5.replace("        headers:", "        # canary one\n        headers:")
    text = text.replace("environments:", "# canary two\nenvironments:")
    found = paste(text)
    check_spans(text, found)
    left_out = [text[start:end] for start, end, fate in found.spans if fate == "left out"]
    assert sum("canary" in each for each in left_out) == 2
    assert any(each.code == "comment" for each in found.notes)


def test_a_choice_of_environments_is_left_to_the_person():
    export = json.loads(json.dumps(V4))
    for name in ("test", "live"):
        data = {"base": f"https://{name}.example.com"}
        export["resources"].append(
            {"_id": name, "parentId": "env_1", "data": data, "_type": "environment"}
        )
    assert paste(json.dumps(export)).url == f"{URL}?q=a%20b"
    export["resources"].pop()
    assert paste(json.dumps(export)).url.startswith("https://test.example.com/workflows")


def test_bodies_in_files_and_empty_exports_are_rejected():
    export = json.loads(json.dumps(V4))
    field = {"name": "f", "type": "file", "fileName": "/tmp/x.png"}
    export["resources"][-1]["body"] = {"mimeType": "multipart/form-data", "params": [field]}
    found = import_text(json.dumps(export), OPERATIONS, 2)
    assert isinstance(found, Rejected)
    assert "is in the file /tmp/x.png" in found.message
    field.update(type="text", value="a b")
    export["resources"][-1]["body"]["params"] = [field, field]
    assert json.loads(paste(json.dumps(export)).document) == {"f": ["a b", "a b"]}
    assert "has no requests" in refuse('{"_type": "export", "__export_format": 4}')
    assert "has no requests" in refuse("type: collection.insomnia.rest/5.0\nname: x\n")
