"""Python snippets are read without being run."""

import pytest

from tests.importers import paste, refuse


@pytest.mark.parametrize(
    "code",
    [
        "requests.post(URL, json=payload, headers=headers)",
        "requests.request('POST', URL, data=json.dumps(payload), headers=headers)",
        "import http.client\nc = http.client.HTTPSConnection('h')\n"
        "c.request('POST', '/workflows/start', json.dumps(payload), headers)",
        ">>> requests.post(URL, data=json.dumps(payload), headers={**headers})",
    ],
)
def test_calls_of_python_libraries_are_read(code):
    before = (
        "import os, json, requests\nURL = 'https://h/workflows/start'\n"
        "headers = {'Authorization': 'Bearer ' + os.environ['KEY']}\n"
        "payload = {'id': 1.10, 'email': \"\\u00e9\", 'on': True, 'off': None, 'n': -5}\n"
    )
    if code.startswith(">>>"):
        before = "".join(f">>> {line}\n" for line in before.splitlines())
    found = paste(before + code)
    assert found.operation == "engage"
    assert found.body == '{"id": 1.1, "email": "\\u00e9", "on": true, "off": null, "n": -5}'
    assert '"id": 1.10' in found.document
    assert '"email": "é"' in found.document
    assert dict(found.headers)["Authorization"] == "Bearer {{KEY}}"


def test_arguments_become_parts_of_the_request():
    found = paste(
        "import httpx\nclient = httpx.Client()\n"
        "client.post('https://h/a', json={'a': -0.0, 'b': 1e5}, params={'q': 'x y'},\n"
        "            cookies={'c': 'd'}, auth=('u', 'p'), files={'f': open('x')})"
    )
    assert (found.method, found.url) == ("POST", "https://h/a?q=x+y")
    assert found.body == '{"a":-0.0,"b":100000.0}'
    assert dict(found.headers)["Authorization"] == "Basic {{secret:basic}}"
    assert "Left out files=…." in [each.message for each in found.notes]


def test_the_line_of_a_syntax_error_is_named():
    assert refuse("import requests\nrequests.post('https://h/a', json=)").endswith("see line 2.")
