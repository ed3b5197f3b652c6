"""Ways that exclude each other: what is shown, what is put away, what comes back."""

import json

import pytest

from playground.drafts.editing import Edit, State, perform
from playground.drafts.metadata import Metadata
from playground.forms.branches import change_way
from playground.forms.fields import Beside, Field
from playground.forms.sections import read_sections
from playground.jsontext import parsing
from playground.openapi.operations import find_operation
from playground.pages.builder.branches import list_way_edits

SCHEMA = find_operation("start-scenario").body_schema or {}
FIELDS = {
    "E-mail": ["email", "resource_id"],
    "Phone": ["phone", "resource_id"],
    "Profile ID": ["profile_id"],
    "Custom field": ["field_name", "field_value"],
    "Database query": ["custom_request"],
}
GIVEN = {
    "E-mail": {"id": 12, "email": "a@example.com"},
    "Phone": {"id": 12, "matching": "phone", "phone": "+7900"},
    "Profile ID": {"id": 12, "matching": "profile_id", "profile_id": "x"},
    "Custom field": {"id": 12, "matching": "custom", "field_name": "n", "field_value": 1},
    "Database query": {"id": 12, "custom_request": {"a": 1}},
}


def fields_of(text: str, section: str, **shelves: dict) -> dict[str, Field]:
    sections = read_sections(SCHEMA, parsing.parse(text), Beside(**shelves))
    return {f.key: f for s in sections if s.title == section for f in s.fields}


def choose(state: State, title: str, pointer: str = "/matching") -> State:
    parts = list_way_edits(SCHEMA, state, Edit("choose", pointer, title))
    return perform(state, Edit("all", pointer, parts=parts))


@pytest.mark.parametrize("way", FIELDS)
def test_only_the_fields_of_the_chosen_way_are_shown(way: str) -> None:
    shown = fields_of(json.dumps(GIVEN[way]), "Profile")
    assert [key for key in shown if key != "matching"] == FIELDS[way]
    assert [each.title for each in shown["matching"].ways if each.chosen] == [way]


@pytest.mark.parametrize("way", FIELDS)
def test_only_for_email_the_choice_may_be_left_out(way: str) -> None:
    assert fields_of(json.dumps(GIVEN[way]), "Profile")["matching"].optional is (way == "E-mail")


def test_a_field_of_another_way_that_is_sent_stays_in_sight() -> None:
    shown = fields_of('{"id": 1, "matching": "phone", "phone": "1", "email": "a@b"}', "Profile")
    assert "email" in shown


@pytest.mark.parametrize("matching", ['"email_sub"', "null", "12", "[]", '"{{way}}"'])
def test_an_odd_choice_hides_nothing_that_is_there(matching: str) -> None:
    shown = fields_of(f'{{"id": 1, "matching": {matching}, "phone": "1"}}', "Profile")
    assert not any(each.chosen for each in shown["matching"].ways)
    assert "phone" in shown


@pytest.mark.parametrize("way", [way for way in FIELDS if way != "E-mail"])
def test_what_was_typed_under_another_choice_is_kept_not_sent_and_comes_back(way: str) -> None:
    text = """{
  "id": 12,
  "email": "a@example.com",
  "resource_id": 24,
  "subscription_filter": {"email": "b@example.com", "not_strict": true}
}"""
    there = choose(State(text), way)
    sent = json.loads(there.text)
    assert "email" not in sent
    assert ("resource_id" in sent) is (way == "Phone")
    assert ("subscription_filter" in sent) is (way != "Database query")
    back = choose(there, "E-mail")
    assert json.loads(back.text) == {**json.loads(text), "matching": "email"}
    assert back.metadata.away == ({} if way != "Database query" else {"/custom_request": "{}"})


def test_a_query_leaves_matching_out_and_begins_empty() -> None:
    sent = json.loads(
        choose(State('{\n  "id": 1,\n  "matching": "phone"\n}'), "Database query").text
    )
    assert sent == {"id": 1, "custom_request": {}}


def test_a_field_that_was_switched_off_by_hand_stays_off() -> None:
    state = State('{"id": 1, "email": "a@b"}', Metadata(off={"/resource_id": "7"}))
    after = choose(choose(state, "Phone"), "E-mail")
    assert "resource_id" not in json.loads(after.text)
    assert after.metadata.off == {"/resource_id": "7"}


def test_with_a_query_the_filter_is_hidden_and_that_is_said() -> None:
    sections = read_sections(
        SCHEMA, parsing.parse('{"id": 1, "custom_request": {"a": 1}}'), Beside()
    )
    [found] = [s for s in sections if s.title == "Filter"]
    assert found.fields == ()
    assert "ignores the subscription filter" in found.unused[0]


def test_a_channel_of_the_filter_brings_its_own_fields_and_says_how_strict() -> None:
    state = choose(State('{"id": 1}'), "Push", "/subscription_filter")
    assert json.loads(state.text)["subscription_filter"] == {
        "subscription_id": "",
        "provider": "",
        "not_strict": False,
    }
    state = choose(state, "SMS", "/subscription_filter")
    assert json.loads(state.text)["subscription_filter"] == {"phone": "", "not_strict": False}
    off = choose(state, "None", "/subscription_filter")
    assert "subscription_filter" not in json.loads(off.text)
    again = choose(off, "SMS", "/subscription_filter")
    assert json.loads(again.text)["subscription_filter"] == {"phone": "", "not_strict": False}


def test_the_filter_shows_the_chosen_channel_only() -> None:
    text = '{"id": 1, "subscription_filter": {"email": "a@b", "not_strict": true}}'
    field = fields_of(text, "Filter")["subscription_filter"]
    assert [each.key for each in field.fields] == ["email", "not_strict"]
    assert [each.title for each in field.ways if each.chosen] == ["E-mail"]
    none = fields_of('{"id": 1}', "Filter")["subscription_filter"]
    assert [each.title for each in none.ways if each.chosen] == ["None"]


def test_a_way_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError):
        list(change_way(SCHEMA, {}, "By magic"))


def test_text_and_whole_number_are_told_apart() -> None:
    number = fields_of('{"id":1,"matching":"custom","field_value":123420}', "Profile")
    text = fields_of('{"id":1,"matching":"custom","field_value":"123420"}', "Profile")
    tags = fields_of('{"id":1,"matching":"custom","field_value":"tag-1, tag-2"}', "Profile")
    assert (number["field_value"].holds, text["field_value"].holds) == ("number", "text")
    assert tags["field_value"].tags == ["tag-1", "tag-2"]


def test_content_is_edited_key_by_key_with_the_name_it_is_read_by() -> None:
    text = '{"id": 1, "content": {"data_lines": ["A", "B"], "title": "x", "deep": {"a": 1}}}'
    field = fields_of(text, "Content")["content"]
    kinds = {each.key: (each.kind, each.read_as) for each in field.fields}
    assert kinds == {
        "data_lines": ("lines", "{apicontent.data_lines}"),
        "title": ("text", "{apicontent.title}"),
        "deep": ("json", "{apicontent.deep}"),
    }
