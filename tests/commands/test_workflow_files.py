"""Definitions are exported and imported, and check_payload checks against edited ones."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from playground.commands.practice import find_import_connection
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import store_workflow

pytestmark = pytest.mark.django_db

DEFINITION = {
    "uid": "w-hand",
    "name": "By hand",
    "steps": [
        {
            "step_uid": "s-1",
            "step_name": "Visit",
            "integrations": ["linkedin"],
            "x-accounts": "required",
            "x-parameters": {
                "properties": {
                    "limit": {"type": "integer"},
                    "mode": {"type": "string", "default": "fast"},
                },
                "required": ["limit"],
            },
            "input_schema": {"url": {"required": 1, "variations": ["link"]}},
        },
        {"step_uid": "s-2", "step_name": "Count", "x-accounts": "none"},
    ],
}
ACCOUNTS = [{"uid": "a-1", "name": "Ada", "integration": "linkedin", "is_valid": True}]


def run_import(tmp_path, whole: object, *options: str) -> str:
    file = tmp_path / "definition.json"
    file.write_text(json.dumps(whole))
    out = io.StringIO()
    call_command("import_workflow", str(file), *options, stdout=out)
    return out.getvalue()


def check(tmp_path, body: object) -> tuple[int, list[dict]]:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(body))
    out, code = io.StringIO(), 0
    try:
        call_command("check_payload", "launch-workflow", str(file), workflow="w-hand", stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def payload(accounts: list[str], parameters: dict, count: list[str] | None = None) -> dict:
    return {
        "job_name": "J",
        "steps": [
            {"accounts": accounts, "parameters": parameters, "step_uid": "s-1"},
            {"accounts": count or [], "parameters": {}, "step_uid": "s-2"},
        ],
        "inputs": [{"link": "https://a.example"}],
    }


def test_an_imported_definition_gets_a_connection_to_the_sandbox(tmp_path) -> None:
    output = run_import(tmp_path, {"workflow": DEFINITION, "accounts": ACCOUNTS})
    assert "Imported By hand (w-hand) into Imported workflows." in output
    kept = Workflow.objects.get()
    assert kept.connection.base_url.startswith("sandbox:")
    assert kept.connection.accounts.get().name == "Ada"
    run_import(tmp_path, DEFINITION)
    assert Connection.objects.count() == 1


def test_check_payload_checks_against_the_definition(tmp_path) -> None:
    run_import(tmp_path, {"workflow": DEFINITION, "accounts": ACCOUNTS})
    assert check(tmp_path, payload(["a-1"], {"limit": 5})) == (0, [])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (payload(["a-1"], {}), "/steps/0/parameters/limit"),
        (payload(["a-1"], {"limit": "5"}), "/steps/0/parameters/limit"),
        (payload(["a-1"], {"limit": 5, "mode": 7}), "/steps/0/parameters/mode"),
        (payload([], {"limit": 5}), "/steps/0/accounts"),
        (payload(["a-1"], {"limit": 5}, ["a-1"]), "/steps/1/accounts"),
    ],
)
def test_what_the_definition_forbids_is_an_error(tmp_path, body, pointer) -> None:
    run_import(tmp_path, {"workflow": DEFINITION, "accounts": ACCOUNTS})
    code, problems = check(tmp_path, body)
    assert code == 1
    assert [each["pointer"] for each in problems if each["severity"] == "error"] == [pointer]


def test_an_exported_definition_can_be_imported(tmp_path) -> None:
    run_import(tmp_path, {"workflow": DEFINITION, "accounts": ACCOUNTS})
    out = io.StringIO()
    call_command("export_workflow", "w-hand", stdout=out)
    whole = json.loads(out.getvalue())
    assert whole == {"workflow": DEFINITION, "accounts": ACCOUNTS}
    Connection.objects.all().delete()
    run_import(tmp_path, whole)
    assert json.loads(Workflow.objects.get().edited) == DEFINITION


@pytest.mark.parametrize(
    "whole",
    [[], {}, {"uid": "w"}, {"uid": "w/1", "steps": [{}]}, {"workflow": 7}, {"uid": 7, "steps": []}]
    + [{"workflow": DEFINITION, "accounts": each} for each in ({}, [7], [{"uid": "a"}])],
)
def test_an_invalid_definition_is_rejected(tmp_path, whole) -> None:
    with pytest.raises(CommandError):
        run_import(tmp_path, whole)
    assert not Workflow.objects.exists()


def test_an_unknown_connection_or_workflow_is_named(tmp_path) -> None:
    with pytest.raises(CommandError, match="no connection named Nowhere"):
        run_import(tmp_path, DEFINITION, "--connection", "Nowhere")
    with pytest.raises(CommandError, match="w-none"):
        call_command("export_workflow", "w-none")


ODD = {"null": None, "list": [1, [2]], "nested": {"a": {"b": None}}, "big": 2**63 - 1, "": 1.5}


@pytest.mark.parametrize(
    "steps",
    [
        [{"parameters_schema": {"properties": ODD}, "input_schema": {"a": None, "b": 7}}],
        [{"step_uid": "s"}, {"step_uid": "s", "position": "1", "integrations": [7, None]}],
        [{"step_uid": None, "step_name": 7, "output_schema": {"a": 1}}, None, 7],
    ],
)
def test_an_odd_definition_is_imported_exported_and_checked_against(tmp_path, steps) -> None:
    run_import(tmp_path, {"uid": "w-hand", "steps": steps, "name": None})
    out = io.StringIO()
    call_command("export_workflow", "w-hand", stdout=out)
    assert json.loads(out.getvalue())["workflow"]["steps"] == steps
    code, _ = check(tmp_path, {"job_name": "J", "inputs": [{"a": "x"}], "steps": []})
    assert code in (0, 1)


def test_values_that_json_lacks_are_exported_as_json(tmp_path) -> None:
    connection = find_import_connection()
    steps = '[{"step_uid": "s", "parameters_schema": {"properties": {"a": NaN, "b": 1e999}}}]'
    store_workflow(connection, '{"uid": "w-odd", "name": "\\ud800 half", "steps": ' + steps + "}")
    out = io.StringIO()
    call_command("export_workflow", "w-odd", stdout=out)
    whole = json.loads(out.getvalue(), parse_constant=pytest.fail)
    assert whole["workflow"]["name"] == "? half"
    run_import(tmp_path, whole)


def test_numbers_keep_their_digits(tmp_path) -> None:
    numbers = '{"a": 1.10, "b": -0, "c": 1e400, "d": 12345678901234567890.50}'
    step = '{"step_uid": "s", "parameters_schema": {"properties": ' + numbers + "}}"
    file = tmp_path / "numbers.json"
    file.write_text('{"workflow": {"uid": "w-hand", "steps": [' + step + "]}}")
    call_command("import_workflow", str(file), stdout=io.StringIO())
    out = io.StringIO()
    call_command("export_workflow", "w-hand", stdout=out)
    for number in ("1.10", "-0", "1e400", "12345678901234567890.50"):
        assert f": {number}" in out.getvalue()


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(CommandError, match=r"Can't read .*nowhere\.json: No such file"):
        call_command("import_workflow", str(tmp_path / "nowhere.json"))
