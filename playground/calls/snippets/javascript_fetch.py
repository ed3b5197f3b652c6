"""JavaScript with fetch: a module for browsers, Node and Deno alike."""

from __future__ import annotations

from playground.calls.snippets.escapes import byte_text, c_like
from playground.calls.snippets.fragments import (
    Pieces,
    UnsupportedCall,
    comments,
    in_lines,
    join,
    plan,
)
from playground.calls.values import MaskedCall


def write(call: MaskedCall) -> str:
    """The call as a module; raises `UnsupportedCall` where fetch allows no body."""
    made = plan(call)
    if made.body is not None and made.method in ("GET", "HEAD"):
        raise UnsupportedCall(f"fetch sends no body with {made.method}.")
    lines = comments(made, "//")
    lines += [
        f'const {each.name} = globalThis.process?.env.{each.name} ?? prompt("{each.name}");'
        for each in made.variables
    ]
    if made.body is not None:
        lines.append(f"const body = {text(in_lines(made.body), chr(10) + '  + ')};")
    lines += [
        f"const response = await fetch({text(made.url)}, {{",
        f"  method: {c_like(made.method)},",
        "  headers: [",
        *(f"    [{c_like(name)}, {header(value)}]," for name, value in made.headers),
        "  ],",
    ]
    if made.body is not None:
        lines.append("  body: new TextEncoder().encode(body),")
    lines += [
        '  redirect: "manual",',
        "});",
        "console.log(response.status, await response.text());",
    ]
    return "\n".join(lines) + "\n"


def text(pieces: Pieces, plus: str = " + ") -> str:
    """The pieces as an expression."""
    return join(pieces, c_like, str, plus)


def header(pieces: Pieces) -> str:
    """A header's value: fetch and Node take bytes, written as characters."""
    return text(tuple(byte_text(each) if isinstance(each, str) else each for each in pieces))
