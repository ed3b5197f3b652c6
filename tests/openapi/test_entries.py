"""The operations of any document: how they are listed and read."""

from typing import Any

import pytest

from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import LONGEST_ID, list_operation_entries, make_id
from playground.openapi.extensions import VERDICT
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.parameters import Encoding
from playground.openapi.values import Operation, ServerVariable

CREDENTIAL = Credential((), ())


def read(paths: Any, **others: Any) -> tuple[list[Operation], list[tuple[str, str]]]:
    """The operations of a document, and what is wrong with it."""
    document = ApiDocument({"openapi": "3.1.0", "info": {"title": "T"}, "paths": paths, **others})
    reader = OperationReader(document, read_api(document, "t", CREDENTIAL), "t:")
    operations = [reader.read(each) for each in list_operation_entries(document, reader.faults)]
    return operations, [(each.pointer, each.message) for each in reader.faults]


def read_one(entry: Any, path: str = "/a", **others: Any) -> tuple[Operation, list[str]]:
    (operation,), faults = read({path: {"get": {"responses": {"200": {}}, **entry}}}, **others)
    return operation, [message for _, message in faults]


def test_operations_have_the_names_of_the_document():
    entry = {"operationId": "getA", "summary": "Get A", "description": "**A**", "tags": ["x", "y"]}
    operation, faults = read_one({**entry, "deprecated": True})
    assert (operation.id, operation.title, operation.summary) == ("t:getA", "Get A", "**A**")
    assert (operation.method, operation.path) == ("GET", "/a")
    assert operation.tags == ("x", "y")
    assert operation.deprecated
    assert faults == []


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("repos/get", "repos-get"),
        ("get pet by id", "get-pet-by-id"),
        ('"><b>', "b"),
        ("ünï.cödé_1~-", "ünï.cödé_1~"),
        ("😀", "get-a"),
        ("../..", "get-a"),
        (None, "get-a"),
        (5, "5"),
    ],
)
def test_ids_fit_into_urls(name, id):
    assert read_one({"operationId": name})[0].id == f"t:{id}"


def test_long_names_have_short_ids_that_differ():
    one, other = make_id("x" * 200), make_id("x" * 201)
    assert len(one) == len(other) == LONGEST_ID
    assert one != other


def test_operations_without_a_name_are_called_by_method_and_path():
    operations, _ = read({"/pets/{id}": {"get": {}, "delete": {}}})
    assert [(each.id, each.title) for each in operations] == [
        ("t:get-pets-id", "GET /pets/{id}"),
        ("t:delete-pets-id", "DELETE /pets/{id}"),
    ]


def test_names_that_are_taken_are_numbered_and_reported():
    entry = {"operationId": "same", "responses": {"200": {}}}
    operations, faults = read({"/a": {"get": entry, "put": entry}, "/b": {"get": entry}})
    assert [each.id for each in operations] == ["t:same", "t:same-2", "t:same-3"]
    assert faults == [
        ("/paths/~1a/put", 'The operationId "same" is taken by GET /a; it became same-2.'),
        ("/paths/~1b/get", 'The operationId "same" is taken by GET /a; it became same-3.'),
    ]


@pytest.mark.parametrize(
    ("paths", "fault"),
    [
        ([], ("/paths", "`paths` isn't an object.")),
        ({"/a": []}, ("/paths/~1a", "This path isn't an object, or its reference has no target.")),
        ({"/a": {"$ref": "#/x"}}, ("/paths/~1a", "This path isn't an object, or its reference")),
        ({"/a": {"get": None}}, ("/paths/~1a/get", "This operation isn't an object.")),
    ],
)
def test_what_isnt_an_operation_is_reported(paths, fault):
    operations, faults = read(paths)
    assert operations == []
    assert faults[0][0] == fault[0]
    assert faults[0][1].startswith(fault[1])


def test_a_document_without_paths_has_no_operations():
    document = ApiDocument({"openapi": "3.1.0", "webhooks": {}})
    assert list_operation_entries(document) == []
    assert read_api(document, "t", CREDENTIAL).title == "t"


def test_paths_may_be_references():
    paths = {"/a": {"$ref": "#/components/pathItems/A"}}
    item = {"parameters": [{"in": "query", "name": "q", "schema": {}}], "get": {"operationId": "x"}}
    (operation,), _ = read(paths, components={"pathItems": {"A": item}})
    assert [each.name for each in operation.query_fields] == ["q"]


def test_parameters_of_the_operation_replace_those_of_the_path():
    shared = {"in": "query", "name": "q", "schema": {"type": "string"}, "description": "shared"}
    paths = {
        "/a/{id}": {
            "parameters": [shared, {"in": "path", "name": "id", "schema": {"type": "integer"}}],
            "get": {
                "parameters": [
                    {**shared, "description": "own"},
                    {"$ref": "#/components/parameters/H"},
                ],
                "responses": {"200": {}},
            },
        }
    }
    header = {"in": "header", "name": "X-H", "schema": {"type": "string"}, "required": True}
    (operation,), faults = read(paths, components={"parameters": {"H": header}})
    assert [(each.key, each.required, each.help) for each in operation.parameters] == [
        ("id", True, ""),
        ("query:q", False, "own"),
        ("header:X-H", True, ""),
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"in": "query"}, ("form", True, "")),
        ({"in": "query", "explode": False}, ("form", False, "")),
        ({"in": "query", "style": "deepObject", "explode": True}, ("deepObject", True, "")),
        ({"in": "query", "style": "pipeDelimited"}, ("pipeDelimited", False, "")),
        ({"in": "header"}, ("simple", False, "")),
        ({"in": "cookie"}, ("form", True, "")),
        ({"in": "query", "style": "matrix"}, ("form", True, "")),
        ({"in": "query", "content": {"application/json": {"schema": {}}}}, ("form", True, "")),
    ],
)
def test_styles_have_their_defaults(raw, expected):
    operation, _ = read_one({"parameters": [{"name": "p", "schema": {}, **raw}]})
    (parameter,) = operation.parameters
    assert (parameter.style, parameter.explode, parameter.media_type) == expected


def test_a_parameter_may_be_written_in_a_media_type():
    content = {"application/json": {"schema": {"type": "object"}}}
    operation, faults = read_one({"parameters": [{"in": "query", "name": "p", "content": content}]})
    (parameter,) = operation.query_fields
    assert parameter.media_type == "application/json"
    assert dict(parameter.schema) == {"type": "object"}
    assert faults == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "`parameters` isn't a list."),
        (["x"], "This parameter isn't an object, or its reference has no target."),
        (
            [{"$ref": "#/missing"}],
            "This parameter isn't an object, or its reference has no target.",
        ),
        ([{"in": "body", "name": "b"}], "This parameter has no name, or an unknown place (`in`)."),
        ([{"in": "query"}], "This parameter has no name, or an unknown place (`in`)."),
        ([{"in": "query", "name": "q"}], "The parameter q has no schema."),
        (
            [{"in": "query", "name": "q", "schema": {}, "style": "simple"}],
            "The style simple isn't one for the query.",
        ),
        (
            [{"in": "path", "name": "id", "schema": {}}],
            "The path has no {id}, so it isn't sent.",
        ),
    ],
)
def test_faults_of_parameters_are_reported(parameters, message):
    assert read_one({"parameters": parameters})[1] == [message]


def test_placeholders_that_nothing_describes_are_text():
    operation, faults = read_one({}, "/a/{b}")
    assert [(each.name, dict(each.schema)) for each in operation.path_fields] == [
        ("b", {"type": "string"})
    ]
    assert faults == ["{b} of the path isn't described."]


def test_headers_that_have_another_place_are_left_out():
    names = ("Accept", "content-type", "Authorization", "X-Other")
    parameters = [{"in": "header", "name": each, "schema": {}} for each in names]
    operation, faults = read_one({"parameters": parameters})
    assert [each.name for each in operation.header_fields] == ["X-Other"]
    assert faults == []


def test_bodies_have_all_media_types_with_json_first():
    content = {
        "text/plain": {},
        "multipart/form-data": {
            "schema": {"type": "object"},
            "encoding": {
                "file": {"contentType": "image/png"},
                "tags": {"style": "spaceDelimited"},
            },
        },
        "application/vnd.x+json": {
            "schema": {"$ref": "#/components/schemas/S"},
            "example": {"a": 1},
        },
    }
    operation, faults = read_one(
        {"requestBody": {"$ref": "#/components/requestBodies/B"}},
        components={
            "requestBodies": {"B": {"content": content, "required": True}},
            "schemas": {"S": {"type": "object", "title": "S"}},
        },
    )
    assert [each.media_type for each in operation.bodies] == [
        "application/vnd.x+json",
        "text/plain",
        "multipart/form-data",
    ]
    assert dict(operation.body_schema) == {"type": "object", "title": "S"}
    assert operation.body_required
    assert operation.sample == {"a": 1}
    assert operation.bodies[2].encoding == {
        "file": Encoding("image/png"),
        "tags": Encoding("", "spaceDelimited", False),
    }
    assert faults == []


@pytest.mark.parametrize("body", [None, {}, {"content": {}}, {"$ref": "#/missing"}, []])
def test_a_body_without_content_is_ignored(body):
    operation, faults = read_one({"requestBody": body})
    assert operation.bodies == ()
    assert operation.body_schema is None
    assert faults == ["The body has no content, or its reference has no target."]


def test_examples_are_named_and_followed():
    content = {
        "application/json": {
            "examples": {
                "one": {"summary": "First", "value": 1},
                "two": {"$ref": "#/components/examples/Two"},
                "far": {"externalValue": "https://example.com/x.json"},
                "broken": None,
            }
        }
    }
    operation, _ = read_one(
        {"requestBody": {"content": content}},
        components={"examples": {"Two": {"value": {"b": 2}, "description": "Second"}}},
    )
    assert [(each.title, each.help, each.value) for each in operation.bodies[0].examples] == [
        ("First", "", 1),
        ("two", "Second", {"b": 2}),
    ]


def test_without_an_example_the_sample_is_made_from_the_schema():
    schema = {"properties": {"a": {"type": "integer"}}, "required": ["a"]}
    operation, _ = read_one({"requestBody": {"content": {"application/json": {"schema": schema}}}})
    assert operation.sample == {"a": 0}
    assert operation.sample_text == '{\n  "a": 0\n}'


def test_responses_have_their_media_types_and_schemas():
    responses = {
        "200": {"$ref": "#/components/responses/R"},
        "204": {"description": "Nothing"},
        "404": {"$ref": "#/missing"},
        "x-more": "y",
    }
    reply = {"content": {"application/json": {"schema": {"type": "array"}}, "text/csv": {}}}
    operation, faults = read_one({"responses": responses}, components={"responses": {"R": reply}})
    assert set(operation.replies) == {"200", "204"}
    assert dict(operation.replies["200"]["application/json"]["schema"]) == {"type": "array"}
    assert operation.replies["200"]["text/csv"] == {}
    assert operation.replies["204"] == {}
    assert faults == ["The response 404 has no target."]


@pytest.mark.parametrize("responses", [None, {}, {"default": {"content": {"text/plain": {}}}}])
def test_without_documented_successes_any_2xx_is_one(responses):
    assert read_one({"responses": responses})[0].replies["2XX"] == {}


def test_servers_may_be_those_of_the_operation_or_the_path():
    own, above = [{"url": "https://own.example"}], [{"url": "https://path.example"}]
    paths = {"/a": {"servers": above, "get": {"servers": own}, "put": {}}, "/b": {"get": {}}}
    operations, _ = read(paths)
    assert [[server.url for server in each.servers] for each in operations] == [
        ["https://own.example"],
        ["https://path.example"],
        [],
    ]


def test_an_api_has_servers_with_variables():
    servers = [
        {
            "url": "https://{region}.example.com:{port}/v1/",
            "description": "Main",
            "variables": {
                "region": {"default": "eu", "enum": ["eu", "us"]},
                "port": {"default": 443},
            },
        },
        {"url": "/relative"},
        {"no": "url"},
        "x",
    ]
    raw = {"openapi": "3.1.0", "info": {"title": "T", "version": 1.5}, "servers": servers}
    api = read_api(ApiDocument(raw), "t", CREDENTIAL, "https://host.example/docs/openapi.json")
    assert api.base_url == "https://eu.example.com:443/v1"
    assert api.version == "1.5"
    assert [each.url for each in api.servers][1:] == ["https://host.example/relative"]
    assert api.servers[0].variables == (
        ServerVariable("region", "eu", ("eu", "us")),
        ServerVariable("port", "443"),
    )


@pytest.mark.parametrize(
    "extensions",
    [
        {"x-verdict": "accepted"},
        {"x-verdict": {"accepted": []}},
        {"x-verdict": {"accepted": "a", "refused": [1]}},
        {"x-deduplication": {"wrong": 1}},
        {"x-repeat": ["a"]},
        {"x-max-bytes": "many"},
    ],
)
def test_extensions_that_cant_be_read_are_reported(extensions):
    operation, faults = read_one(extensions)
    assert faults == [f"`{next(iter(extensions))}` has an invalid value."]
    assert operation.verdict == VERDICT


def test_extensions_count_in_imported_documents():
    verdict = {
        "accepted": "Yes",
        "refused": ["No {code}", "No"],
        "equals": {"pointer": "/ok", "value": 1},
    }
    operation, faults = read_one({"x-verdict": verdict, "x-harmless": True})
    assert operation.verdict.refused == ("No {code}", "No")
    assert operation.verdict.equals == ("/ok", 1)
    assert operation.harmless
    assert faults == []
