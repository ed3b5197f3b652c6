"""Documents of rows: the cells in their places, exact tokens, and nothing evaluated."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.batches.mapping import ColumnMapping
from playground.batches.row_texts import ColumnNumbers, RowText
from playground.drafts.metadata import Metadata
from playground.jsontext.printing import quote
from playground.jsontext.references import Reference, substitute
from playground.jsontext.resolving import resolve_document, split_deferred
from tests.batches.rows import LAUNCH, built, fill, make_builder, row, rows

PRETTY = '{\n  "id": 12,\n  "matching": "email",\n  "email": "x@example.com"\n}'


def resolved(text: str) -> str:
    """The text as it is sent, if no secrets or files join it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pieces = split_deferred(resolve_document(text, {"x": "VARIABLE"}, now, lambda: "UUID"))
    assert not any(each.reference for each in pieces)
    return "".join(each.text for each in pieces)


def test_a_cell_replaces_the_value_of_its_field_and_every_other_byte_stays():
    text = '{ "id":12,\n"email" : "x@example.com" ,"z":[1.10,-0] }'
    assert built(text, fill("/email"), "ada@example.com") == text.replace("x@", "ada@")


def test_a_missing_field_is_added_where_the_form_adds_it():
    assert built(PRETTY, fill("/content/name", "/resource_id"), "Ada", "7") == (
        '{\n  "id": 12,\n  "content": {\n    "name": "Ada"\n  },\n  "matching": "email",\n'
        '  "email": "x@example.com",\n  "resource_id": 7\n}'
    )


def test_cells_become_the_type_of_their_field_and_keep_their_tokens():
    text = '{"id": 1, "email": "a@b.c", "content": {"rate": 1.5, "on": true, "n": "0"}}'
    mapping = fill("/id", "/email", "/content/rate", "/content/on", "/content/n")
    assert built(text, mapping, "12", "12", "1.10", "Yes", "007") == (
        '{"id": 12, "email": "12", "content": {"rate": 1.10, "on": true, "n": "007"}}'
    )
    # What doesn't fit is text: the rules say what the field must be.
    assert built(text, mapping, "0x1", "", "1,10", "perhaps", "") == (
        '{"id": "0x1", "content": {"rate": "1,10", "on": "perhaps"}}'
    )


@pytest.mark.parametrize(
    ("kind", "cell", "token"),
    [
        ("text", "12", '"12"'),
        ("text", "null", '"null"'),
        ("number", "12345678901234567890.10", "12345678901234567890.10"),
        ("number", " 7 ", "7"),
        ("number", "+007", "7"),
        ("number", "-0,50", "-0.50"),
        ("number", ".5", "0.5"),
        ("number", "0,125", "0.125"),
        ("boolean", "WAHR", "true"),
        ("boolean", "нет", "false"),
        ("json", ' {"a": [1.0, "{{x}}"]} ', '{"a": [1.0, "\\\\{{x}}"]}'),
        ("list", "a; b ;;c", '["a", "b", "c"]'),
        ("list", "a, b", '["a", "b"]'),
        ("list", "a, b\nc", '["a, b", "c"]'),
        ("list", '["a", 1]', '["a", 1]'),
        ("list", "{{secret:key}}", '["\\\\{{secret:key}}"]'),
    ],
)
def test_a_kind_decides_what_becomes_of_a_cell(kind, cell, token):
    mapping = fill(ColumnMapping(0, "/content/a", kind))
    assert built('{"id": 1, "content": {}}', mapping, cell) == (
        f'{{"id": 1, "content": {{"a": {token}}}}}'
    )


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        ("number", "1,234", "cell-not-a-number"),
        ("number", "12 €", "cell-not-a-number"),
        ("number", "1.2.3", "cell-not-a-number"),
        ("number", "-", "cell-not-a-number"),
        ("number", "٣", "cell-not-a-number"),
        ("boolean", "perhaps", "cell-not-a-boolean"),
        ("json", '1, "admin": true', "cell-not-json"),
        ("json", "[1", "cell-not-json"),
    ],
)
def test_a_cell_that_its_kind_cannot_be_is_a_problem_of_its_column(kind, cell, code):
    mapping = fill("/email", ColumnMapping(1, "/content/a", kind))
    request = make_builder('{"content": {}}', mapping).build([row("a@b.c", cell, line=7)])
    [problem] = request.problems
    assert (problem.line, problem.column, problem.code) == (7, 1, code)
    assert problem.severity == "error"
    assert json.loads(request.text)["content"] == {"a": cell}


@pytest.mark.parametrize(
    ("empty", "text"),
    [
        ("omit", '{"id": 1}'),
        ("empty", '{"id": 1, "email": ""}'),
        ("null", '{"id": 1, "email": null}'),
    ],
)
def test_an_empty_cell_follows_its_mapping_and_a_missing_one_changes_nothing(empty, text):
    template = '{"id": 1, "email": "old@example.com"}'
    mapping = fill("/content/a", ColumnMapping(1, "/email", empty=empty))
    assert built(template, mapping, None, "") == text
    assert built(template, mapping, None, None) == template
    assert built(template, mapping) == template


def test_cells_of_json_lines_keep_their_json_tokens():
    mapping = fill("/content/a", "/content/b", "/content/c", "/content/d", "/email")
    builder = make_builder('{"content": {"a": "x"}}', mapping)
    cells = ("1.10", "null", '{"k":  "{{secret:key}}"}', "true", "12")
    text = builder.build([row(*cells, json=[0, 1, 2, 3])]).text
    assert text == (
        '{"content": {"a": 1.10, "b": null, "c": {"k":  "\\\\{{secret:key}}"}, "d": true}, '
        '"email": "12"}'
    )


def test_columns_are_inserted_by_their_exact_titles():
    text = r'{"content": {"a": "Dear {{row.First name}} {{row.a.b}}, {{row.My \"q\"}}{{row.#2}}"}}'
    columns = ["First name", "a.b", 'My "q"', "first name"]
    assert built(text, fill(), "Ada", "2", 'say "hi"\n', "lower", columns=columns) == (
        r'{"content": {"a": "Dear Ada 2, say \"hi\"\n2"}}'
    )


def test_a_string_that_is_only_a_column_takes_its_kind():
    text = '{"id": "{{row.id}}", "email": "{{row.email}}", "content": {"n": "{{row.n}}"}}'
    columns = ["id", "email", "n"]
    assert built(text, fill(), "12", "12", "12", columns=columns) == (
        '{"id": 12, "email": "12", "content": {"n": "12"}}'
    )
    mapping = fill(ColumnMapping(2, "", "number", "null"))
    assert built(text, mapping, "12", "", "1.50", columns=columns) == (
        '{"id": 12, "content": {"n": 1.50}}'
    )
    assert built(text, mapping, None, None, None, columns=columns) == '{"content": {"n": null}}'


def test_unknown_columns_other_references_and_escaped_braces_stay():
    text = r'{"content": {"a": "{{row.zip}} {{x}} {{secret:s}} \\{{row.a}} {{row.a}}"}}'
    assert built(text, fill(), "1", columns=["a"]) == text.replace(" {{row.a}}", " 1")


def test_path_values_take_columns_and_references():
    state = {"path_values": {"workflow_uid": "w-{{row.b}}"}}
    mapping = fill()
    builder = make_builder("{}", mapping, ["a", "b"], LAUNCH, **state)
    assert builder.build([row("1", "{{x}}")]).path_values == {"workflow_uid": r"w-\{{x}}"}
    builder = make_builder("{}", fill("#path/workflow_uid"), ["a"], LAUNCH, **state)
    assert builder.build([row("{{x}}")]).path_values == {"workflow_uid": r"\{{x}}"}
    assert builder.build([row(None)]).path_values == {"workflow_uid": "w-{{row.b}}"}


def test_a_column_fills_a_parameter_of_any_place():
    mapping = fill("#path/workflow_uid", "#query/page", "#header/X-A")
    builder = make_builder("{}", mapping, ["a", "b", "c"], LAUNCH)
    assert builder.build([row("w-1", "1.10", "{{x}}")]).path_values == {
        "workflow_uid": "w-1",
        "query:page": "1.10",
        "header:X-A": r"\{{x}}",
    }


def test_what_was_switched_off_or_unfinished_ends_where_a_cell_goes():
    metadata = Metadata(off={"/email": '"a"', "/phone": '"1"'}, incomplete={"/email": "{"})
    builder = make_builder("{}", fill("/email"), metadata=metadata)
    assert Metadata.read(builder.build([row("a@b.c")]).metadata) == Metadata(off={"/phone": '"1"'})
    assert Metadata.read(builder.build([row(None)]).metadata) == metadata


SNIPPETS = [*'{}\\ $%"éx', "{{", "}}", "secret:", "row.a", "{{x}}", "{{secret:s}}", "{{uuid}}"]
SNIPPETS += ["\\{{", "{{row.a}}", "{{row.b}}"]
PIECES = st.lists(st.sampled_from(SNIPPETS), max_size=7).map("".join)


@given(PIECES, PIECES, PIECES)
def test_cells_are_never_evaluated_whatever_is_around_them(template, a, b):
    """Each cell arrives as it is, and the template's other references stay the same."""
    columns = ColumnNumbers(["a", "b"])
    text = RowText(template, columns)
    cells = [a, b]
    try:
        filled = text.fill(lambda column: cells[column])
    except ValueError:
        assert "\\" in a + b
        return

    def mark(reference: Reference) -> str:
        return f"<{reference.spelling}>"

    def expect(reference: Reference) -> str:
        column = columns.find(reference)
        return mark(reference) if column is None else cells[column]

    assert substitute(filled, mark) == substitute(template, expect)
    document = RowText(template, columns, quote(template))
    assert json.loads(document.fill(lambda column: cells[column])) == filled


def test_a_backslash_right_before_a_reference_is_a_problem_of_the_cell():
    builder = make_builder('{"content": {"a": "{{row.path}}{{x}}"}}', fill(), ["id", "path"])
    [problem] = builder.build([row("1", "C:\\")]).problems
    assert (problem.code, problem.column) == ("cell-before-reference", 1)
    assert builder.build([row("1", "C:\\ ")]).problems == ()


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | PIECES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PIECES, inner, max_size=3),
    max_leaves=5,
)


@given(TREES)
def test_json_cells_arrive_as_they_are(tree):
    cell = json.dumps(tree)
    builder = make_builder('{"content": {}}', fill(ColumnMapping(0, "/content/a")))
    text = resolved(builder.build([row(cell, json=[0])]).text)
    assert json.loads(text) == {"content": {"a": tree}}


def test_entries_of_a_list_move_up_where_one_is_left_out():
    text = '{"content": {"a": ["{{row.a}}", "{{row.b}}", "{{row.a}} {{row.c}}"]}}'
    columns = ["a", "b", "c"]
    builder = make_builder(text, fill(), columns)
    request = builder.build([row("", "2", "3")])
    assert request.text == '{"content": {"a": ["2", " 3"]}}'
    assert request.outer is not None
    assert request.outer.columns["/content/a/0"] == (1,)
    assert request.outer.columns["/content/a/1"] == (0, 2)


def test_one_item_per_row_is_formatted_like_the_first_of_the_template():
    text = (
        '{\n  "inputs": [\n    {"first_name": "x", "tag": "{{row.t}}", "keep": 1.0},\n'
        '    {"first_name": "second"}\n  ],\n  "job_name": "j",\n  "steps": []\n}'
    )
    mapping = fill("/inputs/-/first_name", group="all", items="/inputs")
    builder = make_builder(text, mapping, ["n", "t"], LAUNCH)
    found = builder.build(rows(["Ada", "1"], ["{{x}}", ""], ["", "3"]))
    assert found.problems == ()
    assert found.text == (
        '{\n  "inputs": [\n    {"first_name": "Ada", "tag": "1", "keep": 1.0},\n'
        '    {"first_name": "\\\\{{x}}", "keep": 1.0},\n    {"tag": "3", "keep": 1.0}\n  ],\n'
        '  "job_name": "j",\n  "steps": []\n}'
    )


@pytest.mark.parametrize("inputs", ['"inputs": [],', '"inputs": null,', ""])
def test_a_list_without_an_item_gets_the_items_that_the_grid_would_make(inputs):
    text = f'{{{inputs} "job_name": "j", "steps": []}}'
    mapping = fill("/inputs/-/first_name", "/inputs/-/n", group="all", items="/inputs")
    builder = make_builder(text, mapping, operation=LAUNCH)
    document = json.loads(builder.build(rows(["Ada", "1"], ["Alan", "2"])).text)
    assert document["inputs"] == [
        {"first_name": "Ada", "n": "1"},
        {"first_name": "Alan", "n": "2"},
    ]
    assert json.loads(builder.build(rows(["Ada", "1"])).text)["inputs"] == document["inputs"][:1]


def test_a_list_of_plain_values_takes_one_per_row():
    mapping = fill("/content/ids/-", group="all", items="/content/ids")
    builder = make_builder('{"content": {"ids": [1, 2]}}', mapping)
    text = builder.build(rows(["7"], ["x"], [""])).text
    assert text == '{"content": {"ids": [7, "x", ""]}}'


def test_a_list_that_takes_nothing_of_a_row_stays_as_it_is():
    text = '{"inputs": [{"a": 1}, {"a": 2}], "job_name": "j", "steps": []}'
    mapping = fill("/job_name", items="/inputs")
    builder = make_builder(text, mapping, operation=LAUNCH)
    assert builder.build([row("new")]).text == text.replace('"j"', '"new"')
    referring = text.replace("2}", '"{{row.c0}}"}').replace('{"a": 1}', '{"a": "{{row.c0}}"}')
    builder = make_builder(referring, mapping, operation=LAUNCH)
    assert json.loads(builder.build([row("new")]).text)["inputs"] == [{"a": "new"}]


def test_rows_of_one_request_need_the_same_values_outside_the_list():
    text = '{"inputs": [], "job_name": "{{row.job}} of {{row.day}}", "steps": []}'
    mapping = fill("/inputs/-/first_name", group="all", items="/inputs")
    builder = make_builder(text, mapping, ["n", "job", "day"], LAUNCH)
    request = builder.build(rows(["a", "x", "1"], ["b", "x", "2"], ["c", "y", "1"]))
    assert json.loads(request.text)["job_name"] == "x of 1"
    assert [(each.line, each.column, each.code) for each in request.problems] == [
        (4, 1, "conflicting-value"),
        (3, 2, "conflicting-value"),
    ]
    assert "“y” here, but “x”" in request.problems[0].message
