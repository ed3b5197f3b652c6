"""Works out what one cURL command would send, from its options, as cURL does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlsplit, urlunsplit

from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Headers,
    Note,
    Unreadable,
    basic_auth,
    note_ignored,
    note_understood,
)

DATA_OPTIONS = frozenset({
    "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json",
})  # fmt: skip
# Options that change nothing in what is sent, or only how the answer is shown.
SILENT_OPTIONS = frozenset({
    "compressed", "fail", "fail-with-body", "silent", "show-error", "location", "verbose",
    "include", "no-progress-meter", "progress-bar", "no-buffer", "globoff", "http1.1", "http2",
    "http2-prior-knowledge", "path-as-is", "max-time", "connect-timeout", "retry", "output",
    "write-out", "remote-name", "tlsv1.2", "ipv4", "ipv6",
})  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One option as given: its long name without dashes, and its value if it takes one.

    A short option that isn't known keeps its letter as the name.
    """

    name: str
    value: str | None = None


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
    form: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def skip_file(self, name: str, what: str) -> None:
        message = "The file {file} isn't read, so {what}."
        self.notes.append(note_ignored("file-not-read", message, file=name, what=what))


def build_requests(options: Iterable[Option], stdin: str | None = None) -> list[FoundRequest]:
    """The requests of one cURL command, several where `--next` separates them.

    `stdin` is the text that is fed to the command, if it is a literal. Raises Unreadable where
    the body is not in the text.
    """
    # `--next` starts a request with all options at their defaults.
    groups: list[list[Option]] = [[]]
    for option in options:
        if option.name == "next":
            groups.append([])
        else:
            groups[-1].append(option)
    return [_build_request(group, stdin) for group in groups if group]


def _build_request(options: Sequence[Option], stdin: str | None) -> FoundRequest:
    transfer = _Transfer()
    for option in options:
        _apply_option(transfer, option.name, option.value or "", stdin)
    if not transfer.urls:
        raise Unreadable("curl-no-url", "This cURL command has no URL.")
    body = transfer.data
    url = _add_scheme(transfer, transfer.urls[0])
    query = list(transfer.query)
    # `--get` moves the data to the query.
    if transfer.get and body is not None:
        query.append(body)
        body = None
    if query:
        url = _add_query(url, "&".join(query))
    for extra in transfer.urls[1:]:
        message = "Left out a second URL: {url}."
        transfer.notes.append(note_ignored("more-addresses", message, url=extra))
    return FoundRequest(
        kind="curl",
        method=_choose_method(transfer, body),
        url=url,
        headers=_list_headers(transfer, body),
        body=body,
        notes=(*transfer.notes, *_list_notes(transfer)),
    )


def _apply_option(transfer: _Transfer, name: str, value: str, stdin: str | None) -> None:
    if name == "url":
        transfer.urls.append(value)
    elif name == "request":
        # As in cURL it only replaces the word: data is still sent.
        transfer.method = value
    elif name == "header":
        _add_header(transfer, value)
    elif name in DATA_OPTIONS:
        _add_data(transfer, name, value, stdin)
    elif name in ("form", "form-string"):
        _add_form_field(transfer, name, value)
    elif name == "upload-file":
        raise Unreadable("curl-upload", BODY_IN_FILE, file=value or "-")
    elif name == "get":
        transfer.get = True
    elif name == "head":
        transfer.head = True
    elif name == "url-query":
        encoded = value[1:] if value.startswith("+") else _encode(value, stdin)
        transfer.query.append(encoded)
    elif name == "user":
        # cURL would ask for the password; an empty one is what the command has.
        login = value if ":" in value else value + ":"
        transfer.implied["Authorization"] = basic_auth(login)
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
    elif name == "cookie" and value:
        transfer.skip_file(value, "its cookies are left out")
    elif name == "config":
        transfer.skip_file(value, "its options are left out")
    elif name == "k" or (name not in SILENT_OPTIONS and name != "cookie" and len(name) > 1):
        transfer.ignored.append("-k" if name == "k" else f"--{name}")


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
    # `--form-string` takes `@` as it is.
    if option == "form" and content[:1] in ("@", "<"):
        transfer.skip_file(content[1:].split(";")[0], "the form field is left out")
        return
    transfer.form.append(name)


def _list_notes(transfer: _Transfer) -> list[Note]:
    notes = []
    if transfer.ignored:
        names = ", ".join(dict.fromkeys(transfer.ignored))
        notes.append(note_ignored("curl-options", "Left out options: {names}.", names=names))
    if transfer.form:
        message = "Left out the form fields {names}: a multipart body isn't JSON."
        notes.append(note_ignored("multipart", message, names=", ".join(transfer.form)))
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


def _add_scheme(transfer: _Transfer, url: str) -> str:
    """The URL with the scheme that cURL would guess, unless it starts with a variable."""
    if "://" in url or url.startswith(("{{", "$", "%")):
        return url
    message = "The URL has no scheme; cURL would use http."
    transfer.notes.append(note_understood("no-scheme", message))
    return "http://" + url.lstrip("/")


def _add_query(url: str, query: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url}?{query}"
    joined = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=joined))
