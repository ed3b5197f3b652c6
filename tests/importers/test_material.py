"""JSON, exports, request texts, snippets and addresses become drafts."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.importers import Imported, Rejected, import_text
from playground.jsontext.parsing import parse
from tests.importers import OPERATIONS, paste, refuse

GUIDE = """{
    "inputs": []
    "job_name": "New job to launch",
    "steps": [{
        "accounts": [],
        "parameters": {},
        "step_uid": "",
    }]"""


def test_it_repairs_the_payload_of_the_guide():
    found = paste(GUIDE + "\nWe strongly encourage you to use the API Playground.")
    assert found.operation == "launch"
    assert json.loads(found.document)["steps"][0]["step_uid"] == ""
    assert found.changes[0].before == '    "inputs": []'
    assert found.changes[0].after == '    "inputs": [],'
    assert {note.code for note in found.notes if note.kind == "repaired"} == {
        "missing-comma",
        "trailing-comma",
        "brackets",
    }


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('"accounts": ["X"]', {"accounts": ["X"]}),
        (
            '"account": {"uid": "U", "api_key": "" // or\n ...\n}',
            {"account": {"uid": "U", "api_key": ""}},
        ),
        ("{'a': True, b: None, /* c */ \"d\": 'it\\'s'}", {"a": True, "b": None, "d": "it's"}),
        ('{"a": 1 "b": [1 2, 3,], }', {"a": 1, "b": [1, 2, 3]}),
        ('{"phone": +79000000000, "code": 007}', {"phone": "+79000000000", "code": "007"}),
        ('{\\"a\\": \\"b\\"}', {"a": "b"}),
        ('"{\\"a\\": 1}"', {"a": 1}),
        ("{“a”: “b”}", {"a": "b"}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"a": {{name}}, "b": "{{c}}"}', {"a": "{{name}}", "b": "{{c}}"}),
        ('{"a": [1, {"b": 2}', {"a": [1, {"b": 2}]}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('{"a": undefined; "b" = 2}', {"a": None, "b": 2}),
    ],
)
def test_it_repairs_broken_json(text, document):
    assert json.loads(paste(text).document) == document


def test_a_repair_keeps_every_digit():
    found = paste('{"a": 1.10, "b": 12345678901234567890123, "c": 1E400, "d": -0,}')
    assert found.document.split() == [
        "{",
        '"a":',
        "1.10,",
        '"b":',
        "12345678901234567890123,",
        '"c":',
        "1E400,",
        '"d":',
        "-0",
        "}",
    ]


def test_valid_json_stays_as_typed():
    text = '{\n "z": 1E400,\n   "a": "\\u00e9"}'
    assert paste(text).document == text


def test_a_credential_in_the_body_gives_way_to_a_reference():
    found = paste('{"token": "T-1", "id": 12, "email": "a@b"}')
    assert json.loads(found.document)["token"] == "{{secret:token}}"
    assert [(each.name, each.location, each.value) for each in found.credentials] == [
        ("token", "body:/token", "T-1")
    ]
    found = paste('{"account": {"uid": "U", "cookies": {"li_at": "AQ", "li_a": ""}}}')
    assert json.loads(found.document)["account"]["cookies"] == {
        "li_at": "{{secret:li_at}}",
        "li_a": "",
    }


def test_a_key_in_the_address_gives_way_too():
    found = paste("curl 'https://me:pw@h/api?token=T1&x=2' -d '{}'")
    assert found.url == "https://{{secret:login}}@h/api?token={{secret:token}}&x=2"


def test_it_reads_the_address_of_a_job():
    found = paste("https://app.example.com/jobs/j-1?step=00000000-0000-4aff-a6e9-000000000565")
    assert (found.kind, found.step_uid) == ("job-address", "00000000-0000-4aff-a6e9-000000000565")
    assert "known operation" in refuse("https://example.com/page")


def _item(name: str, url: str, body: str) -> dict:
    return {
        "name": name,
        "request": {
            "method": "POST",
            "header": [
                {"key": "A", "value": "{{b}}"},
                {"key": "X", "value": "1", "disabled": True},
            ],
            "url": {"raw": url},
            "body": {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}},
        },
    }


def test_it_reads_an_address_between_angle_brackets():
    found = paste("<https://app.example.com/jobs/1?step=s-1>")
    assert (found.step_uid, found.url) == ("s-1", "https://app.example.com/jobs/1?step=s-1")


@pytest.mark.parametrize("key", ["s", "k", "secret", "api_key", "replaced", "}"])
def test_a_credential_that_is_a_word_or_a_letter_leaves_the_sentences_whole(key):
    found = paste(f"POST https://h/v3/workflows/w/schedule\nx-api-key: {key}\n\n{{}}")
    assert [each.message for each in found.notes] == [
        "The text of an HTTP request.",
        "Matched the operation launch by its URL.",
        "A credential was replaced by {{secret:api_key}}.",
    ]


def test_a_credential_is_hidden_in_what_a_sentence_quotes():
    found = paste("curl https://h/a -H 'x-api-key: s3cr3t' -d '{}' > s3cr3t.json")
    assert "s3cr3t" not in str(found.notes)
    assert "{{secret:api_key}}.json" in str(found.notes)


def test_it_reads_a_postman_collection():
    launch = _item("Launch", "{{base}}/workflows/{{uid}}/schedule", '{"inputs": [{"n": 1.10}]}')
    other = _item("Other", "{{base}}/x", "{}")
    collection = {"info": {"name": "C"}, "item": [other, {"name": "folder", "item": [launch]}]}
    found = paste(json.dumps(collection))
    assert (found.operation, found.path_values) == ("launch", {"workflow_uid": "{{uid}}"})
    assert found.body == '{"inputs": [{"n": 1.10}]}'
    assert dict(found.headers) == {"A": "{{b}}", "Content-Type": "application/json"}
    assert any("Other" in note.message for note in found.notes if note.kind == "ignored")
    assert paste(json.dumps(launch)).body == found.body


def test_it_reads_a_har_log():
    def entry(url, text):
        request = {
            "method": "POST",
            "url": url,
            "httpVersion": "HTTP/2",
            "headers": [{"name": ":path", "value": "/"}, {"name": "cookie", "value": "s=1"}],
            "postData": {"mimeType": "application/json", "text": text},
        }
        return {"request": request, "response": {}}

    entries = [entry("https://h/a", "{}"), entry("https://h/v1/workflows/start", '{"id": 1.0}')]
    found = paste(json.dumps({"log": {"entries": entries}}))
    assert (found.operation, found.body) == ("engage", '{"id": 1.0}')
    assert dict(found.headers)["cookie"] == "{{secret:cookie}}"
    assert paste(json.dumps(entries[1])).operation == "engage"


def test_it_reads_the_text_of_a_request():
    found = paste(
        "POST /api/v1.1/workflows/start HTTP/1.1\r\nHost: h.example.com\r\n"
        'Authorization: Bearer ABC\r\n\r\n{"id": 1,\r\n "email": "x"}'
    )
    assert (found.operation, found.url) == (
        "engage",
        "https://h.example.com/api/v1.1/workflows/start",
    )
    assert parse(found.body)["email"] == "x"
    found = paste(
        "### one\nGET https://{{host}}/a\n\n### two\n"
        "POST https://{{host}}/workflows/start\nA: {{b}}\n\n{}\n"
    )
    assert found.url == "https://{{host}}/workflows/start"
    assert dict(found.headers) == {"A": "{{b}}"}
    assert "never read" in refuse("POST https://h/x\n\n< ./body.json\n")


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
def test_it_reads_python(code):
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


@pytest.mark.parametrize(
    "code",
    [
        "const r = await fetch(url, {method: 'POST', headers, body: JSON.stringify(payload)});",
        "axios.post(`${base}/workflows/start`, payload, { headers }).then(r => console.log(r))",
        "axios({ method: 'post', url: url, headers: headers, data: JSON.stringify(payload) });",
    ],
)
def test_it_reads_javascript(code):
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


@pytest.mark.parametrize("text", ["", "   ", "hello there", "12", '"text"', "true"])
def test_it_refuses_with_a_sentence(text):
    assert refuse(text).endswith(".")


SIGNS = r"""curl |{|}|[|]|"|'|`|$|\|-d |https://h/x |a|:|,|fetch(|requests.post(|POST |@{|{{|/*|//
|^|<<E|1.10|Invoke-RestMethod -Uri |-Body |@'|const a=|a=a+a;|=>|...|&&|#|é😀"""
PIECES = st.sampled_from([*SIGNS.split("|"), "\n", "\x00", "\ud800", "|", "@'\n"])


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_result_or_a_sentence(text):
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Imported | Rejected)
    if isinstance(found, Imported) and found.document is not None:
        parse(found.document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_every_value_survives_a_curl_command(value):
    body = json.dumps({"inputs": value}, ensure_ascii=False)
    if "\x00" in body:
        return
    quoted = "'" + body.replace("'", "'\\''") + "'"
    assert paste(f"curl https://h/x --json {quoted}").body == body


def test_a_large_text_is_read():
    rows = ",".join(f'{{"url": "https://x/{index}", "n": 1.10}}' for index in range(25_000))
    found = paste(f"curl https://h/workflows/w/schedule --json '{{\"inputs\": [{rows}]}}'")
    assert found.document.count('"n": 1.10') == 25_000
    broken = paste(f'{{"inputs": [{rows},],}}')
    assert broken.document.count('"n": 1.10') == 25_000


@pytest.mark.parametrize(
    "sign", ["\n", "{", "'", '"', "`", "$(", "fetch(", "const a=", "curl ", "[["]
)
def test_a_long_text_of_one_sign_comes_to_an_end(sign):
    for head in ("", '{"a":', '{"a": "', "curl https://h -d ", 'fetch("https://h/x", '):
        assert import_text(head + sign * 5000, OPERATIONS)
