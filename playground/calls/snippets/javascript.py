"""JavaScript: fetch for browsers, Node and Deno, and Node's own http modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playground.calls.snippets import fragments
from playground.calls.snippets.fragments import quote_like_c
from playground.calls.values import MaskedCall


def write_fetch(call: MaskedCall) -> str:
    """The call as a module. Raises UnsupportedCall where fetch allows no body."""
    request = fragments.prepare_request(call)
    if request.body is not None and request.method in ("GET", "HEAD"):
        raise fragments.UnsupportedCall(f"fetch can't send a body with {request.method}.")
    lines = fragments.write_comments(request, "//")
    # A browser has no environment variables, so it asks.
    lines += [
        f'const {each.name} = globalThis.process?.env.{each.name} ?? prompt("{each.name}");'
        for each in request.variables
    ]
    if request.files:
        # Browsers can't read files: replace the readFile calls with Blobs there.
        lines.append('const { readFile } = await import("node:fs/promises");')
    if request.body is not None and request.files:
        parts = _list_parts(request.body, lambda path: f"await readFile({quote_like_c(path)})")
        lines += ["const body = new Blob([", *parts, "]);"]
    elif request.body is not None:
        lines.append(f"const body = {_write_body(request.body)};")
    lines += [
        f"const response = await fetch({_write_text(request.url)}, {{",
        f"  method: {quote_like_c(request.method)},",
        # As pairs: an object would lose all but the last of a repeated name.
        "  headers: [",
        *(f"    [{quote_like_c(name)}, {_write_value(v)}]," for name, v in request.headers),
        "  ],",
    ]
    if request.body is not None:
        # As bytes: with a string, fetch would add a Content-Type of its own.
        text = "new TextEncoder().encode(body)"
        lines.append(f"  body: {'body' if request.files else text},")
    lines += [
        '  redirect: "manual",',
        "});",
        "console.log(response.status, await response.text());",
    ]
    return "\n".join(lines) + "\n"


def write_node(call: MaskedCall) -> str:
    """The call as a script that needs nothing installed and runs on any version."""
    request = fragments.prepare_request(call)
    first = request.url[0] if request.url else ""
    is_plain = isinstance(first, str) and first.lower().startswith("http://")
    module = "http" if is_plain else "https"
    headers, comments = fragments.join_headers(request), fragments.write_comments(request, "//")
    lines = [f'const {module} = require("node:{module}");', "", *comments]
    lines += [f"const {each.name} = process.env.{each.name};" for each in request.variables]
    if request.files:
        lines.insert(1, 'const fs = require("node:fs");')
    if request.body is not None and request.files:
        parts = _list_parts(
            request.body, lambda path: f"fs.readFileSync({quote_like_c(path)})", "Buffer.from"
        )
        lines += ["const body = Buffer.concat([", *parts, "]);"]
    elif request.body is not None:
        lines.append(f"const body = Buffer.from({_write_body(request.body)});")
    lines += [
        f"const request = {module}.request({_write_text(request.url)}, {{",
        f"  method: {quote_like_c(request.method)},",
        "  headers: {",
        *(f"    {quote_like_c(name)}: {_write_value(v)}," for name, v in headers.items()),
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


def _write_body(pieces: fragments.Fragments) -> str:
    return _write_text(fragments.split_lines(pieces), "\n  + ")


def _list_parts(
    pieces: fragments.Fragments, read: Callable[[str], str], convert: str = ""
) -> Iterator[str]:
    """The parts of a body with files, as items of an array."""
    for each in fragments.split_lines(pieces):
        if isinstance(each, fragments.BodyFile):
            yield f"  {read(each.path)},"
        else:
            text = _write_text((each,))
            yield f"  {convert}({text})," if convert else f"  {text},"


def _write_text(pieces: fragments.Fragments, plus: str = " + ") -> str:
    return fragments.write_expression(pieces, quote_like_c, str, plus)


def _write_value(pieces: fragments.Fragments) -> str:
    """A header's value: fetch and Node take one character for each byte of its UTF-8."""
    return _write_text(
        tuple(e.encode().decode("latin-1") if isinstance(e, str) else e for e in pieces)
    )
