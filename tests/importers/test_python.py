"""Python snippets are read without being run."""

import json

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
        "            cookies={'c': 'd'}, auth=('u', 'p'), proxies={'https': 'x'}, timeout=5)"
    )
    assert (found.method, found.url) == ("POST", "https://h/a?q=x+y")
    assert found.body == '{"a":-0.0,"b":100000.0}'
    assert dict(found.headers)["Authorization"] == "Basic {{secret:basic}}"
    assert "Left out proxies=…." in [each.message for each in found.notes]


def test_the_line_of_a_syntax_error_is_named():
    assert refuse("import requests\nrequests.post('https://h/a', json=)").endswith("see line 2.")


START = "https://mail.example.com/api/v1.1/workflows/start"
BASE = START.removesuffix("/workflows/start")


def said(found, *codes):
    return [note.message for note in found.notes if note.code in codes]


BODIES = {
    "dict() and update": (
        "b = dict(id=1, **{'a': 2})\nb.update(c=3)\nb['l'] = []\nb['l'].append(4)\n"
        "b['d'] = {}\nb['d']['e'] = 5\n"
        f"requests.post('{START}', json=b | {{'w': 1}})",
        '{"id": 1, "a": 2, "c": 3, "l": [4], "d": {"e": 5}, "w": 1}',
    ),
    "text that is filled in": (
        "u = 'x'\n"
        f"requests.post(f'{START}', data=json.dumps({{'a': f'{{u}}-{{v}}', 'b': '%s %d' % (u, 5), "
        "'c': '{}-{y}-{0}'.format(1, y=2), 'd': '%(k)s' % {'k': u}}))",
        '{"a": "x-{{v}}", "b": "x 5", "c": "1-2-1", "d": "x"}',
    ),
    "known keyword arguments": (
        f"kw = {{'json': {{'id': 1}}, 'timeout': 5}}\nrequests.post('{START}', **kw)",
        '{"id": 1}',
    ),
    "a request with a method": (
        f"r = requests.Request('POST', '{START}', json={{'id': 1}}).prepare()",
        '{"id": 1}',
    ),
    "urlopen": (f"urllib.request.urlopen('{START}', data=b'{{\"id\": 1}}')", '{"id": 1}'),
    "typographic quotes": (f"requests.post(‘{START}’, json={{“id”:\xa01}})", '{"id": 1}'),
    "print as a statement": (f"r = requests.post('{START}', data='1')\nprint r.text", "1"),
    "indented code": (f"    import requests\n    requests.post('{START}', data='1')", "1"),
    "a function": (
        f"def send(id):\n    return requests.post('{START}', json={{'id': id}}).json()",
        '{"id": "{{id}}"}',
    ),
}


@pytest.mark.parametrize(("code", "body"), BODIES.values(), ids=BODIES)
def test_the_body_is_the_one_that_python_sends(code, body):
    found = paste(code if code.startswith(" ") else f"import requests\n{code}")
    assert (found.operation, found.method, found.body) == ("engage", "POST", body)
    assert not said(found, "unread-part", "other-requests")


@pytest.mark.parametrize(
    "code",
    [
        "s = requests.Session()\ns.headers.update({'A': 'b'})\ns.headers['C'] = 'd'\n"
        f"s.post('{START}', json={{'id': 1}})",
        "with requests.Session() as s:\n    s.headers = {'A': 'b', 'C': 'd'}\n"
        f"    s.post('{START}', json={{'id': 1}})",
        f"import httpx\nwith httpx.Client(base_url='{BASE}', headers={{'A': 'b'}}) as c:\n"
        "    c.post('/workflows/start', json={'id': 1}, headers={'C': 'd'})",
        "import aiohttp\nasync def main():\n"
        "    async with aiohttp.ClientSession(headers={'A': 'b', 'C': 'd'}) as session:\n"
        f"        async with session.post('{START}', json={{'id': 1}}) as r:\n            pass",
        f"req = urllib.request.Request('{START}', json.dumps({{'id': 1}}).encode(), "
        "{'A': 'b'})\nreq.add_header('C', 'd')\nurllib.request.urlopen(req)",
        "c = http.client.HTTPSConnection('mail.example.com')\n"
        "c.request('POST', '/api/v1.1/workflows/start', '{\"id\": 1}', {'A': 'b', 'C': 'd'})",
    ],
)
def test_what_a_session_sets_is_part_of_its_requests(code):
    found = paste(f"import requests, http.client\n{code}")
    assert (found.operation, json.loads(found.document)) == ("engage", {"id": 1})
    headers = dict(found.headers)
    assert (headers["A"], headers["C"]) == ("b", "d")
    assert not said(found, "other-requests", "unread-part")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("json={'id': 1, **extra}", "Left out **extra."),
        ("json={'l': [*items, 2]}", "Left out *items."),
        ("json=dict(a=1, **more)", "Left out **more."),
        ("**kwargs", "Left out **kwargs."),
        ("auth=login", "Left out auth=…."),
        ("files=uploads", "Left out files=…."),
        ("headers=headers", "Left out the headers {{headers}}, which come from elsewhere."),
        ("cookies=jar", "Left out the cookies {{jar}}, which come from elsewhere."),
    ],
)
def test_values_from_outside_the_code_are_reported(arguments, says):
    found = paste(f"import requests\nrequests.post('{START}', {arguments})")
    assert said(found, "unread-part") == [says]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (f"requests.post('{START}', data=open('b.json', 'rb'))", "is in the file b.json"),
        (
            f"with open('b.json') as f:\n    requests.post('{START}', json=json.load(f))",
            "is in the file b.json",
        ),
        (f"requests.post('{START}', data=Path('b.json').read_text())", "is in the file b.json"),
        (f"requests.post('{START}', files=[('f', ('x', open('x.png')))])", "in the file x.png"),
        (f"requests.post('{START}', json={{'id': 1, 'a'", "see line 2."),
        (f"requests.post('{START}', json={{'id': 1 'a': 2}})", "see line 2."),
        ("urllib.request.urlopen('ftp://h/x')", "request uses ftp. Only http"),
        (f"requests.post('{START}', headers={{'A': 'b\\nc'}})", "The header A has a line break"),
    ],
)
def test_code_that_would_lose_a_part_is_refused(code, says):
    assert says in refuse(f"import requests\n{code}")


def test_text_fields_of_files_become_the_document():
    found = paste(
        f"import requests\nrequests.post('{START}', files={{'a': (None, 'b')}}, data={{'c': '1'}})"
    )
    assert json.loads(found.document) == {"c": "1", "a": "b"}


def test_a_lone_carriage_return_ends_a_line():
    found = paste(f"import requests\rx = 1.50\rrequests.post('{START}', json={{'a':\r x}})")
    assert json.loads(found.document) == {"a": 1.5}


def test_a_lookup_is_not_a_request():
    found = paste(
        f"import requests\nkey = config.get(name)\nrequests.post('{START}', json={{'k': key}})"
    )
    assert not said(found, "other-requests")
