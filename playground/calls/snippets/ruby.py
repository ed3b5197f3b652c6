"""Ruby with its standard library."""

from __future__ import annotations

import re

from playground.calls.snippets import fragments
from playground.calls.values import MaskedCall

# A backslash, the quote, and #, which starts an interpolation.
_SPECIAL = re.compile(r'[\\"#]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def write_ruby(call: MaskedCall) -> str:
    """The call as a script."""
    request = fragments.prepare_request(call)
    lines = ['require "net/http"', "", *fragments.write_comments(request, "#")]
    sends_body = "true" if request.body is not None else "false"
    gets_body = "false" if request.method == "HEAD" else "true"
    lines += [
        # The generic class takes any method, and states whether there is a body.
        f"uri = URI({_write_text(request.url)})",
        "request = Net::HTTPGenericRequest.new("
        f"{_quote(request.method)}, {sends_body}, {gets_body}, uri)",
    ]
    seen: set[str] = set()
    for name, value in request.headers:
        # The first of a name replaces Ruby's own default, the others are added.
        if name.lower() in seen:
            lines.append(f"request.add_field({_quote(name)}, {_write_text(value)})")
        else:
            lines.append(f"request[{_quote(name)}] = {_write_text(value)}")
        seen.add(name.lower())
    if request.body is not None:
        # Ruby can join text and file contents only as bytes.
        suffix = ".b" if request.files else ""
        body = _write_text(fragments.split_lines(request.body), " +\n  ", suffix)
        lines.append(f"request.body = {body}")
    lines += [
        'options = { use_ssl: uri.scheme == "https" }',
        "http = Net::HTTP.start(uri.hostname, uri.port, options)",
        "response = http.request(request)",
        "puts response.code, response.body",
    ]
    return "\n".join(lines) + "\n"


def _write_text(pieces: fragments.Fragments, plus: str = " + ", suffix: str = "") -> str:
    return fragments.write_expression(
        pieces,
        lambda text: _quote(text) + suffix,
        lambda name: f'ENV.fetch("{name}"){suffix}',
        plus,
        lambda path: f"File.binread({_quote(path)})",
    )


def _quote(text: str) -> str:
    """A literal in double quotes in which nothing is evaluated."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found.group(), text).replace("\n", "\\n")
    return '"' + _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", escaped) + '"'
