"""What the practice server answers with: JSON as bytes, and refusals that a view may raise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse


@dataclass(eq=False)
class Refusal(Exception):
    """Why a request is turned down; each API writes it in its own error body.

    `pointer` is the JSON Pointer of the place in the body that is wrong, where there is one.
    """

    status: int
    message: str
    scope: str = "input"
    pointer: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def write_json(value: Any) -> bytes:
    """JSON as most servers write it: on one line, every Unicode character as itself."""
    return json.dumps(value, ensure_ascii=False).encode()


def answer_json(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        write_json(value),
        status=status,
        content_type="application/json",
        headers=dict(headers or {}),
    )
