"""PHP snippets are read without being run."""

import json

import pytest

from tests.importers import paste, refuse

START = "https://mail.example.com/api/v1.1/workflows/start"


def said(found, *codes):
    return [note.message for note in found.notes if note.code in codes]


def test_the_snippet_that_postman_writes_is_read():
    found = paste(
        "<?php\n$curl = curl_init();\ncurl_setopt_array($curl, array(\n"
        f"  CURLOPT_URL => '{START}',\n  CURLOPT_RETURNTRANSFER => true,\n"
        "  CURLOPT_CUSTOMREQUEST => 'POST',\n"
        '  CURLOPT_POSTFIELDS =>\'{\n    "id": 12,\n    "email": "kim@example.com"\n}\',\n'
        "  CURLOPT_HTTPHEADER => array(\n    'Content-Type: application/json',\n"
        "    'Authorization: Bearer abc.def.ghi'\n  ),\n));\n$response = curl_exec($curl);"
    )
    assert (found.kind, found.operation, found.method) == ("php", "engage", "POST")
    assert json.loads(found.document) == {"id": 12, "email": "kim@example.com"}
    assert dict(found.headers) == {
        "Content-Type": "application/json",
        "Authorization": "Bearer {{secret:token}}",
    }
    assert not said(found, "unread-part", "other-requests")


HANDLE = f"$ch = curl_init('{START}');\ncurl_setopt($ch, CURLOPT_POSTFIELDS, "
BODIES = {
    "json_encode": (
        "$d = ['id' => 5, 'a' => 'x/ü', 'l' => array(1, 2), 'o' => ['k' => null,]];\n"
        f"{HANDLE}json_encode($d));\ncurl_exec($ch);",
        '{"id":5,"a":"x\\/\\u00fc","l":[1,2],"o":{"k":null}}',
    ),
    "json_encode with flags": (
        f"{HANDLE}json_encode(['a' => 'x/ü'], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));",
        '{"a":"x/ü"}',
    ),
    "a here-document": (
        f'$id = \'5\';\n$b = <<<JSON\n  {{"id": $id, "n": "{{$r[\'k\']}}"}}\n  JSON;\n{HANDLE}$b);',
        '{"id": 5, "n": "{{k}}"}',
    ),
    "texts joined": (f"$x = 'b';\n{HANDLE}'{{\"a\":\"' . $x . '\"}}');", '{"a":"b"}'),
    "form fields": (f"{HANDLE}http_build_query(['id' => 5]));", "id=5"),
    "Guzzle": (
        f"$client = new \\GuzzleHttp\\Client();\n$r = $client->request('POST', '{START}', "
        "['json' => ['id' => 5, 'x' => $y]]);",
        '{"id":5,"x":"{{y}}"}',
    ),
    "a request of Guzzle": (
        f"<?php\n$request = new Request('POST', '{START}', ['A' => 'b'], '{{\"id\":5}}');",
        '{"id":5}',
    ),
    "Laravel": (f"Http::withToken('abc')->post('{START}', ['id' => 5]);", '{"id":5}'),
}


@pytest.mark.parametrize(("code", "body"), BODIES.values(), ids=BODIES)
def test_the_body_is_the_one_that_php_sends(code, body):
    found = paste(code)
    assert (found.operation, found.method, found.body) == ("engage", "POST", body)
    assert found.document
    assert not said(found, "unread-part", "other-requests")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (f"{HANDLE}file_get_contents('b.json'));", "is in the file b.json"),
        (f"{HANDLE}['f' => new CURLFile('x.png')]);", "is in the file x.png"),
        (f'{HANDLE}\'{{"id": 5', "The ' in line 2 is never closed"),
        (f"{HANDLE}json_encode(['id' => 5", "ends inside brackets"),
    ],
)
def test_code_that_would_lose_a_part_is_refused(code, says):
    assert says in refuse(code)


def test_an_unread_option_is_reported():
    found = paste(f"{HANDLE}'{{}}');\ncurl_setopt($ch, CURLOPT_PROXY, 'http://p');")
    assert said(found, "unread-part") == ["Left out CURLOPT_PROXY."]
