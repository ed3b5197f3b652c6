"""References in a document: their names are checked as written, their values when resolved."""

from playground.rules.checking import check_document
from playground.rules.facts import Facts
from tests.rules.checks import LAUNCH, START, errors, fixed, found, the
from tests.rules.launches import launch

VARIABLES = Facts(variables={"name": "x"})


def test_text_with_a_reference_is_checked_after_resolving():
    document = {
        **launch(),
        "delay": "{{name}}",
        "repeat_option": {"type": "{{name}}", "value": "{{name}}"},
        "steps": "{{name}}",
    }
    assert found(document, LAUNCH, VARIABLES) == []
    assert errors({**launch(), "delay": "{{7*7}}"}, LAUNCH) == [("wrong-type", "/delay")]


def test_an_unknown_variable_is_an_error_if_the_variables_are_known():
    document = {**launch(), "job_name": "run {{nam}} of {{uuid}}"}
    assert found(document, LAUNCH) == []
    one = the("unknown-variable", document, LAUNCH, VARIABLES)
    assert one.severity == "error"
    assert "Did you mean `name`?" in one.message
    assert (
        fixed("unknown-variable", document, LAUNCH, VARIABLES)["job_name"]
        == "run {{name}} of {{uuid}}"
    )


def test_unknown_secrets_and_files_are_errors():
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


def test_problems_of_resolved_values_have_the_lines_of_the_text_as_written():
    text = '{"inputs": [], "job_name": "n",\n "steps": [],\n "delay": "{{name}}"}'
    problems = check_document(
        text, LAUNCH, VARIABLES, lambda text: text.replace("{{name}}", "soon")
    )
    assert [(p.code, p.pointer, p.line) for p in problems if p.severity == "error"] == [
        ("wrong-type", "/delay", 3)
    ]


def test_a_placeholder_of_another_tool_is_an_error_and_replaced_if_possible():
    document = {**launch(), "job_name": "run {{$guid}}"}
    problem = the("foreign-placeholder", document, LAUNCH, VARIABLES)
    assert (problem.severity, problem.pointer) == ("error", "/job_name")
    assert "{{$guid}}" in problem.message
    assert fixed("foreign-placeholder", document, LAUNCH)["job_name"] == "run {{uuid}}"
    for written in ("{{$randomInt}}", "{% response 'body', 'req_1' %}", "${{ secrets.X }}"):
        problem = the("foreign-placeholder", {**launch(), "job_name": written}, LAUNCH)
        assert (problem.severity, problem.fix) == ("error", None)
    assert found({**launch(), "job_name": r"\{{$guid}} {% if x %}"}, LAUNCH) == []


def test_a_column_of_rows_is_an_error_where_there_are_no_rows():
    document = {**launch(), "job_name": "run of {{row.First name}}"}
    one = the("row-without-batch", document, LAUNCH)
    assert (one.pointer, one.severity) == ("/job_name", "error")
    assert one.message == (
        "`job_name` is filled from the rows of a batch (column First name). Enter a value "
        "instead, or send this payload as a batch."
    )
    # An existing variable with such a name still counts.
    known = Facts(variables={"row.First name": "x"})
    assert found(document, LAUNCH, known) == []


def test_an_unknown_column_of_rows_comes_with_a_similar_one():
    document = {**launch(), "job_name": "run of {{row.first name}}"}
    facts = Facts(columns=("First name", "Mail"))
    one = the("unknown-column", document, LAUNCH, facts)
    assert one.message.endswith("which these rows don't have. Did you mean `First name`?")
    assert found({**launch(), "job_name": "{{row.Mail}}"}, LAUNCH, facts) == []


def test_a_column_with_spaces_around_it_is_warned_of_in_a_batch():
    facts = Facts(columns=("First name",))
    for spelling in ("{{ row.First name }}", "{{row .First name}}", "{{ row . First name}}"):
        document = {**launch(), "job_name": f"run of {spelling}"}
        one = the("spaced-column", document, LAUNCH, facts)
        assert one.severity == "warning"
        assert one.message.endswith("Write {{row.First name}} to insert the column.")
        assert found(document, LAUNCH) == []
    assert found({**launch(), "job_name": "run of \\{{ row.First name }}"}, LAUNCH, facts) == []
