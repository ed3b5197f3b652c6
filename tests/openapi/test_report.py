"""What the report of a document says."""

import json

import pytest

from playground.openapi.reading import read_openapi
from playground.openapi.report import MOST_FAULTS, JsonField, make_report

TEXT = {"type": "string"}


def report_on(paths, schemas=None, **more):
    raw = {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas or {}},
    }
    return make_report(read_openapi(json.dumps(raw, indent=1).encode()), **more)


def post(schema):
    content = {"application/json": {"schema": schema}}
    return {"/a": {"post": {"requestBody": {"content": content}, "responses": {"200": {}}}}}


def test_a_document_without_faults_has_complete_operations():
    report = report_on(post({"type": "object", "properties": {"a": TEXT}}))
    assert (report.title, report.version, report.openapi) == ("Pets", "1", "3.0.3")
    (operation,) = report.operations
    assert operation.is_complete
    assert (operation.id, operation.method, operation.path) == ("post-a", "POST", "/a")
    assert report.faults == ()
    assert report.counts == {
        "operations": 1,
        "complete": 1,
        "with_json_fields": 0,
        "unsendable": 0,
        "faults": 0,
    }


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            {"$ref": "#/components/schemas/No"},
            "The reference #/components/schemas/No has no",
        ),
        ({"$ref": "pets.yaml#/Pet"}, "The reference pets.yaml#/Pet leads to another document"),
        ({"$ref": "https://127.0.0.1/x"}, "The reference https://127.0.0.1/x leads to another"),
        ({"type": "any"}, "The value of `type`, any, isn't usable, so it is ignored."),
        ({"enum": []}, "The value of `enum` isn't usable, so it is ignored in whole or in part."),
        ({"pattern": "("}, "The pattern ( uses unsupported syntax, so it isn't checked."),
        (
            {"patternProperties": {"[": {}}},
            "The pattern [ of keys uses unsupported syntax, so it isn't checked.",
        ),
        ({"properties": {"a": "text"}}, "The value of `properties` isn't usable"),
    ],
)
def test_faults_of_schemas_have_lines(schema, message):
    paths = post({"type": "object", "properties": {"x": {"type": "array", "items": schema}}})
    (fault,) = [each for each in report_on(paths).faults if "isn't an object" not in each.message]
    assert fault.message.startswith(message)
    assert fault.pointer.endswith("/properties/x/items")
    lines = json.dumps({"openapi": 1, "info": 1, "paths": paths}, indent=1).split("\n")
    assert 10 < fault.line < len(lines) + 5


def test_a_fault_of_a_shared_schema_is_listed_once():
    paths = {**post({"$ref": "#/components/schemas/S"}), "/b": {"get": {"responses": {"200": {}}}}}
    paths["/b"]["get"]["responses"]["200"] = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}
    }
    report = report_on(paths, {"S": {"type": "any"}})
    assert [each.pointer for each in report.faults] == ["/components/schemas/S"]


def test_an_endless_body_cant_be_sent():
    endless = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"$ref": "#/components/schemas/E"}},
    }
    report = report_on(post({"$ref": "#/components/schemas/E"}), {"E": endless})
    (operation,) = report.operations
    assert operation.obstacles == (
        "The schema is endlessly recursive: every valid body contains another one.",
    )
    assert report.counts["unsendable"] == 1


def test_forms_and_sending_add_what_they_know():
    report = report_on(
        post({}),
        find_json_fields=lambda operation: [JsonField("/x", f"{operation.method} needs JSON.")],
        find_obstacles=lambda operation: ["It needs a client certificate."],
    )
    (operation,) = report.operations
    assert operation.json_fields == (JsonField("/x", "POST needs JSON."),)
    assert operation.obstacles == ("It needs a client certificate.",)
    assert not operation.is_complete


def test_an_empty_document_is_reported():
    report = make_report(read_openapi(b"openapi: 3.1.0"))
    assert [each.message for each in report.faults] == [
        "The document has no title (`info.title`).",
        "The document has no operations: `paths` is missing or empty.",
    ]


def test_faults_of_the_text_are_among_the_others():
    report = make_report(read_openapi(b"openapi: 3.1.0\ninfo: {title: T}\npaths: {}\npaths: {}\n"))
    assert (4, 'Duplicate key "paths". The last one counts.') in [
        (each.line, each.message) for each in report.faults
    ]


def test_the_number_of_listed_faults_is_limited():
    properties = {f"p{n}": {"type": "any"} for n in range(MOST_FAULTS + 20)}
    report = report_on(post({"properties": properties}))
    assert len(report.faults) == MOST_FAULTS
    assert report.more_faults == 20
    assert report.counts["faults"] == MOST_FAULTS + 20


def test_it_is_plain_data_for_scripts():
    report = report_on(post({"type": "any"}))
    assert json.loads(json.dumps(report.as_dict()))["operations"][0]["id"] == "post-a"
