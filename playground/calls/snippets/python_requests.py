"""Python with the requests library."""

from __future__ import annotations

from playground.calls.snippets.fragments import Pieces, by_name, comments, in_lines, join, plan
from playground.calls.values import MaskedCall


def write(call: MaskedCall) -> str:
    """The call as a script."""
    made = plan(call)
    lines = ["import os", ""] if made.variables else []
    lines += ["import requests", "", *comments(made, "#")]
    if made.body is not None:
        lines += [f"body = {_body(made.body)}", ""]
    lines += [
        "response = requests.request(",
        f"    {made.method!r},",
        f"    {_text(made.url)},",
        "    headers={",
        *(f"        {name!r}: {_header(value)}," for name, value in by_name(made).items()),
        "    },",
    ]
    if made.body is not None:
        lines.append("    data=body.encode(),")
    lines += ["    allow_redirects=False,", ")", "print(response.status_code, response.text)"]
    return "\n".join(lines) + "\n"


def _text(pieces: Pieces, plus: str = " + ") -> str:
    return join(pieces, repr, lambda name: f'os.environ["{name}"]', plus)


def _header(pieces: Pieces) -> str:
    """Beyond ASCII the bytes are given, which the library sends as they are."""
    ascii_only = all(each.isascii() for each in pieces if isinstance(each, str))
    return _text(pieces) if ascii_only else f"({_text(pieces)}).encode()"


def _body(pieces: Pieces) -> str:
    lines = in_lines(pieces)
    if len(lines) < 2:
        return _text(lines)
    return f"(\n    {_text(lines, chr(10) + '    + ')}\n)"
