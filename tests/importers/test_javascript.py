"""JavaScript snippets are read without being run."""

import pytest

from tests.importers import paste

URL = "https://api.example.com/v3/workflows/w-1/schedule"


@pytest.mark.parametrize(
    "code",
    [
        "const r = await fetch(url, {method: 'POST', headers, body: JSON.stringify(payload)});",
        "axios.post(`${base}/workflows/start`, payload, { headers }).then(r => console.log(r))",
        "axios({ method: 'post', url: url, headers: headers, data: JSON.stringify(payload) });",
    ],
)
def test_calls_of_javascript_libraries_are_read(code):
    before = (
        "const base = 'https://h'; // where\nconst url = base + '/workflows/start';\n"
        "const headers = {'Content-Type': 'application/json', Authorization: `Bearer ${token}`,};\n"
        "const payload = {id: 1.10, email: 'it\\'s', list: [1, 2,], /* no */ "
        "big: 12345678901234567890};\n"
    )
    found = paste(before + code)
    assert found.operation == "engage"
    assert found.body == '{"id":1.1,"email":"it\'s","list":[1,2],"big":12345678901234567000}'
    assert '"big": 12345678901234567890' in found.document
    assert dict(found.headers)["Authorization"] == "Bearer {{token}}"


def test_undefined_members_are_left_out_as_json_stringify_does():
    found = paste(
        f"fetch('{URL}', {{method: 'POST', body: JSON.stringify({{a: undefined, b: 1}})}})"
    )
    assert found.body == '{"b":1}'


def test_an_xml_http_request_is_read():
    found = paste(
        "var data = JSON.stringify({job_name: 'x'});\nvar xhr = new XMLHttpRequest();\n"
        f"xhr.open('POST', '{URL}');\nxhr.setRequestHeader('x-api-key', 'K1');\nxhr.send(data);"
    )
    assert (found.operation, found.body) == ("launch", '{"job_name":"x"}')
    assert found.headers == (("x-api-key", "{{secret:api_key}}"),)
