"""The values of a link: from bodies, headers and parameters, token for token."""

from dataclasses import replace
from typing import Any

import pytest

from playground.calls import follow_ups
from playground.calls.follow_ups import Answered, Unresolved, fill_link
from playground.openapi.links import ResponseLink

REPLY = (
    '{"id": 90071992547409931234, "price": 1.10, "ok": true, "name": "Ada \\u00fc",'
    ' "none": null, "a/b": [1.0, {"x": "{{file:1}}"}], "ref": "{{secret:key}}"}'
)
ANSWERED = Answered(
    method="POST",
    url="https://jobs.example/v1/jobs?trace=t%201&tag=a&tag=b",
    status=201,
    path_values={"id": "7", "query:set": "yes"},
    request_headers=(("X-Own", "me"), ("Authorization", "Bearer {{secret:token}}")),
    reply_headers=(("Location", "/jobs/9"), ("X-Many", "a"), ("x-many", "{{b}}")),
    read_request_body=lambda: '{"name": "Night", "key": "{{secret:key}}"}',
    read_reply_body=lambda: REPLY,
)


def fill(value: Any, answered: Answered = ANSWERED) -> str:
    return fill_link(
        ResponseLink("l", "200", "x:y", parameters={"p": value}), answered
    ).path_values["p"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$response.body#/id", "90071992547409931234"),
        ("$response.body#/price", "1.10"),
        ("$response.body#/ok", "true"),
        ("$response.body#/name", "Ada ü"),
        ("$response.body#/a~1b/0", "1.0"),
        ("$response.header.location", "/jobs/9"),
        ("$request.header.X-Own", "me"),
        ("$request.path.id", "7"),
        ("$request.query.set", "yes"),
        ("$request.query.trace", "t 1"),
        ("$request.body#/name", "Night"),
        ("$url", ANSWERED.url),
        ("$method", "POST"),
        ("$statusCode", "201"),
        ("job-{$response.body#/id}/{$request.path.id}", "job-90071992547409931234/7"),
        ("plain {id}", "plain {id}"),
        (5, "5"),
        (["a", "$request.path.id"], '["a", "7"]'),
    ],
)
def test_values_keep_their_tokens(expression: Any, expected: str) -> None:
    assert fill(expression) == expected


def test_replies_add_no_references_and_requests_keep_theirs() -> None:
    assert fill("$response.body#/ref") == r"\{{secret:key}}"
    assert fill("$response.body#/a~1b") == r'[1.0, {"x": "\\{{file:1}}"}]'
    assert fill("$response.header.X-Many") == r"a, \{{b}}"
    assert fill("$request.body#/key") == "{{secret:key}}"
    assert fill("$request.header.authorization") == "Bearer {{secret:token}}"


def test_a_body_is_filled_at_any_depth() -> None:
    wanted = {"name": "{$request.body#/name} again", "list": ["$response.body#/price", 2, None]}
    link = ResponseLink("l", "200", "x:y", body=wanted, has_body=True)
    assert fill_link(link, ANSWERED).body == (
        '{\n  "name": "Night again",\n  "list": [\n    1.10,\n    2,\n    null\n  ]\n}'
    )
    whole = replace(link, body="$response.body")
    copied = fill_link(whole, ANSWERED).body
    assert copied is not None
    assert copied.startswith('{\n  "id": 90071992547409931234,\n  "price": 1.10,')
    assert fill_link(replace(link, has_body=False), ANSWERED).body is None


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("$response.body#/gone", "The reply has no /gone."),
        ("$response.body#/none", "The reply has null at /none."),
        ("$response.header.Gone", "The reply has no header Gone."),
        ("$request.header.Gone", "The request has no header Gone."),
        ("$request.path.gone", "The request has no path parameter gone."),
        ("$request.query.gone", "The request has no query parameter gone."),
        ("a {$request.body#/gone}", "The request has no /gone."),
        ("$nothing", "$nothing isn't a runtime expression."),
    ],
)
def test_missing_values_are_named(expression: str, message: str) -> None:
    with pytest.raises(Unresolved) as caught:
        fill(expression)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "The reply has no body."),
        ("<id>5</id>", "The reply has no /id."),
        ("[" * 3000, "The reply has no /id."),
    ],
)
def test_a_body_of_another_kind_has_no_values(body: str, message: str) -> None:
    with pytest.raises(Unresolved) as caught:
        fill("$response.body#/id", replace(ANSWERED, read_reply_body=lambda: body))
    assert str(caught.value) == message


def test_a_body_is_searched_only_up_to_a_length(monkeypatch) -> None:
    monkeypatch.setattr(follow_ups, "MOST_CHARACTERS", 50)
    with pytest.raises(Unresolved) as caught:
        fill("$response.body#/id")
    assert str(caught.value) == "The reply is too long to look for /id."
