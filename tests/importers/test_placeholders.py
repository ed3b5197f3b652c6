"""Placeholders of other tools become our references, or are noted as having no value."""

import json

from tests.importers import paste

URL = "https://mail.example.com/api/v1.1/workflows/start"


def test_dynamic_variables_become_ours_and_the_others_are_named():
    body = '{"id": 12, "email": "{{$guid}}", "a": "{{$isoTimestamp}}", "b": {{$randomInt}}}'
    request = {"method": "POST", "url": URL, "body": {"mode": "raw", "raw": body}}
    found = paste(json.dumps({"item": [{"name": "a", "request": request}]}))
    assert json.loads(found.document) == {
        "id": 12,
        "email": "{{uuid}}",
        "a": "{{now}}",
        "b": "{{$randomInt}}",
    }
    messages = [each.message for each in found.notes]
    assert "Replaced {{$guid}} with {{uuid}}." in messages
    assert (
        "{{$randomInt}} is a placeholder of another tool and has no value here. Enter one."
        in messages
    )


def test_they_are_found_in_every_format_and_part():
    found = paste(
        f"POST {URL}?at={{{{$timestamp}}}}\nX-Id: {{{{$uuid}}}}\n\n"
        '{"id": 1, "email": "{{$datetime \\"YYYY-MM-DD\\"}}"}'
    )
    assert found.headers == (("X-Id", "{{uuid}}"),)
    assert json.loads(found.document)["email"] == "{{today}}"
    assert any(
        "{{$timestamp}} is a placeholder of another tool" in each.message for each in found.notes
    )
    assert json.loads(paste('{"id": 1, "email": "{{$guid}}"}').document)["email"] == "{{uuid}}"
    command = f'curl {URL} -d \'{{"id": 1, "email": "{{{{$guid}}}}"}}\''
    assert json.loads(paste(command).document)["email"] == "{{uuid}}"


def test_names_that_only_other_tools_allow_are_converted():
    request = {
        "method": "POST",
        "url": "{{my base}}/api/v1.1/workflows/start",
        "body": {"mode": "raw", "raw": '{"id": 1, "email": "{{ mail }}"}'},
    }
    found = paste(json.dumps({"item": [{"name": "a", "request": request}]}))
    assert found.url == "{{my_base}}/api/v1.1/workflows/start"
    assert json.loads(found.document)["email"] == "{{mail}}"
    # A payload may contain a template in the API's own syntax.
    assert json.loads(paste('{"id": 1, "email": "{{ mail }}"}').document)["email"] == "{{ mail }}"
