"""Request bodies: read up to the limit, decoded, parsed; what cannot be is refused in words."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest

from playground.sandbox.answers import Refusal

BODY_LIMIT = 10 * 1024 * 1024


def read_body(request: HttpRequest) -> bytes:
    """The body's bytes; refused with 413 over 10 MB, without reading what is known to be more."""
    if _declared_length(request) > BODY_LIMIT:
        raise _too_large()
    body = request.read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise _too_large()
    return body


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; numbers as int and float."""
    if not body.strip():
        raise Refusal(400, "The body is empty; it has to be a JSON object.")
    value = _parse(_decode(body))
    if not isinstance(value, dict):
        raise Refusal(400, "The body has to be a JSON object.")
    return value


def is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _declared_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large() -> Refusal:
    return Refusal(413, "The body is larger than 10 MB.")


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8 (byte {error.start + 1}).") from None


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refusal(400, f"The body is not JSON: {place}: {error.msg}.") from None
    except (RecursionError, ValueError):
        raise Refusal(400, "The body is not JSON that can be read.") from None


def _refuse_constant(word: str) -> NoReturn:
    raise Refusal(400, f"The body is not JSON: {word} is not a JSON value.")
