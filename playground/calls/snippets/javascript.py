"""JavaScript: fetch for browsers, Node and Deno alike, and Node's own http modules."""

from __future__ import annotations

from playground.calls.snippets.fragments import (
    Fragments,
    UnsupportedCall,
    join_headers,
    prepare_request,
    quote_like_c,
    split_lines,
    write_comments,
    write_expression,
)
from playground.calls.values import MaskedCall


def write_fetch(call: MaskedCall) -> str:
    """The call as a module. Raises UnsupportedCall where fetch allows no body."""
    request = prepare_request(call)
    if request.body is not None and request.method in ("GET", "HEAD"):
        raise UnsupportedCall(f"fetch can't send a body with {request.method}.")
    lines = write_comments(request, "//")
    lines += [
        f'const {each.name} = globalThis.process?.env.{each.name} ?? prompt("{each.name}");'
        for each in request.variables
    ]
    if request.body is not None:
        lines.append(f"const body = {_write_text(split_lines(request.body), chr(10) + '  + ')};")
    lines += [
        f"const response = await fetch({_write_text(request.url)}, {{",
        f"  method: {quote_like_c(request.method)},",
        "  headers: [",
        *(f"    [{quote_like_c(name)}, {_write_value(v)}]," for name, v in request.headers),
        "  ],",
    ]
    if request.body is not None:
        # As bytes: with a string, fetch would add a Content-Type of its own.
        lines.append("  body: new TextEncoder().encode(body),")
    lines += [
        '  redirect: "manual",',
        "});",
        "console.log(response.status, await response.text());",
    ]
    return "\n".join(lines) + "\n"


def write_node(call: MaskedCall) -> str:
    """The call as a script that needs nothing installed and runs on any version."""
    request = prepare_request(call)
    first = request.url[0] if request.url else ""
    is_plain = isinstance(first, str) and first.lower().startswith("http://")
    module = "http" if is_plain else "https"
    lines = [f'const {module} = require("node:{module}");', "", *write_comments(request, "//")]
    lines += [f"const {each.name} = process.env.{each.name};" for each in request.variables]
    if request.body is not None:
        text = _write_text(split_lines(request.body), chr(10) + "  + ")
        lines.append(f"const body = Buffer.from({text});")
    lines += [
        f"const request = {module}.request({_write_text(request.url)}, {{",
        f"  method: {quote_like_c(request.method)},",
        "  headers: {",
        *(f"    {quote_like_c(n)}: {_write_value(v)}," for n, v in join_headers(request).items()),
    ]
    if request.body is not None:
        # In bytes; without it Node sends the body in chunks, which some APIs reject.
        lines.append('    "Content-Length": body.length,')
    lines += [
        "  },",
        "}, (response) => {",
        "  console.log(response.statusCode);",
        "  response.pipe(process.stdout);",
        "});",
        'request.on("error", (error) => console.error(error.message));',
        f"request.end({'body' if request.body is not None else ''});",
    ]
    return "\n".join(lines) + "\n"


def _write_text(fragments: Fragments, plus: str = " + ") -> str:
    return write_expression(fragments, quote_like_c, str, plus)


def _write_value(fragments: Fragments) -> str:
    """A header's value: fetch and Node take one character for each byte of its UTF-8."""
    return _write_text(
        tuple(e.encode().decode("latin-1") if isinstance(e, str) else e for e in fragments)
    )
