"""JSON Pointers and references inside an OpenAPI document."""

import pytest

from playground.openapi.documents import ApiDocument, get_value


@pytest.mark.parametrize(
    ("reference", "pointer"),
    [
        (
            "#/paths/~1users~1{id}/get/parameters/1/schema",
            "/paths/~1users~1{id}/get/parameters/1/schema",
        ),
        ("#/paths/~1users~1%7Bid%7D/get", "/paths/~1users~1{id}/get"),
        ("#/components/a~0b", "/components/a~0b"),
        ("#/components/100%", "/components/100%"),
        ("#/components/link/inner", "/components/target/inner"),
        ("#/components/ä%20ö", "/components/ä ö"),
        ("#here", "/components/anchored"),
        ("https://example.com/schema", "/components/identified"),
        ("#", ""),
        ("#/components/missing", None),
        ("#/paths/~1users~1{id}/get/parameters/9", None),
        ("#/paths/~1users~1{id}/get/parameters/-1", None),
        ("#/components/circle/inner", None),
        ("#nowhere", None),
        ("other.yaml#/components/target", None),
        ("", ""),
    ],
)
def test_references_lead_to_places(reference, pointer):
    document = ApiDocument(
        {
            "paths": {"/users/{id}": {"get": {"parameters": [{}, {"schema": {"type": "string"}}]}}},
            "components": {
                "a~b": {},
                "100%": {},
                "ä ö": {},
                "target": {"inner": {}},
                "link": {"$ref": "#/components/target"},
                "circle": {"$ref": "#/components/circle/inner"},
                "anchored": {"$anchor": "here"},
                "identified": {"$id": "https://example.com/schema"},
            },
        }
    )
    assert document.resolve(reference) == pointer


def test_references_to_references_are_followed():
    document = ApiDocument({"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"x": 1}})
    assert document.follow({"$ref": "#/a"}, "/z") == ({"x": 1}, "/c")
    assert document.follow({"x": 2}, "/z") == ({"x": 2}, "/z")


@pytest.mark.parametrize("target", ["#/a", "#/missing", "other.json"])
def test_circular_and_dangling_references_lead_nowhere(target):
    assert ApiDocument({"a": {"$ref": "#/a"}}).follow({"$ref": target}, "")[0] is None


def test_a_thousand_references_through_one_another_dont_exhaust_the_stack():
    parts = {f"s{n}": {"$ref": f"#/s{n + 1}/p"} for n in range(1000)}
    assert ApiDocument(parts).resolve("#/s0/p") is None


@pytest.mark.parametrize("pointer", ["/a/x", "/a/01x", "/a/²", "/a/9999999999999999999999", "/b/0"])
def test_pointers_to_nothing_have_no_value(pointer):
    assert get_value({"a": [1, 2], "b": "text"}, pointer) is None


def test_pointers_lead_through_lists():
    assert get_value({"a": [1, {"b~/c": 2}]}, "/a/1/b~0~1c") == 2
