"""Any text gives a result or a rejection, and soon, whatever it is."""

import importlib
import json
import pkgutil
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import playground.importers
from playground.importers import Imported, Rejected, decode_pasted, import_text
from playground.importers.detection import JSON_READERS, TEXT_READERS
from playground.jsontext.parsing import parse
from tests.importers import OPERATIONS, check_spans, paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"
BODY = '{"job_name": "it\\u0027s", "n": 1.10, "inputs": [{"a": null}]}'
ESCAPED = BODY.replace('"', '\\"')
REQUEST = {"url": URL, "method": "POST", "body": {"mode": "raw", "raw": BODY}}
ENTRY = {"url": URL, "method": "POST", "headers": [], "postData": {"text": BODY}}
SAMPLES = {
    "curl": f"curl {URL} --json '{BODY}'",
    "powershell": f"Invoke-RestMethod -Uri {URL} -Method Post -Body '{BODY}'",
    "http": f"POST {URL} HTTP/1.1\n\n{BODY}",
    "python": f"import requests\nrequests.post('{URL}', json={{'a': 1}})",
    "php": f"$c = curl_init('{URL}'); curl_setopt($c, CURLOPT_POSTFIELDS, '{{}}'); curl_exec($c);",
    "javascript": f"fetch('{URL}', {{method: 'POST', body: '{{}}'}})",
    "json": BODY,
    "har": json.dumps({"log": {"entries": [{"request": ENTRY}]}}),
    "postman": json.dumps({"item": [{"name": "a", "request": REQUEST}]}),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_format_is_detected(kind):
    assert paste(SAMPLES[kind]).kind == kind


def test_every_reader_module_is_registered():
    readers = {each.__name__ for each in (*JSON_READERS, *TEXT_READERS)}
    modules = [
        importlib.import_module(f"playground.importers.{info.name}")
        for info in pkgutil.iter_modules(playground.importers.__path__)
    ]
    assert readers == {each.__name__ for each in modules if hasattr(each, "find_requests")}


def test_a_command_inside_a_json_document_is_not_read():
    found = paste(json.dumps({"job_name": f"curl {URL} -d 1"}))
    assert found.kind == "json"


def test_the_inside_of_a_fenced_block_is_read():
    found = paste(f"Try this:\n```sh\n{SAMPLES['curl']}\n```\nIt works.")
    assert (found.kind, found.body) == ("curl", BODY)


def test_files_are_decoded_by_their_byte_order_mark():
    assert decode_pasted("é".encode()) == "é"
    assert decode_pasted("é".encode("utf-8-sig")) == "é"
    assert decode_pasted("é".encode("utf-16")) == "é"
    assert decode_pasted(b"\xff\x00\xff") is None


def test_the_url_of_a_job_gives_its_step():
    found = paste("https://app.example.com/jobs/j-1?step=00000000-0000-4aff-a6e9-000000000565")
    assert (found.kind, found.step_uid) == ("job-address", "00000000-0000-4aff-a6e9-000000000565")
    assert "known operation" in refuse("https://example.com/page")


def test_a_url_may_be_in_angle_brackets():
    found = paste("<https://app.example.com/jobs/1?step=s-1>")
    assert (found.step_uid, found.url) == ("s-1", "https://app.example.com/jobs/1?step=s-1")


@pytest.mark.parametrize("text", ["", "   ", "hello there", "12", '"text"', "true"])
def test_a_text_without_a_request_is_rejected_with_a_sentence(text):
    assert refuse(text).endswith(".")


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
def test_a_text_that_would_lose_its_meaning_is_rejected(text, says):
    assert says in refuse(text)


GROWING = {
    "bash, doubled": "A=xxxxxxxxxx;" + "A=$A$A;" * 60 + "\ncurl http://x/y -d $A",
    "bash, often": "A=" + "x" * 200_000 + "\ncurl http://x/y -d " + "$A" * 50_000,
    "here-document": "A=" + "x" * 200_000 + "\ncurl x -d @- <<E\n" + "$A" * 50_000 + "\nE",
    "HTTP file": "@h = " + "x" * 200_000 + "\nPOST http://a/b\n\n" + "{{h}}" * 50_000,
    "PowerShell": '$a="xxxxxxxxxx"\n' + '$a="$a$a"\n' * 60 + "irm http://x -Method Post -Body $a",
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_values_that_grow_by_repetition_are_rejected(text):
    assert isinstance(import_text(text, OPERATIONS), Rejected)


TOKENS = r"""curl |{|}|[|]|"|'|`|$|\|-d |https://h/x |a|:|,|fetch(|requests.post(|POST |@{|{{|/*|//
|^|<<E|1.10|Invoke-RestMethod -Uri |-Body |@'|const a=|a=a+a;|=>|...|&&|#|é😀"""


REPAIRED = r"""&quot; array( => datetime( Decimal('1') :a --- key:  &a *a > {code} @@ -1 +1 @@
b'\xc3 ObjectId( /x/i <Status.A: 1> ( ) (1, {'a'} Name(a=1 \" \n ${X} <X> %s ]=> // #
2026-03-01T08:30:00Z [INFO] <pre> 0x +5 NaN """
PIECES = st.sampled_from(
    [*TOKENS.split("|"), *REPAIRED.split(" "), "\n", "\n1\t", "\x00", "\ud800", "|", "@'\n", "\n- "]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_result_or_a_rejection(text):
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Imported | Rejected)
    if isinstance(found, Imported):
        check_spans(text, found)
        parse(found.document or "{}")


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


def import_in_seconds(text):
    """Fails where reading takes quadratic time; a slow computer needs a tenth of the limit."""
    started = process_time()
    found = import_text(text, OPERATIONS)
    assert process_time() - started < 10
    assert isinstance(found, Imported | Rejected)


@pytest.mark.parametrize(
    "token", ["\n", "{", "'", '"', "`", "$(", "fetch(", "const a=", "curl ", "[["]
)
def test_a_text_that_repeats_a_token_is_read_in_seconds(token):
    for head in ("", '{"a":', '{"a": "', "curl https://h -d ", 'fetch("https://h/x", '):
        import_in_seconds(head + token * 5000)


@pytest.mark.parametrize("token", ["~", "```", "<{%", "'a',", "{{"])
@pytest.mark.parametrize("head", ["", "irm http://x ", "POST http://x\n\n", "$b=@{"])
def test_a_long_text_that_repeats_a_token_is_read_in_seconds(head, token):
    import_in_seconds(head + token * 60_000)


MATERIAL = [
    f"$ curl {URL} \\\n  -H 'Authorization: x-api-key K' \\\n  -u a:b -b c=d --json '{BODY}'",
    f"curl {URL} -d @- <<E\n{BODY}\nE\ncurl -G {URL} --data-urlencode a=b --next {URL}",
    f'curl "{URL}" ^\r\n -H "A: b" ^\r\n --data-raw "{ESCAPED}" & echo x',
    f"$b = @{{ a = @(1, $true); c = \"x`n$d\" }} | ConvertTo-Json\nirm {URL} -Method Post -Body $b",
    f"POST {URL} HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\n\r\n{BODY}\r\n### x\nGET https://x/y",
    f"import requests\np = {{'a': True, 'b': f'{{x}}'}}\nrequests.post('{URL}', json=p)",
    f"$ch = curl_init('{URL}');\n$b = ['a' => \"$x\", 2 => (int) 1.5,];\n"
    "curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode($b));\n$r = curl_exec($ch)->x['y'];",
    f"const b = {{a: `t${{x}}`, c: [1,]}};\nfetch('{URL}', {{body: JSON.stringify(b)}});",
    json.dumps({"item": [{"name": "a", "request": {"url": URL, "method": "POST",
                "body": {"mode": "raw", "raw": BODY}}}]}),
    json.dumps({"log": {"entries": [{"request": {"url": URL, "method": "POST",
                "headers": [{"name": "a", "value": "b"}], "postData": {"text": BODY}}}]}}),
    "{\n  'a': NaN, // x\n  b: [1 2], \"c\": {{d}},\n",
]  # fmt: skip


INSERTED = st.sampled_from([*"'\"`\\{}[](),:;$@^&|<>#\n\r\t\x00 ", "\ud800", "{{", "${", "\\u"])


@given(st.sampled_from(MATERIAL), st.lists(st.tuples(st.integers(0), st.integers(0, 30), INSERTED)))
@settings(max_examples=250, deadline=None)
def test_damaged_material_gives_a_result_or_a_rejection(text, changes):
    for at, length, inserted in changes[:6]:
        start = at % (len(text) + 1)
        text = text[:start] + inserted + text[start + length :]
    found = import_text(text, OPERATIONS)
    assert isinstance(found, Rejected | Imported)
    if isinstance(found, Imported):
        check_spans(text, found)
        parse(found.document or "{}")


@pytest.mark.parametrize(
    "line",
    [
        "curl gives me this:",
        "Curl says no:",
        "curl returned 400 for",
        "curl -X POST gives an error with this payload:",
        "curl, as I said, fails with it:",
        "curl response:",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n\r\n"])
def test_a_sentence_that_starts_with_curl_is_left_out(line, end):
    found = paste(f'{line}{end}{{"job_name": "x", "inputs": []}}')
    assert (found.operation, found.kind) == ("launch", "json")
    said = [each.message for each in found.notes if each.kind == "ignored"]
    assert said == [f"Left out line 1: “{line}”."]


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("curl localhost", "http://localhost"),
        ("curl example.com", "http://example.com"),
        ("curl POST https://h.example.com/a", "https://h.example.com/a"),
        ("curl myhost -d a=1", "http://myhost"),
        ("curl myhost 2>&1", "http://myhost"),
        ("curl -X POST \\\n  https://h.example.com/a", "https://h.example.com/a"),
        ("curl gives an error.\ncurl https://h.example.com/a", "https://h.example.com/a"),
    ],
)
def test_a_command_is_no_sentence(line, url):
    assert (paste(line).kind, paste(line).url) == ("curl", url)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CURL https://h.example.com/a", "curl"),
        ("IRM https://h.example.com/a", "powershell"),
        ("xh POST https://h.example.com/a b=c", "httpie"),
        ("http\tPOST https://h.example.com/a b=c", "httpie"),
        ("client.post('https://h.example.com/a', json={'b': None})", "python"),
        (
            "x = new XMLHttpRequest(); x.open('PUT', 'https://h.example.com/a'); x.send()",
            "javascript",
        ),
    ],
)
def test_the_words_of_a_format_are_found(text, kind):
    assert paste(text).kind == kind
