"""The rule book as a whole: any text gives a list, in order, all at once."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.rules.checking import LIMIT, blocks, check_document
from playground.rules.facts import Facts, InputKey, StepFacts
from tests.rules.checks import LAUNCH, START, errors, found, mended, the

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


def test_a_fine_document_has_no_problem():
    assert found(FINE, LAUNCH) == []
    assert found(FINE, LAUNCH, KNOWN) == []


def test_text_that_is_no_json_is_one_error_with_line_and_column():
    (one,) = check_document('{\n  "inputs": []\n  "job_name": "x"\n}', LAUNCH)
    assert (one.severity, one.code, one.pointer, one.line) == ("error", "not-json", "", 3)
    assert one.message == 'Line 3, column 3: a comma is missing before "job_name".'
    assert one.params["column"] == "3"


@pytest.mark.parametrize(
    "text", ["", " ", "{", "\ufeff{}", '{"a": NaN}', '{"a": "\\ud800"}', "[" * 200]
)
def test_what_rfc_8259_refuses_is_one_error(text):
    assert [each.code for each in check_document(text, LAUNCH)] == ["not-json"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[]", "a list"), ('"x"', "text"), ("1.5", "1.5"), ("null", "null"), ("true", "true")],
)
def test_valid_json_that_is_no_object_is_said_separately(text, kind):
    (one,) = check_document(text, LAUNCH)
    assert one.code == "not-an-object"
    assert one.message == f"The payload must be an object in braces, not {kind}."


def test_a_key_that_stands_twice_names_both_lines():
    text = '{\n "inputs": [],\n "job_name": "a",\n "steps": [{"accounts": [], "parameters": {},'
    text += ' "step_uid": "s"}],\n "job_name": "b"\n}'
    (one,) = check_document(text, LAUNCH)
    assert (one.severity, one.pointer, one.line) == ("warning", "/job_name", 5)
    assert one.message == "Duplicate key `job_name` in lines 3 and 5. Only the last one counts."


def test_a_missing_field_stands_at_its_own_pointer_on_the_line_of_its_parent():
    document = {"inputs": [], "job_name": "x", "steps": [{"accounts": []}]}
    text = json.dumps(document, indent=2)
    told = [(p.pointer, p.line, p.message) for p in check_document(text, LAUNCH)]
    assert told == [
        ("/steps/0/parameters", 5, "Step 1 needs `parameters`."),
        ("/steps/0/step_uid", 5, "Step 1 needs `step_uid`."),
    ]


def test_all_problems_come_at_once_in_the_order_of_lines():
    document = {"inputs": 1, "job_name": "", "steps": [{"step_uid": 5}], "extra": 1}
    told = check_document(json.dumps(document, indent=1), LAUNCH)
    assert [p.line for p in told] == sorted(p.line for p in told)
    assert len(told) == 6


def test_a_long_list_is_cut_and_errors_come_first():
    document = {**FINE, "inputs": [{"x": 1}] * 400, "steps": [{"step_uid": 1}] * 150}
    told = check_document(json.dumps(document), LAUNCH, KNOWN)
    assert len(told) == LIMIT + 1
    assert told[-1].code == "more"
    assert all(p.severity == "error" for p in told[:-1])


def test_sentences_are_templates_of_code_and_parameters():
    one = the("wrong-type", {**FINE, "delay": "soon"}, LAUNCH)
    assert one.params == {"subject": "`delay`", "expected": "a whole number", "found": "text"}
    assert one.as_dict()["message"] == "`delay` must be a whole number, not text."


def test_an_operation_without_a_body_schema_judges_only_the_text():
    assert check_document("{}", None) == []
    assert blocks(check_document("{", None))


def test_numbers_of_any_size_are_judged():
    for number in ("1e400", "1e99999999999999999999", "9" * 5000, "-0", "1.0", "1E2"):
        text = json.dumps(FINE)[:-1] + f', "delay": {number}}}'
        assert errors(text, LAUNCH) == [], number
    assert errors(json.dumps(FINE)[:-1] + ', "delay": 1.5}', LAUNCH) == [("wrong-type", "/delay")]


def test_a_string_with_a_reference_is_judged_after_resolving():
    document = {
        **FINE,
        "delay": "{{name}}",
        "repeat_option": {"type": "{{name}}", "value": "{{name}}"},
        "steps": "{{name}}",
    }
    assert found(document, LAUNCH, KNOWN) == []
    assert errors({**FINE, "delay": "{{7*7}}"}, LAUNCH) == [("wrong-type", "/delay")]


def test_the_name_of_a_variable_is_judged_when_the_variables_are_known():
    document = {**FINE, "job_name": "run {{nam}} of {{uuid}}"}
    assert found(document, LAUNCH) == []
    one = the("unknown-variable", document, LAUNCH, KNOWN)
    assert one.severity == "error"
    assert "Did you mean `name`?" in one.message
    assert (
        mended("unknown-variable", document, LAUNCH, KNOWN)["job_name"]
        == "run {{name}} of {{uuid}}"
    )


def test_secrets_and_files_are_judged_by_their_names():
    document = {
        "id": 1,
        "email": "{{secret:mail}}",
        "attach": [{"name": "a", "data": "{{file:7}}"}],
    }
    assert errors(document, START) == []
    facts = Facts(secrets=frozenset(["mails"]), files={})
    assert errors(document, START, facts) == [
        ("unknown-secret", "/email"),
        ("unknown-file", "/attach/0/data"),
    ]


def test_keys_that_look_like_anything_are_named_safely():
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
def test_any_document_gets_an_answer(document, facts):
    text = json.dumps(document, indent=1)
    for schema in (LAUNCH, START):
        for each in check_document(text, schema, facts):
            assert each.message.endswith((".", "?"))
            assert 1 <= each.line <= text.count("\n") + 1
            assert "{" not in each.code


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text):
    assert isinstance(check_document(text, LAUNCH, KNOWN), list)
