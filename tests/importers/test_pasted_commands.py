"""Commands from public reports: damaged by copying, cut off, or for another shell.

Each is read as given here, or rejected with this message; nothing is dropped silently.
"""

import json

import pytest

from playground.importers import import_text
from tests.importers import check_spans, paste, refuse

URL = "https://mail.example.com/api/v1.1/workflows/start"
BODY = '{"id":12,"email":"kim@example.com"}'

READ = {
    "em dashes": (f"curl —location —request POST '{URL}' —header 'A: b' —data-raw '{BODY}'", BODY),
    "en dashes": (f"curl –XPOST {URL} –sS –data-raw '{BODY}'", BODY),
    "non-breaking hyphens": (f"curl ‑X POST {URL} ‑‑data '{BODY}'", BODY),
    "typographic quotes": (f"curl “{URL}” -H “A: b” -d ‘{BODY}’", BODY),
    "typographic quotes in the body, too": (
        f"curl {URL} -d “{{“id” : 12, “at” : “a b”}}”",
        "{“id” : 12, “at” : “a b”}",
    ),
    "the same quote twice": (f"curl {URL} -d ’{BODY}’", BODY),
    "an apostrophe in them": (f'curl {URL} -d ‘{{"a": "it’s "}}’', '{"a": "it’s "}'),
    "non-breaking spaces": (f"curl\xa0-X\xa0POST\xa0{URL}\xa0-d '{BODY}'", BODY),
    "blanks after backslashes": (f"curl -X POST {URL} \\ \n -H 'A: b' \\ \n -d '{BODY}'", BODY),
    "lost backslashes": (f"curl -X POST {URL}\n  -H 'A: b'\n  -d '{BODY}'", BODY),
    "empty lines between": (f"curl -X POST \\\n\n{URL} \\\n\n  -H 'A: b' \\\n\n -d '{BODY}'", BODY),
    "carets in bash": (f"curl -X POST '{URL}' ^\n  -d '{BODY}'", BODY),
    "blanks after carets": (f'curl "{URL}" ^ \n -H "A: b" ^ \n -d "{{""a"": 5}}"', '{"a": 5}'),
    "an unquoted URL with parameters": (f"curl {URL}?a=1&b=2 -d '{BODY}'", BODY),
    "prose with apostrophes": (f"Here's it:\n\ncurl {URL} -d '{BODY}'\n\nThat's it", BODY),
    "a step of a workflow": (f"  - run: curl {URL} -d '{BODY}'\n  - uses: x", BODY),
    "Chrome before 2023, for cmd": (
        f'curl "{URL}?a=1^&b=2" -H "A: b" --data-binary "^{{^\\^"n^\\^":^\\^"50^% off ^& ^[1^] '
        '^\\^"^}" --compressed',
        '{"n":"50% off & [1] "}',
    ),
    "Chrome for cmd: an escape in a string": (
        f'curl ^"{URL}^" ^\n --data-raw ^"^{{^\\^"n^\\^":^\\^"one^\\^\\ntwo ^\\^\\^\\^"^\\^"^}}^"',
        '{"n":"one\\ntwo \\""}',
    ),
    "a browser that leaves the at sign": (
        f'curl ^"{URL}^" ^\n --data-raw ^"^{{^\\^"n^\\^":^\\^"a@b^\\^\\nc^\\^"^}}^"\n',
        '{"n":"a@b\\nc"}',
    ),
    "a caret in a text": (f'curl "{URL}" ^\n -d "2^x"', "2^x"),
    "Chrome for cmd: a line break": (
        f'curl ^"{URL}^" ^\r\n --data-raw ^"^{{^\r\n\r\n^\\^"n^\\^":é^%^41^}}^"',
        '{\n"n":é%41}',
    ),
    "entities in the URL": (f"curl '{URL}?a=1&amp;b=2' -d '{BODY}'", BODY),
    "an item of a list": (f"script:\n  - curl {URL} -H \"A: b\" -d '{BODY}'", BODY),
    "a line of a Dockerfile": (f"RUN curl {URL} -d '{BODY}'", BODY),
    "a substitution": (f"REPLY=$(curl -s {URL} -d '{BODY}')\necho $REPLY", BODY),
    "a quoted substitution": (f'REPLY="$(curl -s "{URL}" -d \'{BODY}\')"', BODY),
    "line breaks written out": (f"curl {URL} \\n  -H 'A: b' \\n  -d '{BODY}'", BODY),
    "doubled backslashes": (f"curl {URL} \\\\\n  -H 'A: b' \\\\\n  -d '{BODY}'", BODY),
    "code in prose": (f"Run `curl {URL} -d '{BODY}'` now", BODY),
    "a URL on two lines": (f"curl '{URL[:30]}\n{URL[30:]}' -d '{BODY}'", BODY),
    "--json": (f"curl {URL} --json '{BODY}'", BODY),
    "--next after it": (f"curl {URL} -d '{BODY}' --next https://h.example.com/x", BODY),
    "variables of a here-document": (
        f'curl {URL} -d @- <<JSON\n{{"a": "${{MAIL}}", "b": "$(date +%F)"}}\nJSON\n',
        '{"a": "${MAIL}", "b": "$(date +%F)"}',
    ),
}


@pytest.mark.parametrize(("text", "body"), READ.values(), ids=READ)
def test_a_damaged_command_is_read(text, body):
    found = paste(text)
    assert (found.kind, found.operation, found.method, found.body) == (
        "curl",
        "engage",
        "POST",
        body,
    )
    assert not any("Left out “" in note.message for note in found.notes)


@pytest.mark.parametrize("text", [text for text, _ in READ.values()], ids=READ)
def test_the_spans_cover_a_command(text):
    check_spans(text, paste(text))


@pytest.mark.parametrize("end", ["^", "\\", "\\\n", "^\n", "`\n"])
def test_spans_end_with_the_text_whatever_its_last_mark(end):
    for text in (f"curl {URL} {end}", f'curl ^"{URL}^" {end}', f"irm {URL} {end}"):
        assert paste(text).spans[-1].end == len(text)


def test_repaired_places_have_spans():
    text = f"curl “{URL}” \\ \n -d '{BODY}'"
    repaired = [text[start:end] for start, end, fate in paste(text).spans if fate == "repaired"]
    assert repaired == [f"“{URL}”", "\\ \n"]


REPAIRED = {
    "em dashes": "dashes",
    "typographic quotes": "quotes",
    "blanks after backslashes": "line-joined",
    "lost backslashes": "line-joined",
    "carets in bash": "line-joined",
    "blanks after carets": "line-joined",
    "an unquoted URL with parameters": "url-quotes",
    "a URL on two lines": "url-break",
    "entities in the URL": "url-entities",
    "line breaks written out": "line-joined",
    "Chrome before 2023, for cmd": "browser-escapes",
    "Chrome for cmd: an escape in a string": "browser-escapes",
}


@pytest.mark.parametrize(("name", "code"), REPAIRED.items())
def test_each_repair_is_reported(name, code):
    notes = paste(READ[name][0]).notes
    assert [note.code for note in notes if note.kind == "repaired"] == [code]


REFUSED = {
    "cut-off body": (f"curl '{URL}' \\\n  -H 'A: b' \\\n  -d '{{\"id\":", "The ' in line 3 is"),
    "cut-off string": (f'curl "{URL}" -d "{{\\"id\\": 1', 'The " in line 1 is never'),
    "cut off for cmd": (f'curl "{URL}" ^\n -d "{{\\"id\\": 1', 'The " in line 2 is never closed'),
    "cut-off copy": (f'curl ^"{URL}^" ^\n -H ^"A: b^" ^\n -d ^"^{{^\\^"id', "in line 3 is never"),
    "cut off in $'": (f'curl {URL} -d $\'{{"id": 1', "The $' in line 1 is never closed"),
    "cut-off document": (f"curl {URL} -d @- <<E\n{BODY}", "The <<E in line 1 is never closed"),
    "a cut-off substitution": (f'curl {URL} -d "$(cat x', "The $( in line 1 is never closed"),
    "an option without a value": (f"curl {URL} -H 'A: b' -d", "nothing follows -d"),
    "mixed quotes": (f"curl {URL} -d '{BODY}’", "The ' in line 1 is never closed"),
    "a file as body": (f"curl '{URL}?a=1&b=2' -H 'A: b' -d @body.json", "is in the file body.json"),
    "a file for cmd": (f'curl "{URL}?a=1&b=2" ^\n -d @body.json', "is in the file body.json"),
    "a file field": (f"curl {URL} -F a=b -F 'file=@x.png;type=image/png'", "in the file x.png"),
    "a field read from a file": (f"curl {URL} -F 'a=<x.txt'", "is in the file x.txt"),
    "an upload": (f"curl -T x.json {URL}", "is in the file x.json"),
    "a file of options": (f"curl -K options.cfg {URL} -d '{{}}'", "in the file options.cfg"),
    "another program": (f"cat x | curl {URL} -d @-", "comes from another program"),
    "FTP": ("curl ftp://h.example.com/x", "request uses ftp. Only http"),
    "FTP by its host": ("curl ftp.example.com/x", "request uses ftp. Only http"),
    "a local file": ("curl file:///etc/passwd -d 1", "request uses file. Only http"),
    "LDAP": ("curl 'ldap://h/x' -d 1", "request uses ldap. Only http"),
    "a broken header": (f"curl {URL} -H 'A: b\nc' -d 1", "The header A has a line break"),
    "two headers in one": (f"curl {URL} -H $'A: b\\r\\nC: d'", "The header A has a line break"),
    "no URL": ("curl -X POST -d 1", "has no URL"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_a_command_that_would_lose_a_part_is_refused(text, says):
    assert says in refuse(text)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--frobnicate -n -W", "Left out options: --frobnicate, -n, -W."),
        ("-x http://me:secret@proxy", "Left out options: --proxy."),
        ("-H 'A b'", "Left out the header “A b”, which has no colon. cURL leaves it out, too."),
        ("-H 'A: b\n  c'", "Joined the lines of the header A."),
        ("-H @headers.txt", "The file headers.txt isn't read, so its headers are left out."),
        ("one two", "Left out “two”, which doesn't belong to any option."),
        ("| jq .", "Left out other commands: jq."),
        ("https://x.example.com/b", "Left out other requests (1): https://x.example.com/b."),
        ('-u "$USER:$PASS"', "Left out the login $USER:$PASS, which comes from elsewhere. "
         "Enter it as a credential."),
        ("'https://h.example.com/[1-3]'", "cURL sends a request for each value of [1-3]. Put one "
         "value in its place."),
        ('"${HEADERS[@]}"', "Left out “${HEADERS[@]}”, which doesn't belong to any option."),
        ("-A x \\", "Line 1: Nothing follows the backslash at the end: lines may be missing."),
    ],
)  # fmt: skip
def test_omissions_are_reported(options, says):
    text = f"curl -d 1 {options}" if options.startswith(("'https", "one")) else ""
    notes = paste(text.replace("one", URL) or f"curl {URL} -d 1 {options}").notes
    assert says in [note.message for note in notes]


@pytest.mark.parametrize(
    "value",
    [
        "${{ secrets.TOKEN }}", "$TOKEN", "${TOKEN}", "${TOKEN:?missing}", "$(cat ~/.token)",
        "`cat token`", "%TOKEN%", "{{ token }}", "<your token>", "#{Token}", "${A}-${B}", "***",
    ],
)  # fmt: skip
def test_a_reference_is_not_a_credential(value):
    found = paste(
        f'curl {URL} -H "Authorization: Bearer {value}" -H "X-Api-Key: {value}" '
        f'-b "sid={value}; b={value}" -d \'{{"id": 5, "password": "{value}"}}\''
    )
    assert not found.credentials
    headers = dict(found.headers)
    assert headers["Authorization"] == f"Bearer {value}"
    assert headers["Cookie"] == f"sid={value}; b={value}"


def test_each_value_from_elsewhere_is_reported():
    found = paste(
        f'curl {URL} -H "A: ${{{{ secrets.TOKEN }}}}" -H "B: $B" -d @- <<E\n{{"a": "${{C}}"}}\nE'
    )
    typed = [note.params["typed"] for note in found.notes if note.code == "shell-value"]
    assert typed == ["$B", "${C}"]
    unset = [note.message for note in found.notes if note.code == "placeholder-unset"]
    assert unset == [
        "${{ secrets.TOKEN }} is a placeholder of another tool and has no value here. Enter one."
    ]


def test_every_command_is_found_in_order():
    found = paste(
        "Here's one:\ncurl https://h.example.com/1 -d 1\nIt's followed by\n"
        "curl https://h.example.com/2 \\\n -d 2\nand that's\n\n$ curl https://h.example.com/3\nall"
    )
    assert found.url == "https://h.example.com/1"
    left_out = next(note for note in found.notes if note.code == "other-requests")
    assert left_out.params["names"] == "https://h.example.com/2, https://h.example.com/3"


def test_form_fields_become_the_document():
    found = paste(f"curl {URL} -F 'id=12;type=text/plain' -F 'n=\"a;b\"' -F t=1 -F t=2")
    assert json.loads(found.document) == {"id": "12", "n": "a;b", "t": ["1", "2"]}
    assert "form-fields" in [note.code for note in found.notes]


def test_a_multipart_body_becomes_the_document():
    part = "--b1\r\nContent-Disposition: form-data; name="
    body = (
        f'{part}"email"\r\n\r\nkim@example.com\r\n{part}"f"; filename="x.png"\r\n\r\n\r\n'
        f'{part}"note"\r\n\r\na\r\nb\r\n--b1--\r\n'
    )
    quoted = body.replace("\r", "\\r").replace("\n", "\\n")
    found = paste(
        f"curl {URL} -H 'content-type: multipart/form-data; boundary=b1' --data-raw $'{quoted}'"
    )
    assert json.loads(found.document) == {"email": "kim@example.com", "note": "a\nb"}
    said = [note.message for note in found.notes]
    assert "Left out the form field f: it holds the file x.png." in said


def test_a_variable_called_curl_is_not_a_command():
    assert import_text("$curl = 5;").code == "not-understood"
