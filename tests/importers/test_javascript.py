"""JavaScript snippets are read without being run."""

import json

import pytest

from tests.importers import paste, refuse

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


START = "https://mail.example.com/api/v1.1/workflows/start"
POSTED = f"fetch('{START}', {{method: 'POST', body: JSON.stringify({{id: 5}})}})"


def said(found, *codes):
    return [note.message for note in found.notes if note.code in codes]


def test_the_snippet_of_axios_that_postman_writes_is_read():
    found = paste(
        "const axios = require('axios');\nlet data = JSON.stringify({\n  \"id\": 12,\n"
        '  "content": { when: new Date().toISOString(), n: 1_000, ...extra }\n});\n\n'
        "let config = {\n  method: 'post',\n  maxBodyLength: Infinity,\n"
        f"  url: '{START}',\n  headers: {{ \n    'Authorization': 'Bearer abc.def.ghi'\n  }},\n"
        "  data : data\n};\n\naxios.request(config)\n"
        ".then((response) => { console.log(JSON.stringify(response.data)); });"
    )
    assert found.operation == "engage"
    assert found.body == '{"id":12,"content":{"when":"{{toISOString}}","n":1000}}'
    assert said(found, "unread-part", "other-requests", "left-out") == ["Left out ...extra."]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (f"const clean = s.replace(/[\"'`]/g, '');\n{POSTED}", '{"id":5}'),
        (f"const re = /it's \\/ \"x/i, n = a / b / c; // it's\n{POSTED}", '{"id":5}'),
        (f"const el = <p>it's</p>;\n{POSTED}", '{"id":5}'),
        (
            f"fetch('{START}', {{method: 'POST', body: JSON.stringify({{t: x.split(/'/g, '')}})}})",
            '{"t":"{{split}}"}',
        ),
        (
            "const p: Payload = { id: 5 as number, n: x!, l: <any>[1] } as Payload;\n"
            f"const url: string = '{START}';\nconst r: Response = await fetch(url!, {{\n"
            " method: 'POST', body: JSON.stringify(p satisfies Record<string, A<any>>) } as Init);",
            '{"id":5,"n":"{{x}}","l":[1]}',
        ),
        (f"const {{ data }} = await axios.post<Reply<any>>('{START}', {{ id: 5 }});", '{"id":5}'),
        (f"await this.http.post<Foo>('{START}', {{ id: 5 }}).toPromise();", '{"id":5}'),
        (f"axios?.post('{START}', {{ id: o?.a?.[0]?.b }})", '{"id":"{{b}}"}'),
        (f"ky.post('{START}', {{ json: {{ id: 5 }} }})", '{"id":5}'),
        (
            f"const api = axios.create({{ baseURL: '{START[:-16]}' }});\n"
            "api.post('/workflows/start', { id: 5 });",
            '{"id":5}',
        ),
        (
            f"const r = new Request('{START}', {{ method: 'POST', body: '{{\"id\":5}}' }});\n"
            "fetch(r)",
            '{"id":5}',
        ),
        (
            "const config = { method: 'POST', headers: {} };\nconfig.headers['A'] = 'b';\n"
            f"config.body = JSON.stringify({{ id: 5 }});\nfetch('{START}', config)",
            '{"id":5}',
        ),
        (
            f"const id = 5;\nfetch(`{START}?a=${{id}}`, {{\n"
            " method: 'POST', body: `{\"id\": ${id}}`})",
            '{"id": 5}',
        ),
    ],
)
def test_a_request_among_other_code_is_read(code, body):
    found = paste(code)
    assert (found.operation, found.body) == ("engage", body)
    assert not said(found, "other-requests", "unread-part")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("options", "Left out the options {{options}}, which come from elsewhere."),
        ("{...defaults}", "Left out ...defaults."),
        ("{headers: {...auth(), a: 1}}", "Left out ...auth()."),
        ("{body: JSON.stringify({l: [...items, 2]})}", "Left out ...items."),
        ("{headers}", "Left out the headers {{headers}}, which come from elsewhere."),
        ("{method: a ? 'PUT' : b}", "Left out the method {{a}}, which comes from elsewhere."),
        ("{method: 'POST'\n headers: {}}", "Line 2: Added a missing comma."),
    ],
)
def test_values_from_outside_the_code_are_reported(options, says):
    assert says in said(paste(f"fetch('{START}', {options})"), "unread-part", "missing-comma")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (f"fetch('{START}', {{body: '{{\"id\": 1", "The ' in line 1 is never closed"),
        (f"fetch('{START}', {{\n body: `{{\"id\": 1", "The ` in line 2 is never closed"),
        (f"fetch('{START}', {{body: JSON.stringify({{id: 1", "ends in the middle of a value"),
        (f"fetch('{START}', {{body: fs.readFileSync('b.json')}})", "is in the file b.json"),
        (
            "const f = new FormData();\nf.append('x', fs.createReadStream('x.png'));\n"
            f"axios.post('{START}', f)",
            "is in the file x.png",
        ),
        ("fetch('ftp://h.example.com/x')", "request uses ftp. Only http"),
    ],
)
def test_code_that_would_lose_a_part_is_refused(code, says):
    assert says in refuse(code)


def test_the_fields_of_form_data_become_the_document():
    found = paste(
        "const form = new FormData();\nform.append('id', '12');\nform.append('t', 'a');\n"
        f"form.append('t', 'b');\nfetch('{START}', {{ method: 'POST', body: form }})"
    )
    assert json.loads(found.document) == {"id": "12", "t": ["a", "b"]}
