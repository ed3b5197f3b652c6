"""Templates and drafts as OpenAPI examples, which documents take in and give back."""

import json
from typing import Any

import pytest
import yaml
from django.test import Client

from playground.apis.importing import import_document
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.jsontext.parsing import NumberToken
from playground.openapi.operations import get_operation
from playground.openapi.reading import read_openapi
from playground.payload_templates.examples import NoExample, make_example, write_example
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from tests.apis.documents import as_bytes
from tests.apis.pets import pets

pytestmark = pytest.mark.django_db
TEXT = """{
  "name": "{{who}}",
  "age": "{{age}}",
  "id": 90071992547409931234,
  "price": 1.10,
  "huge": 1e400,
  "texts": ["1e3", "yes", "0x1F", "2020-01-01", "12:30", "", " x", "a: b", "#", "-", "ü😀", "null"],
  "lines": "one\\n two\\n\\nthree",
  "edges": "one \\ntwo\\t",
  "breaks": "a\\u2028b\\u0085c\\r\\n",
  "password": "{{secret:pet_password}}",
  "file": "{{file:1}}",
  "none": null,
  "empty": [{}, []]
}"""
VARIABLES = {"who": "Tom & Jerry", "age": 7}


@pytest.fixture
def operation(editor: Person):
    import_document(editor, as_bytes(pets()))
    return get_operation("pets:addPet")


def read_value(example: dict[str, Any]) -> Any:
    [by_name] = [each["examples"] for each in example["requestBody"]["content"].values()]
    [found] = by_name.values()
    return found


def test_an_example_has_summary_description_and_the_value(operation) -> None:
    example = make_example(operation, State(TEXT), VARIABLES, "Night run", "For tests")
    assert list(example) == ["requestBody"]
    content = example["requestBody"]["content"]
    assert list(content) == ["application/json"]
    assert list(content["application/json"]["examples"]) == ["night-run"]
    found = read_value(example)
    assert list(found) == ["summary", "description", "value"]
    assert (found["summary"], found["description"]) == ("Night run", "For tests")
    value = found["value"]
    assert (value["name"], value["age"]) == ("Tom & Jerry", NumberToken("7"))
    assert value["password"] == "{{secret:pet_password}}"


def test_json_keeps_every_token(operation) -> None:
    example = make_example(operation, State(TEXT), VARIABLES, "x")
    text = write_example(example, "json")
    for token in ("90071992547409931234", "1.10,", "1e400,", '"age": 7,', '"{{file:1}}"'):
        assert token in text
    value = read_value(json.loads(text))["value"]
    assert value["texts"][:3] == ["1e3", "yes", "0x1F"]


def test_yaml_reads_back_as_the_same_values(operation) -> None:
    example = make_example(operation, State(TEXT), VARIABLES, "x")
    text = write_example(example, "yaml")
    assert "id: 90071992547409931234\n" in text
    assert "price: 1.10\n" in text
    assert "lines: |-\n" in text
    expected = read_value(json.loads(write_example(example, "json")))["value"]
    read = read_value(yaml.safe_load(text))["value"]
    assert read == expected
    # Our own parser follows YAML 1.2, in which an unquoted 1e3 would be a number.
    document = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\nx-example:\n"
    indented = "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())
    own = read_openapi((document + indented).encode()).raw["x-example"]
    assert read_value(own)["value"]["texts"] == expected["texts"]
    assert read_value(own)["value"]["breaks"] == "a\u2028b\u0085c\r\n"


def test_parameters_have_values_of_their_types(editor: Person, operation) -> None:
    values = {
        "query:limit": "5",
        "query:kind": "cat",
        "query:ids": "[1, 2.0]",
        "header:X-Trace": "17",
        "query:unknown": "x",
    }
    found = make_example(get_operation("pets:listPets"), State("{}", path_values=values), {}, "夜")
    assert write_example({"parameters": found["parameters"][:1]}, "yaml") == (
        "parameters:\n- name: limit\n  in: query\n  examples:\n    example:\n"
        '      summary: "夜"\n      value: 5\n'
    )
    read = json.loads(write_example(found, "json"))
    assert [(each["name"], each["in"]) for each in read["parameters"]] == [
        ("limit", "query"), ("kind", "query"), ("ids", "query"), ("X-Trace", "header"),
    ]  # fmt: skip
    shown = [each["examples"]["example"]["value"] for each in read["parameters"]]
    assert shown == [5, "cat", [1, 2.0], "17"]


def test_typed_variables_keep_their_type_in_parameters(operation) -> None:
    listing = get_operation("pets:listPets")
    values = {"query:limit": "{{age}}", "header:X-Trace": "t-{{age}}"}
    found = make_example(listing, State("{}", path_values=values), VARIABLES, "x")
    shown = json.loads(write_example(found, "json"))["parameters"]
    assert [each["examples"]["x"]["value"] for each in shown] == [7, "t-7"]


def test_what_has_no_example_says_why(operation) -> None:
    with pytest.raises(NoExample, match="isn't valid JSON: Line 1, column 1"):
        make_example(operation, State("nonsense"), {}, "x")
    with pytest.raises(NoExample, match="nothing to show"):
        make_example(get_operation("pets:deletePet"), State("{}"), {}, "x")


def test_credentials_that_were_typed_are_placeholders(operation) -> None:
    text = '{"name": "Tom", "api_key": "sk-1234567890abcdef1234567890abcdef"}'
    example = make_example(operation, State(text), {}, "x")
    assert "sk-12345" not in write_example(example, "yaml")
    assert read_value(example)["value"]["api_key"].startswith("{{secret:")


def test_an_exported_example_is_a_starting_point_of_the_next_import(
    editor: Person, as_editor: Client, operation
) -> None:
    example = make_example(operation, State(TEXT), VARIABLES, "Night run", "For tests")
    document = pets()
    read = yaml.safe_load(write_example(example, "yaml"))
    named = read["requestBody"]["content"]["application/json"]["examples"]
    content = document["paths"]["/pets"]["post"]["requestBody"]["content"]
    content["application/json"]["examples"] |= named
    del named["night-run"]["value"]["huge"]  # JSON has no infinity
    import_document(editor, as_bytes(document | {"info": {"title": "Others", "version": "1"}}))
    page = as_editor.get("/apis/others/operations/addPet/").content.decode()
    assert "Night run" in page
    as_editor.post("/apis/others/operations/addPet/start/", {"example": "0-1"})
    draft = Draft.objects.get(operation="others:addPet")
    assert json.loads(draft.text) == named["night-run"]["value"]
    # The one that the document had is still there, too.
    as_editor.post("/apis/others/operations/addPet/start/", {"example": "0-0"})
    assert json.loads(Draft.objects.latest("created_at").text) == {"name": "Tom", "age": 3}


def test_a_draft_lists_its_example_with_the_snippets(
    editor: Person, as_editor: Client, operation
) -> None:
    form = Metadata(media_type="application/x-www-form-urlencoded")
    draft = start_draft(editor, operation.id, '{"name": "Tom"}', name="Mine", metadata=form)
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert f"/drafts/{draft.id}/code/openapi-yaml/" in page
    answer = as_editor.get(f"/drafts/{draft.id}/code/openapi-yaml/")
    assert answer.content.decode() == (
        "requestBody:\n  content:\n    application/x-www-form-urlencoded:\n      examples:\n"
        "        mine:\n          summary: Mine\n          value:\n            name: Tom\n"
    )
    found = json.loads(as_editor.get(f"/drafts/{draft.id}/code/openapi-json/").content)
    assert read_value(found)["value"] == {"name": "Tom"}
    Draft.objects.filter(pk=draft.pk).update(text="{")
    broken = as_editor.get(f"/drafts/{draft.id}/code/openapi-json/").content.decode()
    assert broken.startswith("# The document isn't valid JSON:")


def test_a_template_is_exported_with_its_description_and_a_variant(
    editor: Person, as_editor: Client, operation
) -> None:
    content = Content(State('{"name": "Tom"}'))
    details = TemplateInput("Night run", description="For tests")
    template = create_template(editor, operation.id, content, details)
    page = as_editor.get(f"/templates/{template.id}/").content.decode()
    assert f"/templates/{template.id}/example.yaml" in page
    answer = as_editor.get(f"/templates/{template.id}/example.json")
    assert 'filename="night-run.example.json"' in answer["Content-Disposition"]
    assert read_value(json.loads(answer.content)) == {
        "summary": "Night run",
        "description": "For tests",
        "value": {"name": "Tom"},
    }
    assert as_editor.get(f"/templates/{template.id}/example.xml").status_code == 404


def test_values_that_look_like_secrets_need_a_second_click(
    editor: Person, as_editor: Client, operation
) -> None:
    text = '{"name": "https://ada:hunter22@pets.example/"}'
    template = create_template(
        editor, operation.id, Content(State(text)), TemplateInput("Night run")
    )
    answer = as_editor.get(f"/templates/{template.id}/example.yaml")
    assert answer.status_code == 409
    assert "/name" in answer.content.decode()
    answer = as_editor.get(f"/templates/{template.id}/example.yaml", {"sure": "1"})
    assert "hunter22" in answer.content.decode()
