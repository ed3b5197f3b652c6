"""`manage.py check_payload`: one line of JSON per problem, and the exit status."""

import io
import json

import pytest
from django.core.management import call_command

from playground.commands.management.commands import check_payload
from playground.rules.facts import NO_FACTS
from playground.workspace.models import Account, Connection, Workflow

GOOD = {"inputs": [], "job_name": "x", "steps": []}
SEARCH = "00000000-0000-4782-8d20-000000000546"


class Bytes(io.TextIOWrapper):
    """A standard input with these bytes in it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command over a file of these bytes: exit status, problems, standard error."""

    def run(document, *arguments, operation="launch-workflow"):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        file = tmp_path / "payload.json"
        file.write_bytes(data)
        status = status_of(operation, str(file), *arguments)
        output = capsys.readouterr()
        return status, [json.loads(line) for line in output.out.splitlines()], output.err.strip()

    return run


def status_of(*arguments):
    try:
        call_command("check_payload", *arguments)
    except SystemExit as ended:
        return ended.code
    return 0


def test_the_exit_status_is_0_if_nothing_blocks_sending(run):
    status, problems, _ = run(GOOD)
    assert status == 0
    assert [each["severity"] for each in problems] == ["warning"]


def test_each_problem_is_one_object_and_the_exit_status_1(run):
    status, problems, _ = run({**GOOD, "job_name": " ", "steps": [{}]})
    assert status == 1
    assert [each["pointer"] for each in problems] == [
        "/job_name",
        "/steps/0/accounts",
        "/steps/0/parameters",
        "/steps/0/step_uid",
    ]
    assert all(
        list(each) == ["code", "pointer", "line", "severity", "message"] for each in problems
    )


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b'{"a":"\xff"}']
)
def test_bytes_that_are_not_json_are_one_problem(run, data):
    status, problems, _ = run(data)
    assert (status, [each["code"] for each in problems]) == (1, ["not-json"])


def test_standard_input_is_read(monkeypatch, capsys):
    for arguments in (["launch-workflow"], ["launch-workflow", "-"]):
        monkeypatch.setattr("sys.stdin", Bytes(b"[]"))
        assert status_of(*arguments) == 1
        assert json.loads(capsys.readouterr().out)["code"] == "not-an-object"


def test_a_credential_in_the_document_counts_as_supplied(run):
    document = {"token": "abc", "id": 1, "email": "a@b"}
    assert run(document, operation="start-scenario") == (0, [], "")
    del document["token"]
    assert run(document, operation="start-scenario") == (0, [], "")


def test_an_unknown_operation_is_one_sentence(run):
    status, problems, error = run(GOOD, operation="launch")
    assert (status, problems) == (2, [])
    assert error.startswith('There is no operation "launch". Available: launch-workflow, ')


def test_a_missing_file_is_one_sentence(capsys):
    assert status_of("launch-workflow", "/no/such/file") == 2
    assert "Can't read /no/such/file" in capsys.readouterr().err


@pytest.mark.django_db
def test_an_unknown_workflow_is_one_sentence(run):
    status, _, error = run(GOOD, "--workflow", "nope")
    assert (status, error) == (2, "There is no workflow with the UID nope.")


@pytest.mark.django_db
def test_the_file_may_follow_the_option(tmp_path, capsys):
    file = tmp_path / "payload.json"
    file.write_text("{}")
    assert status_of("launch-workflow", "--workflow", SEARCH, str(file)) == 1
    assert '"pointer": "/job_name"' in capsys.readouterr().out


@pytest.mark.django_db
def test_the_workflow_is_found_among_the_practice_ones(run):
    document = {**GOOD, "steps": [{"accounts": [], "parameters": {}, "step_uid": "nope"}]}
    status, problems, _ = run(document, "--workflow", SEARCH)
    assert status == 1
    assert "step-unknown" in [each["code"] for each in problems]


def test_without_a_database_the_practice_definitions_are_used(run):
    # This test may not touch the database, as on a fresh clone there is none.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_payload, "_find_synced", lambda uid: None)
        assert check_payload.find_facts(SEARCH) is not None


@pytest.mark.django_db
def test_a_workflow_of_the_library_is_judged_with_its_connections_accounts(run):
    connection = Connection.objects.create(name="Real", api="captain-data", base_url="https://a.b")
    details = {
        "uid": "w1",
        "name": "W",
        "steps": [{"step_uid": "s1", "integrations": ["linkedin"]}],
    }
    Workflow.objects.create(connection=connection, uid="w1", name="W", details=json.dumps(details))
    Account.objects.create(
        connection=connection, uid="a1", name="Jane", integration="linkedin", valid=True
    )
    step = {"accounts": ["a1", "a2"], "parameters": {}, "step_uid": "s1"}
    status, problems, _ = run({**GOOD, "steps": [step]}, "--workflow", "w1")
    assert status == 0
    assert [each["pointer"] for each in problems] == ["/steps/0/accounts/1"]
    facts = check_payload.find_facts("w1")
    assert (facts.variables, facts.secrets) == (NO_FACTS.variables, None)
