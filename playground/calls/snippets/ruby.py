"""Ruby with its standard library."""

from __future__ import annotations

import re

from playground.calls.snippets.fragments import Pieces, comments, in_lines, join, plan
from playground.calls.values import MaskedCall

SPECIAL = re.compile(r'[\\"#]')
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def write(call: MaskedCall) -> str:
    """The call as a script."""
    made = plan(call)
    lines = ['require "net/http"', "", *comments(made, "#")]
    sends = "true" if made.body is not None else "false"
    lines += [
        f"uri = URI({_text(made.url)})",
        "request = Net::HTTPGenericRequest.new("
        f"{quote(made.method)}, {sends}, {'false' if made.method == 'HEAD' else 'true'}, uri)",
        *_headers(made.headers),
    ]
    if made.body is not None:
        lines.append(f"request.body = {_text(in_lines(made.body), ' +' + chr(10) + '  ')}")
    lines += [
        'options = { use_ssl: uri.scheme == "https" }',
        "http = Net::HTTP.start(uri.hostname, uri.port, options)",
        "response = http.request(request)",
        "puts response.code, response.body",
    ]
    return "\n".join(lines) + "\n"


def _headers(headers: tuple[tuple[str, Pieces], ...]) -> list[str]:
    """The first of a name replaces what Ruby would send by itself."""
    lines = []
    seen: set[str] = set()
    for name, value in headers:
        if name.lower() in seen:
            lines.append(f"request.add_field({quote(name)}, {_text(value)})")
        else:
            lines.append(f"request[{quote(name)}] = {_text(value)}")
        seen.add(name.lower())
    return lines


def _text(pieces: Pieces, plus: str = " + ") -> str:
    return join(pieces, quote, lambda name: f'ENV.fetch("{name}")', plus)


def quote(text: str) -> str:
    """A Ruby literal in double quotes: nothing in it is evaluated."""
    escaped = SPECIAL.sub(lambda found: "\\" + found.group(), text).replace("\n", "\\n")
    return f'"{CONTROL.sub(_code, escaped)}"'


def _code(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found.group()):x}}}"
