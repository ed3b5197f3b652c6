"""Drafts, templates and variants whose workflow changed, and their repair."""

import json
from dataclasses import replace

import pytest

from playground.drafts.drafts import find_draft, start_draft
from playground.payload_templates.drift import (
    list_drifted_drafts,
    list_drifted_templates,
    repair_template,
)
from playground.payload_templates.models import Template, Version
from playground.payload_templates.versions import (
    get_version,
    open_template,
    read_content,
    restore_version,
    save_version,
)
from playground.workspace.models import Connection
from playground.workspace.workflows import store_workflow
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db
UID = "w-drifting"


@pytest.fixture
def connection() -> Connection:
    made = Connection.objects.create(name="C", api="captain-data", base_url="https://c.example")
    define(made, "name", "One", "Two")
    return made


def define(connection: Connection, key: str, *steps: str) -> None:
    """The workflow with this input key, and a step of each name."""
    variations = {"name": ["label"], "label": [], "other": []}[key]
    rows = [{"step_uid": f"s-{each}", "step_name": each} for each in steps]
    rows[0]["input_schema"] = {key: {"required": 1, "variations": variations}}  # type: ignore
    store_workflow(connection, json.dumps({"uid": UID, "name": "Drifting", "steps": rows}))


def payload(value: str = "Ada", key: str = "name") -> str:
    steps = [{"accounts": [], "parameters": {}, "step_uid": f"s-{each}"} for each in ("One", "Two")]
    return json.dumps({"inputs": [{key: value}], "job_name": "J", "steps": steps}, indent=2)


@pytest.fixture
def template(connection, editor) -> Template:
    """A payload with a variant that has its own inputs, and one with its own job name."""
    made = make_template(editor, text=payload(), connection=connection, workflow_uid=UID)
    content = read_content(get_version(made))
    for name, text in (
        ("Inputs", payload("Grace")),
        ("Named", payload().replace('"J"', '"Own"')),
    ):
        state = content.shared
        content = content.change(name, replace(state, text=text))
    assert isinstance(save_version(editor, made, content, 1), Version)
    made.refresh_from_db()
    return made


def state_of(template: Template, variant: str = "") -> dict:
    template.refresh_from_db()
    return json.loads(read_content(get_version(template)).state(variant).text)


def test_a_template_is_repaired_with_its_variants_as_a_new_version(
    connection, template, editor
) -> None:
    assert list_drifted_templates(editor) == []
    define(connection, "label", "One")
    [(found, drift)] = list_drifted_templates(editor)
    assert (found, drift.breaks) == (template, True)
    before = template.latest_version
    assert repair_template(editor, template)
    assert template.latest_version == before + 1
    assert state_of(template)["inputs"] == [{"label": "Ada"}]
    assert state_of(template, "Inputs")["inputs"] == [{"label": "Grace"}]
    assert state_of(template, "Named")["inputs"] == [{"label": "Ada"}]
    assert state_of(template, "Named")["job_name"] == "Own"
    assert [each["step_uid"] for each in state_of(template, "Inputs")["steps"]] == ["s-One"]
    assert list_drifted_templates(editor) == []
    assert not repair_template(editor, template)


def test_an_outdated_variant_is_named(connection, editor) -> None:
    made = make_template(editor, text=payload(key="label"), connection=connection, workflow_uid=UID)
    content = read_content(get_version(made))
    state = content.shared
    own = replace(state, text=payload("Grace"))
    save_version(editor, made, content.change("Own", own), 1)
    define(connection, "label", "One", "Two")
    [(_, drift)] = list_drifted_templates(editor)
    assert all(each.message.startswith("Own: ") for each in drift.problems)
    made.refresh_from_db()
    assert repair_template(editor, made)
    assert state_of(made, "Own")["inputs"] == [{"label": "Grace"}]
    assert state_of(made)["inputs"] == [{"label": "Ada"}]


def test_a_draft_of_an_old_version_is_checked_against_changes_since_then(
    connection, template, editor
) -> None:
    define(connection, "label", "One", "Two")
    assert repair_template(editor, template)
    assert isinstance(restore_version(editor, template, 1), Version)
    old, new = open_template(editor, template, number=1), open_template(editor, template, number=3)
    found = [draft.id for draft, _ in list_drifted_drafts(editor)]
    assert found == [old.id]
    assert find_draft(editor, new.id).template_version == 3


def test_only_problems_that_a_repair_leaves_are_reported(connection, editor) -> None:
    values = {"workflow_uid": UID}
    start_draft(editor, "launch-workflow", payload(), connection=connection, path_values=values)
    define(connection, "label", "One")
    [(_, drift)] = list_drifted_drafts(editor)
    assert (len(drift.problems), drift.left) == (3, ())
    define(connection, "other", "One")
    [(_, drift)] = list_drifted_drafts(editor)
    assert [(each.code, each.pointer) for each in drift.left] == [
        ("input-missing", "/inputs/0/other")
    ]


def test_earlier_mistakes_are_not_drift(connection, editor) -> None:
    values = {"workflow_uid": UID}
    text = payload(key="unheard")
    start_draft(editor, "launch-workflow", text, connection=connection, path_values=values)
    define(connection, "label", "One", "Two")
    problems = [p for _, drift in list_drifted_drafts(editor) for p in drift.problems]
    assert not [p for p in problems if p.pointer.endswith("/unheard")]
