"""Union branches: which fields are shown, which values are stored and come back."""

import json

import pytest

from playground.drafts.editing import perform
from playground.drafts.metadata import Metadata
from playground.drafts.states import Edit, State
from playground.forms.branches import switch_branch
from playground.forms.fields import Field, FieldMetadata
from playground.forms.sections import read_sections
from playground.jsontext import parsing
from playground.openapi.operations import get_operation
from playground.pages.builder.branches import list_branch_edits

SCHEMA = get_operation("start-scenario").body_schema or {}
FIELDS = {
    "Email": ["email", "resource_id"],
    "Phone": ["phone", "resource_id"],
    "Profile ID": ["profile_id"],
    "Custom field": ["field_name", "field_value"],
    "Database query": ["custom_request"],
}
GIVEN = {
    "Email": {"id": 12, "email": "a@example.com"},
    "Phone": {"id": 12, "matching": "phone", "phone": "+7900"},
    "Profile ID": {"id": 12, "matching": "profile_id", "profile_id": "x"},
    "Custom field": {"id": 12, "matching": "custom", "field_name": "n", "field_value": 1},
    "Database query": {"id": 12, "custom_request": {"a": 1}},
}


def fields_of(text: str, section: str, **metadata: dict) -> dict[str, Field]:
    sections = read_sections(SCHEMA, parsing.parse(text), FieldMetadata(**metadata))
    return {f.key: f for s in sections if s.title == section for f in s.fields}


def choose(state: State, title: str, pointer: str = "/matching") -> State:
    parts = list_branch_edits(SCHEMA, state, Edit("choose", pointer, title))
    return perform(state, Edit("all", pointer, parts=parts))[0]


@pytest.mark.parametrize("branch", FIELDS)
def test_only_the_fields_of_the_chosen_branch_are_shown(branch: str) -> None:
    shown = fields_of(json.dumps(GIVEN[branch]), "Profile")
    assert [key for key in shown if key != "matching"] == FIELDS[branch]
    assert [each.title for each in shown["matching"].branches if each.is_chosen] == [branch]


@pytest.mark.parametrize("branch", FIELDS)
def test_only_the_default_branch_may_be_left_unnamed(branch: str) -> None:
    assert fields_of(json.dumps(GIVEN[branch]), "Profile")["matching"].optional is (
        branch == "Email"
    )


def test_a_field_of_another_branch_that_is_sent_stays_visible() -> None:
    shown = fields_of('{"id": 1, "matching": "phone", "phone": "1", "email": "a@b"}', "Profile")
    assert "email" in shown


@pytest.mark.parametrize("matching", ['"email_sub"', "null", "12", "[]", '"{{mode}}"'])
def test_an_unknown_mode_hides_nothing_that_is_in_the_document(matching: str) -> None:
    shown = fields_of(f'{{"id": 1, "matching": {matching}, "phone": "1"}}', "Profile")
    assert not any(each.is_chosen for each in shown["matching"].branches)
    assert "phone" in shown


@pytest.mark.parametrize("branch", [title for title in FIELDS if title != "Email"])
def test_values_of_another_branch_are_stored_not_sent_and_come_back(branch: str) -> None:
    text = """{
  "id": 12,
  "email": "a@example.com",
  "resource_id": 24,
  "subscription_filter": {"email": "b@example.com", "not_strict": true}
}"""
    there = choose(State(text), branch)
    sent = json.loads(there.text)
    assert "email" not in sent
    assert ("resource_id" in sent) is (branch == "Phone")
    assert ("subscription_filter" in sent) is (branch != "Database query")
    back = choose(there, "Email")
    assert json.loads(back.text) == {**json.loads(text), "matching": "email"}
    assert back.metadata.away == ({} if branch != "Database query" else {"/custom_request": "{}"})


def test_a_query_omits_matching_and_starts_empty() -> None:
    sent = json.loads(
        choose(State('{\n  "id": 1,\n  "matching": "phone"\n}'), "Database query").text
    )
    assert sent == {"id": 1, "custom_request": {}}


def test_a_field_switched_off_by_hand_stays_off() -> None:
    state = State('{"id": 1, "email": "a@b"}', Metadata(off={"/resource_id": "7"}))
    after = choose(choose(state, "Phone"), "Email")
    assert "resource_id" not in json.loads(after.text)
    assert after.metadata.off == {"/resource_id": "7"}


def test_with_a_query_the_filter_is_hidden_and_a_message_says_so() -> None:
    sections = read_sections(
        SCHEMA, parsing.parse('{"id": 1, "custom_request": {"a": 1}}'), FieldMetadata()
    )
    [found] = [s for s in sections if s.title == "Filter"]
    assert found.fields == ()
    assert "ignores the subscription filter" in found.unused[0]


def test_a_channel_of_the_filter_sets_its_own_fields_and_how_strict_it_is() -> None:
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
    assert [each.title for each in field.branches if each.is_chosen] == ["Email"]
    none = fields_of('{"id": 1}', "Filter")["subscription_filter"]
    assert [each.title for each in none.branches if each.is_chosen] == ["None"]


def test_a_branch_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LookupError):
        list(switch_branch(SCHEMA, {}, "By magic"))


def test_text_and_whole_number_are_distinguished() -> None:
    number = fields_of('{"id":1,"matching":"custom","field_value":123420}', "Profile")
    text = fields_of('{"id":1,"matching":"custom","field_value":"123420"}', "Profile")
    tags = fields_of('{"id":1,"matching":"custom","field_value":"tag-1, tag-2"}', "Profile")
    assert (number["field_value"].value_kind, text["field_value"].value_kind) == ("number", "text")
    assert tags["field_value"].tags == ["tag-1", "tag-2"]


def test_content_is_edited_key_by_key_with_the_name_templates_read_it_by() -> None:
    text = '{"id": 1, "content": {"data_lines": ["A", "B"], "title": "x", "deep": {"a": 1}}}'
    field = fields_of(text, "Content")["content"]
    kinds = {each.key: (each.kind, each.read_as) for each in field.fields}
    assert kinds == {
        "data_lines": ("lines", "{apicontent.data_lines}"),
        "title": ("text", "{apicontent.title}"),
        "deep": ("json", "{apicontent.deep}"),
    }
