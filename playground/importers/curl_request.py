"""Works out what one cURL command would send, from its options, as cURL does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus

from playground.importers.curl_options import SILENT_OPTIONS, Option, plain_dashes
from playground.importers.http_messages import (
    add_query,
    check_scheme,
    choose_urls,
    clean_headers,
    join_fields,
    note_fields,
    read_login,
)
from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Headers,
    Note,
    Unreadable,
    note_ignored,
    note_repaired,
    note_understood,
)
from playground.jsontext.printing import dump

DATA_OPTIONS = frozenset({
    "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json",
})  # fmt: skip


OPTIONS_IN_FILE = (
    "Options of this command are in the file {file}. Files named in pasted text are never read: "
    "paste the command with its options."
)
# What may follow the content of a form field.
FORM_PARAMETERS = re.compile(r";[ \t]*(?:type|filename|headers?|encoder)=.*", re.S)
# cURL sends a request for each of these: `{a,b}` and `[1-9]`.
LINE_BREAK = re.compile(r"[ \t]*[\r\n]\s*")
GLOB = re.compile(r"\{[^{}]*,[^{}]*\}|\[\w+-\w+(?::\d+)?\]")


@dataclass
class _Transfer:
    """The state that cURL builds from the options of one request."""

    urls: list[str] = field(default_factory=list)
    method: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    data: str | None = None
    is_json: bool = False
    get: bool = False
    head: bool = False
    query: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    implied: dict[str, str] = field(default_factory=dict)
    form: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def skip_file(self, name: str, what: str) -> None:
        message = "The file {file} isn't read, so {what}."
        self.notes.append(note_ignored("file-not-read", message, file=name, what=what))


def build_requests(options: Iterable[Option], stdin: str | None = None) -> list[FoundRequest]:
    """The requests of one cURL command: one for each URL, and those after `--next`.

    `stdin` is the standard input of the command, if it is a literal. Raises Unreadable if the body
    isn't in the text.
    """
    # `--next` starts a request with all options at their defaults.
    groups: list[list[Option]] = [[]]
    for option in options:
        if option.name == "next":
            groups.append([])
        else:
            groups[-1].append(option)
    return [each for group in groups if group for each in _build_group(group, stdin)]


def _build_group(options: Sequence[Option], stdin: str | None) -> list[FoundRequest]:
    transfer = _Transfer()
    for option in options:
        _apply_option(transfer, option, stdin)
    if not transfer.urls:
        raise Unreadable("curl-no-url", "This cURL command has no URL.")
    body = transfer.data
    query = list(transfer.query)
    # `--get` moves the data to the query.
    if transfer.get and body is not None:
        query.append(body)
        body = None
    urls, others = choose_urls(transfer.urls)
    for each in others:
        message = "Left out “{text}”, which doesn't belong to any option."
        transfer.notes.append(note_ignored("extra-word", message, text=each))
    headers, notes = clean_headers(_list_headers(transfer, body))
    request = FoundRequest(
        kind="curl",
        method=_choose_method(transfer, body),
        headers=headers,
        body=body,
        document=dump(join_fields(transfer.form)) if transfer.form else None,
        notes=(*transfer.notes, *notes, *_list_notes(transfer, options)),
    )
    return [_set_url(request, url, query) for url in urls]


def _set_url(request: FoundRequest, url: str, query: Sequence[str]) -> FoundRequest:
    notes = list(request.notes)
    # A long URL was broken over two lines, in an email for example.
    if LINE_BREAK.search(url):
        url = LINE_BREAK.sub("", url)
        notes.append(note_repaired("url-break", "Removed a line break in the URL."))
    if "&amp;" in url:
        url = url.replace("&amp;", "&")
        notes.append(note_repaired("url-entities", "Replaced &amp; in the URL with &."))
    check_scheme(url, guessed=True)
    # The scheme that cURL would guess, unless the URL starts with a variable.
    if "://" not in url and not url.startswith(("{{", "$", "%")):
        url = "http://" + url.lstrip("/")
        notes.append(note_understood("no-scheme", "The URL has no scheme; cURL would use http."))
    if found := GLOB.search(url):
        message = "cURL sends a request for each value of {typed}. Put one value in its place."
        notes.append(note_ignored("glob", message, typed=found.group()))
    url = add_query(url, "&".join(query)) if query else url
    return replace(request, url=url, notes=tuple(notes))


def _apply_option(transfer: _Transfer, option: Option, stdin: str | None) -> None:
    name, value = option.name, option.value or ""
    if name == "url":
        transfer.urls.append(value)
    elif name == "request":
        # As in cURL it only replaces the word: data is still sent.
        transfer.method = value.strip()
    elif name == "header":
        _add_header(transfer, value)
    elif name in DATA_OPTIONS:
        _add_data(transfer, name, value, stdin)
    elif name in ("form", "form-string"):
        _add_form_field(transfer, name, value)
    elif name == "upload-file":
        raise Unreadable("curl-upload", BODY_IN_FILE, file=value or "-")
    elif name == "config":
        raise Unreadable("curl-config", OPTIONS_IN_FILE, file=value or "-")
    elif name == "get":
        transfer.get = True
    elif name == "head":
        transfer.head = True
    elif name == "url-query":
        encoded = value[1:] if value.startswith("+") else _encode(value, stdin)
        transfer.query.append(encoded)
    elif name == "user":
        # cURL would ask for the password; an empty one is what the command has.
        header, note = read_login(value if ":" in value else value + ":")
        transfer.implied["Authorization"] = header or ""
        transfer.notes += [note] if note else []
    elif name == "oauth2-bearer":
        transfer.implied["Authorization"] = f"Bearer {value}"
    elif name == "user-agent":
        transfer.implied["User-Agent"] = value
    elif name == "referer":
        transfer.implied["Referer"] = value.removesuffix(";auto")
    elif name == "range":
        transfer.implied["Range"] = f"bytes={value}"
    # Without an equals sign the value is the name of a file with cookies.
    elif name == "cookie" and "=" in value:
        transfer.cookies.append(value)
    elif name == "cookie":
        if value:
            transfer.skip_file(value, "its cookies are left out")
    elif name not in SILENT_OPTIONS:
        # A word such as `-xuser:password@proxy` isn't shown.
        typed = plain_dashes(option.typed) if option.value is None else f"--{name}"
        transfer.ignored.append(typed)


def _add_header(transfer: _Transfer, value: str) -> None:
    """`Name: value` adds a header, `Name:` removes one of cURL's own, `Name;` adds an empty one."""
    if value.startswith("@"):
        transfer.skip_file(value[1:], "its headers are left out")
        return
    name, colon, text = value.partition(":")
    if colon and not text.strip():
        transfer.removed.add(name.strip().lower())
    elif colon:
        transfer.headers.append((name.strip(), text.strip()))
    elif value.endswith(";"):
        transfer.headers.append((value[:-1].strip(), ""))
    else:
        message = "Left out the header “{text}”, which has no colon. cURL leaves it out, too."
        transfer.notes.append(note_ignored("no-colon", message, text=value))


def _add_data(transfer: _Transfer, name: str, value: str, stdin: str | None) -> None:
    if name == "data-urlencode":
        text = _encode(value, stdin)
    elif name != "data-raw" and value.startswith("@"):
        text = _read_file(value[1:], stdin)
        # The other options remove line breaks from what they read.
        if name not in ("data-binary", "json"):
            text = text.replace("\r", "").replace("\n", "")
    else:
        text = value
    # cURL joins data as form fields, and JSON as it is.
    separator = "" if transfer.data is None or name == "json" else "&"
    transfer.data = (transfer.data or "") + separator + text
    transfer.is_json = transfer.is_json or name == "json"


def _read_file(name: str, stdin: str | None) -> str:
    if name == "-" and stdin is not None:
        return stdin
    if name == "-":
        message = (
            "The body of this command comes from another program, and programs are never run. "
            "Paste the command with the body in it."
        )
        raise Unreadable("curl-stdin", message)
    raise Unreadable("curl-file", BODY_IN_FILE, file=name or "-")


def _encode(value: str, stdin: str | None) -> str:
    """A value of `--data-urlencode`: `content`, `=content`, `name=content` or `name@file`."""
    name, equals, content = value.partition("=")
    if not equals:
        name, at, file = value.partition("@")
        if at:
            content = _read_file(file, stdin)
        else:
            name, content = "", value
    encoded = quote_plus(content, safe="~")
    return f"{name}={encoded}" if name else encoded


def _add_form_field(transfer: _Transfer, option: str, value: str) -> None:
    name, _, content = value.partition("=")
    # `--form-string` takes its value literally.
    if option == "form":
        if content[:1] in ("@", "<"):
            file = content[1:].split(";")[0].strip('"')
            raise Unreadable("curl-file", BODY_IN_FILE, file=file or "-")
        content = FORM_PARAMETERS.sub("", content)
        if content[:1] == content[-1:] == '"':
            content = content[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    transfer.form.append((name, content))


def _list_notes(transfer: _Transfer, options: Sequence[Option]) -> list[Note]:
    notes = []
    dashed = [each.name for each in options if plain_dashes(each.typed) != each.typed]
    if dashed:
        names = ", ".join(dict.fromkeys(dashed))
        message = "Replaced typographic dashes with hyphens before {names}."
        notes.append(note_repaired("dashes", message, names=names))
    if transfer.ignored:
        names = ", ".join(dict.fromkeys(transfer.ignored))
        notes.append(note_ignored("curl-options", "Left out options: {names}.", names=names))
    if transfer.form:
        notes.append(note_fields())
    return notes


def _choose_method(transfer: _Transfer, body: str | None) -> str:
    if transfer.method:
        return transfer.method
    if transfer.head:
        return "HEAD"
    return "POST" if body is not None or transfer.form else "GET"


def _list_headers(transfer: _Transfer, body: str | None) -> Headers:
    """The headers given, then those cURL adds because of other options."""
    given = {name.lower() for name, _ in transfer.headers} | transfer.removed
    implied = dict(transfer.implied)
    if transfer.cookies:
        implied["Cookie"] = "; ".join(transfer.cookies)
    if transfer.is_json:
        implied["Content-Type"] = implied["Accept"] = "application/json"
    elif body is not None:
        implied["Content-Type"] = FORM_TYPE
    # A header given wins, and one removed isn't added.
    added = [(name, text) for name, text in implied.items() if name.lower() not in given and text]
    return (*transfer.headers, *added)
