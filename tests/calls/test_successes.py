"""A success needs what the operation documents; a body that says it failed is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.refusals import LONGEST_REASON
from playground.calls.values import Outcome, Redirect, Reply
from playground.calls.verdicts import reach_verdict
from playground.openapi.operations import get_operation, list_operations

JSON = "application/json"
DONE = {
    "launch-workflow": '{"message": "Bot successfully scheduled.", "job_uid": "j-1"}',
    "list-workflows": '[{"uid": "w-1", "name": "One"}]',
    "get-workflow": '{"uid": "w-1", "steps": []}',
    "list-workflow-jobs": '[{"uid": "j-1", "status": "failed", "error_message": "no"}]',
    "list-accounts": '{"accounts": [], "next_page_exist": false}',
    "update-account": '{"message": "Account updated.", "account": {"uid": "a-1"}}',
    "get-job": '{"uid": "j-1", "status": "shutdown", "error_message": "It broke."}',
    "get-job-results": '{"results": [{"error": "no such page"}], "paging": {}}',
    "get-job-inputs": '{"inputs": [{"status": "failed"}]}',
    "retry-job": '{"message": "Job successfully retried.", "job_uid": "j-1"}',
    "delete-repeat": '{"message": "Schedule deleted."}',
    "get-workspace": '{"name": "Practice"}',
    "start-scenario": '{"data": null, "error": 0, "error_text": "Successful operation"}',
    "list-scenarios": '{"data": [{"id": 12}], "error": 0, "error_text": "Successful operation"}',
}
PAGE = "<!DOCTYPE html><html><head><title>Sign in &amp; go on</title></head></html>"


def judge(operation: str, body: str | bytes, content_type: str = JSON, status: int = 200, **more):
    data = body if isinstance(body, bytes) else body.encode()
    headers = (("content-type", content_type),) if content_type else ()
    return reach_verdict(get_operation(operation), Reply(status, "", headers, data, **more))


def test_every_operation_has_a_documented_success() -> None:
    assert {each.id for each in list_operations()} == DONE.keys()


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "", "text/json"])
def test_what_is_documented_is_accepted(operation: str, content_type: str) -> None:
    verdict = judge(operation, DONE[operation], content_type)
    assert (verdict.outcome, verdict.code) == (Outcome.ACCEPTED, "accepted")


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE, "text/html"),
        (PAGE, JSON),
        (PAGE, ""),
        ("<html><body>error<job_uid>j</job_uid><error>0</error></body></html>", "application/xml"),
        ("", JSON),
        (" \r\n ", ""),
        ("null", JSON),
        ("true", JSON),
        ('"done"', JSON),
        ("7", JSON),
        ("OK", "text/plain"),
        ("OK", JSON),
        ("{}", JSON),
        ('{"job_uid": ', JSON),
        ('{"ok": true, "success": true, "result": "success"}', JSON),
        ('{"message": "Welcome"}', "text/plain"),
        ('{"uid": null, "name": null, "job_uid": null, "status": null, "steps": null}', JSON),
        ('{"uid": "", "name": " ", "job_uid": "", "status": "", "message": " "}', JSON),
        ('{"uid": {}, "name": [], "job_uid": {"a": 1}, "status": [1], "results": {}}', JSON),
        ('{"job_uid": NaN, "error": NaN}', JSON),
        ("[1, 2]", JSON),
        ('[{"id": 1}]', JSON),
        ("\x00\x01\x02", "application/octet-stream"),
    ],
)
def test_anything_else_with_a_200_is_unknown(operation: str, body: str, content_type: str) -> None:
    # The inputs and results of a job may be an undocumented list of rows.
    if operation in ("get-job-inputs", "get-job-results") and body in ('[{"id": 1}]', "[1, 2]"):
        return
    verdict = judge(operation, body, content_type)
    assert verdict.outcome == Outcome.UNKNOWN, verdict.message
    assert verdict.message.startswith("Unknown: ")
    assert "{" not in verdict.message


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize("status", [201, 202, 203, 204, 205, 206, 226, 299])
def test_an_undocumented_status_is_unknown(operation: str, status: int) -> None:
    for body in ("", DONE[operation]):
        verdict = judge(operation, body, JSON if body else "", status)
        assert (verdict.outcome, verdict.code) == (Outcome.UNKNOWN, "odd-status")
        assert f"{status}, where 200 is documented." in verdict.message


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream"])
def test_an_undocumented_media_type_is_unknown(operation: str, content_type: str) -> None:
    verdict = judge(operation, DONE[operation], content_type)
    assert (verdict.outcome, verdict.code) == (Outcome.UNKNOWN, "odd-type")
    assert f"with {content_type} instead of JSON" in verdict.message


SAYS_NO = [
    ('{"error_label": "FORBIDDEN", "message": "This key may not do that", "status_code": 403}',
     "This key may not do that"),
    ('{"status": 403, "message": "No access"}', "No access"),
    ('{"statusCode": 401, "message": "Unauthorized"}', "Unauthorized"),
    ('{"code": "FORBIDDEN"}', "FORBIDDEN"),
    ('{"error": "This key may not do that"}', "This key may not do that"),
    ('{"error": true, "msg": "No credits"}', "No credits"),
    ('{"error": {"code": 42, "message": "No credits"}}', "No credits"),
    ('{"success": false, "message": "No credits"}', "No credits"),
    ('{"success": "false", "reason": "No credits"}', "No credits"),
    ('{"ok": false, "description": "No credits"}', "No credits"),
    ('{"result": "failed", "error_message": "No credits"}', "No credits"),
    ('{"outcome": "ERROR", "detail": "No credits"}', "No credits"),
    ('{"error": "invalid_grant", "error_description": "No credits"}', "No credits"),
    ('{"fault": {"faultstring": "No credits"}}', "No credits"),
    ('{"errors": [{"message": "No credits", "path": ["launch", 0]}], "data": null}',
     "launch.0: No credits"),
    ('{"errors": ["No credits", "No key"]}', "No credits; No key"),
    ('{"errors": {"job_name": ["is taken"]}, "message": "Invalid"}', "Invalid: job_name: is taken"),
    ('{"meta": {"code": 403, "message": "No credits"}, "data": {}}', "No credits"),
    ('{"data": {"success": false, "message": "No credits"}}', "No credits"),
    ('[{"errorCode": "NO_CREDITS", "message": "No credits"}]', "No credits"),
    ('{"message": "Forbidden"}', "Forbidden"),
    ('{"job_uid": "j-1", "message": "Failed to schedule the bot."}', "Failed to schedule the bot."),
    ('{"job_uid": "j-1", "status": "403 Forbidden"}', "403 Forbidden"),
    ('{"job_uid": "j-1", "state": "CANCELLED", "reason": "No credits"}', "No credits"),
    ('{"job_uid": "j-1", "message": "You are not allowed"}', "You are not allowed"),
    ('{"job_uid": "j-1", "status": "error", "message": "No credits"}', "No credits"),
    ('{"Message": "No credits", "IsError": true}', "No credits"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "reason"), SAYS_NO)
@pytest.mark.parametrize("operation", ["launch-workflow", "delete-repeat", "get-workspace"])
def test_a_200_that_says_it_failed_is_refused(operation: str, body: str, reason: str) -> None:
    verdict = judge(operation, body)
    assert verdict.outcome == Outcome.REFUSED
    assert verdict.message == f"Refused by Captain Data: {reason} (status 200)"


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize(
    "body",
    [
        '{"error_label": "FORBIDDEN", "message": "Not allowed", "status_code": 403}',
        '{"status": 403, "message": "Not allowed"}',
        '{"success": false, "message": "Not allowed"}',
        '{"status": "error", "message": "Not allowed"}',
    ],
)
def test_no_operation_takes_a_refusal_for_a_success(operation: str, body: str) -> None:
    verdict = judge(operation, body)
    assert verdict.outcome == Outcome.REFUSED
    assert "Not allowed" in verdict.message
    assert judge(operation, body, "application/problem+json").outcome == Outcome.REFUSED


def test_a_problem_is_refused_whatever_its_status() -> None:
    body = '{"type": "about:blank", "title": "Busy", "detail": "Scenario 12 is paused"}'
    for operation in DONE:
        verdict = judge(operation, body, "application/problem+json; charset=utf-8")
        assert verdict.outcome == Outcome.REFUSED
        assert "Scenario 12 is paused" in verdict.message
    assert judge("start-scenario", body, "application/problem+json", 422).message == (
        "Refused by Altcraft: Busy: Scenario 12 is paused (status 422)"
    )
    busy = judge("start-scenario", '{"title": "Busy"}', "application/problem+json", 503)
    assert busy.message == "HTTP error: Altcraft answered 503 (Busy)."


@pytest.mark.parametrize(
    "body",
    [
        '{"job_uid": "j-1", "error": null, "errors": [], "success": true, "code": 0}',
        '{"job_uid": "j-1", "error": "", "status": "ok", "error_code": 0, "ok": "true"}',
        '{"job_uid": "j-1", "status": 200, "error": {"code": 0, "message": "ok"}}',
        '{"job_uid": "j-1", "ratio": NaN}',
        '{"job_uid": "j-1", "message": "Scheduled without error", "failed": 0}',
        '{"job_uid": "j-1", "message": "No error", "status": "queued", "type": "launch"}',
        '{"job_uid": 123456789012345678901234567890}',
    ],
)
def test_signs_of_success_are_not_a_refusal(body: str) -> None:
    assert judge("launch-workflow", body).outcome == Outcome.ACCEPTED


def test_json_may_quote_a_web_page() -> None:
    body = '{"results": [{"page": "<html><title>Sign in</title>"}]}'
    assert judge("get-job-results", body).outcome == Outcome.ACCEPTED


def test_an_empty_body_is_accepted_where_none_is_documented() -> None:
    operation = replace(get_operation("delete-repeat"), replies={"204": {}})
    assert reach_verdict(operation, Reply(204, "", (), b"")).outcome == Outcome.ACCEPTED
    page = Reply(204, "", (), PAGE.encode())
    assert reach_verdict(operation, page).outcome == Outcome.UNKNOWN
    assert reach_verdict(operation, Reply(200, "", (), b"")).outcome == Outcome.UNKNOWN


def test_a_range_of_statuses_may_be_documented() -> None:
    launch = get_operation("launch-workflow")
    operation = replace(launch, replies={"2XX": launch.replies["200"]})
    reply = Reply(202, "", (), DONE["launch-workflow"].encode())
    assert reach_verdict(operation, reply).outcome == Outcome.ACCEPTED


def test_the_message_names_the_page_that_came_instead() -> None:
    assert judge("launch-workflow", PAGE, "text/html").message.startswith(
        'Unknown: Captain Data answered 200 with the web page "Sign in & go on" instead of JSON.'
        " A sign-in page or a proxy may have answered in its place. It may have been launched."
    )


def test_an_unknown_success_quotes_what_the_body_says() -> None:
    verdict = judge("launch-workflow", '{"message": "Queued {status} for {job_uid}"}')
    assert 'the body has no job_uid. It says: "Queued {status} for {job_uid}".' in verdict.message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"detail": [{"loc": ["body", "steps", 0], "msg": "field required"}]}',
         "body.steps.0: field required"),
        ('{"detail": "Not found."}', "Not found."),
        ('{"title": "Invalid", "invalid-params": [{"name": "id", "reason": "no number"}]}',
         "Invalid: id: no number"),
        ('{"errors": [{"title": "Bad", "detail": "Too long", "source": {"pointer": "/id"}}]}',
         "/id: Too long"),
        ('{"errors": ["a", "b", "c", "d"]}', "a; b; c"),
        ('{"message": ["a is missing", "b is missing"], "error": "Bad Request"}',
         "Bad Request: a is missing; b is missing"),
        ('{"message": "a\\ud83db\\u0000c"}', "a\ufffdb\ufffdc"),
        ('{"code": "E1"}', "E1"),
        ('{"Message": "No access", "StatusCode": 403}', "No access"),
        ('{"ERROR": {"Message": "No access"}}', "No access"),
        ('{"ErrorMessage": "No access"}', "No access"),
        ('{"Errors": {"job_name": ["is taken"]}}', "job_name: is taken"),
    ],
)  # fmt: skip
def test_the_usual_shapes_of_errors_give_their_reason(body: str, reason: str) -> None:
    verdict = judge("launch-workflow", body, status=422)
    assert verdict.message == f"Refused by Captain Data: {reason} (status 422)"


def test_a_reason_is_bounded() -> None:
    for told in (
        {"errors": ["x" * 1000] * 1000},
        {"message": "a" * 10_000, "errors": ["b" * 10_000]},
        {"detail": [{"loc": ["a" * 10_000], "msg": "b"}]},
    ):
        message = judge("launch-workflow", json.dumps(told), status=400).message
        assert len(message) < LONGEST_REASON + 100


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("windows-1251", '{"error": 403, "error_text": "Нет доступа"}'.encode("cp1251")),
        ("koi8-r", '{"error": 403, "error_text": "Нет доступа"}'.encode("koi8-r")),
        ("utf-16", '{"error": 403, "error_text": "Нет доступа"}'.encode("utf-16")),
        ("utf-8", '{"error": 403, "error_text": "Нет доступа"}'.encode("utf-8-sig")),
    ],
)
def test_the_charset_of_the_header_decides(charset: str, data: bytes) -> None:
    verdict = judge("start-scenario", data, f"application/json; charset={charset}")
    assert verdict.message == "Refused by Altcraft: Нет доступа (error 403)"


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    verdict = judge("launch-workflow", '{"job_uid": "a\\ud83db", "\\ude00": "\\ud83d"}')
    assert verdict.message == "Launched: job a\ufffdb"
    text = '{"job_name": "Night \\ud83d"}'
    unknown = reach_verdict(get_operation("launch-workflow"), Reply(200, "", (), b""), text)
    assert 'Look for "Night \ufffd"' in unknown.message
    unknown.message.encode()


@pytest.mark.parametrize("uid", ["j" * 201, "a b", " ", True, None, ["j"], {"uid": "j"}])
def test_a_uid_without_a_job_is_unknown(uid: object) -> None:
    assert judge("launch-workflow", json.dumps({"job_uid": uid})).outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_redirect_that_drops_the_body_is_unknown(status: int) -> None:
    source, target = "https://me:pw@a.example/x", "https://b.example:8443/y?z"
    redirect = Redirect(302, source, "/y", target, "GET", drops_body=True)
    verdict = judge("launch-workflow", DONE["launch-workflow"], JSON, status, redirects=(redirect,))
    assert verdict.outcome == Outcome.UNKNOWN
    assert verdict.message.startswith(
        "Unknown: a.example redirected the call (302) to b.example:8443 as GET without its body."
        f" The payload did not arrive there, and the answer ({status}) doesn't belong to it."
    )


def test_a_redirect_that_changes_the_method_is_unknown() -> None:
    redirect = Redirect(303, "http://a.example/x", "/y", "http://a.example/y", "GET")
    for operation in ("retry-job", "delete-repeat"):
        verdict = judge(operation, DONE[operation], redirects=(redirect,))
        assert verdict.outcome == Outcome.UNKNOWN
        assert "(303) to another URL there as GET. The answer" in verdict.message
    assert judge("get-job", DONE["get-job"], redirects=(redirect,)).outcome == Outcome.ACCEPTED


def test_a_redirect_that_keeps_method_and_body_changes_nothing() -> None:
    redirect = Redirect(308, "http://a.example/x", "/y", "http://a.example/y", "POST")
    verdict = judge("launch-workflow", DONE["launch-workflow"], redirects=(redirect,))
    assert verdict.outcome == Outcome.ACCEPTED


def test_a_redirect_that_was_not_followed_names_the_host_alone() -> None:
    launch = get_operation("launch-workflow")
    headers = (("Location", "https://me:hunter22@b.example/secret"),)
    verdict = reach_verdict(launch, Reply(302, "Found", headers, b""))
    assert verdict.message == (
        "HTTP error: Captain Data answered 302 Found, a redirect to b.example that wasn't followed."
    )


@pytest.mark.parametrize(
    ("body", "content_type", "outcome"),
    [
        ("<xml><error>403</error><data><error>0</error></data></xml>", "text/xml", "unknown"),
        ("<xml><error>0</error><data><error>403</error></data></xml>", "text/xml", "unknown"),
        ("<xml><error>0</error><data><error>0</error></data></xml>", "text/xml", "accepted"),
        ("error,error\n403,0", "text/csv", "unknown"),
        ("error,error_text\n0,Fine\n403,No", "text/csv", "unknown"),
        ("error,error_text\n0\n", "text/csv", "unknown"),
        ("error,error_text\n", "text/csv", "unknown"),
        ('error,error_text\r\n0,"Fine,\r\nreally"\r\n\r\n', "text/csv", "accepted"),
        ('error;error_text\n403;"No;\naccess"', "text/csv", "refused"),
    ],
)
def test_values_that_contradict_each_other_count_for_nothing(
    body: str, content_type: str, outcome: str
) -> None:
    assert judge("start-scenario", body, content_type).outcome == outcome


NAMES = ["job_uid", "message", "error", "errors", "status", "detail", "data", "path", "code", ""]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.sampled_from([*DONE]), st.sampled_from([200, 204, 400, 500]), VALUES)
def test_no_json_breaks_a_verdict(operation: str, status: int, value: object) -> None:
    message = judge(operation, json.dumps(value), status=status).message
    assert message
    message.encode()
