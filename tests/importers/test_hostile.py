"""Pasted material that is long, cut off, or written to grow: a result or a sentence, soon."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.importers import Imported, Rejected, import_text
from playground.jsontext.parsing import parse
from tests.importers import OPERATIONS, paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"
GROWING = {
    "bash, doubled": "A=xxxxxxxxxx;" + "A=$A$A;" * 60 + "\ncurl http://x/y -d $A",
    "bash, often": "A=" + "x" * 200_000 + "\ncurl http://x/y -d " + "$A" * 50_000,
    "here-document": "A=" + "x" * 200_000 + "\ncurl x -d @- <<E\n" + "$A" * 50_000 + "\nE",
    "HTTP file": "@h = " + "x" * 200_000 + "\nPOST http://a/b\n\n" + "{{h}}" * 50_000,
    "PowerShell": '$a="xxxxxxxxxx"\n' + '$a="$a$a"\n' * 60 + "irm http://x -Method Post -Body $a",
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_names_used_again_and_again_are_refused_before_they_grow(text):
    assert isinstance(import_text(text, OPERATIONS), Rejected)


def test_a_collection_s_variables_do_not_grow_either():
    body = {"mode": "raw", "raw": "{{h}}" * 50_000}
    item = {"name": "a", "request": {"url": "http://x/y", "method": "POST", "body": body}}
    whole = {"item": [item], "variable": [{"key": "h", "value": "x" * 200_000}]}
    assert "too large" in refuse(json.dumps(whole))


def test_a_collection_s_variables_are_filled_in_once():
    request = {
        "url": "{{base}}/workflows/w/schedule",
        "method": "POST",
        "body": {"mode": "raw", "raw": '{"job_name": "{{who}}", "steps": [], "inputs": []}'},
    }
    listed = [{"key": "base", "value": "https://h/v3"}, {"key": "who", "value": "{{base}}"}]
    found = paste(json.dumps({"item": [{"name": "a", "request": request}], "variable": listed}))
    assert found.url == "https://h/v3/workflows/w/schedule"
    assert found.body == '{"job_name": "{{base}}", "steps": [], "inputs": []}'


@pytest.mark.parametrize("sign", ["~", "```", "<{%", "'a',", "{{"])
@pytest.mark.parametrize("head", ["", "irm http://x ", "POST http://x\n\n", "$b=@{"])
def test_a_text_of_one_sign_comes_to_an_end(head, sign):
    assert import_text(head + sign * 60_000, OPERATIONS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'curl {URL} -d \'{{"a": 1}}', "never closed"),
        (f"curl {URL} -d @body.json -H 'A: {{\"a\": 1}}'", "never read"),
        ("[1, 2]", "but a list"),
        ('"hello"', "but a single value"),
        ("5", "but a single value"),
    ],
)
def test_what_would_lose_its_meaning_is_refused(text, says):
    assert says in refuse(text)


def test_a_file_of_options_is_said_to_be_unread():
    found = paste(f"curl -K options.cfg {URL} -d '{{}}'")
    assert any("options.cfg" in note.message for note in found.notes)


def test_a_credential_is_in_no_note_and_in_no_repaired_line():
    text = '{"account": {"password": "CANARY-PW",}}\nexport X=1; tool --key CANARY-PW'
    found = paste(text)
    assert "CANARY-PW" not in str(found.notes) + str(found.changes)
    assert "CANARY" not in str(paste(f"curl {URL} -d 1; tool --key CANARY").notes)


def test_javascript_leaves_out_what_is_undefined():
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


def test_powershell_of_a_browser_spells_characters_by_their_number():
    body = '"{`"a`":`"$([char]233)$([char]55357)$([char]56832)`"}"'
    found = paste(f"Invoke-WebRequest -Uri {URL} -Method POST -Body {body}")
    assert found.body == '{"a":"é😀"}'


COMMANDS = [
    "curl U -d '' -d y=2",
    "curl U -d x=1 -d '' -d z",
    "curl U --json '{\"a\":' --json '1}'",
    "curl U -H 'K;' -H 'Accept:' -d '{}'",
    "curl -G U -d a=1 --data-urlencode 'q=e &'",
    "curl U --data-urlencode 'a b=c d' --data-urlencode '=x y' --data-urlencode 'just ~-._*'",
    r"""curl U -d $'{"a":"it\'s \u00e9 \x41 \101 \cA"}'""",
    r"""curl U -d "{\"a\":\"b \\ c\"}" """,
    'curl U -d "$(cat <<\'E\'\n{"a": "$X",\n"b": 1}\nE\n)"',
    'X=5\ncurl U --data-binary @- <<E\n{"a": "$X", "b": "\\$X \\\\ \\n"}\nE',
    'curl U -d "${UNSET_NAME:-5}"',
    "if true; then curl U -d 1; fi",
    "curl U \\\n  -X PUT \\\n  --data-raw '{\n \"a\": 1\n}'",
    "echo '{\"a\":1}' | curl U -d @-",
    "curl U -d one --next U -d two",
    "curl --url-query a=b U -d 1",
    "curl -XPATCH -d'{\"a\":1}' -HX-A:1 U",
]


class _Echo(BaseHTTPRequestHandler):
    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.taken.append((self.command, self.path, body.decode()))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


for _verb in ("GET", "POST", "PUT", "PATCH"):
    setattr(_Echo, f"do_{_verb}", _Echo._take)


@pytest.fixture(scope="module")
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.taken = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.mark.skipif(not (which("bash") and which("curl")), reason="needs bash and cURL")
@pytest.mark.parametrize("command", COMMANDS)
def test_it_understands_what_curl_itself_sends(echo, command):
    origin = f"http://127.0.0.1:{echo.server_port}"
    command = command.replace("U", f"{origin}/a", 1).replace("--next U", f"--next {origin}/b")
    echo.taken.clear()
    subprocess.run(["bash", "-c", command], capture_output=True, timeout=20, check=False)
    found = paste(command)
    assert (found.method, found.url.removeprefix(origin), found.body or "") == echo.taken[0]


@pytest.mark.parametrize(
    "broken",
    [
        "[" + "{a:1},\n" * 30_000,
        '{"a":' * 90 + "[" + "1," * 100_000 + "]x",
        ("[" * 90 + "1," * 3000) * 20,
        '[{"a":1}{"b":2}' * 20_000,
    ],
    ids=["every row", "far inside", "deep again and again", "no commas"],
)
def test_faults_in_every_row_or_far_inside_come_to_an_end(broken):
    assert import_text(broken, OPERATIONS)


def test_what_is_sound_inside_broken_json_stays_as_typed():
    row = '{"n": 1.10, "big": 123456789012345678901234567890, "e": 1E400, "z": -0, "s": "\\u00e9"}'
    found = paste('{"inputs": [' + f"{row},\n{row}\n{row}, NaN, {{{{row}}}}" + "]")
    assert found.document.count(row) == 3
    assert '"{{row}}"' in found.document


BODY = '{"job_name": "it\\u0027s", "n": 1.10, "inputs": [{"a": null}]}'
ESCAPED = BODY.replace('"', '\\"')
MATERIAL = [
    f"$ curl {URL} \\\n  -H 'Authorization: x-api-key K' \\\n  -u a:b -b c=d --json '{BODY}'",
    f"curl {URL} -d @- <<E\n{BODY}\nE\ncurl -G {URL} --data-urlencode a=b --next {URL}",
    f'curl "{URL}" ^\r\n -H "A: b" ^\r\n --data-raw "{ESCAPED}" & echo x',
    f"$b = @{{ a = @(1, $true); c = \"x`n$d\" }} | ConvertTo-Json\nirm {URL} -Method Post -Body $b",
    f"POST {URL} HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\n\r\n{BODY}\r\n### x\nGET https://x/y",
    f"import requests\np = {{'a': True, 'b': f'{{x}}'}}\nrequests.post('{URL}', json=p)",
    f"const b = {{a: `t${{x}}`, c: [1,]}};\nfetch('{URL}', {{body: JSON.stringify(b)}});",
    json.dumps({"item": [{"name": "a", "request": {"url": URL, "method": "POST",
                "body": {"mode": "raw", "raw": BODY}}}]}),
    json.dumps({"log": {"entries": [{"request": {"url": URL, "method": "POST",
                "headers": [{"name": "a", "value": "b"}], "postData": {"text": BODY}}}]}}),
    "{\n  'a': NaN, // x\n  b: [1 2], \"c\": {{d}},\n",
]  # fmt: skip
SIGNS = st.sampled_from([*"'\"`\\{}[](),:;$@^&|<>#\n\r\t\x00 ", "\ud800", "{{", "${", "\\u"])


@given(st.sampled_from(MATERIAL), st.lists(st.tuples(st.integers(0), st.integers(0, 30), SIGNS)))
@settings(max_examples=250, deadline=None)
def test_material_with_pieces_cut_out_and_signs_put_in_is_answered(text, changes):
    for at, length, sign in changes[:6]:
        start = at % (len(text) + 1)
        text = text[:start] + sign + text[start + length :]
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Rejected | Imported)
    if isinstance(found, Imported) and found.document is not None:
        parse(found.document)
