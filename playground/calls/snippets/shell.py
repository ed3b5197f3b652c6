"""cURL and HTTPie, for bash and every shell like it."""

from __future__ import annotations

import re
from itertools import groupby

from playground.calls.snippets import fragments
from playground.calls.values import MaskedCall

# Linux limits one argument to 128 KiB; `printf` is part of the shell, so it isn't limited.
_ARGUMENT_LIMIT = 100_000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_DOT_SEGMENT = re.compile(r"/\.\.?(?:/|$|\?)")
_NEXT_LINE = " \\\n  "


def write_curl(call: MaskedCall) -> str:
    """The call as one cURL command. Raises UnsupportedCall for a NUL."""
    request, piped = _prepare(call)
    options = [
        "--head" if request.method == "HEAD" else f"--request {_quote_word((request.method,))}",
        _quote_word(request.url),
    ]
    text = "".join(each for each in request.url if isinstance(each, str))
    if re.search(r"[\[\]{}]", text):
        options.insert(0, "--globoff")  # else cURL expands brackets to several URLs
    if _DOT_SEGMENT.search(text):
        options.insert(0, "--path-as-is")
    for name, value in request.headers:
        # cURL sends a header without a value only if it ends in a semicolon.
        header = (f"{name}: ", *value) if value else (f"{name};",)
        options.append(f"--header {_quote_word(header)}")
    if request.body is not None:
        if not request.has_type:
            options.append("--header 'Content-Type:'")  # no header instead of cURL's default
        options.append("--data-binary @-" if piped else f"--data-raw {_quote_word(request.body)}")
    return _finish(request, "curl " + _NEXT_LINE.join(options), piped)


def write_httpie(call: MaskedCall) -> str:
    """The call as one `http` command. Raises UnsupportedCall for a NUL."""
    request, piped = _prepare(call)
    options = [] if piped else ["--ignore-stdin"]
    if _DOT_SEGMENT.search("".join(each for each in request.url if isinstance(each, str))):
        options.append("--path-as-is")
    if request.body is not None and not piped:
        options.append(f"--raw={_quote_word(request.body)}")
    options.append(f"{_quote_word((request.method,))} {_quote_word(request.url)}")
    for name, value in request.headers:
        # The space after the colon keeps `:=` and `:@` from meaning JSON and a file.
        options.append(_quote_word((f"{name}: ", *value) if value else (f"{name};",)))
    if request.body is not None and not request.has_type:
        options.append("'Content-Type:'")
    return _finish(request, "http " + _NEXT_LINE.join(options), piped)


def _prepare(call: MaskedCall) -> tuple[fragments.Request, bool]:
    """The request, and whether its body has to be piped in."""
    request = fragments.prepare_request(call)
    fragments.reject_nul((request.url, request.body), "a shell")
    size = sum(len(each.encode()) for each in request.body or () if isinstance(each, str))
    return request, size > _ARGUMENT_LIMIT or bool(request.files)


def _finish(request: fragments.Request, command: str, piped: bool) -> str:
    if piped and request.body is not None:
        command = f"{_write_pipe(request.body)} |\n{command}"
    return "\n".join([*fragments.write_comments(request, "#"), command]) + "\n"


def _write_pipe(body: fragments.Fragments) -> str:
    """A command that prints the body, files included."""
    commands: list[str] = []
    for is_file, group in groupby(body, lambda each: isinstance(each, fragments.BodyFile)):
        if is_file:
            paths = (each.path for each in group if isinstance(each, fragments.BodyFile))
            commands += [f"cat {_quote(path)}" for path in paths]
        else:
            commands.append(f"printf %s {_quote_word(tuple(group))}")
    return commands[0] if len(commands) == 1 else f"{{ {'; '.join(commands)}; }}"


def _quote_word(pieces: fragments.Fragments) -> str:
    """The pieces as one shell word."""
    return fragments.write_expression(pieces, _quote, lambda name: f'"${name}"', "") or "''"


def _quote(text: str) -> str:
    """A shell literal in which nothing is expanded."""
    if not _CONTROL.search(text):
        return "'" + text.replace("'", "'\\''") + "'"
    # Pasted into a terminal, a raw control character would act as a key press.
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("!", "\\x21")
    return "$'" + _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", escaped) + "'"
