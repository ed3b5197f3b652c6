"""Python with the requests library."""

from __future__ import annotations

from collections.abc import Iterator

from playground.calls.snippets import fragments
from playground.calls.values import MaskedCall


def write_python(call: MaskedCall) -> str:
    """The call as a script."""
    request = fragments.prepare_request(call)
    imports = ["import os"] if request.variables else []
    imports += ["from pathlib import Path"] if request.files else []
    lines = [*imports, ""] if imports else []
    lines += ["import requests", "", *fragments.write_comments(request, "#")]
    if request.body is not None and request.files:
        # Text is encoded, since bytes and str can't be joined.
        lines += ['body = b"".join(', "    [", *_write_items(request.body), "    ]", ")", ""]
    elif request.body is not None:
        pieces = fragments.split_lines(request.body)
        body = _write_text(pieces, "\n    + ")
        lines += ["body = " + (f"(\n    {body}\n)" if len(pieces) > 1 else body), ""]
    lines += [
        "response = requests.request(",
        f"    {request.method!r},",
        f"    {_write_text(request.url)},",
        "    headers={",
        *(f"        {n!r}: {_write_value(v)}," for n, v in fragments.join_headers(request).items()),
        "    },",
    ]
    if request.body is not None:
        # Encoded: requests would otherwise try Latin-1 first.
        lines.append("    data=body," if request.files else "    data=body.encode(),")
    # requests would follow redirects, even for a POST; Send doesn't.
    lines += ["    allow_redirects=False,", ")", "print(response.status_code, response.text)"]
    return "\n".join(lines) + "\n"


def _write_items(body: fragments.Fragments) -> Iterator[str]:
    for each in fragments.split_lines(body):
        if isinstance(each, fragments.BodyFile):
            yield f"        Path({each.path!r}).read_bytes(),"
        else:
            yield f"        {_write_text((each,))}.encode(),"


def _write_text(pieces: fragments.Fragments, plus: str = " + ") -> str:
    return fragments.write_expression(pieces, repr, lambda name: f'os.environ["{name}"]', plus)


def _write_value(pieces: fragments.Fragments) -> str:
    """Values beyond ASCII as bytes, which requests sends as they are."""
    is_ascii = all(each.isascii() for each in pieces if isinstance(each, str))
    return _write_text(pieces) if is_ascii else f"({_write_text(pieces)}).encode()"
