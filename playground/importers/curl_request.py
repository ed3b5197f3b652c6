"""What one cURL command would send, worked out from its options as cURL does."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlsplit, urlunsplit

from playground.importers.curl_options import SILENT, Option, read_options
from playground.importers.values import IGNORED, UNDERSTOOD, Note, Request, Unreadable, note

FORM = "application/x-www-form-urlencoded"
DATA = frozenset({"data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"})


@dataclass
class _Command:
    """The state that cURL builds from its options."""

    urls: list[str] = field(default_factory=list)
    method: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    data: str | None = None
    json: bool = False
    get: bool = False
    head: bool = False
    query: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    implied: dict[str, str] = field(default_factory=dict)
    form: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_requests(words: Sequence[str], stdin: str | None = None) -> list[Request]:
    """The requests of one cURL command (several when `--next` parts them).

    `words` are those after `curl`; `stdin` is text the command is fed, where it is literal.
    """
    groups: list[list[Option]] = [[]]
    for option in read_options(words):
        if option.name == "next":
            groups.append([])
        else:
            groups[-1].append(option)
    return [_one(group, stdin) for group in groups if group]


def _one(options: Sequence[Option], stdin: str | None) -> Request:
    command = _Command()
    for option in options:
        _take(command, option, stdin)
    if not command.urls:
        raise Unreadable("curl-no-url", "This cURL command names no address to send to.")
    return _conclude(command)


def _take(command: _Command, option: Option, stdin: str | None) -> None:
    value = option.value or ""
    name = option.name
    if name == "url":
        command.urls.append(value)
    elif name == "request":
        command.method = value
    elif name == "header":
        _take_header(command, value)
    elif name in DATA:
        _take_data(command, name, value, stdin)
    elif name in ("form", "form-string"):
        _take_form(command, name, value)
    elif name == "upload-file":
        raise Unreadable(
            "curl-upload",
            "This command sends the file {file}; files named in a pasted text are never read.",
            file=value or "-",
        )
    else:
        _take_other(command, name, value, stdin)


def _take_other(command: _Command, name: str, value: str, stdin: str | None) -> None:
    if name in ("get", "head"):
        setattr(command, name, True)
    elif name == "url-query":
        command.query.append(value[1:] if value.startswith("+") else _encode(command, value, stdin))
    elif name == "user":
        pair = value if ":" in value else value + ":"
        token = base64.b64encode(pair.encode("utf-8", "replace")).decode("ascii")
        command.implied["Authorization"] = f"Basic {token}"
    elif name == "oauth2-bearer":
        command.implied["Authorization"] = f"Bearer {value}"
    elif name == "user-agent":
        command.implied["User-Agent"] = value
    elif name == "referer":
        command.implied["Referer"] = value.removesuffix(";auto")
    elif name == "range":
        command.implied["Range"] = f"bytes={value}"
    elif name == "cookie":
        _take_cookie(command, value)
    elif name == "config":
        command.notes.append(_unread(value, "its options are left out"))
    elif name not in SILENT and len(name) > 1:
        command.ignored.append(f"--{name}")
    elif name == "k":
        command.ignored.append("-k")


def _take_header(command: _Command, value: str) -> None:
    if value.startswith("@"):
        command.notes.append(_unread(value[1:], "its headers are left out"))
        return
    name, colon, text = value.partition(":")
    if colon and not text.strip():
        command.removed.add(name.strip().lower())
    elif colon:
        command.headers.append((name.strip(), text.strip()))
    elif value.endswith(";"):
        command.headers.append((value[:-1].strip(), ""))


def _take_cookie(command: _Command, value: str) -> None:
    if "=" in value:
        command.cookies.append(value)
    elif value:
        command.notes.append(_unread(value, "its cookies are left out"))


def _take_data(command: _Command, name: str, value: str, stdin: str | None) -> None:
    if name == "data-urlencode":
        text = _encode(command, value, stdin)
    elif name != "data-raw" and value.startswith("@"):
        text = _from_file(value[1:], stdin, keep_lines=name in ("data-binary", "json"))
    else:
        text = value
    joint = "" if command.data is None or name == "json" else "&"
    command.data = (command.data or "") + joint + text
    command.json = command.json or name == "json"


def _from_file(name: str, stdin: str | None, keep_lines: bool) -> str:
    if name == "-" and stdin is not None:
        return stdin if keep_lines else stdin.replace("\r", "").replace("\n", "")
    if name == "-":
        raise Unreadable(
            "curl-stdin",
            "The body of this command comes from another program, which is never run. "
            "Paste the command with the body in it.",
        )
    raise Unreadable(
        "curl-file",
        "The body of this command is the file {file}; files named in a pasted text are never "
        "read. Paste the file's text instead.",
        file=name or "-",
    )


def _encode(command: _Command, value: str, stdin: str | None) -> str:
    """`content`, `=content` and `name=content`; `@file` and `name@file` are not read."""
    name, equals, content = value.partition("=")
    if not equals:
        name, at, file = value.partition("@")
        if at:
            content = _from_file(file, stdin, keep_lines=True)
        else:
            name, content = "", value
    encoded = quote_plus(content, safe="~")
    return f"{name}={encoded}" if name else encoded


def _take_form(command: _Command, option: str, value: str) -> None:
    name, _, content = value.partition("=")
    if option == "form" and content[:1] in ("@", "<"):
        command.notes.append(_unread(content[1:].split(";")[0], "the form field is left out"))
        return
    command.form.append((name, content))


def _unread(name: str, what: str) -> Note:
    return note(
        IGNORED,
        "file-not-read",
        "The file {file} is named but never read; {what}.",
        file=name,
        what=what,
    )


def _conclude(command: _Command) -> Request:
    body = command.data
    url = _with_scheme(command, command.urls[0])
    query = list(command.query)
    if command.get and body is not None:
        query.append(body)
        body = None
    if query:
        url = _add_query(url, "&".join(query))
    for extra in command.urls[1:]:
        command.notes.append(
            note(IGNORED, "more-addresses", "A second address is left out: {url}.", url=extra)
        )
    return Request(
        kind="curl",
        method=_method(command, body),
        url=url,
        headers=_headers(command, body),
        body=body,
        notes=(*command.notes, *_said(command)),
    )


def _said(command: _Command) -> list[Note]:
    said = []
    if command.ignored:
        names = ", ".join(dict.fromkeys(command.ignored))
        said.append(
            note(IGNORED, "curl-options", "Options without a place here: {names}.", names=names)
        )
    if command.form:
        names = ", ".join(name for name, _ in command.form)
        said.append(
            note(
                IGNORED,
                "multipart",
                "The command sends form fields ({names}) as multipart, which gives no JSON body.",
                names=names,
            )
        )
    return said


def _method(command: _Command, body: str | None) -> str:
    if command.method:
        return command.method
    if command.head:
        return "HEAD"
    return "POST" if body is not None or command.form else "GET"


def _headers(command: _Command, body: str | None) -> tuple[tuple[str, str], ...]:
    """The headers given, then those cURL adds because of other options."""
    given = {name.lower() for name, _ in command.headers} | command.removed
    implied = dict(command.implied)
    if command.cookies:
        implied["Cookie"] = "; ".join(command.cookies)
    if command.json:
        implied["Content-Type"] = implied["Accept"] = "application/json"
    elif body is not None:
        implied["Content-Type"] = FORM
    added = [(name, text) for name, text in implied.items() if name.lower() not in given and text]
    return (*command.headers, *added)


def _with_scheme(command: _Command, url: str) -> str:
    """cURL sends an address without a scheme over http; one that begins with a variable
    stays as it is."""
    if "://" in url or url.startswith(("{{", "$", "%")):
        return url
    command.notes.append(
        note(UNDERSTOOD, "no-scheme", "The address names no scheme, so cURL would use http.")
    )
    return "http://" + url.lstrip("/")


def _add_query(url: str, query: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url}?{query}"
    joined = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=joined))
