"""PHP with its own streams, which need no extension."""

from __future__ import annotations

import re

from playground.calls.snippets.fragments import (
    Fragments,
    prepare_request,
    split_lines,
    write_comments,
    write_expression,
)
from playground.calls.values import MaskedCall

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write_php(call: MaskedCall) -> str:
    """The call as a script."""
    request = prepare_request(call)
    lines = ["<?php", "", *write_comments(request, "//")]
    if request.body is not None:
        lines.append(f"$body = {_write_text(split_lines(request.body), chr(10) + '    . ')};")
    lines += [
        "$context = stream_context_create(['http' => [",
        f"    'method' => {_quote(request.method)},",
        "    'header' => [",
        *(f"        {_write_text((f'{name}: ', *value))}," for name, value in request.headers),
        "    ],",
    ]
    if request.body is not None:
        lines.append("    'content' => $body,")
    lines += [
        "    'protocol_version' => 1.1,",
        "    'follow_location' => 0,",
        "    'ignore_errors' => true,",
        "]]);",
        f"echo file_get_contents({_write_text(request.url)}, false, $context);",
    ]
    return "\n".join(lines) + "\n"


def _write_text(fragments: Fragments, plus: str = " . ") -> str:
    return write_expression(fragments, _quote, lambda name: f"getenv('{name}')", plus)


def _quote(text: str) -> str:
    """A literal in single quotes, in which PHP expands nothing; escapes need double ones."""
    if not _CONTROL.search(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    escaped = re.sub(r'[\\"$]', lambda found: "\\" + found.group(), text).replace("\n", "\\n")
    return '"' + _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", escaped) + '"'
