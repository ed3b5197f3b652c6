"""The bare answer: an application that says nothing, and imports nothing of the product."""

from collections.abc import Callable
from typing import Any


def hello(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
