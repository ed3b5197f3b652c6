"""Links of responses are read, and those that can't be followed are named in the report."""

import json
from typing import Any

import pytest

from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.expressions import Expression, parse_expression, split_template
from playground.openapi.links import ResponseLink
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.reading import read_openapi
from playground.openapi.report import make_report
from playground.openapi.responses import find_response
from tests.apis.jobs import AGAIN, jobs


def read_links(document: dict[str, Any]) -> dict[str, ResponseLink]:
    parsed = ApiDocument(document)
    reader = OperationReader(parsed, read_api(parsed, "jobs", Credential((), ())), "jobs:")
    entry = next(each for each in list_operation_entries(parsed) if each.id == "startJob")
    return {each.name: each for each in reader.read(entry).links}


def list_faults(links: dict[str, Any]) -> list[str]:
    report = make_report(read_openapi(json.dumps(jobs(links)).encode()))
    return [each.message for each in report.faults]


def test_links_name_their_operation_and_the_places_of_its_values() -> None:
    links = read_links(jobs())
    assert list(links) == ["read", "stop", "again"]
    assert {each.status for each in links.values()} == {"2XX"}
    read, stop, again = links.values()
    assert (read.operation, read.help) == ("jobs:readJob", "Shows the job.")
    # Without a place, `id` is that of the path, although the query has one, too.
    assert read.parameters == {
        "id": "$response.body#/id",
        "query:fields": "state,{$response.body#/state}",
    }
    assert stop.operation == "jobs:stopJob"
    assert stop.parameters == {
        "id": "$response.header.X-Job",
        "header:X-Trace": "$request.query.trace",
    }
    assert (again.operation, again.body, again.has_body) == (
        "jobs:startJob", AGAIN["requestBody"], True,
    )  # fmt: skip
    assert list_faults(jobs()["paths"]["/jobs"]["post"]["responses"]["2XX"]["links"]) == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"operationId": "nothing"}, "The link a leads to nothing, which is no operation"),
        ({"operationRef": "#/paths/~1x/get"}, "The link a leads to #/paths/~1x/get, which is no"),
        ({"operationRef": "https://x.example/#/paths"}, "The link a leads to another document"),
        ({"parameters": {}}, "The link a names no operation"),
        ({"$ref": "#/components/links/Gone"}, "The link a has no target."),
        ("text", "The link a has no target."),
        (
            {"operationId": "readJob", "parameters": {"cookie.id": 1}},
            "The link a sets cookie.id, which is no parameter of GET /jobs/{id}.",
        ),
        (
            {"operationId": "readJob", "parameters": {"id": "$response.path.id"}},
            "The link a has $response.path.id, which isn't a runtime expression.",
        ),
        (
            {"operationId": "startJob", "requestBody": {"x": ["{$response.body#id}"]}},
            "The link a has {$response.body#id}, which isn't a runtime expression.",
        ),
        (
            {"operationId": "readJob", "parameters": ["id"]},
            "`parameters` of this link isn't an object.",
        ),
        (
            {"operationId": "readJob", "server": {"url": "https://other.example"}},
            "The server of the link a isn't used: its calls stay on the connection.",
        ),
    ],
)
def test_a_broken_link_is_named_in_the_report(link: Any, message: str) -> None:
    [found] = list_faults({"a": link})
    assert found.startswith(message)


def test_only_what_is_broken_of_a_link_is_left_out() -> None:
    links = {
        "gone": {"operationId": "nothing"},
        "half": {"operationId": "readJob", "parameters": {"no": 1, "id": 7, "fields": "$nothing"}},
    }
    [half] = read_links(jobs(links)).values()
    assert (half.name, half.parameters) == ("half", {"id": 7})
    assert read_links(jobs(links={})) == {}
    document = jobs()
    document["paths"]["/jobs"]["post"]["responses"]["2XX"]["links"] = ["read"]
    assert read_links(document) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$url", ("url", "", "")),
        ("$statusCode", ("statusCode", "", "")),
        ("$response.body", ("body", "response", "")),
        ("$response.body#/a~1b/0", ("body", "response", "/a~1b/0")),
        ("$request.path.a.b", ("path", "request", "a.b")),
        ("$request.query.a[]", ("query", "request", "a[]")),
        ("$response.header.X-Job", ("header", "response", "X-Job")),
        ("$response.body#id", None),
        ("$response.body#/a~2", None),
        ("$response.header.", None),
        ("$response.header.a b", None),
        ("$response.query.a", None),
        ("$request.cookie.a", None),
        ("$request", None),
        ("$urls", None),
        ("response.body#/id", None),
    ],
)
def test_expressions_are_those_of_the_specification(text: str, expected: Any) -> None:
    found = parse_expression(text)
    assert (None if found is None else (found.source, found.side, found.name)) == expected


def test_expressions_may_be_part_of_a_text() -> None:
    url = Expression("url", text="$url")
    assert split_template("a {$url}{$url} b") == ["a ", url, url, " b"]
    assert split_template("{id} costs 5$") == ["{id} costs 5$"]
    assert split_template("") == []
    assert split_template("a {$nothing}") is None


@pytest.mark.parametrize(
    ("status", "expected"), [(201, "201"), (204, "2xx"), (404, "default"), (500, "default")]
)
def test_the_response_of_a_status_is_exact_then_a_range_then_the_default(
    status: int, expected: str
) -> None:
    assert find_response(["default", "2xx", "201"], status) == expected
    assert find_response(["200"], status) is None
