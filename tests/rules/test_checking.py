"""Checking a document as a whole: any text gives a list of problems, in order, all at once."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.rules.checking import blocks, check_document
from playground.rules.context import LIMIT
from playground.rules.facts import Facts, InputKey, StepFacts
from tests.rules.checks import LAUNCH, START, errors, found, the

KNOWN = Facts(
    steps=(
        StepFacts(
            "s1",
            "One",
            ("linkedin",),
            {"type": "object", "properties": {"max_results": {"type": "integer", "default": 10}}},
        ),
        StepFacts("s2", "Two"),
    ),
    inputs=(InputKey("url", True, "", ("link",)),),
    accounts={},
    variables={"name": "x"},
)
FINE = {
    "inputs": [{"url": "x"}],
    "job_name": "n",
    "steps": [{"accounts": [], "parameters": {"max_results": 1}, "step_uid": "s1"}],
}


def test_a_valid_document_has_no_problem():
    assert found(FINE, LAUNCH) == []
    assert found(FINE, LAUNCH, KNOWN) == []


def test_text_that_is_not_json_is_one_error_with_line_and_column():
    (one,) = check_document('{\n  "inputs": []\n  "job_name": "x"\n}', LAUNCH)
    assert (one.severity, one.code, one.pointer, one.line) == ("error", "not-json", "", 3)
    assert one.message == 'Line 3, column 3: a comma is missing before "job_name".'
    assert one.params["column"] == "3"


@pytest.mark.parametrize(
    "text", ["", " ", "{", "\ufeff{}", '{"a": NaN}', '{"a": "\\ud800"}', "[" * 200]
)
def test_text_that_rfc_8259_does_not_allow_is_one_error(text):
    assert [each.code for each in check_document(text, LAUNCH)] == ["not-json"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[]", "a list"), ('"x"', "text"), ("1.5", "1.5"), ("null", "null"), ("true", "true")],
)
def test_json_that_is_not_an_object_has_a_message_of_its_own(text, kind):
    (one,) = check_document(text, LAUNCH)
    assert one.code == "not-an-object"
    assert one.message == f"The payload must be an object in braces, not {kind}."


def test_a_duplicate_key_is_reported_with_both_lines():
    text = '{\n "inputs": [],\n "job_name": "a",\n "steps": [{"accounts": [], "parameters": {},'
    text += ' "step_uid": "s"}],\n "job_name": "b"\n}'
    (one,) = check_document(text, LAUNCH)
    assert (one.severity, one.pointer, one.line) == ("warning", "/job_name", 5)
    assert one.message == "Duplicate key `job_name` in lines 3 and 5. Only the last one counts."


def test_a_missing_field_is_reported_at_its_pointer_on_the_line_of_its_parent():
    document = {"inputs": [], "job_name": "x", "steps": [{"accounts": []}]}
    text = json.dumps(document, indent=2)
    problems = [(p.pointer, p.line, p.message) for p in check_document(text, LAUNCH)]
    assert problems == [
        ("/steps/0/parameters", 5, "Step 1 needs `parameters`."),
        ("/steps/0/step_uid", 5, "Step 1 needs `step_uid`."),
    ]


def test_all_problems_are_listed_at_once_in_the_order_of_lines():
    document = {"inputs": 1, "job_name": "", "steps": [{"step_uid": 5}], "extra": 1}
    problems = check_document(json.dumps(document, indent=1), LAUNCH)
    assert [p.line for p in problems] == sorted(p.line for p in problems)
    assert len(problems) == 6


def test_a_long_list_is_cut_and_keeps_the_errors():
    document = {**FINE, "inputs": [{"x": 1}] * 400, "steps": [{"step_uid": 1}] * 150}
    problems = check_document(json.dumps(document), LAUNCH, KNOWN)
    assert len(problems) == LIMIT + 1
    assert problems[-1].code == "more"
    assert all(p.severity == "error" for p in problems[:-1])


def test_a_message_is_made_from_code_and_parameters():
    one = the("wrong-type", {**FINE, "delay": "soon"}, LAUNCH)
    assert one.params == {"subject": "`delay`", "expected": "a whole number", "found": "text"}
    assert one.as_dict()["message"] == "`delay` must be a whole number, not text."


def test_without_a_schema_only_the_text_is_checked():
    assert check_document("{}", None) == []
    assert blocks(check_document("{", None))


def test_numbers_of_any_size_are_checked():
    for number in ("1e400", "1e99999999999999999999", "9" * 5000, "-0", "1.0", "1E2"):
        text = json.dumps(FINE)[:-1] + f', "delay": {number}}}'
        assert errors(text, LAUNCH) == [], number
    assert errors(json.dumps(FINE)[:-1] + ', "delay": 1.5}', LAUNCH) == [("wrong-type", "/delay")]


def test_a_message_names_any_key_safely():
    for key in ("a/b", "~", "", "{name}", "\u202e", "x" * 5000, "%s"):
        (one,) = check_document(json.dumps({**FINE, key: 1}), LAUNCH)
        assert one.code == "unknown-field"
        assert len(one.message) < 200
        assert one.message.isprintable()


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(max_size=8) | st.sampled_from(
    ["", " ", "s1", "s2", "{{name}}", "{{x", "https://a/?step=1", "email", "phone", "custom", "a@b",
     "data:text/csv;base64,QQ==", "data:,"]
)  # fmt: skip
names = texts | st.sampled_from(
    [*LAUNCH["properties"], *LAUNCH["properties"]["steps"]["items"]["properties"],
     *START["properties"], "type", "value", "name", "data", "meta", "url", "max_results"]
)  # fmt: skip
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=60)
@given(st.dictionaries(names, values, max_size=8), st.sampled_from([Facts(), KNOWN]))
def test_any_document_gets_complete_problems(document, facts):
    text = json.dumps(document, indent=1)
    for schema in (LAUNCH, START):
        for each in check_document(text, schema, facts):
            assert each.message.endswith((".", "?"))
            assert 1 <= each.line <= text.count("\n") + 1
            assert "{" not in each.code


@given(st.text(max_size=60))
def test_any_text_gets_located_problems(text):
    problems = check_document(text, LAUNCH, KNOWN)
    assert problems == sorted(problems, key=lambda each: each.line)
    assert blocks(problems) or json.loads(text)
