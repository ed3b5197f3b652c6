"""Every character of a text is accounted for: read, repaired, or left out with a note."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.importers import Imported, import_text
from playground.importers.spans import TextEdit, TextSpan, TracedText, account, cover, find_spans
from tests.importers import OPERATIONS, check_spans, paste, refuse

URL = "https://api.example.com/v3/workflows/w-1/schedule"
ARGUMENT = "{method: 'POST', body: JSON.stringify(a)}"
BODY = '{"job_name": "first", "n": 1.10, "inputs": [{"a": null}]}'
BROKEN = '{\n  // which\n  job_name: \'first\', "inputs": [{"a": None}],\n}'
ESCAPED = BODY.replace('"', '\\"')
REQUEST = {"url": URL, "method": "POST", "body": {"mode": "raw", "raw": BODY}}
ENTRY = {"url": URL, "method": "POST", "headers": [], "postData": {"text": BODY}}
TEXTS = {
    "json": BODY,
    "broken json": BROKEN,
    "email": f"Hi Kim,\n\nhere is the payload we talked about:\n\n{BODY}\n\nBest regards,\nAnn",
    "fence": f"Try this:\n\n```json\n{BODY}\n```\n\nIt works.",
    "byte-order mark": f"\ufeff{BODY}",
    "bash": f"$ curl '{URL}' \\\n  -H 'A: b' \\\n  --json '{BODY}' # comment\necho done",
    "here-document": f"NAME=x\ncurl {URL} -d @- <<E\n{BODY}\nE\n",
    "cmd": f'curl "{URL}" ^\r\n -H "A: b" ^\r\n --data-raw "{ESCAPED}"',
    "powershell": f"$b = '{BODY}'\nInvoke-RestMethod -Uri {URL} -Method Post -Body $b\n",
    "http": f"### Launch\n@host = h\n\nPOST {URL} HTTP/1.1\r\nA: b\r\n# c\r\n\r\n{BODY}",
    "python": f"import requests\nbody = {{'a': 'x'}}\nrequests.post('{URL}', json=body)\nprint(1)",
    "javascript": f"const a = {{job_name: 'x'}};\nfetch('{URL}', {ARGUMENT});",
    "log": f"2026-03-01 08:30:11,123 INFO [worker-3] app - payload: {BODY} attempt=1",
    "code": f'String body = "{ESCAPED}";\nsend(body);',
    "entities": BODY.replace('"', "&quot;"),
    "line numbers": "1\t{\n2\t  \"job_name\": 5,\n3\t  \"inputs\": []\n4\t}",
    "mail": "Hi Kim,\n\n> {\n>   \"job_name\": 5,\n>   \"inputs\": []\n> }\n\nthanks a lot",
    "markers": f"{{code:json}}\n{BODY}\n{{code}}",
    "diff": '@@ -1,4 +1,4 @@\n {\n-  "job_name": 11,\n+  "job_name": 12,\n   "inputs": []\n }',
    "yaml": "# mine\njob_name: x\ninputs: []\nsteps:\n  - a: 1 # first\n",
    "php": "$data = [\n  'job_name' => 'x',\n  'inputs' => [],\n];",
    "python values": "{'job_name': Decimal('1.5'), 'inputs': [datetime.date(2026, 1, 2), (1, 2)]}",
    "adjacent strings": "{'job_name': ('x '\n  'y'), 'inputs': ['a' 'b', \"c\"]}",
    "mongo": '{job_name: ObjectId("5a74876369d42613b31947b8"), inputs: [{$gte: /a/i}]}',
    "lines of json": '{"url": "a", "n": 1}\n{"url": "b", "n": 2}\n',
    "har": json.dumps({"log": {"entries": [{"request": ENTRY, "response": {"status": 200}}]}}),
    "insomnia": json.dumps({
        "_type": "export",
        "__export_format": 4,
        "resources": [{
            "_id": "r", "_type": "request", "url": URL, "method": "POST", "body": {"text": BODY},
        }],
    }),
    "insomnia 5": f"type: collection.insomnia.rest/5.0\nname: a # b\ncollection:\n  - url: {URL}\n"
    f"    method: POST\n    body:\n      text: '{BODY}'\n",
    "bruno": f"meta {{\n  name: a\n}}\n\npost {{\n  url: {URL}\n  body: json\n}}\n\n"
    f"headers {{\n  A: b\n}}\n\nbody:json {{\n  {BODY}\n}}\n",
    "bruno environment": "vars {\n  a: b\n  ~c: d\n  e: f\n}\nvars:secret [\n  g\n]\n",
    "httpie": f"$ http POST {URL} A:b job_name=first n:=1.10 # comment\n",
    "postman": json.dumps({"info": {"name": "I"}, "item": [{"name": "a", "request": REQUEST}]}),
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_spans_of_every_format_cover_the_text(text):
    found = paste(text)
    check_spans(text, found)
    left_out = "".join(text[start:end] for start, end, fate in found.spans if fate == "left out")
    assert BODY not in left_out
    # Everything left out is noted, and nothing else is.
    said = any(each.kind == "ignored" for each in found.notes)
    commented = any(each.code == "comment" for each in found.notes)
    assert bool(left_out) == (said or commented), (left_out, found.notes)


CANARY = "canaryword"
# These readers claim whole statements.
COARSE = {"powershell", "python", "javascript"}
EXACT = sorted(TEXTS.keys() - COARSE)


@given(st.sampled_from(EXACT), st.integers(0), st.sampled_from([" ", "\n", ", "]))
@settings(max_examples=400, deadline=None)
def test_a_word_anywhere_is_in_the_request_or_reported_as_left_out(name, at, around):
    text = TEXTS[name]
    at %= len(text) + 1
    text = f"{text[:at]}{around}{CANARY}{around}{text[at:]}"
    found = import_text(text, OPERATIONS)
    if not isinstance(found, Imported):
        return
    check_spans(text, found)
    request = (found.method, found.url, found.headers, found.body, found.credentials)
    request = (*request, found.variables)
    # A reader may claim a whole command if it names the parts that it leaves out.
    held = f"{request}{found.document}{found.notes}"
    if CANARY in held.lower():
        return
    place = text.index(CANARY)
    fates = {
        fate for start, end, fate in found.spans if start < place + len(CANARY) and end > place
    }
    assert fates == {"left out"}, (text, found)
    assert any(each.kind == "ignored" or each.code == "comment" for each in found.notes)


def test_each_line_that_is_left_out_is_quoted_and_many_are_counted():
    text = f"{BODY}\nThanks for your help with the launch.\n"
    assert [each.message for each in paste(text).notes if each.kind == "ignored"] == [
        "Left out line 2: “Thanks for your help with the launch.”."
    ]
    many = f"{BODY}\n" + "\n".join(f"We wrote sentence number {n} for you." for n in range(8))
    messages = [each.message for each in paste(many).notes if each.kind == "ignored"]
    assert len(messages) == 6
    assert messages[-1] == "Left out 3 more lines."


def test_prose_around_a_substantial_payload_is_not_a_reason_to_reject():
    prose = "This is a sentence of an email that explains at some length what was done.\n"
    assert paste(prose * 4 + BODY).document is not None
    assert "prose" in refuse(prose * 30 + BODY)
    assert "prose" in refuse(prose + "{}")


def test_data_next_to_a_payload_is_a_reason_to_reject():
    data = "id: 12\nemail: kim@example.com\nname: Kim\ncity: Paris\n"
    assert "YAML" in refuse(data + '{"a": 1}')


def test_a_credential_in_a_line_that_is_left_out_is_not_quoted():
    found = paste(f"{BODY}\nThe password: hunter2 is what you need.")
    assert "hunter2" not in str(found.notes)


def test_the_body_of_a_command_is_accounted_for_too():
    found = paste(f'curl {URL} -d \'{{"job_name": "x", "inputs": []}} trailing words\'')
    assert "trailing words" in " ".join(each.message for each in found.notes)
    assert "prose" in refuse(f"curl {URL} -d '{{}} <- and much more than this'")


def test_offsets_are_traced_through_edits():
    text = TracedText("one two three").replace(re.compile("two "))
    text = TracedText(text, [TextEdit(0, 3, "1", "read")])
    assert text.text == "1 three"
    assert text.trace([TextSpan(2, 7, "read")]) == [
        TextSpan(0, 3, "read"),
        TextSpan(4, 8, "repaired"),
        TextSpan(8, 13, "read"),
    ]


def test_layers_never_overlap():
    left_out, read = TextSpan(2, 4, "left out"), TextSpan(0, 6, "read")
    assert cover([[left_out], [read, TextSpan(5, 8, "read")]]) == [
        TextSpan(0, 2, "read"),
        left_out,
        TextSpan(4, 6, "read"),
        TextSpan(6, 8, "read"),
    ]
    assert find_spans("a bc", ["bc", "x"]) == [TextSpan(2, 4, "read")]


def test_unclaimed_text_is_a_gap_unless_it_is_white_space():
    spans, gaps = account("ab ; cd\n", [TextSpan(0, 2, "read")])
    assert spans == (TextSpan(0, 2, "read"), TextSpan(2, 8, "left out"))
    assert gaps == [TextSpan(2, 8, "left out")]
    assert account("ab ;\n", [TextSpan(0, 2, "read")])[1] == []
