"""Judging rows: the rules of the builder, with line, column and words of people."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.batches.checking import Checker
from playground.batches.mapping import ColumnMapping
from playground.commands.practice import fill_practice
from playground.people.models import Person
from playground.sending.plans import check_plan
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection, Workflow
from tests.batches.rows import LAUNCH, fill, make_builder, row, rows

pytestmark = pytest.mark.django_db
SCENARIO_TEXT = '{\n  "id": 12,\n  "matching": "email",\n  "email": "x@example.com"\n}'


@pytest.fixture
def altcraft(db: None) -> Connection:
    fill_practice()
    return Connection.objects.get(api="altcraft", practice=True)


@pytest.fixture
def captain(db: None) -> Connection:
    fill_practice()
    return Connection.objects.get(api="captain-data", practice=True)


def describe(found) -> list[tuple[int, int | None, str]]:
    return [(each.line, each.column, each.code) for each in found]


def test_a_problem_is_led_back_to_its_cell(altcraft: Connection):
    builder = make_builder(SCENARIO_TEXT, fill("/email", "/id"), ["Mail", "Scenario"])
    checker = Checker(builder, altcraft)
    assert (checker.faults, checker.is_blocked) == ((), False)
    assert checker.check([row("ada@example.com", "12")]) == ()
    [problem] = checker.check([row("ada@example.com", "twelve", line=7)])
    assert (problem.line, problem.column, problem.code) == (7, 1, "wrong-type")
    assert (problem.severity, problem.pointer) == ("error", "/id")
    assert problem.message == "`id` must be a whole number, not text."
    found = checker.check([row("ada", "-1", line=9)])
    assert describe(found) == [(9, 0, "does-not-fit"), (9, 1, "unusually-small")]


def test_an_empty_cell_is_a_problem_of_its_column_where_the_field_is_needed(altcraft: Connection):
    checker = Checker(make_builder(SCENARIO_TEXT, fill("/id", "/email")), altcraft)
    assert describe(checker.check([row("12", "", line=3)])) == [(3, 1, "missing-when")]


def test_a_problem_that_a_row_causes_elsewhere_is_the_rows(altcraft: Connection):
    checker = Checker(make_builder(SCENARIO_TEXT, fill("/matching")), altcraft)
    assert checker.faults == ()
    assert checker.check([row("email")]) == ()
    found = checker.check([row("phone", line=3)])
    assert (3, None, "missing-when") in describe(found)


def test_a_cell_that_cannot_be_converted_is_reported_once(altcraft: Connection):
    mapping = fill(ColumnMapping(0, "/id", "number"))
    checker = Checker(make_builder(SCENARIO_TEXT, mapping), altcraft)
    assert describe(checker.check([row("twelve")])) == [(2, 0, "cell-not-a-number")]


def test_faults_of_the_template_are_reported_once_and_not_by_rows(altcraft: Connection):
    text = '{"id": 12, "emial": "x", "email": "{{row.Mial}}", "content": {"a": "{{row.Mail}}"}}'
    checker = Checker(make_builder(text, fill(""), ["Mail"]), altcraft)
    assert {each.code for each in checker.faults} >= {"unknown-field", "unknown-column"}
    [unknown] = [each for each in checker.faults if each.code == "unknown-column"]
    assert unknown.pointer == "/email"
    assert unknown.message == (
        "`email` uses the column Mial, which these rows don't have. Did you mean `Mail`?"
    )
    assert checker.is_blocked
    assert checker.check([row("a")]) == ()


def test_a_missing_connection_is_a_fault_and_not_ten_thousand_problems(db: None):
    checker = Checker(make_builder(SCENARIO_TEXT, fill("/email")), None)
    assert [each.code for each in checker.faults] == ["no-connection"]
    assert checker.is_blocked
    assert checker.check([row("a@b.c")]) == ()


def test_an_unknown_column_in_the_address_is_a_fault(captain: Connection):
    text = '{"inputs": [], "job_name": "j {{row.a}}", "steps": [{}]}'
    state = {"path_values": {"workflow_uid": "{{row.uid}}"}}
    builder = make_builder(text, fill(""), ["a"], LAUNCH, **state)
    found = {(each.code, each.pointer) for each in Checker(builder, captain).faults}
    assert ("unknown-column", "#path/workflow_uid") in found


def test_a_path_value_is_a_problem_of_its_column(captain: Connection):
    text = '{"inputs": [], "job_name": "j", "steps": [{}]}'
    builder = make_builder(text, fill("#path/workflow_uid"), operation=LAUNCH)
    checker = Checker(builder, captain)
    assert (5, 0, "path-missing") in describe(checker.check([row("", line=5)]))
    assert (6, 0, "path-placeholder") in describe(checker.check([row("<uid>", line=6)]))


def launch_builder(captain: Connection, mapping, columns, inputs="[]"):
    workflow = Workflow.objects.filter(connection=captain).first()
    assert workflow is not None
    text = f'{{"inputs": {inputs}, "job_name": "j", "steps": []}}'
    values = {"path_values": {"workflow_uid": workflow.uid}}
    return make_builder(text, mapping, columns, LAUNCH, **values)


def test_every_row_of_one_request_is_judged_by_its_line(captain: Connection):
    mapping = fill("/inputs/-/meta", "/inputs/-/anything", group="all", items="/inputs")
    builder = launch_builder(captain, mapping, ["meta", "anything"])
    checker = Checker(builder, captain, row_word="Row")
    many = rows(*[["{}", "x"]] * 400)
    many[7] = replace(many[7], cells=("no object", "x"))
    many[399] = replace(many[399], cells=("5", ""))
    errors = [each for each in checker.check(many) if each.severity == "error"]
    assert describe(errors) == [(9, 0, "wrong-type"), (401, 0, "wrong-type")]
    assert [each.row for each in errors] == [7, 399]
    assert errors[0].message == "Row 9: `meta` must be an object, not text."
    # Also beyond the number of problems that a draft lists.
    bad = rows(*[["no object", "x"]] * 400)
    again = Checker(builder, captain).check(bad)
    assert len([each for each in again if each.severity == "error"]) == 400


def test_what_all_items_lack_is_a_fault_and_what_one_lacks_a_problem_of_its_row(
    captain: Connection,
):
    mapping = fill("/inputs/-/nobody_knows", group="all", items="/inputs")
    checker = Checker(launch_builder(captain, mapping, ["x"]), captain)
    missing = {each.code for each in checker.faults}
    found = checker.check(rows(["a"], ["b"]))
    assert "input-missing" in missing
    assert {each.code for each in found} == {"input-unknown"}
    assert [each.line for each in found] == [2, 3]


def test_duplicates_are_found_by_the_chosen_columns(altcraft: Connection):
    mapping = fill("/email", "/content/a", unique=("c0",))
    checker = Checker(make_builder(SCENARIO_TEXT, mapping), altcraft)
    found = [checker.check([each]) for each in rows(["a@b.c", "1"], ["d@e.f", "1"], ["a@b.c", "2"])]
    assert found[:2] == [(), ()]
    [problem] = found[2]
    assert (problem.line, problem.column, problem.code) == (4, 0, "duplicate-row")
    assert (problem.severity, problem.message) == ("warning", "Duplicate of line 2: the same c0.")
    # Checked again, a row is no duplicate of itself, and still one of the other.
    file = rows(["g@h.i", "1"], ["g@h.i", "2"])
    assert [checker.check(file[:1]), checker.check(file[:1])] == [(), ()]
    assert [describe(checker.check(file[1:])) for _ in "12"] == [[(3, 0, "duplicate-row")]] * 2
    strict = replace(mapping, duplicates="error", unique=("c0", "c1"))
    checker = Checker(make_builder(SCENARIO_TEXT, strict), altcraft)
    found = [checker.check([each]) for each in rows(["a@b.c", "1"], ["a@b.c", "2"], ["a@b.c", "1"])]
    assert [describe(each) for each in found] == [[], [], [(4, 0, "duplicate-row")]]
    assert found[2][0].severity == "error"


def test_rows_without_any_key_are_no_duplicates(altcraft: Connection):
    mapping = fill("/content/a", "/content/b", unique=("c0", "c1"))
    checker = Checker(make_builder(SCENARIO_TEXT, mapping), altcraft)
    assert [checker.check([each]) for each in rows(["", None], ["", None], [])] == [(), (), ()]


def test_keys_must_be_neighbours(captain: Connection):
    mapping = fill("/inputs/-/meta", "", group="key", key="key", items="/inputs")
    checker = Checker(launch_builder(captain, mapping, ["m", "key"]), captain)
    file = rows(["{}", "a"], ["{}", "a"], ["{}", "b"], ["{}", "a"], ["{}", ""])

    def codes(group):
        return [p for p in describe(checker.check(group)) if p[2].startswith("group-")]

    assert codes(file[:2]) == []
    assert codes(file[1:2]) == []  # the rest of the same request
    assert codes(file[2:3]) == []
    assert codes(file[3:4]) == [(5, 1, "group-scattered")]
    assert codes(file[4:]) == [(6, 1, "group-key-missing")]


def test_a_row_that_cannot_be_json_does_not_take_the_others_with_it(captain: Connection):
    mapping = fill(ColumnMapping(0, "/inputs/-/meta", "auto"), group="all", items="/inputs")
    checker = Checker(launch_builder(captain, mapping, ["meta"]), captain)
    deep = f'{{"a": {"[" * 99}{"]" * 99}}}'
    file = [row("{}", line=2, json=[0]), row(deep, line=3, json=[0]), row("{}", line=4, json=[0])]
    errors = [each for each in checker.check(file) if each.severity == "error"]
    assert describe(errors) == [(3, None, "not-json")]


def test_an_error_outside_the_list_keeps_all_rows_of_the_request(captain: Connection):
    mapping = fill("/inputs/-/meta", "/delay", group="all", items="/inputs")
    checker = Checker(launch_builder(captain, mapping, ["meta", "delay"]), captain)
    found = checker.check(rows(["{}", "-5"], ["{}", "-5"]))
    errors = [each for each in found if each.severity == "error"]
    assert describe(errors) == [(2, 1, "too-small"), (3, 1, "too-small")]


def test_rows_on_one_line_are_told_apart(captain: Connection):
    mapping = fill("/inputs/-/meta", "", group="all", items="/inputs", unique=("key",))
    checker = Checker(launch_builder(captain, mapping, ["meta", "key"]), captain)
    file = [row("{}", "a", line=1), row("no object", "b", line=1), row("{}", "a", line=1)]
    found = [(each.row, each.code) for each in checker.check(file) if each.column is not None]
    assert sorted(found) == [(1, "wrong-type"), (2, "duplicate-row")]
    # Without the bad one, the others have other numbers.
    again = checker.check([file[0], file[2]])
    assert [(each.row, each.code) for each in again if each.column is not None] == [
        (1, "duplicate-row")
    ]


def test_a_lone_surrogate_is_a_problem_and_not_an_exception(altcraft: Connection):
    checker = Checker(make_builder(SCENARIO_TEXT, fill("/id", "/content/a")), altcraft)
    found = checker.check([row("12", "\ud800")])
    assert describe(found) == [(2, 1, "cell-not-text")]


TYPED = "{{secret:s}} {{x}} {{$guid}} ada@example.com phone email custom 12 -1 00 a\\ null"
CELLS = st.sampled_from(["", " ", "[1]", '{"a": 1}', "{% now %}", *TYPED.split()]) | st.none()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=3))
def test_the_checker_finds_what_the_check_of_the_built_draft_finds(
    altcraft: Connection, cells: list[tuple[str | None, ...]]
):
    """No second implementation of any rule: only what is reported once or twice differs."""
    text = (
        '{"id": "{{row.c3}}", "emial": 1, "subscription_filter": {"email": "{{row.c1}}{{x}}"},\n'
        ' "content": {"greeting": "Dear {{row.c2}}"}}'
    )
    mapping = fill("/email", "/matching", "/phone", "")
    builder = make_builder(text, mapping)
    checker = Checker(builder, altcraft)
    for each in rows(*cells):
        request, found = checker.judge([each])
        if request.problems:
            # A backslash right before {{x}}: what was asked for can't be built.
            assert "a\\" in each.cells
            continue
        plan = checker.plan_request(request)
        expected = {(p.code, p.pointer, p.severity) for p in check_plan(plan)}
        faults = {(p.code, p.pointer, p.severity) for p in checker.faults}
        assert faults <= expected
        own = {(p.code, p.pointer, p.severity) for p in found}
        assert own | faults == expected


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=100,
)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), CELLS)
def test_rows_of_one_request_have_the_problems_of_the_built_draft(
    captain: Connection, cells: list[tuple[str | None, str | None]], job: str | None
):
    mapping = fill("/inputs/-/meta", "/inputs/-/x", "/job_name", group="all", items="/inputs")
    builder = launch_builder(captain, mapping, ["meta", "x", "job"], '[{"y": "{{row.x}}"}]')
    checker = Checker(builder, captain)
    file = rows(*([*each, job] for each in cells))
    request, found = checker.judge(file)
    expected = {(p.code, p.pointer) for p in check_plan(checker.plan_request(request))}
    faults = {p.code for p in checker.faults}
    own = {(p.code, p.pointer) for p in found}
    # A fault is reported once for all items.
    assert own <= expected
    assert {code for code, _ in expected - own} <= faults
    items = [p for p in found if p.pointer.startswith("/inputs/")]
    assert [p.line for p in items] == [int(p.pointer.split("/")[2]) + 2 for p in items]


def test_built_requests_are_sent_as_they_were_judged(altcraft: Connection, owner: Person):
    connection = save_connection(
        ConnectionInput(
            "With variables", "altcraft", "https://example.com", variables={"x": "there"}
        )
    )
    text = '{"id": 1, "email": "a@b.c", "content": {"a": "{{x}} {{row.c0}}"}}'
    checker = Checker(make_builder(text, fill("")), connection, owner)
    request, found = checker.judge([row("{{x}}")])
    assert found == ()
    plan = checker.plan_request(request)
    assert (plan.person, plan.connection) == (owner, connection)
    assert json.loads(plan.text)["content"]["a"] == r"{{x}} \{{x}}"
