"""PHP with its own streams: no extension needed."""

from __future__ import annotations

import re

from playground.calls.snippets.fragments import Pieces, comments, in_lines, join, plan
from playground.calls.values import MaskedCall

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write(call: MaskedCall) -> str:
    """The call as a script."""
    made = plan(call)
    lines = ["<?php", "", *comments(made, "//")]
    if made.body is not None:
        lines.append(f"$body = {_text(in_lines(made.body), chr(10) + '    . ')};")
    lines += [
        "$context = stream_context_create(['http' => [",
        f"    'method' => {quote(made.method)},",
        "    'header' => [",
        *(f"        {_text((f'{name}: ', *value))}," for name, value in made.headers),
        "    ],",
    ]
    if made.body is not None:
        lines.append("    'content' => $body,")
    lines += [
        "    'protocol_version' => 1.1,",
        "    'follow_location' => 0,",
        "    'ignore_errors' => true,",
        "]]);",
        f"echo file_get_contents({_text(made.url)}, false, $context);",
    ]
    return "\n".join(lines) + "\n"


def _text(pieces: Pieces, plus: str = " . ") -> str:
    return join(pieces, quote, lambda name: f"getenv('{name}')", plus)


def quote(text: str) -> str:
    """A PHP literal: single quotes where all is printable, else escapes."""
    if not CONTROL.search(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    escaped = re.sub(r'[\\"$]', lambda found: "\\" + found.group(), text).replace("\n", "\\n")
    return f'"{CONTROL.sub(_code, escaped)}"'


def _code(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found.group()):x}}}"
