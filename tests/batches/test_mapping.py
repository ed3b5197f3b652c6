"""Mappings: their JSON, what is proposed, and sentences for those that can't be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playground.batches.mapping import ColumnMapping, InvalidMapping, Mapping
from playground.batches.proposals import find_items, propose_mapping, propose_size
from playground.batches.validation import validate_mapping
from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.openapi.operations import get_operation
from playground.openapi.parameters import RequestBody
from playground.rules.facts import Facts, InputKey, StepFacts
from tests.batches.rows import LAUNCH, SCENARIO, fill

LAUNCH_TEXT = '{"inputs": [], "job_name": "j", "steps": []}'
FACTS = Facts(steps=(), inputs=(InputKey("first_name"), InputKey("url", variations=("link",))))


def propose(columns, operation=SCENARIO, text="{}", saved=None, **options):
    state = State(text, path_values=options.pop("path_values", {}))
    return propose_mapping(columns, get_operation(operation), state, saved, **options)


def pointers_of(mapping: Mapping) -> list[str]:
    return [each.pointer for each in mapping.columns]


def test_a_mapping_survives_as_json():
    mapping = Mapping(
        columns=(ColumnMapping(1, "/a", "json", "null"), ColumnMapping(0)),
        group="chunks",
        size=5,
        key="k",
        items="/inputs",
        unique=("x", "y"),
        duplicates="error",
    )
    assert Mapping.read(mapping.as_dict()) == mapping
    assert Mapping.read(mapping.as_dict(["A", "B"])) == mapping
    assert mapping.as_dict(["A", "B"])["columns"][0]["title"] == "B"
    assert Mapping.read({}) == Mapping()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "must be an object"),
        ({"colums": []}, "no field 'colums'"),
        ({"columns": {}}, "must be lists"),
        ({"columns": [1]}, "must be an object"),
        ({"columns": [{"pointer": "/a"}]}, "needs its index"),
        ({"columns": [{"column": -1}]}, "whole number"),
        ({"columns": [{"column": True}]}, "whole number"),
        ({"columns": [{"column": 0, "kind": "date"}]}, "must be one of auto, text"),
        ({"columns": [{"column": 0, "kind": []}]}, "must be one of"),
        ({"columns": [{"column": 0, "pointer": 1}]}, "must be text"),
        ({"group": "some"}, "must be one of each, all"),
        ({"unique": [1]}, "must be text"),
        ({"unique": "x"}, "must be lists"),
        ({"size": 1.5}, "whole number"),
    ],
)
def test_data_that_is_no_mapping_gets_a_sentence(data, message):
    with pytest.raises(InvalidMapping, match=message):
        Mapping.read(data)


def test_columns_are_proposed_by_name_title_and_other_spellings():
    columns = ["E-Mail", "Scenario", "profile-id", "Nothing", "FIRST_NAME", "content"]
    mapping = propose(columns, text='{"content": {"first name": "x"}}')
    assert pointers_of(mapping) == [
        "/email",
        "/id",
        "/profile_id",
        "",
        "/content/first name",
        "",  # it would replace the first name
    ]
    assert (mapping.group, mapping.items) == ("each", "")


def test_parameters_of_steps_are_proposed_with_the_kind_of_their_definition():
    properties = {
        "max_results": {"type": "integer", "title": "Limit"},
        "label": {"type": "string"},
        "tags": {"type": "array"},
    }
    steps = (StepFacts("s1", parameters={"type": "object", "properties": properties}),)
    text = '{"inputs": [], "job_name": "j", "steps": [{"step_uid": "s0"}, {"step_uid": "s1"}]}'
    columns = ["Limit", "label", "Tags", "job name"]
    mapping = propose(columns, LAUNCH, text, facts=replace(FACTS, steps=steps))
    assert mapping.columns == (
        ColumnMapping(0, "/steps/1/parameters/max_results", "number"),
        ColumnMapping(1, "/steps/1/parameters/label"),
        ColumnMapping(2, "/steps/1/parameters/tags", "list"),
        ColumnMapping(3, "/job_name"),
    )


def test_two_columns_are_never_proposed_for_one_field_and_credentials_never():
    assert pointers_of(propose(["email", "Email", "token"])) == ["/email", "", ""]


def test_columns_of_a_launch_are_proposed_as_inputs():
    mapping = propose(["Link", "First name", "Other", "job name"], LAUNCH, LAUNCH_TEXT, facts=FACTS)
    assert pointers_of(mapping) == ["/inputs/-/link", "/inputs/-/first_name", "", "/job_name"]
    assert (mapping.group, mapping.items, mapping.size) == ("all", "/inputs", 10_000)
    assert propose(["job name"], LAUNCH, LAUNCH_TEXT, facts=FACTS).group == "each"
    # Without a definition, any column may be an input.
    unknown = propose(["a/b", "Workflow UID"], LAUNCH, LAUNCH_TEXT)
    assert pointers_of(unknown) == ["/inputs/-/a~1b", "#path/workflow_uid"]


def test_columns_that_the_payload_refers_to_are_not_proposed_for_a_field():
    assert pointers_of(propose(["email"], text='{"content": {"a": "to {{row.email}}"}}')) == [""]


def test_the_last_use_is_proposed_for_columns_with_the_same_titles():
    saved = fill(
        ColumnMapping(0, "/content/a", "text"),
        ColumnMapping(1, "/email", "text", "null"),
        ColumnMapping(2),
        unique=("mail", "gone"),
        duplicates="error",
    ).as_dict(["a", "mail", "phone"])
    mapping = propose(["phone", "Email", "Mail", "mail"], saved=saved)
    assert mapping.columns == (
        ColumnMapping(0),
        ColumnMapping(1),
        ColumnMapping(2),
        ColumnMapping(3, "/email", "text", "null"),
    )
    assert (mapping.unique, mapping.duplicates) == (("mail",), "error")
    # What an older version stored, or somebody by hand, is no reason to fail.
    assert pointers_of(propose(["email"], saved={"columns": "x"})) == ["/email"]
    keyed = replace(Mapping(), group="key", key="gone", items="/inputs").as_dict()
    assert propose(["email"], LAUNCH, LAUNCH_TEXT, keyed).group == "each"


def test_the_api_proposes_the_size_of_chunks():
    launch = get_operation(LAUNCH).body_schema
    assert find_items(launch) == "/inputs"
    assert find_items(get_operation(SCENARIO).body_schema) == ""
    assert propose_size(launch, "/inputs") == 10_000
    schema = {"properties": {"inputs": {"type": "array", "maxItems": 500}}}
    assert propose_size(schema, "/inputs") == 500


COLLECT = {"group": "all", "items": "/inputs"}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (fill("/email", "/email"), "a and b both fill /email"),
        (fill("/content", "/content/a"), "a and b fill the same value at /content/a"),
        (fill("/id/x"), "a: the payload has nothing that could contain /id/x"),
        (fill("/content/a/5"), "a: the payload has nothing that could contain /content/a/5"),
        (fill("email"), "isn't a JSON Pointer"),
        (fill("#path/nothing"), "the address of this operation has no #path/nothing"),
        (fill("/token"), "is a credential"),
        (fill("/attach/-/name"), "choose the list"),
        (fill("", "", "/email"), "There is no column 3: the file has 2 columns"),
        (fill("/email", unique=("x",)), "no column x"),
        (fill("/email", group="key", items="/attach"), "Choose the column whose cells"),
        (fill("/email", group="key", key="zip", items="/attach"), "no column zip"),
        (fill("/email", group="all"), "Choose the list"),
        (fill("/email", group="all", items="/id"), "/id isn't a list"),
        (fill("/email", group="all", items="attach"), "isn't a JSON Pointer"),
        (fill("/email", group="all", items="/id/x"), "has no place for /id/x"),
        (fill("/email", group="all", items="/attach"), "No column fills an entry of /attach"),
        (fill("/email", items="/attach"), ""),
        (fill("/attach/0/name", group="all", items="/attach"), "is replaced by the entries"),
        (fill("/attach", group="all", items="/attach"), "is replaced by the entries"),
        (fill("/attach/-/a", group="all", items="/attach", size=0), ""),
        (fill("/attach/-/a", group="chunks", items="/attach", size=0), "takes 1 to 100,000 rows"),
        (fill("", ""), "No column is used"),
        (fill("", "", items="/attach"), "No column is used"),
        (fill("", "/email", items="/attach"), ""),
        (fill("/email", "/content/deep/er"), ""),
    ],
)
def test_a_mapping_that_cannot_be_gets_a_sentence(mapping, message):
    state = State('{"id": 1, "content": {}}')
    found = validate_mapping(mapping, ["a", "b"], get_operation(SCENARIO), state)
    assert message in " ".join(found) if message else found == []


def test_a_payload_that_is_unfinished_gets_a_sentence():
    operation, mapping = get_operation(SCENARIO), fill("/email")
    [message] = validate_mapping(mapping, ["a"], operation, State("[]"))
    assert "isn't a JSON object" in message
    unfinished = State("{}", Metadata(incomplete={"": '[0, 0, "{"]'}))
    assert "unfinished" in validate_mapping(mapping, ["a"], operation, unfinished)[0]


def test_a_body_that_is_left_out_cant_be_filled():
    operation = replace(get_operation(SCENARIO), body_required=False)
    state = State("{}", Metadata(is_body_left_out=True))
    [message] = validate_mapping(fill("/email"), ["a"], operation, state)
    assert message == "a can't fill /email: the payload leaves its body out."
    assert validate_mapping(fill("/email"), ["a"], get_operation(SCENARIO), state) == []


def test_a_credential_that_refers_to_a_column_gets_a_sentence():
    state = State('{"id": 1, "token": "x{{row.a}}", "email": "{{row.a}}"}')
    found = validate_mapping(fill(""), ["a"], get_operation(SCENARIO), state)
    assert found == ["/token is a credential, which a file can't fill. Save it as a secret."]


def test_references_alone_use_the_columns():
    state = State('{"id": 1, "email": "{{row.a}}"}')
    assert validate_mapping(fill("", ""), ["a", "b"], get_operation(SCENARIO), state) == []
    path = State(LAUNCH_TEXT, path_values={"workflow_uid": "{{row.a}}"})
    assert validate_mapping(fill(""), ["a"], get_operation(LAUNCH), path) == []


def test_a_column_that_fills_nothing_leaves_the_list_alone():
    mapping = Mapping((ColumnMapping(0, "/job_name"), ColumnMapping(1)), items="/inputs")
    state = State(LAUNCH_TEXT)
    assert validate_mapping(mapping, ["name", "note"], get_operation(LAUNCH), state) == []


def list_proposed(columns: list[str], toys: dict[str, object]) -> tuple[list[str], str]:
    """The pointers and the grouping that are proposed for a pet with toys."""
    text = {"type": "string"}
    items = {"type": "object", "properties": {"name": text, "price": {"type": "number"}}}
    schema = {
        "type": "object",
        "properties": {"toys": {"type": "array", "items": items, **toys}, "name": text},
    }
    body = RequestBody("application/json", schema)
    operation = replace(get_operation(SCENARIO), bodies=(body,))
    mapping = propose_mapping(columns, operation, State('{"name": "", "toys": []}'))
    return pointers_of(mapping), mapping.group


@pytest.mark.parametrize(
    ("columns", "proposed", "group"),
    [
        (["name", "age"], ["/name", ""], "each"),
        (["name", "price"], ["/name", "/toys/-/price"], "each"),
        (["price"], ["/toys/-/price"], "all"),
    ],
    ids=["of the body", "of both", "of the list"],
)
def test_any_list_may_hold_rows(columns, proposed, group):
    assert list_proposed(columns, {}) == (proposed, group)


def test_a_list_that_is_meant_for_rows_comes_first():
    proposed = list_proposed(["name", "age"], {"x-widget": "grid"})
    assert proposed == (["/toys/-/name", "/toys/-/age"], "all")
