"""Reads the text of an HTTP request (RFC 9112), files of requests (.http), and cookies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from playground.importers.literals import fill_placeholders
from playground.importers.spans import TextSpan, TracedText, cover
from playground.importers.values import (
    BODY_IN_FILE,
    FoundRequest,
    Headers,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)

METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
REQUEST_LINE = re.compile(rf"(?:({METHODS})[ \t]+)?(\S+?)(?:[ \t]+HTTP/[\d.]+)?[ \t]*", re.I)
# To be found in a text, a request line needs a method, and a target that prose doesn't have.
REQUEST_SIGN = re.compile(
    rf"^(?:{METHODS})[ \t]+(?:https?://|/|\{{\{{|[\w.-]+[/.:])\S*(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?$",
    re.M,
)
SEPARATOR = re.compile(r"^###[^\n]*$", re.M)
HEADER = re.compile(r"([!#$%&'*+.^_`|~\w-]+)[ \t]*:[ \t]*(.*)")
VARIABLE = re.compile(r"@([\w.-]+)[ \t]*=[ \t]*(.*)")
VARIABLE_LINE = re.compile(r"^[ \t]*@([\w.-]+)[ \t]*=[^\n]*$", re.M)
COMMENT_LINE = re.compile(r"^[ \t]*(?:#|//)[^\n]*$", re.M)
CARRIAGE_RETURN = re.compile(r"\r(?=\n)")
PLACEHOLDER = re.compile(r"\{\{[ \t]*([\w.-]+)[ \t]*\}\}")
SCRIPT = re.compile(r"[<>][ \t]*\{%.*?(?:%\}|\Z)", re.S)
FILE_BODY = re.compile(r"<@?\w*[ \t]+(\S[^\n]*)")
# The sender works these out again for what it sends.
SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "transfer-encoding"})

COOKIE_LABEL = re.compile(r"\s*(?:set-)?cookie\s*:\s*", re.I)
COOKIE_NAME = re.compile(r"[^\s=;,\"(){}\[\]<>@:\\/?]+")
# Set-Cookie has these beside the cookie itself (RFC 6265, 5.2).
COOKIE_ATTRIBUTES = frozenset({
    "path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority",
})  # fmt: skip
MAX_COOKIES = 200


def looks_like(pasted: Pasted) -> bool:
    """Whether any line is a request line."""
    return REQUEST_SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests of the text, separated by lines that start with `###`."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate="read")
    text = traced.text
    separators = [each.span() for each in SEPARATOR.finditer(text)]
    requests = []
    problem: Unreadable | None = None
    for (_, start), (end, _) in pairwise([(0, 0), *separators, (len(text), len(text))]):
        part = text[start:end]
        request_line = REQUEST_SIGN.search(part)
        if request_line is None:
            continue
        try:
            found, spans = _read_request(part, request_line.start())
        except Unreadable as raised:
            problem = problem or raised
            continue
        spans = [TextSpan(start + each.start, start + each.end, each.fate) for each in spans]
        titles = [TextSpan(*each, "read") for each in separators if each[1] == start]
        title = "".join(text[each.start + 3 : each.end].strip() for each in titles)
        if title:
            named = note_understood("http", "The text of an HTTP request: {title}.", title=title)
            found = replace(found, title=title, notes=(named, *found.notes[1:]))
        requests.append(replace(found, spans=tuple(traced.trace([*titles, *spans]))))
    if not requests:
        raise problem or NotRecognized("no-request-line", "No request line can be read here.")
    return requests


def _read_request(part: str, start: int) -> tuple[FoundRequest, list[TextSpan]]:
    lines = part[start:].split("\n")
    method, target = _read_request_line(lines[0])
    at = 1
    # In files of requests a long query goes on in indented lines.
    while at < len(lines) and re.match(r"[ \t]+[?&]", lines[at]):
        target += lines[at].strip()
        at += 1
    headers, at = _read_headers(lines, at)
    body_start = start + sum(len(each) + 1 for each in lines[:at])
    body, notes = _read_body("\n".join(lines[at:]))
    host = next((value for name, value in headers if name.lower() == "host"), "")
    request = FoundRequest(
        kind="http",
        method=method,
        url=_build_url(target, host),
        headers=tuple(pair for pair in headers if pair[0].lower() not in SKIPPED_HEADERS),
        body=body,
        notes=(note_understood("http", "The text of an HTTP request."), *notes),
    )
    used = set(PLACEHOLDER.findall(part, start))
    defined = VARIABLE_LINE.finditer(part[:start])
    variables = [TextSpan(*each.span(), "read") for each in defined if each[1] in used]
    scripts = (each.span() for each in SCRIPT.finditer(part, body_start))
    left_out = [TextSpan(*each, "left out") for each in scripts]
    # Comments between the headers are gaps.
    comments = [each.span() for each in COMMENT_LINE.finditer(part, start, body_start)]
    ends = [start, *(end for _, end in comments)]
    starts = [*(begin for begin, _ in comments), len(part)]
    read = [TextSpan(*each, "read") for each in zip(ends, starts, strict=True)]
    filled = fill_placeholders(request, PLACEHOLDER, _read_variables(part[:start]))
    return filled, cover([left_out, [*variables, *read]])


def _read_request_line(line: str) -> tuple[str, str]:
    found = REQUEST_LINE.fullmatch(line.strip())
    if found is None:
        message = "This request line can't be read: {line}"
        raise NotRecognized("no-request-line", message, line=line[:80])
    return (found[1] or "GET").upper(), found[2]


def _read_headers(lines: list[str], at: int) -> tuple[Headers, int]:
    """The headers from line `at` on, and the number of the line where the body starts."""
    headers: list[tuple[str, str]] = []
    while at < len(lines):
        line = lines[at].rstrip("\r")
        at += 1
        if not line.strip():
            break
        if line.lstrip().startswith(("#", "//")):
            continue
        found = HEADER.fullmatch(line.strip())
        if found:
            headers.append((found[1], found[2].strip()))
        elif headers and line[:1] in " \t":
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        else:
            # The empty line before the body is missing, as when it was lost in an e-mail.
            return tuple(headers), at - 1
    return tuple(headers), at


def _read_body(text: str) -> tuple[str | None, list[Note]]:
    notes = []
    if SCRIPT.search(text):
        text = SCRIPT.sub("", text)
        notes.append(note_ignored("script", "Left out a script, which is never run."))
    file = FILE_BODY.match(text.strip())
    # The body may be XML or HTML.
    if file and not text.strip().startswith(("<?", "<!")):
        raise Unreadable("http-file", BODY_IN_FILE, file=file[1])
    return (text.rstrip("\n") if text.strip() else None), notes


def _build_url(target: str, host: str) -> str:
    """The URL of a target; a request's text doesn't give the scheme, so it is https."""
    if "://" in target or target.startswith("{{"):
        return target
    if target.startswith("/"):
        return f"https://{host}{target}" if host else target
    return f"https://{target}"


def _read_variables(text: str) -> dict[str, str]:
    found = (VARIABLE.fullmatch(line.strip()) for line in text.split("\n"))
    return {each[1]: each[2].strip() for each in found if each}


def parse_cookies(text: str) -> dict[str, str]:
    """Names and values of a `Cookie` header, `Set-Cookie` lines, exported JSON (a list of
    objects with `name` and `value`, or an object of names and values) or a cookies.txt.
    Empty when nothing is recognised; of a repeated name the last value wins."""
    cookies = list(_parse_json_cookies(text)) or list(_parse_cookies_txt(text))
    return dict((cookies or list(_parse_cookie_headers(text)))[:MAX_COOKIES])


def _parse_json_cookies(text: str) -> Iterator[tuple[str, str]]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(tree, dict) and isinstance(tree.get("cookies"), list | dict):
        tree = tree["cookies"]
    if isinstance(tree, dict):
        yield from ((n, v) for n, v in tree.items() if isinstance(v, str) and n)
    elif isinstance(tree, list):
        for each in tree:
            if isinstance(each, dict) and isinstance(each.get("value"), str) and each.get("name"):
                yield str(each["name"]), each["value"]


def _parse_cookies_txt(text: str) -> Iterator[tuple[str, str]]:
    """The Netscape format that cURL writes: seven columns separated by tabs."""
    for line in text.splitlines():
        cells = line.removeprefix("#HttpOnly_").split("\t")
        if len(cells) == 7 and cells[1] in ("TRUE", "FALSE"):
            yield cells[5], cells[6].strip()


def _parse_cookie_headers(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        for part in COOKIE_LABEL.sub("", line, count=1).split(";"):
            name, equals, value = part.strip().partition("=")
            if equals and COOKIE_NAME.fullmatch(name) and name.lower() not in COOKIE_ATTRIBUTES:
                yield name, value.strip()
