"""The sandbox's Altcraft v1.1: start a scenario for a profile, list the scenarios.

The status is always HTTP 200; the outcome is in the body's `error`.
"""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.utils import timezone

from playground.sandbox.bodies import ApiError, check_start, dump_json, is_json
from playground.sandbox.models import AnsweredRequest
from playground.sandbox.practice import PRACTICE_TOKEN, load_scenarios
from playground.sandbox.profiles import find_profile, has_subscription
from playground.sandbox.serving import SandboxApi, SandboxRequest

UNKNOWN_PROFILE = 440
# Errors of HTTP itself keep their status; the API's own errors come with 200.
TRANSPORT_STATUSES = (405, 413, 503)
MOST_SCENARIOS = 1000
DAY = timedelta(days=1)
REQUEST_ID_HEADERS = ("Request-ID", "X-Request-ID")
IDENTIFYING_HEADERS = ("Authorization", "Content-Type", "format")
FORMATS = {"json": "application/json", "csv": "text/csv; charset=utf-8", "xml": "application/xml"}
# XML 1.0, section 2.2: other characters aren't allowed, even escaped.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_A_NAME = re.compile("[^A-Za-z0-9_]")


def write_error(error: ApiError, request: SandboxRequest) -> HttpResponse:
    body = {"data": None, "error": error.status, "error_text": error.message}
    # A wrong format is an error, too: it is reported in JSON.
    response = _respond(body, _find_format(request) or "json")
    response.status_code = error.status if error.status in TRANSPORT_STATUSES else 200
    return response


def authenticate(request: SandboxRequest) -> None:
    """The token may be in the Authorization header, in the URL, or in the body."""
    scheme, _, bearer = request.http.headers.get("Authorization", "").strip().partition(" ")
    token: Any = bearer.strip() if scheme.lower() == "bearer" else ""
    token = token or request.http.GET.get("token") or request.document.get("token")
    if not token:
        raise ApiError(401, "API token required", "auth")
    if token != PRACTICE_TOKEN:
        raise ApiError(401, "API token is wrong", "auth")


API = SandboxApi(authenticate, write_error)


def start_scenario(request: SandboxRequest) -> HttpResponse:
    format_, body = _read_format(request), _read_body(request)
    check_start(request.body)
    _check_scenario(body["id"])
    profile = find_profile(body)
    if profile is None:
        raise ApiError(UNKNOWN_PROFILE, "Profile not found")
    wanted = body.get("subscription_filter") or {}
    # A query replaces the filter; `not_strict` falls back to another subscription.
    is_checked = wanted and "custom_request" not in body and not wanted.get("not_strict")
    if is_checked and not has_subscription(profile, wanted):
        raise ApiError(UNKNOWN_PROFILE, "The profile has no matching subscription")
    response = _respond({"data": None, "error": 0, "error_text": "Successful operation"}, format_)
    # Only now: a request that was refused may be repeated.
    key = _make_key(request)
    if _is_duplicate(key):
        response["Duplicate-Request"] = "true"
        response["Duplicate-Key"] = key
    return response


def list_scenarios(request: SandboxRequest) -> HttpResponse:
    format_, body = _read_format(request), _read_body(request)
    first, limit = _read_whole(body, "from_id", 1), _read_whole(body, "limit", MOST_SCENARIOS)
    everything = load_scenarios()
    found = [each for each in everything if each["id"] >= first]
    shown, more = found[:limit], found[limit:]
    response = {
        "data": [_describe_scenario(each) for each in shown],
        "next_from_id": more[0]["id"] if more else None,
        "total": len(everything),
        "error": 0,
        "error_text": "Successful operation",
    }
    return _respond(response, format_)


def reject_unknown_path(request: SandboxRequest, **fields: str) -> HttpResponse:
    raise ApiError(400, f"Unknown method: {request.http.path[:200]}.")


def _read_body(request: SandboxRequest) -> dict[str, Any]:
    if not is_json(request.http.headers.get("Content-Type", "")):
        raise ApiError(400, "Send the header Content-Type: application/json.")
    return request.document


def _read_whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # bool is an int in Python.
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ApiError(400, f"{name} must be a whole number of at least 1.", pointer=f"/{name}")
    return value


def _check_scenario(number: int) -> None:
    found = next((each for each in load_scenarios() if each["id"] == number), None)
    if found is None:
        raise ApiError(403, f"No access to scenario {number}", "auth")
    if not found["is_active"]:
        raise ApiError(403, f"Scenario {number} is not active", "auth")


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


# Duplicates: for a day the API doesn't carry out a request again, but repeats its response


def _make_key(request: SandboxRequest) -> str:
    """What makes a request the same: its Request-ID, else its URL, headers and body."""
    http = request.http
    own = next((http.headers[name] for name in REQUEST_ID_HEADERS if name in http.headers), "")
    if own:
        parts = [http.path.rstrip("/").encode(), own.encode()]
    else:
        headers = [http.headers.get(name, "").encode() for name in IDENTIFYING_HEADERS]
        parts = [http.get_full_path().encode(), *headers, request.body]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_duplicate(key: str) -> bool:
    """Whether such a request was answered within a day; if not, this one is stored."""
    now = timezone.now()
    AnsweredRequest.objects.exclude(answered_at__range=(now - DAY, now)).delete()
    _, is_new = AnsweredRequest.objects.get_or_create(key=key, defaults={"answered_at": now})
    return not is_new


# Formats


def _read_format(request: SandboxRequest) -> str:
    found = _find_format(request)
    if found is None:
        raise ApiError(400, f"format must be one of {', '.join(FORMATS)}.", pointer="/format")
    return found


def _find_format(request: SandboxRequest) -> str | None:
    """The format asked for in body, header or URL; None if it is unknown."""
    try:
        found = request.document.get("format")
    except ApiError:
        found = None
    http = request.http
    found = found or http.headers.get("format") or http.GET.get("format") or "json"
    return found if isinstance(found, str) and found in FORMATS else None


def _respond(body: dict[str, Any], format_: str) -> HttpResponse:
    writers = {"json": dump_json, "csv": _write_csv, "xml": _write_xml}
    return HttpResponse(writers[format_](body), content_type=FORMATS[format_])


def _write_csv(body: dict[str, Any]) -> bytes:
    # The vendor documents only that CSV exists: one line of names, one of values is a guess.
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(body)
    writer.writerow(
        json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for value in body.values()
    )
    return lines.getvalue().encode()


def _write_xml(body: dict[str, Any]) -> bytes:
    return _write_element("xml", body).encode()


def _write_element(name: str, value: Any, attributes: str = "") -> str:
    if isinstance(value, list):
        return "".join(_write_element(name, each, " array='true'") for each in value)
    if isinstance(value, dict):
        content = "".join(_write_element(NOT_A_NAME.sub("_", k), v) for k, v in value.items())
    elif value is None:
        content = ""
    else:
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        content = escape(NOT_XML.sub("�", plain))
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"
