"""cURL for bash and every shell like it."""

from __future__ import annotations

import re

from playground.calls.snippets.fragments import Pieces, Plan, comments, plan, refuse_nul
from playground.calls.values import MaskedCall

ARGUMENT_LIMIT = 100_000
"""Linux takes no single argument over 128 KiB; `printf`, part of the shell, does."""

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
LINE = " \\\n  "


def write(call: MaskedCall) -> str:
    """The call as one cURL command; raises `UnsupportedCall` for a NUL."""
    made = plan(call)
    refuse_nul((made.url, made.body), "a shell")
    piped = made.size() > ARGUMENT_LIMIT
    options = [_method(made), words(made.url)]
    text = "".join(each for each in made.url if isinstance(each, str))
    if re.search(r"[\[\]{}]", text):
        options.insert(0, "--globoff")
    if re.search(r"/\.\.?(?:/|$|\?)", text):
        options.insert(0, "--path-as-is")
    options += [f"--header {_header(name, value)}" for name, value in made.headers]
    if made.body is not None:
        if not made.has_type:
            options.append("--header 'Content-Type:'")
        options.append("--data-binary @-" if piped else f"--data-raw {words(made.body)}")
    command = "curl " + LINE.join(options)
    if piped and made.body is not None:
        command = f"printf %s {words(made.body)} |\n{command}"
    return "\n".join([*comments(made, "#"), command]) + "\n"


def _method(made: Plan) -> str:
    return "--head" if made.method == "HEAD" else f"--request {words((made.method,))}"


def _header(name: str, value: Pieces) -> str:
    """cURL sends a header without a value only when it ends in a semicolon."""
    if not value:
        return words((f"{name};",))
    return words((f"{name}: ", *value))


def words(pieces: Pieces) -> str:
    """The pieces as one shell word."""
    parts = [quote(each) if isinstance(each, str) else f'"${each.name}"' for each in pieces]
    return "".join(parts) or "''"


def quote(text: str) -> str:
    """A shell literal: nothing in it is expanded. Control characters, which a terminal would
    take for keys, are written as escapes."""
    if not CONTROL.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("!", "\\x21")
    return "$'" + CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", escaped) + "'"
