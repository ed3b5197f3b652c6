"""Go with its standard library."""

from __future__ import annotations

from collections.abc import Callable

from playground.calls.snippets import fragments
from playground.calls.values import MaskedCall

_STOP_ON_ERROR = ["\tif err != nil {", "\t\tpanic(err)", "\t}"]


def write_go(call: MaskedCall) -> str:
    """The call as a program."""
    request = fragments.prepare_request(call)
    # Go rejects unused imports, so each appears only if it is needed.
    imports = ["fmt", "io", "net/http"]
    imports += ["os"] if request.variables or request.files else []
    imports += ["strings"] if request.body is not None else []
    lines = ["package main", "", "import (", *(f'\t"{each}"' for each in imports), ")", ""]
    lines += ["func main() {", *(f"\t{each}" for each in fragments.write_comments(request, "//"))]
    body = "nil"
    for number, each in enumerate(request.files):
        path = fragments.quote_like_c(each.path)
        lines += [f"\tfile{number}, err := os.ReadFile({path})", *_STOP_ON_ERROR]
    if request.body is not None:
        names = {each.path: f"string(file{n})" for n, each in enumerate(request.files)}
        text = _write_text(fragments.split_lines(request.body), " +\n\t\t", names.__getitem__)
        lines.append(f"\tbody := strings.NewReader({text})")
        body = "body"
    method, url = fragments.quote_like_c(request.method), _write_text(request.url)
    lines += [
        f"\trequest, err := http.NewRequest({method}, {url}, {body})",
        *_STOP_ON_ERROR,
        *(
            f"\trequest.Header.Add({fragments.quote_like_c(name)}, {_write_text(value)})"
            for name, value in request.headers
        ),
        # Send returns the redirect itself as well, unless the connection follows them.
        "\tclient := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {",
        "\t\treturn http.ErrUseLastResponse",
        "\t}}",
        "\tresponse, err := client.Do(request)",
        *_STOP_ON_ERROR,
        "\tdefer response.Body.Close()",
        "\ttext, err := io.ReadAll(response.Body)",
        *_STOP_ON_ERROR,
        "\tfmt.Println(response.StatusCode, string(text))",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _write_text(
    pieces: fragments.Fragments, plus: str = " + ", read: Callable[[str], str] = str
) -> str:
    return fragments.write_expression(
        pieces, fragments.quote_like_c, lambda name: f'os.Getenv("{name}")', plus, read
    )
