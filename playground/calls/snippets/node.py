"""Node with its own http modules: nothing to install, any version."""

from __future__ import annotations

from playground.calls.snippets.escapes import c_like
from playground.calls.snippets.fragments import by_name, comments, in_lines, plan
from playground.calls.snippets.javascript_fetch import header, text
from playground.calls.values import MaskedCall


def write(call: MaskedCall) -> str:
    """The call as a script."""
    made = plan(call)
    first = made.url[0] if made.url else ""
    plain = isinstance(first, str) and first.lower().startswith("http://")
    module = "http" if plain else "https"
    lines = [f'const {module} = require("node:{module}");', "", *comments(made, "//")]
    lines += [f"const {each.name} = process.env.{each.name};" for each in made.variables]
    if made.body is not None:
        lines.append(f"const body = Buffer.from({text(in_lines(made.body), chr(10) + '  + ')});")
    lines += [
        f"const request = {module}.request({text(made.url)}, {{",
        f"  method: {c_like(made.method)},",
        "  headers: {",
        *(f"    {c_like(name)}: {header(value)}," for name, value in by_name(made).items()),
    ]
    if made.body is not None:
        lines.append('    "Content-Length": body.length,')
    lines += [
        "  },",
        "}, (response) => {",
        "  console.log(response.statusCode);",
        "  response.pipe(process.stdout);",
        "});",
        'request.on("error", (error) => console.error(error.message));',
        f"request.end({'body' if made.body is not None else ''});",
    ]
    return "\n".join(lines) + "\n"
