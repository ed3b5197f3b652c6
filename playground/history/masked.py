"""A masked call as JSON text and back, holes and all."""

import json
from typing import Any

from playground.calls.values import MaskedCall, MaskedText, Placeholder


def write_masked(call: MaskedCall) -> str:
    headers = [[name, _write(value)] for name, value in call.headers]
    body = None if call.body is None else _write(call.body)
    whole = {"method": call.method, "url": _write(call.url), "headers": headers, "body": body}
    return json.dumps(whole)


def read_masked(text: str) -> MaskedCall:
    whole = json.loads(text)
    headers = tuple((name, _read(value)) for name, value in whole["headers"])
    body = None if whole["body"] is None else _read(whole["body"])
    return MaskedCall(whole["method"], _read(whole["url"]), headers, body)


def _write(masked: MaskedText) -> list[Any]:
    return [
        {"name": part.name, "escape": part.escape} if isinstance(part, Placeholder) else part
        for part in masked
    ]


def _read(parts: list[Any]) -> MaskedText:
    return tuple(
        Placeholder(part["name"], part["escape"]) if isinstance(part, dict) else part
        for part in parts
    )
