"""Request and response bodies: reading, parsing and checking them, and errors as exceptions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import decode
from playground.openapi.operations import get_operation
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.checking import check_document
from playground.rules.facts import NO_FACTS, Facts, read_facts
from playground.rules.problems import ERROR

BODY_LIMIT = 10 * 1024 * 1024


@dataclass(eq=False)
class ApiError(Exception):
    """Why a request is refused; each API writes it in its own error body.

    `pointer` is the JSON Pointer of the wrong value in the body, if there is one.
    """

    status: int
    message: str
    scope: str = "input"
    pointer: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def dump_json(value: Any) -> bytes:
    """JSON as most servers write it: on one line, every Unicode character as itself."""
    return json.dumps(value, ensure_ascii=False).encode()


def respond_json(value: Any, status: int = 200) -> HttpResponse:
    # JsonResponse would escape everything beyond ASCII, which neither API does.
    return HttpResponse(dump_json(value), status=status, content_type="application/json")


def read_request_body(request: HttpRequest) -> bytes:
    """The body's bytes; raises ApiError 413 for more than 10 MB."""
    # Read here and not by `request.body`, which refuses what is larger than Django's own limit.
    try:
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        declared = 0
    body = b"" if declared > BODY_LIMIT else request.read(BODY_LIMIT + 1)
    if max(declared, len(body)) > BODY_LIMIT:
        raise ApiError(413, "The body is larger than 10 MB.")
    return body


def is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def parse_json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, its numbers as int and float; raises ApiError 400."""
    if not body.strip():
        raise ApiError(400, "The body is empty. Send a JSON object.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise ApiError(400, f"The body isn't UTF-8 (byte {error.start + 1}).") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ApiError(400, f"The body isn't valid JSON: {place}: {error.msg}.") from None
    except (RecursionError, ValueError):
        # Too deep for the parser, or an integer too long for int().
        raise ApiError(400, "The body isn't JSON that this server can parse.") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return value


def _refuse_constant(word: str) -> NoReturn:
    # Python's parser accepts NaN and Infinity, RFC 8259 doesn't.
    raise ApiError(400, f"The body isn't valid JSON: {word} isn't a JSON value.")


def check_launch(body: bytes, details: dict[str, Any]) -> None:
    """Check a launch against its workflow; raises ApiError for the first error.

    Warnings are accepted, as the real API does.
    """
    _refuse_errors(body, "launch-workflow", read_facts(WorkflowDefinition.read(details).as_facts()))


def check_account(body: bytes) -> None:
    """Check the body of an account update; raises ApiError for the first error."""
    _refuse_errors(body, "update-account")


def check_start(body: bytes) -> None:
    """Check the body that starts a scenario; raises ApiError for the first error."""
    _refuse_errors(body, "start-scenario")


def _refuse_errors(body: bytes, operation: str, facts: Facts = NO_FACTS) -> None:
    # The product's own rules, so that the sandbox never accepts what the form reports.
    try:
        text = decode(body)
    except JSONSyntaxError as error:
        raise ApiError(400, error.message) from None
    problems = check_document(text, get_operation(operation).body_schema, facts)
    first = next((each for each in problems if each.severity == ERROR), None)
    if first is not None:
        place = _spell_pointer(first.pointer)
        message = f"{place}: {first.message}" if place else first.message
        raise ApiError(400, message, pointer=first.pointer)


def _spell_pointer(pointer: str) -> str:
    """`/steps/0/step_uid` as `steps[0].step_uid`, the usual spelling in API errors."""
    spelled = ""
    for part in pointer.strip("/").split("/"):
        spelled += f"[{part}]" if part.isdigit() else f".{part}" if spelled else part
    return spelled
