"""A reply is judged by its body too, in whatever format it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.values import Failure, Outcome, Reply
from playground.calls.verdicts import reach_verdict
from playground.openapi.operations import list_operations
from tests.calls.operations import LAUNCH, START

ADVICE = (
    'It may have been launched. Look for "Night run" in the workflow\'s jobs before sending again.'
)

NO_ADDRESS = "HTTP error: Captain Data answered 300, a redirect that can't be followed."
NOT_MODIFIED = (
    "HTTP error: Captain Data answered 304, which means that a stored copy is up to date. Remove"
    " headers such as If-None-Match."
)
UNDEFINED = "Unknown: Captain Data answered 999, a status that HTTP doesn't define."
BLIND_ADVICE = "It may have been launched. Check the workflow's jobs before sending again."


def reply(status: int, body: bytes | str, **more) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    return Reply(status, more.pop("reason", ""), more.pop("headers", ()), data, **more)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "message"),
    [
        (200, '{"job_uid": "5f3c"}', "accepted", "Launched: job 5f3c"),
        (200, '{"message": "Done"}', "unknown", None),
        (200, "{}", "unknown", None),
        (200, "<html>Sign in</html>", "unknown", None),
        (200, "[]", "unknown", None),
        (200, "", "unknown", None),
        (401, '{"message": "bad key"}', "refused", "Refused by Captain Data: bad key (status 401)"),
        (429, '{"message": "slow"}', "refused", "Refused by Captain Data: slow (status 429)"),
        (404, "<html>", "http-error", "HTTP error: Captain Data answered 404."),
        (500, '{"message": "oops"}', "http-error", "HTTP error: Captain Data answered 500 (oops)."),
        (302, "", "http-error", None),
        (300, "", "http-error", NO_ADDRESS),
        (304, "", "http-error", NOT_MODIFIED),
        (101, "", "unknown", "Unknown: Captain Data answered 101, which isn't a final answer."),
        (103, "", "unknown", None),
        (600, '{"job_uid": "j"}', "unknown", None),
        (999, "", "unknown", UNDEFINED),
    ],
)
def test_a_launch_gets_a_verdict(status: int, body: str, outcome: str, message: str | None) -> None:
    verdict = reach_verdict(LAUNCH, reply(status, body))
    assert verdict.outcome == outcome
    if message is not None:
        assert verdict.message.removesuffix(f" {BLIND_ADVICE}") == message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"data": null, "error": 0, "error_text": "Successful operation"}', "accepted"),
        ('{"error": "0"}', "accepted"),
        ('{"error": 0.0}', "accepted"),
        ('\ufeff{"error": 0}', "accepted"),
        ("<xml><data/><error>0</error><error_text>Fine</error_text></xml>", "accepted"),
        ("error,error_text\n0,Fine\n", "accepted"),
        ("data;error;error_text\r\n;0;Fine", "accepted"),
        ('{"error": 403, "error text": "no access to scenario 12"}', "refused"),
        ('{"error": "403", "error_text": "no access to scenario 12"}', "refused"),
        (
            "<xml><error>403</error><error_text>no access to scenario&#32;12</error_text></xml>",
            "refused",
        ),
        ('error\terror_text\n403\t"no access to scenario 12"', "refused"),
        ('{"error": true, "error_text": "no"}', "refused"),
        ('{"error": null}', "unknown"),
        ("{}", "unknown"),
        ('{"error": 0', "unknown"),
        ("<html><body>0</body></html>", "unknown"),
        ("", "unknown"),
        ("0", "unknown"),
        ("[" * 100_000, "unknown"),
        ('{"error": NaN}', "unknown"),
        ('{"error": false}', "unknown"),
        ('{"error": " "}', "unknown"),
        ('{"error": ' + "9" * 10_000 + "}", "refused"),
        ('{"error": {"a": 0}}', "refused"),
    ],
)
def test_two_hundred_is_judged_by_the_error_in_the_body(body: str, outcome: str) -> None:
    verdict = reach_verdict(START, reply(200, body))
    assert verdict.outcome == outcome
    if "scenario" in body:
        assert verdict.message == "Refused by Altcraft: no access to scenario 12 (error 403)"
    if outcome == "unknown":
        assert "sending again" in " ".join(verdict.message.split())


def test_a_cached_answer_is_reported() -> None:
    headers = (("Duplicate-Request", "true"),)
    verdict = reach_verdict(START, reply(200, '{"error": 0}', headers=headers))
    assert (verdict.outcome, verdict.code) == (Outcome.ACCEPTED, "repeated")
    assert "answered from memory" in verdict.message


def test_a_reply_too_large_to_read_is_unknown() -> None:
    verdict = reach_verdict(
        LAUNCH, reply(200, '{"a": [', truncated=True), '{"job_name": "Night run"}'
    )
    assert (verdict.outcome, verdict.code) == (Outcome.UNKNOWN, "too-large")
    assert verdict.message.endswith(ADVICE)


def test_a_failure_before_a_byte_left_is_not_sent() -> None:
    failure = Failure("name-not-found", "Not sent: no server.", False, {"host": "x"})
    verdict = reach_verdict(LAUNCH, failure)
    assert verdict.outcome is Outcome.NOT_SENT
    assert (verdict.code, verdict.message) == ("name-not-found", "Not sent: no server.")


def test_a_failure_after_that_is_unknown_and_gives_advice() -> None:
    failure = Failure("closed", "Unknown: the connection closed.", True)
    verdict = reach_verdict(LAUNCH, failure, '{"job_name": "Night run"}')
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.message == f"Unknown: the connection closed. {ADVICE}"
    assert '"' not in reach_verdict(LAUNCH, failure, "broken {").message


def test_placeholders_in_a_value_are_not_filled() -> None:
    verdict = reach_verdict(LAUNCH, reply(400, '{"message": "{status} {job_uid}"}'))
    assert verdict.message == "Refused by Captain Data: {status} {job_uid} (status 400)"


def test_a_long_value_becomes_one_short_line() -> None:
    verdict = reach_verdict(LAUNCH, reply(400, '{"message": "' + "a\\n" * 5000 + '"}'))
    assert len(verdict.message) < 300
    assert "\n" not in verdict.message


def test_every_operation_has_a_message_for_every_status() -> None:
    for operation in list_operations():
        for status in (100, 200, 204, 301, 400, 404, 500, 999):
            for body in ("", "{}", '{"error": 0}', "null", "[1]"):
                verdict = reach_verdict(operation, reply(status, body))
                assert verdict.message
                assert "{" not in verdict.message


@given(st.integers(100, 599), st.binary(), st.text())
def test_a_verdict_never_raises(status: int, body: bytes, text: str) -> None:
    for operation in (LAUNCH, START):
        reach_verdict(operation, reply(status, body, reason=text), text)
        reach_verdict(operation, Failure("closed", text, True), text)
