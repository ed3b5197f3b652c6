"""Commands of HTTPie and xh."""

import json

import pytest

from tests.importers import paste, refuse

URL = "https://mail.example.com/api/v1.1/workflows/start"

READ = {
    "items": (
        f"http --verify=no POST {URL} Request-ID:abc-1 id:=12 email=kim@example.com"
        " content:='{\"a\": 1.10}' 'content[dob]=1990-05-06'",
        '{"id": 12, "email": "kim@example.com", "content": {"a": 1.10, "dob": "1990-05-06"}}',
    ),
    "no method": (f"http {URL} id:=12", '{"id": 12}'),
    "a prompt": (f"$ http POST {URL} \\\n  id:=12 \\\n  email=x", '{"id": 12, "email": "x"}'),
    "https": ("https mail.example.com/api/v1.1/workflows/start id=12", '{"id": "12"}'),
    "xh": (f"xh post {URL} id=12", '{"id": "12"}'),
    "nested": (
        f"http POST {URL} 'a[b][c]=1' 'list[]:=1' 'list[]:=2' 'rows[1][x]=y' 'k\\[0\\]=z'",
        '{"a": {"b": {"c": "1"}}, "list": [1, 2], "rows": [null, {"x": "y"}], "k[0]": "z"}',
    ),
    "an escaped separator": (f"http POST {URL} 'a\\:b=c' url=https://x.y/z", None),
    "--raw": (f"http POST {URL} --raw '{{\"id\": 1.0}}'", '{"id": 1.0}'),
    "a pipe": (f"echo '{{\"id\": 1.0}}' | http POST {URL}", '{"id": 1.0}'),
    "a here-string": (f"http POST {URL} <<< '{{\"id\": 1.0}}'", '{"id": 1.0}'),
}


@pytest.mark.parametrize(("text", "body"), READ.values(), ids=READ)
def test_a_command_is_read(text, body):
    found = paste(text)
    assert (found.kind, found.operation, found.method, found.url) == (
        "httpie",
        "engage",
        "POST",
        URL,
    )
    assert json.loads(found.document) == json.loads(body or '{"a:b": "c", "url": "https://x.y/z"}')
    if body and "1.1" in body:
        assert "1.10" in found.document


def test_headers_queries_and_logins_are_read():
    found = paste(f"http {URL} 'X-A: b' 'Empty;' 'q==a&b' -a kim:pw --timeout=3 User-Agent:")
    assert (found.method, found.url) == ("GET", f"{URL}?q=a%26b")
    assert found.headers == (
        ("X-A", "b"),
        ("Empty", ""),
        ("Authorization", "Basic {{secret:basic}}"),
    )
    assert any("Left out options: --timeout." in each.message for each in found.notes)
    bearer = paste(f"http -A bearer -a T0K3N POST {URL} id=1")
    assert bearer.headers[0] == ("Authorization", "Bearer {{secret:token}}")
    assert paste("http :3000/a x=1").url == "http://localhost:3000/a"


def test_form_fields_become_the_document():
    found = paste(f"http -f POST {URL} id=12 tag='a b' tag=c")
    assert found.body == "id=12&tag=a+b&tag=c"
    assert json.loads(found.document) == {"id": "12", "tag": ["a b", "c"]}


def test_variables_of_the_shell_are_named():
    found = paste(f'http POST {URL} "email=$MAIL"')
    assert any("$MAIL is only set" in each.message for each in found.notes)


REFUSED = {
    "a file field": (f"http -f POST {URL} f@~/x.png", "is in the file ~/x.png"),
    "a file of JSON": (f"http POST {URL} a:=@x.json", "is in the file x.json"),
    "a file of text": (f"http POST {URL} a=@x.txt", "is in the file x.txt"),
    "a whole file": (f"http POST {URL} @x.json", "is in the file x.json"),
    "a redirection": (f"http POST {URL} < x.json", "is in the file x.json"),
    "another program": (f"jq . x | http POST {URL}", "comes from another program"),
    "broken JSON": (f"http POST {URL} a:=x", "The value of a isn't valid JSON"),
    "no item": (f"http POST {URL} word", "“word” isn't an HTTPie request item"),
    "a list and an object": (f"http POST {URL} a[b]=1 a[]=2", "a list or an object, not both"),
    "an open quote": (f"http POST {URL} a='b", "never closed"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_a_command_that_would_lose_a_part_is_refused(text, says):
    assert says in refuse(text)
