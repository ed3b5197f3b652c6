"""Reads HTTPie and xh commands: `http POST example.com/a X-Key:1 name=Kim age:=5 q==x`.

Source: https://httpie.io/docs/cli, sections "Request items" and "Nested JSON".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

from playground.importers.bash import BashCommand, split_commands
from playground.importers.command_lines import note_shell_values, strip_prompts
from playground.importers.http_messages import (
    check_scheme,
    clean_headers,
    join_fields,
    read_login,
)
from playground.importers.httpie_items import (
    find_separator,
    set_nested,
    split_key,
    unescape_item,
)
from playground.importers.spans import TextSpan, TracedText
from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    NotRecognized,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)
from playground.jsontext.parsing import try_parse
from playground.jsontext.printing import dump_inline

PROGRAMS = {"http": "http", "https": "https", "xh": "http", "xhs": "https"}
SIGN = re.compile(
    r"^[ \t]*(?P<prompt>[$#%>❯➜][ \t]+)?(?:[^\n|]{0,200}\|[ \t]*)?"
    r"(?:https?|xhs?)[ \t]+(?=[^\n]*[./:])"
    r"(?:--?[\w-]|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ \t]|:|[\"']?[\w{$.-]+[./:])",
    re.M | re.I,
)
SIGN_WORDS = tuple(each + space for each in PROGRAMS for space in " \t")
METHOD = re.compile(r"[A-Za-z]{3,10}")
# Options with a value; the others are switches.
VALUED = {
    "-a": "--auth", "--auth": "--auth", "-A": "--auth-type", "--auth-type": "--auth-type",
    "--raw": "--raw", "--session": "", "--session-read-only": "", "-p": "", "--print": "",
    "-o": "", "--output": "", "--timeout": "", "--proxy": "", "--verify": "", "--cert": "",
    "--cert-key": "", "--cert-key-pass": "", "-s": "", "--style": "", "--pretty": "",
    "--format-options": "", "--max-redirects": "", "--max-headers": "", "--ssl": "",
    "--ciphers": "", "--boundary": "--boundary", "--default-scheme": "--default-scheme",
    "--response-charset": "", "--response-mime": "", "--bearer": "--bearer", "-X": "--method",
    "--method": "--method",
}  # fmt: skip
# These only affect the output.
SILENT = frozenset({
    "-v", "--verbose", "-b", "--body", "-h", "--headers", "-m", "--meta", "--print", "-p",
    "--pretty", "-s", "--style", "--ignore-stdin", "-I", "--check-status", "-q", "--quiet",
    "--format-options", "-j", "--json", "-f", "--form", "-F", "--follow", "--all", "--stream",
})  # fmt: skip


@dataclass
class _Command:
    scheme: str
    is_form: bool = False
    words: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, Any]] = field(default_factory=list)


def looks_like(pasted: Pasted) -> bool:
    """Whether a line starts with the program and a method, a URL or an option."""
    return pasted.mentions(*SIGN_WORDS) and SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the commands in the text, in order."""
    stripped = strip_prompts(TracedText(pasted.text))
    sign = SIGN.search(stripped.text)
    if sign is None:
        raise NotRecognized("no-httpie", "No HTTPie command was found.")
    start = sign.end("prompt") if sign["prompt"] else sign.start()
    prompt = [TextSpan(*sign.span("prompt"), "read")] if sign["prompt"] else []
    commands, assignments = split_commands(stripped.text, start)
    shared = tuple(stripped.trace([*prompt, *assignments]))
    requests = []
    for index, command in enumerate(commands):
        if not command.words or command.words[0] not in PROGRAMS:
            continue
        spans = list(command.spans)
        stdin = command.input
        if command.piped and index:
            spans += commands[index - 1].spans
            stdin = _output(commands[index - 1])
        found = _read_command(command, stdin, stripped.trace_inside(spans))
        requests.append(replace(found, shared_spans=shared))
    if not requests:
        raise NotRecognized("no-httpie", "No HTTPie command was found.")
    return requests


def _output(command: BashCommand) -> str:
    """The text of a literal `echo`. Raises Unreadable for the output of any other program."""
    if command.words[:1] == ["echo"] and not command.unknown:
        return " ".join(each for each in command.words[1:] if each not in ("-n", "-e"))
    if command.words == ["cat"] and command.input is not None:
        return command.input
    message = (
        "The body of this command comes from another program, and programs are never run. "
        "Paste the command with the body in it."
    )
    raise Unreadable("httpie-stdin", message)


def _read_command(
    command: BashCommand, stdin: str | None, spans: Sequence[TextSpan]
) -> FoundRequest:
    for each in command.redirects:
        if each.lstrip("0").startswith("<"):
            raise Unreadable("httpie-file", BODY_IN_FILE, file=each.lstrip("0< \t"))
    parsed = _Command(PROGRAMS[command.words[0]])
    _read_options(parsed, command.words[1:])
    words = parsed.words
    method = parsed.values.get("--method", "")
    if len(words) > 1 and METHOD.fullmatch(words[0]) and not method:
        method, words = words[0], words[1:]
    if not words:
        raise Unreadable("httpie-no-url", "This HTTPie command has no URL.")
    for item in words[1:]:
        _read_item(parsed, item)
    body, document, content_type = _build_body(parsed, stdin)
    _add_login(parsed)
    if content_type and not any(name.lower() == "content-type" for name, _ in parsed.headers):
        parsed.headers.append(("Content-Type", content_type))
    headers, notes = clean_headers(tuple(parsed.headers))
    url = _build_url(parsed, words[0])
    if parsed.others:
        names = ", ".join(dict.fromkeys(parsed.others))
        notes.append(note_ignored("httpie-options", "Left out options: {names}.", names=names))
    return FoundRequest(
        kind="httpie",
        method=(method or ("POST" if body is not None else "GET")).upper(),
        url=url,
        headers=headers,
        body=body,
        document=document,
        notes=(
            note_understood("httpie", "An HTTPie command."),
            *command.repairs.values(),
            *note_shell_values(command.unknown),
            *notes,
        ),
        spans=tuple(spans),
    )


def _read_options(parsed: _Command, words: Sequence[str]) -> None:
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            parsed.words += waiting
            return
        # A number such as `-1` isn't one, nor is an item such as `-a=1`.
        if not word.startswith("-") or len(word) < 2:
            parsed.words.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in VALUED:
            value = value if equals else (waiting.pop(0) if waiting else "")
            if VALUED[name]:
                parsed.values[VALUED[name]] = value
                continue
        elif name[:2] in ("-a", "-A", "-X") and len(name) > 2 and name[1] != "-":
            parsed.values[VALUED[name[:2]]] = word[2:]
            continue
        parsed.is_form = parsed.is_form or name in ("-f", "--form", "--multipart")
        if name not in SILENT and name != "--multipart":
            parsed.others.append(name)


def _read_item(parsed: _Command, item: str) -> None:
    found = find_separator(item)
    if found is None:
        message = "“{text}” isn't an HTTPie request item. Check the command and paste it again."
        raise Unreadable("httpie-item", message, text=item[:80])
    name, value = item[: found.start()], item[found.end() :]
    kind = found.group()
    if "@" in kind:
        raise Unreadable("httpie-file", BODY_IN_FILE, file=value.partition(";")[0] or "?")
    if kind == "==":
        parsed.query.append((unescape_item(name), value))
    elif kind == ":":
        # `Name:` removes a header of HTTPie's own.
        if value:
            parsed.headers.append((unescape_item(name), value))
    elif kind == ";":
        parsed.headers.append((unescape_item(name), ""))
    elif kind == ":=":
        tree = try_parse(value)
        if tree is None:
            message = "The value of {name} isn't valid JSON: {value}. Check its quotes."
            raise Unreadable("httpie-json", message, name=name, value=value[:80])
        parsed.fields.append((name, tree[0]))
    else:
        parsed.fields.append((name, value))


def _build_body(parsed: _Command, stdin: str | None) -> tuple[str | None, str | None, str]:
    """The body, its JSON equivalent if it isn't JSON, and the content type."""
    raw = parsed.values.get("--raw", stdin)
    if raw is not None:
        return raw, None, FORM_TYPE if parsed.is_form else "application/json"
    if not parsed.fields:
        return None, None, ""
    if parsed.is_form:
        fields = [
            (unescape_item(n), v if isinstance(v, str) else dump_inline(v))
            for n, v in parsed.fields
        ]
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
        return text, dump_inline(join_fields(fields)), FORM_TYPE
    tree: Any = None
    for name, value in parsed.fields:
        tree = set_nested(tree, split_key(name), value, name)
    return dump_inline(tree), None, "application/json"


def _add_login(parsed: _Command) -> None:
    login, kind = parsed.values.get("--auth"), parsed.values.get("--auth-type", "basic")
    token = parsed.values.get("--bearer") or (login if kind == "bearer" else None)
    if token:
        parsed.headers.append(("Authorization", f"Bearer {token}"))
    elif login and kind == "basic":
        header, _ = read_login(login if ":" in login else login + ":")
        parsed.headers.append(("Authorization", header or f"Basic {login}"))
    elif login:
        parsed.others.append(f"--auth-type={kind}")


def _build_url(parsed: _Command, typed: str) -> str:
    check_scheme(typed)
    url = typed
    if url.startswith(":"):
        # `:8080/a` is short for a port on localhost, `:/a` for the default port.
        rest = url[1:]
        url = f"localhost:{rest}" if rest[:1].isdigit() else f"localhost{rest}"
    if "://" not in url and not url.startswith(("{{", "$")):
        url = f"{parsed.values.get('--default-scheme', parsed.scheme)}://{url.lstrip('/')}"
    if parsed.query:
        query = "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in parsed.query)
        url += ("&" if "?" in url else "?") + query
    return url
