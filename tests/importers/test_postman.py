"""Postman collections and single items of them."""

import json

from playground.importers import Rejected, import_text
from tests.importers import OPERATIONS, paste, refuse


def _item(name: str, url: str, body: str) -> dict:
    return {
        "name": name,
        "request": {
            "method": "POST",
            "header": [
                {"key": "A", "value": "{{b}}"},
                {"key": "X", "value": "1", "disabled": True},
            ],
            "url": {"raw": url},
            "body": {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}},
        },
    }


def test_a_collection_with_folders_is_read():
    launch = _item("Launch", "{{base}}/workflows/{{uid}}/schedule", '{"inputs": [{"n": 1.10}]}')
    other = _item("Other", "{{base}}/x", "{}")
    collection = {"info": {"name": "C"}, "item": [other, {"name": "folder", "item": [launch]}]}
    found = paste(json.dumps(collection))
    assert (found.operation, found.path_values) == ("launch", {"workflow_uid": "{{uid}}"})
    assert found.body == '{"inputs": [{"n": 1.10}]}'
    assert dict(found.headers) == {"A": "{{b}}", "Content-Type": "application/json"}
    assert any("Other" in note.message for note in found.notes if note.kind == "ignored")
    assert paste(json.dumps(launch)).body == found.body


def test_the_variables_of_a_collection_are_filled_in_once():
    request = {
        "url": "{{base}}/workflows/w/schedule",
        "method": "POST",
        "body": {"mode": "raw", "raw": '{"job_name": "{{who}}", "steps": [], "inputs": []}'},
    }
    listed = [{"key": "base", "value": "https://h/v3"}, {"key": "who", "value": "{{base}}"}]
    found = paste(json.dumps({"item": [{"name": "a", "request": request}], "variable": listed}))
    assert found.url == "https://h/v3/workflows/w/schedule"
    assert found.body == '{"job_name": "{{base}}", "steps": [], "inputs": []}'


def test_variables_of_a_collection_cannot_grow_without_bounds():
    body = {"mode": "raw", "raw": "{{h}}" * 50_000}
    item = {"name": "a", "request": {"url": "http://x/y", "method": "POST", "body": body}}
    whole = {"item": [item], "variable": [{"key": "h", "value": "x" * 200_000}]}
    assert "too large" in refuse(json.dumps(whole))


def _request(auth: dict, header: list | None = None) -> str:
    request = {"method": "POST", "url": "https://h/a", "header": header or [], "auth": auth}
    return json.dumps({"item": [{"name": "a", "request": request}]})


def _pairs(**values: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def test_the_authorization_tab_becomes_a_header_or_a_query():
    basic = {"type": "basic", "basic": _pairs(username="u", password="p")}
    found = paste(_request(basic))
    assert found.headers == (("Authorization", "Basic {{secret:basic}}"),)
    assert found.credentials[0].value == "dTpw"
    bearer = {"type": "bearer", "bearer": {"token": "{{t}}"}}
    assert paste(_request(bearer)).headers == (("Authorization", "Bearer {{t}}"),)
    key = {"type": "apikey", "apikey": _pairs(key="q", value="v", **{"in": "query"})}
    assert paste(_request(key)).url == "https://h/a?q=v"


def test_an_authorization_header_wins_over_the_tab():
    bearer = {"type": "bearer", "bearer": _pairs(token="T")}
    found = paste(_request(bearer, _pairs(Authorization="Bearer {{mine}}")))
    assert found.headers == (("Authorization", "Bearer {{mine}}"),)


def test_path_variables_are_filled_in():
    url = {"raw": "https://h/workflows/:uid/schedule", "variable": _pairs(uid="w-7")}
    found = paste(json.dumps({"name": "a", "request": {"url": url, "method": "POST"}}))
    assert (found.operation, found.path_values) == ("launch", {"workflow_uid": "w-7"})


START = "https://mail.example.com/api/v1.1/workflows/start"


def _with_body(body: dict, header: list | None = None) -> str:
    request = {"method": "POST", "url": START, "header": header or [], "body": body}
    return json.dumps({"item": [{"name": "a", "request": request}]})


def test_a_graphql_body_is_the_json_that_the_server_gets():
    graphql = {"query": "query ($n: Int!) { jobs(first: $n) { id } }", "variables": '{"n": 5.10}'}
    found = paste(_with_body({"mode": "graphql", "graphql": graphql}))
    assert '"n": 5.10' in found.document
    assert json.loads(found.body) == {"query": graphql["query"], "variables": {"n": 5.1}}
    assert dict(found.headers)["Content-Type"] == "application/json"
    without = paste(_with_body({"mode": "graphql", "graphql": {"query": "{ a }", "variables": ""}}))
    assert json.loads(without.document) == {"query": "{ a }"}


def test_repeated_fields_become_a_list_and_disabled_ones_are_named():
    fields = [
        {"key": "id", "value": "12"},
        {"key": "phone", "value": "+49", "disabled": True},
        {"key": "note", "value": None},
        {"key": "tag", "value": "a & b"},
        {"key": "tag", "value": "b"},
    ]
    for mode in ("urlencoded", "formdata"):
        header = [{"key": "Content-Type", "value": "multipart/form-data; boundary=x"}]
        found = paste(_with_body({"mode": mode, mode: fields}, header if mode[0] == "f" else []))
        assert json.loads(found.document) == {"id": "12", "note": "", "tag": ["a & b", "b"]}
        messages = [each.message for each in found.notes if each.kind == "ignored"]
        assert "Left out items switched off in Postman: phone." in messages


def test_bodies_in_files_are_rejected_as_those_of_commands():
    field = {"key": "f", "type": "file", "src": "/home/kim/a.png"}
    assert "is in the file /home/kim/a.png" in refuse(
        _with_body({"mode": "formdata", "formdata": [field]})
    )
    assert "is in the file b.json" in refuse(
        _with_body({"mode": "file", "file": {"src": "b.json"}})
    )


def test_a_body_in_a_file_rejects_only_the_request_that_has_it():
    first = json.loads(_with_body({"mode": "file", "file": {"src": "b.json"}}))
    second = _item("Start", START, '{"id": 1}')
    text = json.dumps({"item": [*first["item"], second]})
    found = paste(text)
    assert (found.number, found.document) == (2, '{\n  "id": 1\n}')
    rejected = import_text(text, OPERATIONS, 1)
    assert isinstance(rejected, Rejected)
    assert "b.json" in rejected.message


def test_parameters_that_are_switched_off_are_not_in_the_url():
    url = {
        "raw": f"{START}?format=json&debug=1",
        "query": [
            {"key": "format", "value": "json"},
            {"key": "debug", "value": "1", "disabled": True},
        ],
    }
    found = paste(json.dumps({"name": "a", "request": {"url": url, "method": "POST"}}))
    assert found.url == f"{START}?format=json"
    assert any("switched off in Postman: debug" in each.message for each in found.notes)
