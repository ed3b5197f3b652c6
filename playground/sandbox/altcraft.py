"""The practice API of Altcraft v1.1: start a scenario for a profile, list the scenarios.

The transport answers 200 whatever happened; what it means stands in the body's `error`.
"""

from typing import Any

from django.http import HttpResponse

from playground.sandbox.answers import Refusal
from playground.sandbox.authentication import read_bearer
from playground.sandbox.bodies import is_json
from playground.sandbox.duplicates import is_repeated, make_key
from playground.sandbox.formats import KINDS, write_answer
from playground.sandbox.practice import PRACTICE_TOKEN, practice_scenarios
from playground.sandbox.profiles import find_profile, has_subscription
from playground.sandbox.serving import Api, Asked
from playground.sandbox.validation import check_start

UNKNOWN_PROFILE = 440
TRANSPORT_STATUSES = (405, 413, 503)
MOST_SCENARIOS = 1000


def refuse(refusal: Refusal, asked: Asked) -> HttpResponse:
    body = {"data": None, "error": refusal.status, "error_text": refusal.message}
    answer = _answer(body, _find_kind(asked) or "json")
    answer.status_code = refusal.status if refusal.status in TRANSPORT_STATUSES else 200
    return answer


def authenticate(asked: Asked) -> None:
    """The token stands in the header, in the address, or in the body."""
    token = read_bearer(asked.request) or asked.request.GET.get("token")
    token = token or asked.document.get("token")
    if not token:
        raise Refusal(401, "API token required", "auth")
    if token != PRACTICE_TOKEN:
        raise Refusal(401, "API token is wrong", "auth")


API = Api(authenticate, refuse)


def start_scenario(asked: Asked) -> HttpResponse:
    kind, body = _read_kind(asked), _read_body(asked)
    check_start(asked.body)
    _find_scenario(body["id"])
    profile = find_profile(body)
    if profile is None:
        raise Refusal(UNKNOWN_PROFILE, "Profile not found")
    _check_subscription(profile, body)
    return _answer_once(asked, kind)


def list_scenarios(asked: Asked) -> HttpResponse:
    kind, body = _read_kind(asked), _read_body(asked)
    first, limit = _read_whole(body, "from_id", 1), _read_whole(body, "limit", MOST_SCENARIOS)
    everything = practice_scenarios()
    found = [one for one in everything if one["id"] >= first]
    shown, more = found[:limit], found[limit:]
    return _answer(
        {
            "data": [_describe_scenario(one) for one in shown],
            "next_from_id": more[0]["id"] if more else None,
            "total": len(everything),
            "error": 0,
            "error_text": "Successful operation",
        },
        kind,
    )


def say_unknown(asked: Asked, **fields: str) -> HttpResponse:
    raise Refusal(400, f"There is no method {asked.request.path[:200]}.")


def _answer(body: dict[str, Any], kind: str) -> HttpResponse:
    return HttpResponse(write_answer(body, kind), content_type=KINDS[kind])


def _answer_once(asked: Asked, kind: str) -> HttpResponse:
    key = make_key(asked)
    answer = _answer({"data": None, "error": 0, "error_text": "Successful operation"}, kind)
    if is_repeated(key):
        answer["Duplicate-Request"] = "true"
        answer["Duplicate-Key"] = key
    return answer


def _read_body(asked: Asked) -> dict[str, Any]:
    if not is_json(asked.request.headers.get("Content-Type", "")):
        raise Refusal(400, "Send the header Content-Type: application/json.")
    return asked.document


def _read_kind(asked: Asked) -> str:
    kind = _find_kind(asked)
    if kind is None:
        raise Refusal(400, f"format has to be one of {', '.join(KINDS)}.", pointer="/format")
    return kind


def _find_kind(asked: Asked) -> str | None:
    """The format asked for in body, header or address; None when it is not known."""
    try:
        said = asked.document.get("format")
    except Refusal:
        said = None
    said = said or asked.request.headers.get("format") or asked.request.GET.get("format") or "json"
    return said if isinstance(said, str) and said in KINDS else None


def _find_scenario(number: int) -> dict[str, Any]:
    found = next((one for one in practice_scenarios() if one["id"] == number), None)
    if found is None:
        raise Refusal(403, f"No access to scenario {number}", "auth")
    if not found["is_active"]:
        raise Refusal(403, f"Scenario {number} is not active", "auth")
    return found


def _check_subscription(profile: dict[str, Any], body: dict[str, Any]) -> None:
    wanted = body.get("subscription_filter")
    if not wanted or "custom_request" in body or wanted.get("not_strict"):
        return
    if not has_subscription(profile, wanted):
        raise Refusal(UNKNOWN_PROFILE, "The profile has no such subscription")


def _read_whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Refusal(400, f"{name} has to be a whole number from 1.", pointer=f"/{name}")
    return value


def _describe_scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    number = scenario["id"]
    start = {"name": "DEFAULT_START_NODE_TITLE", "type": "start", "node_id": f"{number}-1"}
    mail = {"name": scenario["name"], "type": "campaign", "node_id": f"{number}-2"}
    return scenario | {
        "ui_tags": [],
        "mode": "skip",
        "groups": [{"ID": 1, "title": "Practice"}],
        "nodes": [
            start | {"templates": []},
            mail | {"templates": [number * 10], "campaign_id": number * 100},
        ],
    }
