"""Go with its standard library."""

from __future__ import annotations

from playground.calls.snippets.escapes import c_like
from playground.calls.snippets.fragments import Pieces, comments, in_lines, join, plan
from playground.calls.values import MaskedCall


def write(call: MaskedCall) -> str:
    """The call as a program."""
    made = plan(call)
    imports = ["fmt", "io", "net/http"]
    imports += ["os"] if made.variables else []
    imports += ["strings"] if made.body is not None else []
    body = "nil"
    lines = ["package main", "", "import (", *(f'\t"{each}"' for each in imports), ")", ""]
    lines += ["func main() {", *(f"\t{each}" for each in comments(made, "//"))]
    if made.body is not None:
        text = _text(in_lines(made.body), " +\n\t\t")
        lines.append(f"\tbody := strings.NewReader({text})")
        body = "body"
    lines += [
        f"\trequest, err := http.NewRequest({c_like(made.method)}, {_text(made.url)}, {body})",
        *_stop(),
        *(f"\trequest.Header.Add({c_like(name)}, {_text(value)})" for name, value in made.headers),
        "\tclient := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {",
        "\t\treturn http.ErrUseLastResponse",
        "\t}}",
        "\tresponse, err := client.Do(request)",
        *_stop(),
        "\tdefer response.Body.Close()",
        "\ttext, err := io.ReadAll(response.Body)",
        *_stop(),
        "\tfmt.Println(response.StatusCode, string(text))",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _stop() -> list[str]:
    return ["\tif err != nil {", "\t\tpanic(err)", "\t}"]


def _text(pieces: Pieces, plus: str = " + ") -> str:
    return join(pieces, c_like, lambda name: f'os.Getenv("{name}")', plus)
