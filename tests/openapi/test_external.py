"""References to other documents."""

import pytest

from playground.openapi.documents import ApiDocument
from playground.openapi.external import embed_documents, list_external_addresses
from playground.openapi.schemas import SchemaNode

ADDRESS = "https://api.example/docs/openapi.yaml"
RAW = {
    "a": {"$ref": "schemas/pet.yaml"},
    "b": {"$ref": "#/c"},
    "c": {"$ref": "schemas/pet.yaml#/parts/a~1b"},
    "d": [{"$ref": "https://other.example/x.json#/y"}],
    "e": {"$ref": "openapi.yaml#/b"},
    "f": {"properties": {"$ref": {"type": "string"}}},
}
PET = "https://api.example/docs/schemas/pet.yaml"


def test_addresses_are_absolute_and_listed_once():
    assert sorted(list_external_addresses(RAW, ADDRESS)) == [PET, "https://other.example/x.json"]
    assert sorted(list_external_addresses({"x": RAW["a"]})) == ["schemas/pet.yaml"]
    assert list_external_addresses({"x": {"$ref": "//[broken"}}, ADDRESS) == []


def test_embedded_documents_are_reached_by_local_references():
    pet = {
        "type": "object",
        "properties": {"owner": {"$ref": "../people.yaml#/P"}, "own": {"$ref": "#/parts/a~1b"}},
        "parts": {"a/b": {"title": "Part"}},
    }
    people = {"P": {"title": "Person", "pets": {"$ref": "schemas/pet.yaml"}}}
    others = {PET: pet, "https://api.example/docs/people.yaml": people}
    document = ApiDocument(embed_documents(RAW, ADDRESS, others))
    assert SchemaNode.at(document, "/c")["title"] == "Part"
    assert SchemaNode.at(document, "/e")["title"] == "Part"
    node = SchemaNode.at(document, "/a")
    assert node["properties"]["owner"]["title"] == "Person"
    assert node["properties"]["own"]["title"] == "Part"
    assert document.raw["d"] == RAW["d"]
    assert list_external_addresses(document.raw, ADDRESS) == ["https://other.example/x.json"]


def test_the_document_itself_isnt_changed():
    before = repr(RAW)
    embed_documents(RAW, ADDRESS, {PET: {}})
    assert repr(RAW) == before


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        (
            "schemas/pet.yaml#/Cat",
            "#/x-documents/https:~1~1api.example~1docs~1schemas~1pet.yaml/Cat",
        ),
        ("Cat", "Cat"),
        (5, 5),
    ],
)
def test_values_of_a_discriminator_lead_to_the_same_places(mapped, expected):
    raw = {"discriminator": {"propertyName": "x", "mapping": {"cat": mapped}}}
    written = embed_documents(raw, ADDRESS, {PET: {"Cat": {}}})
    assert written["discriminator"]["mapping"] == {"cat": expected}


def test_a_whole_document_is_named_by_its_file():
    document = ApiDocument(embed_documents(RAW, ADDRESS, {PET: {}}))
    assert SchemaNode.at(document, "/a").ref_name == "pet"
