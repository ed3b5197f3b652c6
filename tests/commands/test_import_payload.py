"""`manage.py import_payload` prints what a pasted text is read as."""

import io
import json

import pytest
from django.core.management import call_command


def _import(path, data: bytes, *options: str) -> dict:
    path.write_bytes(data)
    out = io.StringIO()
    call_command("import_payload", str(path), *options, stdout=out)
    return json.loads(out.getvalue())


def test_a_command_is_printed_with_its_secrets_masked(tmp_path):
    command = (
        "curl https://api.captaindata.co/v3/workflows/w-1/schedule"
        " -H 'Authorization: x-api-key K-1'"
        " -H 'A: 1' -H 'A: 2' --json '{\"inputs\": [{\"n\": 1.10}], \"steps\": []}'"
    )
    found = _import(tmp_path / "c.txt", command.encode())
    assert (found["operation"], found["method"]) == ("launch-workflow", "POST")
    assert found["body"] == '{"inputs": [{"n": 1.10}], "steps": []}'
    assert found["headers"]["Authorization"] == "x-api-key {{secret:api_key}}"
    assert found["headers"]["A"] == "1, 2"
    assert "K-1" not in json.dumps(found)
    assert {note["kind"] for note in found["notes"]} == {"understood"}


def test_encodings_of_windows_are_read(tmp_path):
    assert _import(tmp_path / "a", '{"é": 1}'.encode("utf-16"))["document"].count("é") == 1
    assert _import(tmp_path / "b", '{"é": 1}'.encode("utf-8-sig"))["document"].count("é") == 1


@pytest.mark.parametrize("data", [b"", b"nothing here", b"\xff\x00\xfe", b"curl https://h -d @x"])
def test_unreadable_input_ends_with_a_message_and_exit_status_1(data, tmp_path, capsys):
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(SystemExit) as stopped:
        call_command("import_payload", str(path))
    assert stopped.value.code == 1
    assert json.loads(capsys.readouterr().out)["refused"].endswith(".")


def test_one_of_several_requests_is_chosen_by_its_number(tmp_path):
    text = b"""### List
GET https://h.example.com/list
### Launch
POST https://h.example.com/v3/workflows/w/schedule

{"inputs": []}
"""
    found = _import(tmp_path / "a.http", text)
    assert (found["request"], found["operation"]) == (2, "launch-workflow")
    assert [(each["number"], each["title"], each["method"]) for each in found["requests"]] == [
        (1, "List", "GET"),
        (2, "Launch", "POST"),
    ]
    assert _import(tmp_path / "a.http", text, "--request", "1")["url"].endswith("/list")
    with pytest.raises(SystemExit):
        _import(tmp_path / "a.http", text, "--request", "3")
