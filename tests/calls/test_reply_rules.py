"""A rule that people set decides about 2xx replies with a body that can be read."""

from dataclasses import replace
from typing import Any

import pytest

from playground.calls.reply_rules import is_equal
from playground.calls.values import Outcome, Reply, Verdict
from playground.calls.verdicts import reach_verdict
from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.operations import Operation
from playground.openapi.reply_rules import (
    ReplyRule,
    is_pointer,
    read_reply_rule,
    suggest_pointer,
)
from tests.apis.jobs import jobs

JSON, PROBLEM = "application/json", "application/problem+json"
OK = ReplyRule("equals", "/ok", "true", ("/error/text",))


def make_operation(rule: ReplyRule | None = None, **responses: Any) -> Operation:
    document = jobs()
    if responses:
        named = {name.removeprefix("s"): each for name, each in responses.items()}
        document["paths"]["/jobs"]["post"]["responses"] = named
    parsed = ApiDocument(document)
    reader = OperationReader(parsed, read_api(parsed, "jobs", Credential((), ())))
    operation = reader.read(list_operation_entries(parsed)[0])
    return replace(operation, verdict=replace(operation.verdict, own=rule))


def judge(
    operation: Operation, body: str, status: int = 200, kind: str = JSON, **values: Any
) -> Verdict:
    reply = Reply(status, "", (("Content-Type", kind),), body.encode(), **values)
    return reach_verdict(operation, reply)


@pytest.mark.parametrize(
    ("rule", "body", "outcome", "message"),
    [
        (OK, '{"ok": true}', "accepted", "Jobs answered 200"),
        (
            OK,
            '{"ok": false}',
            "refused",
            "Refused by Jobs: /ok is false, and true means success (status 200)",
        ),
        (
            OK,
            '{"ok": false, "error": {"text": "No money"}}',
            "refused",
            "Refused by Jobs: No money (status 200)",
        ),
        (
            OK,
            '{"ok": false, "error": {"text": ["Too late", "Too much"]}}',
            "refused",
            "Refused by Jobs: Too late; Too much (status 200)",
        ),
        (ReplyRule("equals", "/code", "0"), '{"code": "0"}', "accepted", "Jobs answered 200"),
        (
            ReplyRule("equals", "/items/0/a~1b", "x y"),
            '{"items": [{"a/b": "x y"}]}',
            "accepted",
            "",
        ),
        (ReplyRule("equals", "", '["a", 1]'), '["a", 1]', "accepted", ""),
        (
            ReplyRule("differs", "/state", "failed"),
            '{"state": "failed"}',
            "refused",
            "Refused by Jobs: /state is failed (status 200)",
        ),
        (ReplyRule("differs", "/state", "failed"), '{"id": 1}', "accepted", ""),
        (ReplyRule("present", "/id"), '{"id": 0}', "accepted", ""),
        (
            ReplyRule("present", "/id"),
            '{"id": null}',
            "refused",
            "Refused by Jobs: /id is missing (status 200)",
        ),
        (ReplyRule("absent", "/errors"), '{"errors": [], "other": 1}', "accepted", ""),
        (ReplyRule("absent", "/errors"), '{"errors": {}}', "accepted", ""),
        (
            ReplyRule("absent", "/hint"),
            '{"hint": {"a": 1}}',
            "refused",
            'Refused by Jobs: /hint is {"a": "1"} (status 200)',
        ),
    ],
)
def test_the_rule_decides_about_a_2xx(
    rule: ReplyRule, body: str, outcome: str, message: str
) -> None:
    verdict = judge(make_operation(rule), body)
    assert verdict.outcome == outcome, verdict.message
    assert verdict.message == (message or "Jobs answered 200")


def test_the_rule_overrides_the_documented_shape_and_words_of_failure() -> None:
    body = '{"ok": true, "status": "failed"}'
    # The document requires an id.
    without = judge(make_operation(), '{"ok": true}')
    assert (without.outcome, without.code) == (Outcome.UNKNOWN, "odd-shape")
    assert judge(make_operation(), body).outcome == Outcome.REFUSED
    assert judge(make_operation(OK), body).outcome == Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("rule", "body", "kind", "code"),
    [
        (OK, '{"id": 1}', JSON, "unreadable"),
        (OK, '{"id": 1, "ok": null}', JSON, "unreadable"),
        (OK, "", JSON, "empty"),
        (OK, "<html><title>Sign in</title></html>", "text/html", "web-page"),
        (ReplyRule("absent", "/error"), "<html></html>", "text/html", "web-page"),
        (ReplyRule("absent", "/error"), "not JSON", JSON, "unreadable"),
        (ReplyRule("present", "/id"), "", JSON, "empty"),
    ],
)
def test_a_body_that_the_rule_cannot_judge_is_unknown(
    rule: ReplyRule, body: str, kind: str, code: str
) -> None:
    verdict = judge(make_operation(rule), body, kind=kind)
    assert (verdict.outcome, verdict.code) == (Outcome.UNKNOWN, code), verdict.message


def test_where_no_body_is_documented_only_rules_that_need_one_are_in_doubt() -> None:
    none = {"description": "Done"}
    found = judge(make_operation(OK, s204=none), "", 204)
    assert found.message == ("Unknown: Jobs answered 204, but the body has no /ok to judge it by.")
    absent = make_operation(ReplyRule("absent", "/error"), s204=none)
    assert judge(absent, "", 204).outcome == Outcome.ACCEPTED
    # An unreadable body may contain the error.
    assert judge(absent, "what", 204).outcome == Outcome.UNKNOWN
    cut = judge(absent, '{"a": 1}', 204, truncated=True)
    assert cut.outcome == Outcome.UNKNOWN


def test_other_statuses_are_judged_as_before_with_the_reason_of_the_rule() -> None:
    rule = ReplyRule(reasons=("/gone", "/error/text"))
    operation = make_operation(rule)
    body = '{"id": 1, "message": "Usual", "error": {"text": "Own"}}'
    assert judge(operation, body, 422).message == "Refused by Jobs: Own (status 422)"
    assert judge(operation, '{"message": "Usual"}', 422).message == (
        "Refused by Jobs: Usual (status 422)"
    )
    assert judge(make_operation(OK), '{"ok": true}', 422).outcome == Outcome.HTTP_ERROR
    assert judge(make_operation(OK), '{"ok": true}', 503).outcome == Outcome.HTTP_ERROR
    # Only a comparison decides about a success.
    assert judge(operation, '{"id": 1}').outcome == Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("found", "typed", "expected"),
    [
        (True, "true", True),
        ("true", "true", True),
        (True, "1", False),
        ("1.0", "1", True),
        ("1", '"1"', True),
        ("a b", " a b ", True),
        ("a", "b", False),
        (None, "0", False),
        ({"a": "1"}, '{"a": 1}', True),
        (["1"], "1", False),
        ("{", "{", True),
    ],
)
def test_values_are_compared_as_they_are_written(found: Any, typed: str, expected: bool) -> None:
    assert is_equal(found, typed) == expected


def test_stored_rules_come_back_and_unreadable_ones_do_not() -> None:
    assert read_reply_rule(OK.as_dict()) == OK
    for raw in (None, [], {}, {"comparison": "like", "pointer": "/a"}, {"reasons": "x"}):
        assert read_reply_rule(raw) is None
    assert read_reply_rule({"comparison": "equals", "pointer": "a"}) is None
    assert read_reply_rule({"comparison": 1}) is None
    assert read_reply_rule({"reasons": ["/a", "b", 3]}) == ReplyRule(reasons=("/a",))


def test_pointers_are_checked_and_paths_with_dots_understood() -> None:
    assert [is_pointer(each) for each in ("", "/", "/a~1b", "a", "/~", "/~2", 3)] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert suggest_pointer("$.data[0].id") == "/data/0/id"
    assert suggest_pointer("status") == "/status"
    assert suggest_pointer("what now?") == ""


# Error responses


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            '{"type": "https://x.example/credit", "title": "Out of credit.",'
            ' "detail": "Your balance is 30."}',
            "Out of credit: Your balance is 30.",
        ),
        ('{"title": "Busy", "detail": "Busy: try later"}', "Busy: try later"),
        ('{"title": "Busy", "status": 400}', "Busy"),
        ('{"detail": "Full"}', "Full"),
        (
            '{"title": "Invalid", "invalid-params": [{"name": "age", "reason": "is negative"},'
            ' {"name": "color", "reason": "is unknown"}]}',
            "Invalid: age: is negative; color: is unknown",
        ),
        (
            '{"title": "Invalid", "detail": "Two fields.",'
            ' "errors": [{"detail": "must be positive", "pointer": "#/age"}]}',
            "Invalid: Two fields: #/age: must be positive",
        ),
    ],
)
def test_a_problem_document_gives_title_detail_and_errors(body: str, message: str) -> None:
    operation = make_operation()
    assert judge(operation, body, 400, PROBLEM).message == (
        f"Refused by Jobs: {message} (status 400)"
    )
    assert judge(operation, body, 503, PROBLEM).message == (
        f"HTTP error: Jobs answered 503 ({message})."
    )


def test_the_schema_of_an_error_response_says_which_text_is_the_message() -> None:
    operation = make_operation()
    body = '{"code": "J7", "whatHappened": "No worker is free"}'
    assert judge(operation, body, 409).message == (
        "Refused by Jobs: No worker is free (status 409)"
    )
    # The default documents no body.

    assert judge(operation, body, 500).message == "HTTP error: Jobs answered 500 (J7)."


def test_an_error_message_may_be_nested_in_the_default_response() -> None:
    text = {"type": "string"}
    inner = {"type": "object", "properties": {"kind": text, "explanation": text}}
    schema = {"type": "object", "properties": {"failureInfo": inner, "at": text}}
    other = {"description": "Error", "content": {JSON: {"schema": schema}}}
    operation = make_operation(s200={"description": "Done"}, sdefault=other)
    body = '{"failureInfo": {"kind": "quota", "explanation": "Used up"}, "at": "10 30"}'
    for status in (400, 404, 429):
        assert judge(operation, body, status).message == (
            f"Refused by Jobs: Used up (status {status})"
        )
    assert judge(operation, body, 500).message == "HTTP error: Jobs answered 500 (Used up)."


def test_a_range_documents_each_of_its_statuses_and_the_default_no_success() -> None:
    assert judge(make_operation(), '{"id": 1}', 202).outcome == Outcome.ACCEPTED
    assert judge(make_operation(), '{"state": "x"}', 202).code == "odd-shape"
    lower = make_operation(s2xx={"description": "Done"}, s202={"description": "Later"})
    assert judge(lower, "", 202).outcome == Outcome.ACCEPTED
    assert judge(lower, "", 204).outcome == Outcome.ACCEPTED
    exact = make_operation(s200={"description": "Done"}, sdefault={"description": "Error"})
    found = judge(exact, "", 201)
    assert found.message == "Unknown: Jobs answered 201, where 200 is documented."
    # With only a default response, any 2xx counts as documented.
    only = make_operation(sdefault={"description": "All"})
    assert judge(only, "", 201).outcome == Outcome.ACCEPTED


def test_a_reply_that_cannot_have_a_body_needs_none() -> None:
    operation = make_operation()
    assert judge(operation, "", 204).outcome == Outcome.ACCEPTED
    assert judge(operation, "", 200).code == "empty"
    assert judge(replace(operation, method="HEAD"), "", 200).outcome == Outcome.ACCEPTED
    assert judge(operation, "<html><body>Sign in</body></html>", 204).code == "web-page"
    assert judge(make_operation(OK), "", 204).outcome == Outcome.UNKNOWN


PAGE = "<!doctype html><html><title>Hi</title></html>"


@pytest.mark.parametrize(
    ("documented", "claimed", "body", "code"),
    [
        ("text/plain", "text/plain; charset=utf-8", "Done", "accepted"),
        ("text/plain", "text/plain", "5", "accepted"),
        ("text/plain", "text/plain", "a,b\n1,2", "accepted"),
        ("text/plain", "", "Done", "accepted"),
        ("text/plain", "", "", "empty"),
        ("text/plain", "image/png", "Done", "odd-type"),
        ("text/plain", "text/html", PAGE, "web-page"),
        ("application/pdf", "application/pdf", "%PDF-1.7", "accepted"),
        ("image/*", "image/png", "\x89PNG", "accepted"),
        ("text/html", "text/html; charset=utf-8", PAGE, "accepted"),
        ("text/html", "", PAGE, "web-page"),
        ("*/*", "text/plain", "Done", "accepted"),
        ("*/*", "text/html", PAGE, "web-page"),
        ("*/*", "application/json", "Done", "unreadable"),
        ("*/*", "application/json", '{"a": 1}', "accepted"),
        ("application/json", "application/json", "Done", "unreadable"),
        ("application/json", "", "Done", "unreadable"),
        ("application/x-ndjson", "application/x-ndjson", '{"a": 1}\n{"a": 2}', "accepted"),
    ],
)
def test_only_types_that_can_be_read_have_to_be_readable(
    documented: str, claimed: str, body: str, code: str
) -> None:
    described = {"description": "Done", "content": {documented: {"schema": {"type": "string"}}}}
    if documented == "application/json":
        described["content"] = {documented: {}}
    operation = make_operation(s200=described)
    headers = (("Content-Type", claimed),) if claimed else ()
    verdict = reach_verdict(operation, Reply(200, "", headers, body.encode("latin-1")))
    assert verdict.code == code, verdict.message


def test_text_documented_next_to_json_is_not_judged_as_json() -> None:
    content = {JSON: {"schema": {"type": "object"}}, "text/plain": {}}
    operation = make_operation(s200={"description": "Done", "content": content})
    assert judge(operation, "5", kind="text/plain").outcome == Outcome.ACCEPTED
    assert judge(operation, "5").code == "odd-shape"


def test_the_document_may_say_where_the_reason_is() -> None:
    operation = make_operation()
    verdict = replace(operation.verdict, values={"reason": ("/extra/why",)})
    body = '{"message": "Usual", "extra": {"why": "Documented"}, "own": "Own"}'
    for rule, reason in ((None, "Documented"), (ReplyRule(reasons=("/own",)), "Own"), (OK, "")):
        ruled = replace(operation, verdict=replace(verdict, own=rule))
        expected = f"Refused by Jobs: {reason or 'Documented'} (status 400)"
        assert judge(ruled, body, 400).message == expected
