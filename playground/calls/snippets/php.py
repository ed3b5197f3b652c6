"""PHP with its own streams, which need no extension."""

from __future__ import annotations

import re

from playground.calls.snippets import fragments
from playground.calls.values import MaskedCall

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write_php(call: MaskedCall) -> str:
    """The call as a script."""
    request = fragments.prepare_request(call)
    lines = ["<?php", "", *fragments.write_comments(request, "//")]
    if request.body is not None:
        body = _write_text(fragments.split_lines(request.body), "\n    . ")
        lines.append(f"$body = {body};")
    lines += [
        # Streams need no extension; cURL for PHP is often missing.
        "$context = stream_context_create(['http' => [",
        f"    'method' => {_quote(request.method)},",
        "    'header' => [",
        *(f"        {_write_text((f'{name}: ', *value))}," for name, value in request.headers),
        "    ],",
    ]
    if request.body is not None:
        lines.append("    'content' => $body,")
    lines += [
        # PHP's defaults are HTTP/1.0, following redirects, and no body for an error status.
        "    'protocol_version' => 1.1,",
        "    'follow_location' => 0,",
        "    'ignore_errors' => true,",
        "]]);",
        f"echo file_get_contents({_write_text(request.url)}, false, $context);",
    ]
    return "\n".join(lines) + "\n"


def _write_text(pieces: fragments.Fragments, plus: str = " . ") -> str:
    return fragments.write_expression(
        pieces,
        _quote,
        lambda name: f"getenv('{name}')",
        plus,
        lambda path: f"file_get_contents({_quote(path)})",
    )


def _quote(text: str) -> str:
    """A literal in single quotes, where nothing expands; escapes need double ones."""
    if not _CONTROL.search(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    escaped = re.sub(r'[\\"$]', lambda found: "\\" + found.group(), text).replace("\n", "\\n")
    return '"' + _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", escaped) + '"'
