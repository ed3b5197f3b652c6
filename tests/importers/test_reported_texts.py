"""Pasted texts, most from bug reports: how each is read, or why it is rejected."""

import json

import pytest

from tests.importers import paste, refuse

KIM = {"id": 12, "email": "kim@example.com"}
PLAIN = '{"id": 12, "email": "kim@example.com"}'
LINES = '{\n  "id": 12,\n  "email": "kim@example.com"\n}'

ESCAPED = PLAIN.replace('"', '\\"')
JAVA = LINES.replace('"', '\\"').replace("\n", "\\n")


def prefix(mark: str) -> str:
    return "\n".join(mark + line for line in LINES.split("\n"))


def number(pattern: str, first: int = 1) -> str:
    return "\n".join(
        pattern.format(first + index, line) for index, line in enumerate(LINES.split("\n"))
    )


WRAPPED = {
    "entities": PLAIN.replace('"', "&quot;"),
    "numeric entities": LINES.replace('"', "&#34;").replace(" ", "&nbsp;"),
    "entities twice": PLAIN.replace('"', "&amp;quot;"),
    "source of a page": "<pre><code>" + LINES.replace('"', "&quot;") + "</code></pre>",
    "attribute": "<div data-json='" + PLAIN.replace('"', "&quot;") + "'></div>",
    "encoded twice": json.dumps(json.dumps(PLAIN)),
    "pairs of a log": f'time=2026-03-01T08:30:11Z level=info msg="now" service=mail json={PLAIN}',
    "prose with code": f"The field `id` must be set, as in: {PLAIN}",
    "tags with real quotes": f"<pre>{LINES}</pre>",
    "backslash at line ends": LINES.replace("\n", " \\\n"),
    "backslash at line ends, Windows": LINES.replace("\n", "\\ \r\n"),
    "caret at line ends": LINES.replace("\n", " ^\n"),
    "literal line breaks": LINES.replace("\n", "\\n\\t"),
    "escaped": PLAIN.replace('"', '\\"'),
    "escaped, literal line breaks": LINES.replace('"', '\\"').replace("\n", "\\r\\n"),
    "escaped twice": PLAIN.replace('"', '\\\\\\"'),
    "Java": 'String body = "' + JAVA + '";',
    "C#": 'var body = @"' + PLAIN.replace('"', '""') + '";',
    "Go": f"payload := `{LINES}`\nsend(payload)",
    "Python": f"body = '''{LINES}'''\nsend(body)",
    "PHP": f"$body = '{LINES}';",
    "log with a string": f'INFO sent body="{ESCAPED}" in 3 ms',
    "log with brackets": f"[INFO] {PLAIN}",
    "log with more brackets": f"2026-03-01 08:30:11,123 [worker-3] INFO - {PLAIN} attempt=1",
    "braces in prose": f"payload {{}} sent: {PLAIN}",
    "record": json.dumps({"level": "info", "body": PLAIN}),
    "line numbers, tab": number("{}\t{}"),
    "line numbers, colon": number("{}: {}", 9),
    "line numbers, bar": number("  {} | {}", 98),
    "line numbers on lines of their own": number("{}\n{}"),
    "quoted mail": prefix("> "),
    "quoted twice": prefix("> > "),
    "bars": prefix("| "),
    "added lines": prefix("+"),
    "times": prefix("2026-03-01T08:30:11.123Z "),
    "service": prefix("app-1  | "),
    "quotation in a mail": f"Hi Kim,\n\n{prefix('> ')}\n\nthanks a lot",
    "Jira": f"{{code:json}}\n{LINES}\n{{code}}",
    "Jira, one line": f"{{code:json}}{PLAIN}{{code}}",
    "Jira, titled": f"{{code:title=a.json|borderStyle=solid}}\n{LINES}\n{{code}}",
    "noformat": f"{{noformat}}\n{LINES}\n{{noformat}}",
    "Slack": f"```{PLAIN}```",
    "forum": f"[code]{LINES}[/code]",
    "bytes": "b'" + PLAIN + "'",
    "call": f"callback({PLAIN});",
    "YAML": "id: 12\nemail: kim@example.com\n",
    "PHP array": "[\n  'id' => 12,\n  'email' => 'kim@example.com',\n]",
    "old PHP array": "$data = array('id' => 12, 'email' => 'kim@example.com');",
    "Ruby": "{:id => 12, 'email' => \"kim@example.com\"}",
    "dataclass": "Order(id=12, email='kim@example.com')",
    "ordered dict": "OrderedDict([('id', 12), ('email', 'kim@example.com')])",
    "members without braces": "id: 12,\nemail: 'kim@example.com',\n",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_a_payload_is_read_whatever_copying_did_to_it(text):
    found = paste(text)
    assert (found.operation, json.loads(found.document)) == ("engage", KIM)


BODIES = (
    "entities",
    "entities twice",
    "backslash at line ends",
    "caret at line ends",
    "literal line breaks",
    "escaped",
    "escaped, literal line breaks",
    "escaped twice",
    "PHP array",
    "Ruby",
    "ordered dict",
)


@pytest.mark.parametrize("name", BODIES)
def test_the_body_of_a_command_is_read_in_the_same_way(name):
    found = paste(f"curl https://h/workflows/start --json @- <<'END'\n{WRAPPED[name]}\nEND\n")
    assert (found.operation, json.loads(found.document)) == ("engage", KIM)


VALUES = [
    ("<SCENARIO_ID>", "<SCENARIO_ID>"),
    ("<your id, here>", "<your id, here>"),
    ("$VALUE", "$VALUE"),
    ("${COUNT}", "${COUNT}"),
    ("${HOST}/path", "${HOST}/path"),
    ("${{ secrets.X }}", "${{ secrets.X }}"),
    ("$(date +%F)", "$(date +%F)"),
    ("#{name}", "#{name}"),
    ("%s", "%s"),
    ("%NAME%", "%NAME%"),
    ("%(name)s", "%(name)s"),
    ("{{name}}", "{{name}}"),
    ("{NAME}", "{NAME}"),
    (":count", ":count"),
    ("@x", "@x"),
    ("https://h/a", "https://h/a"),
    ("12:30", "12:30"),
    ("5 minutes", "5 minutes"),
    ("Foo::BAR", "Foo::BAR"),
    ("+5", 5),
    ("0xFF", 255),
    (".5", 0.5),
    ("+79000000000", "+79000000000"),
    ("007", "007"),
    ("12L", 12),
    ("1.5f", 1.5),
    ("<Response [200]>", "<Response [200]>"),
    ("Infinity", "Infinity"),
    ("NaN", "NaN"),
    ("True", True),
    ("None", None),
    ("nil", None),
    ("datetime.datetime(2026, 3, 1, 8, 30)", "2026-03-01T08:30:00"),
    ("datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)", "2026-03-01T00:00:00+00:00"),
    ("datetime.date(2026, 3, 1)", "2026-03-01"),
    ("datetime.time(8, 30)", "08:30:00"),
    ("datetime.timedelta(days=1)", "datetime.timedelta(days=1)"),
    ("datetime.date(2026, 13, 1)", "datetime.date(2026, 13, 1)"),
    ("Decimal('10.50')", 10.5),
    ("Decimal('NaN')", "NaN"),
    ("UUID('7d9f0a52-6f1e-4a1d-9c6c-0d3c0b6f8a11')", "7d9f0a52-6f1e-4a1d-9c6c-0d3c0b6f8a11"),
    ("PosixPath('/tmp/a')", "/tmp/a"),
    ("<Status.ACTIVE: 'active'>", "active"),
    ("Status.ACTIVE", "Status.ACTIVE"),
    ("OrderedDict([('a', Decimal('1.5')), ('b', (1, 2))])", {"a": 1.5, "b": [1, 2]}),
    ("defaultdict(<class 'list'>, {'x': [1]})", {"x": [1]}),
    ("Item(n=1, tags={'a'})", {"n": 1, "tags": ["a"]}),
    ("frozenset({1, 2})", [1, 2]),
    ("{'a', 'b'}", ["a", "b"]),
    ("('a', 'b')", ["a", "b"]),
    ("(1,)", [1]),
    ("(1)", 1),
    ("()", []),
    ("np.int64(5)", 5),
    ("b'M\\xc3\\xbcnchen'", "München"),
    ("u'x'", "x"),
    ('ISODate("2026-01-01T00:00:00Z")', {"$date": "2026-01-01T00:00:00Z"}),
    ('new Date("2026-01-01")', {"$date": "2026-01-01"}),
    ("new Date()", "new Date()"),
    ('ObjectId("5a74876369d42613b31947b8")', {"$oid": "5a74876369d42613b31947b8"}),
    ('NumberLong("9007199254740993")', {"$numberLong": "9007199254740993"}),
    ("NumberLong(5)", {"$numberLong": "5"}),
    ("NumberInt(5)", 5),
    ('NumberDecimal("1.50")', {"$numberDecimal": "1.50"}),
    ("Timestamp(5, 2)", {"$timestamp": {"t": 5, "i": 2}}),
    ('BinData(0, "YQ==")', {"$binary": {"base64": "YQ==", "subType": "00"}}),
    ("/^Par/i", {"$regex": "^Par", "$options": "i"}),
    ('lookup("x", 1)', 'lookup("x", 1)'),
    ("['a' => 1, 'b' => ['c']]", {"a": 1, "b": ["c"]}),
    ("array('a' => 1)", {"a": 1}),
    ("array('a', 'b')", ["a", "b"]),
    ("array()", []),
    ("(object) ['a' => 1]", {"a": 1}),
]


@pytest.mark.parametrize(("written", "value"), VALUES)
def test_a_value_of_another_language_is_read_or_kept_as_text(written, value):
    found = paste(f'{{"id": 12, "matching": {written}, "email": "kim@example.com"}}')
    assert json.loads(found.document) == {**KIM, "matching": value}


def test_digits_of_decimals_and_yaml_stay_as_typed():
    assert "10.50" in paste("{'id': 12, 'email': Decimal('10.50')}").document
    found = paste(
        "# mine\nid: 1.10\nemail: 00501 # zip\nactive: yes\non: true\nday: 2026-03-01\n"
        "none: ~\nquoted: '7'\nbig: 12345678901234567890\ntext: |\n  # no comment\n"
    )
    assert json.loads(found.document, parse_float=str, parse_int=str) == {
        "id": "1.10",
        "email": "00501",
        "active": "yes",
        "on": True,
        "day": "2026-03-01",
        "none": None,
        "quoted": "7",
        "big": "12345678901234567890",
        "text": "# no comment\n",
    }
    assert [each.code for each in found.notes if each.kind == "ignored"] == ["comment"]


ROW = '{"url": "https://x/1", "note": null}'
SEQUENCES = [f"{ROW}\n{ROW}\n", f"{ROW}\r\n\r\n{ROW}", f"{ROW},\n{ROW}", f"{ROW}{ROW}"]


@pytest.mark.parametrize("text", SEQUENCES)
def test_objects_one_after_the_other_become_rows(text):
    found = paste(text)
    assert found.operation == "launch"
    assert json.loads(found.document) == {"inputs": [json.loads(ROW)] * 2}
    assert any(each.code == "rows" for each in found.notes)


def test_a_payload_in_code_takes_the_one_url_of_the_code():
    code = f'.url("https://h.example.com/workflows/start")\n.body("{ESCAPED}")'
    found = paste(code)
    assert (found.operation, found.url) == ("engage", "https://h.example.com/workflows/start")
    joined = '"{\\"id\\": " + id + ",\\n" +\n  "\\"email\\": \\"" + user.email + "\\"}"'
    assert json.loads(paste(f"send({joined});").document) == {
        "id": "{{id}}",
        "email": "{{user_email}}",
    }


def test_the_new_side_of_a_diff_is_read_and_the_old_one_listed():
    head = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n"
    found = paste(head + '@@ -1,4 +1,4 @@\n {\n-  "id": 11,\n+  "id": 12,\n   "email": "x"\n }')
    assert json.loads(found.document) == {"id": 12, "email": "x"}
    assert any("11" in each.message for each in found.notes if each.kind == "ignored")


def test_entities_in_the_strings_of_broken_json_stay():
    found = paste('{"id": 12, "email": "Q&amp;A &quot;x&quot;",}')
    assert json.loads(found.document)["email"] == "Q&amp;A &quot;x&quot;"


def test_an_escaped_payload_in_a_member_is_not_the_payload():
    found = paste('{"id": 12, "email": "{\\"id\\": 5}",}')
    assert json.loads(found.document) == {"id": 12, "email": '{"id": 5}'}


REFUSED = [
    ("id: 1\nid: 2\n", "Line 2: the key id occurs twice. Remove one of them."),
    ("id: &a 1\nemail: *a\n", "Line 1: YAML aliases (& and *) aren't supported."),
    ("id: 1\nemail: x\n---\nid: 2\n", "Line 3: a second YAML document starts here."),
    ("id: 1\n\temail: x\n", "This looks like YAML, but it can't be read from line 2 on"),
    ("id: !!binary x\nemail: y\n", "Line 1: the tag tag:yaml.org,2002:binary isn't supported."),
    (f"{PLAIN}\n{PLAIN}", "These are 2 payloads. Paste one of them, or send them as a batch."),
    ("Array\n(\n    [id] => 12\n    [email] => x\n)\n", "PHP's print_r or var_dump"),
    ('array(1) {\n  ["id"]=>\n  int(12)\n}\n', "PHP's print_r or var_dump"),
    ('{"openapi": "3.1.0", "paths": {}}', "This is an OpenAPI document, not a payload."),
    ('{"clientName": "Thunder Client", "requests": []}', "a Thunder Client export"),
    ('HTTP/1.1 200 OK\nA: b\n\n{"error": 0}', "This looks like an HTTP response"),
    ("- id: 12\n  email: x\n", "This is a list of one payload."),
    ("{'id': 1, 'email': 'x'} {'id': 2, 'email': 'y'}", "would be lost"),
    ("id=12&email=x", "This looks like form fields"),
    ("SELECT id, email FROM people WHERE id = 12", "This looks like SQL"),
    ("<a><id>12</id><email>x</email></a>", "This looks like XML"),
    ("<!doctype html><html><body>{}</body></html>", "This looks like HTML"),
    ("query { scenario(id: 12) { email } }", "This looks like GraphQL"),
    ("[scenario]\nid = 12\nemail = x\n", "This looks like TOML or an INI file"),
    ("ID=12\nEMAIL=x\n", "This looks like a file of environment variables"),
    ("id,email\n12,x\n13,y\n", "This looks like a table"),
    ("id;email\n12;x\n", "This looks like a table"),
    ("1,50\n2,75\n", "This looks like a table"),
    ("Paris, France\nLyon, France\n", "This looks like a table"),
    ("This is a sentence about a launch of nothing.", "This looks like prose"),
    ("require 'net/http'\nreq.body = {a: 1}.to_json\nNet::HTTP.start(h)", "This looks like Ruby"),
    ("Traceback (most recent call last):\n  File x, line 1\nKeyError: 1", "a stack trace"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_unreadable_text_is_rejected_with_its_apparent_format(text, says):
    assert says in refuse(text)


@pytest.mark.parametrize("token", [*"[{(<'/", "- ", "? ", "a: ", "&a ", "a(", "array(", "\n- "])
def test_nesting_is_bounded(token):
    for head in ("a: 1\nb: 2\nc: ", "{'a': ", "[INFO] ", "$x = ["):
        refuse_or_paste(head + token * 5_000)


def refuse_or_paste(text: str) -> None:
    try:
        refuse(text)
    except AssertionError:
        paste(text)
