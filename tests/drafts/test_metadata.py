"""A payload carries variables of its own, from the template to the wire."""

from dataclasses import replace

import pytest
from model_bakery import baker

from playground.drafts.drafts import start_draft, state_of
from playground.drafts.editing import perform
from playground.drafts.metadata import Metadata, own_variables
from playground.drafts.states import Edit, InvalidEdit, State
from playground.payload_templates.exports import write_json, write_yaml
from playground.payload_templates.imports import import_template, plan_import
from playground.payload_templates.template_files import InvalidTemplateFile, read_template_file
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.variants import Variant, apply_variant, derive_edits
from playground.payload_templates.versions import (
    Content,
    create_template,
    get_version,
    open_template,
    read_content,
)
from playground.people.models import Role
from playground.sending.plans import check_plan, make_resolver, plan_draft, plan_state
from playground.workspace.models import Connection

TEXT = '{\n  "job_name": "{{who}} of {{place}}",\n  "delay": "{{pause}}",\n  "inputs": []\n}'


@pytest.fixture
def person(django_user_model):
    return django_user_model.objects.create_user("ada", role=Role.EDITOR)


@pytest.fixture
def connection():
    variables = '{"who": "Ada", "place": "London"}'
    return baker.make(Connection, api="captain-data", base_url="https://h", variables=variables)


def give(state: State, **typed: str) -> State:
    for name, value in typed.items():
        state, _ = perform(state, Edit("variable", name, value))
    return state


def test_a_typed_variable_gets_its_type_and_an_empty_one_is_removed():
    state = give(State("{}"), pause="1.50", who="Grace", on="true", text='"5"')
    expected = {"pause": "1.50", "who": '"Grace"', "on": "true", "text": '"5"'}
    assert state.metadata.variables == expected
    assert "who" not in give(state, who=" ").metadata.variables
    assert Metadata.read(state.metadata.write()) == state.metadata


@pytest.mark.parametrize(
    ("name", "value"),
    [("7x", "1"), ("a b", "1"), ("", "1"), ("uuid", "1"), ("today", "1"), ("a" * 101, "1"),
     ("api_key", "CANARY-123"), ("x", "y" * 100_001)],
)  # fmt: skip
def test_invalid_names_credentials_and_long_values_are_rejected(name, value):
    with pytest.raises(InvalidEdit):
        give(State("{}"), **{name: value})


@pytest.mark.django_db
def test_the_payloads_own_value_wins_and_keeps_its_type(person, connection):
    metadata = give(State(TEXT), who="Grace", pause="1.50").metadata
    draft = start_draft(person, "launch-workflow", TEXT, connection=connection, metadata=metadata)
    resolved = make_resolver(plan_draft(draft))(TEXT)
    assert '"job_name": "Grace of London"' in resolved
    assert '"delay": 1.50' in resolved


@pytest.mark.django_db
def test_an_unknown_name_suggests_a_similar_one_of_the_payload(person, connection):
    text = '{"job_name": "{{puase}}", "steps": [], "inputs": []}'
    metadata = give(State(text), pause="1").metadata
    draft = start_draft(person, "launch-workflow", text, connection=connection, metadata=metadata)
    [found] = [each for each in check_plan(plan_draft(draft)) if each.code == "unknown-variable"]
    assert found.fix
    assert "pause" in found.fix.label


@pytest.mark.django_db
def test_template_version_variant_and_draft_keep_variables(person, connection):
    shared = replace(give(State(TEXT), who="Grace"), connection=str(connection.id))
    varied = give(shared, who="Jean", pause="7")
    content = Content(shared, (Variant("VIP", derive_edits(shared, varied)),))
    template = create_template(person, "launch-workflow", content, TemplateInput("T"))
    kept = read_content(get_version(template))
    assert kept.shared.metadata.variables == {"who": '"Grace"'}
    assert (
        apply_variant(kept.shared, kept.variants[0]).metadata.variables == varied.metadata.variables
    )
    draft = open_template(person, template, "VIP")
    assert state_of(draft).metadata.variables == varied.metadata.variables
    plan = plan_state("launch-workflow", kept.state("VIP"))
    assert '"job_name": "Jean of London"' in make_resolver(plan)(TEXT)


@pytest.mark.django_db
@pytest.mark.parametrize("write", [write_yaml, write_json])
def test_a_template_file_carries_them_both_ways(person, connection, write):
    shared = give(State(TEXT), who="Grace", pause="1.50", list="[1, 2]")
    varied = give(shared, who="Jean")
    content = Content(shared, (Variant("VIP", derive_edits(shared, varied)),))
    template = create_template(person, "launch-workflow", content, TemplateInput("T"))
    filed = read_template_file(
        "t.yaml" if write is write_yaml else "t.json", write(template).encode()
    )
    [step] = plan_import(person, [filed])
    assert step.kind == "same"
    copy = import_template(person, step, as_copy=True)
    again = read_content(get_version(copy))
    assert again.shared.metadata.variables == shared.metadata.variables
    assert again.state("VIP").metadata.variables["who"] == '"Jean"'


def test_a_file_with_an_invalid_variable_is_rejected():
    text = (
        "format: api-playground-template\nschema: 1\noperation: launch-workflow\ndocument: '{}'\n"
    )
    for odd in ("variables: {7x: '1'}", "variables: {x: '{'}", "variables: [1]"):
        with pytest.raises(InvalidTemplateFile):
            read_template_file("t.yaml", f"{text}{odd}\n".encode())


def test_a_text_of_several_lines_comes_back_from_an_input_of_one() -> None:
    metadata = Metadata(variables={"note": '"two\\nlines"'})
    assert own_variables(metadata) == {"note": '"two\\nlines"'}


def test_the_media_type_of_the_body_is_kept_by_every_change() -> None:
    metadata = Metadata(notes={"/a/0": "x"}, media_type="text/csv")
    assert Metadata.read(metadata.write()) == metadata
    assert metadata.write() == '{"notes": {"/a/0": "x"}, "media_type": "text/csv"}'
    for changed in (
        metadata.put("off", "/b", "1"),
        metadata.rename("/a", "/b"),
        metadata.copy("/a", "/b"),
        metadata.reorder("/a", lambda _: None),
    ):
        assert changed.media_type == "text/csv"
    assert Metadata().write() == "{}"
