"""Batches over the HTTP API: retried once for each key, and decided about."""

import uuid

import pytest

from playground.people.models import AuditEvent
from playground.workspace.models import Connection
from tests.api.scripts import ROWS
from tests.batches.conftest import count_arrivals

pytestmark = pytest.mark.django_db(transaction=True)
THREE = ROWS + "Three,300\n"
OTHER_CALL = "This key was used for another call. Use a new one."


@pytest.fixture
def unknown(template, script, standin) -> str:
    """A batch whose three answers were lost."""
    key = script.make(template, THREE)
    standin.close_early = True
    assert script.run(key)["counts"] == {"unknown": 3}
    standin.close_early = False
    standin.seen.clear()
    return key


def list_outcomes(script, key: str) -> list[str]:
    return [each["outcome"] for each in script.get(f"{key}/rows")["rows"]]


def find_requests(script, key: str) -> dict[str, int]:
    """The request of each row by the name of its job."""
    rows = script.get(f"{key}/rows?state=unknown")["rows"]
    return {each["cells"][0]: each["request"] for each in rows}


def test_unknown_requests_are_decided_one_by_one(script, unknown, standin) -> None:
    requests = find_requests(script, unknown)
    done = script.ask("POST", f"{unknown}/decide", action="mark-done", requests=[requests["One"]])
    assert (done.status_code, done.json()["counts"]) == (200, {"unknown": 2, "done": 1})
    again = {"action": "send-again", "requests": [requests["Two"], 99]}
    assert script.run(unknown, "decide", **again)["counts"] == {
        "unknown": 1, "done": 1, "accepted": 1
    }  # fmt: skip
    assert list_outcomes(script, unknown) == ["done", "accepted", "unknown"]
    assert count_arrivals(standin) == {"Two": 1}
    refused = script.ask("POST", f"{unknown}/decide", **again)
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "No such row is unknown any more. Reload the page."
    )  # fmt: skip
    assert count_arrivals(standin) == {"Two": 1}


@pytest.mark.parametrize(
    ("action", "outcome", "arrivals"), [("mark-done", "done", 0), ("send-again", "accepted", 1)]
)
def test_all_unknown_requests_are_decided_together(
    script, unknown, standin, action, outcome, arrivals
) -> None:
    assert script.run(unknown, "decide", action=action, requests="all")["counts"] == {outcome: 3}
    assert sorted(count_arrivals(standin).values()) == [arrivals] * 3 * arrivals


def test_the_same_key_sends_unknown_requests_once(script, unknown, standin) -> None:
    standin.close_early = True
    again = {"action": "send-again", "requests": "all", "press": str(uuid.uuid4())}
    for _ in range(3):
        assert script.run(unknown, "decide", **again)["counts"] == {"unknown": 3}
    assert sorted(count_arrivals(standin).values()) == [1, 1, 1]
    for other in ({"requests": [1]}, {"action": "mark-done"}):
        refused = script.ask("POST", f"{unknown}/decide", **{**again, **other})
        assert (refused.status_code, refused.json()["detail"]) == (409, OTHER_CALL)
    again["press"] = str(uuid.uuid4())
    script.run(unknown, "decide", **again)
    assert sorted(count_arrivals(standin).values()) == [2, 2, 2]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "send-again"},
        {"requests": "all"},
        {"action": "forget", "requests": "all"},
        {"action": "send-again", "requests": "some"},
        {"action": "send-again", "requests": [0]},
        {"action": "send-again", "requests": [2**31]},
        {"action": "send-again", "requests": ["1"]},
        {"action": "send-again", "requests": [True]},
        {"action": "send-again", "requests": list(range(1, 1002))},
        {"action": "send-again", "requests": "all", "press": "again"},
        {"action": "send-again", "requests": "all", "pres": str(uuid.uuid4())},
    ],
)
def test_a_decision_that_is_unclear_changes_nothing(script, unknown, standin, body) -> None:
    assert script.ask("POST", f"{unknown}/decide", **body).status_code == 422
    assert script.get(unknown)["counts"] == {"unknown": 3}
    assert not standin.seen


def test_a_decision_about_no_request_is_refused(script, unknown) -> None:
    assert script.ask("POST", f"{unknown}/decide", action="mark-done", requests=[]).status_code in (
        409, 422
    )  # fmt: skip
    assert script.get(unknown)["counts"] == {"unknown": 3}


def test_the_same_key_retries_once(template, script, standin) -> None:
    standin.status, standin.body = 422, b'{"error": {"message": "No such account."}}'
    key = script.make(template)
    script.run(key)
    press = str(uuid.uuid4())
    for _ in range(3):
        assert script.run(key, "retry", press=press)["counts"] == {"refused": 2}
    assert count_arrivals(standin) == {"One": 2, "Two": 2}
    assert script.run(key, "retry", press=str(uuid.uuid4()))["counts"] == {"refused": 2}
    assert count_arrivals(standin) == {"One": 3, "Two": 3}
    other = {"action": "mark-done", "requests": "all", "press": press}
    refused = script.ask("POST", f"{key}/decide", **other)
    assert (refused.status_code, refused.json()["detail"]) == (409, OTHER_CALL)


def test_a_key_of_a_call_that_was_refused_can_be_used(template, script, standin) -> None:
    standin.status, standin.body = 422, b'{"error": {"message": "No such account."}}'
    key = script.make(template)
    script.run(key)
    Connection.objects.update(protected=True)
    press = str(uuid.uuid4())
    refused = script.ask("POST", f"{key}/retry", press=press, confirm="Other")
    assert (refused.status_code, "to send 2 requests" in refused.json()["detail"]) == (409, True)
    # Although what was to be done was undone.
    assert AuditEvent.objects.filter(result="refused: another name was typed").count() == 1
    assert count_arrivals(standin) == {"One": 1, "Two": 1}
    script.run(key, "retry", press=press, confirm="Practice")
    assert count_arrivals(standin) == {"One": 2, "Two": 2}
