"""Reads the text of an HTTP request (RFC 9112), files of requests (.http), and cookies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from playground.importers.literals import SizeBudget, fill_placeholders
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
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
# A placeholder may contain spaces.
BRACES = r"\{\{[^{}\n]{1,200}\}\}"
TARGET = rf"(?:{BRACES}|(?!{BRACES})\S)"
REQUEST_LINE = re.compile(rf"(?:({METHODS})[ \t]+)?({TARGET}+?)(?:[ \t]+HTTP/[\d.]+)?[ \t]*", re.I)
# To be found in a text, a request line needs a method, and a target that prose doesn't have.
REQUEST_SIGN = re.compile(
    rf"^(?:{METHODS})[ \t]+(?:(?=\{{\{{)|https?://|/|[\w.-]+[/.:]){TARGET}*"
    r"(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?$",
    re.M,
)
SEPARATOR = re.compile(r"^###[^\n]*$", re.M)
HEADER = re.compile(r"([!#$%&'*+.^_`|~\w-]+)[ \t]*:[ \t]*(.*)")
VARIABLE_LINE = re.compile(r"^[ \t]*@([\w.-]+)[ \t]*=([^\n]*)$", re.M)
NAME_LINE = re.compile(r"^[ \t]*(?:#|//)[ \t]*@name[ \t=]+(\S[^\n]*?)[ \t]*$", re.M)
COMMENT_LINE = re.compile(r"^[ \t]*(?:#|//)[^\n]*$", re.M)
PLACEHOLDER = re.compile(r"\{\{[ \t]*([\w.-]+)[ \t]*\}\}")
# Scripts in this file or another one, and files that a reply is saved to.
SCRIPT = re.compile(
    r"[<>][ \t]*\{%.*?(?:%\}|\Z)|^(?:>>!?|<>)[ \t]+\S[^\n]*|^>[ \t]+\S+\.m?js[ \t]*$", re.S | re.M
)
FILE_BODY = re.compile(r"^<@?\w*[ \t]+(\S[^\n]*)", re.M)
MULTIPART_LINE = re.compile(r"--\S")
# The sender works these out again for what it sends.
SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "transfer-encoding"})

COOKIE_LABEL = re.compile(r"\s*(?:set-)?cookie\s*:\s*", re.I)
COOKIE_NAME = re.compile(r"[^\s=;,\"(){}\[\]<>@:\\/?]+")
# Set-Cookie has these attributes besides the cookie itself (RFC 6265, 5.2).
COOKIE_ATTRIBUTES = frozenset({
    "path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority",
})  # fmt: skip
MAX_COOKIES = 200


def looks_like(pasted: Pasted) -> bool:
    """Whether any line is a request line."""
    return REQUEST_SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests of the text, separated by lines that start with `###`.

    A request whose body can't be read is rejected only if it is the chosen one.
    """
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate="read")
    text = traced.text
    separators = [each.span() for each in SEPARATOR.finditer(text)]
    parts = list(pairwise([(0, 0), *separators, (len(text), len(text))]))
    # A variable defined outside a request applies to the whole file.
    variables = _FileVariables()
    for (_, start), (end, _) in parts:
        request_line = REQUEST_SIGN.search(text, start, end)
        variables.read(text, start, request_line.start() if request_line else end)
    blank = [TextSpan(*each, "read") for each in separators if not text[slice(*each)].strip("# \t")]
    shared = tuple(traced.trace(blank))
    requests = []
    for opening, (end, _) in parts:
        start = opening[1]
        request_line = REQUEST_SIGN.search(text, start, end)
        if request_line is None:
            continue
        titles = [TextSpan(*opening, "read")] if start else []
        title = text[opening[0] + 3 : start].strip()
        name = NAME_LINE.search(text, start, request_line.start())
        if name and not title:
            title = name[1]
        if name:
            titles.append(TextSpan(*name.span(), "read"))
        part = text[start:end]
        try:
            found, spans = _read_request(part, request_line.start() - start)
        except Unreadable as problem:
            found, spans = _reject(part, request_line.start() - start, problem)
        if title:
            named = note_understood("http", "The text of an HTTP request: {title}.", title=title)
            found = replace(found, title=title, notes=(named, *found.notes[1:]))
        used = variables.find_used(text[request_line.start() : end])
        shifted = [TextSpan(start + each.start, start + each.end, each.fate) for each in spans]
        found = fill_placeholders(found, PLACEHOLDER, variables.values)
        own = tuple(traced.trace_inside(cover([used, titles, shifted])))
        requests.append(replace(found, spans=own, shared_spans=shared))
    if all(each.rejected for each in requests):
        rejected = next((each.rejected for each in requests if each.rejected), None)
        if rejected and rejected.code != "no-request-line":
            raise Unreadable.of(rejected)
        raise NotRecognized("no-request-line", "No HTTP request line was found.")
    return requests


class _FileVariables:
    """The variables of a file, their lines, and the ones that a text uses."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lines: dict[str, list[TextSpan]] = {}
        self.needed: dict[str, set[str]] = {}
        self.budget = SizeBudget()

    def read(self, text: str, start: int, end: int) -> None:
        """Read the lines `@name = value`; a value may use the variables before it."""
        for each in VARIABLE_LINE.finditer(text, start, end):
            name, value = each[1], each[2].strip()
            used = set(PLACEHOLDER.findall(value)) & self.values.keys()
            self.needed[name] = used.union(*(self.needed[other] for other in used))
            self.values[name] = PLACEHOLDER.sub(
                lambda found: self.budget.spend(self.values.get(found[1], found[0])), value
            )
            self.lines[name] = [TextSpan(*each.span(), "read")]

    def find_used(self, text: str) -> list[TextSpan]:
        """The lines of the variables that a request uses, directly or not."""
        used = set(PLACEHOLDER.findall(text)) & self.values.keys()
        used = used.union(*(self.needed[each] for each in used))
        return [span for name in sorted(used) for span in self.lines[name]]


def _reject(part: str, start: int, problem: Unreadable) -> tuple[FoundRequest, list[TextSpan]]:
    """A request that can't be read, to be listed with the others."""
    line = part[start:].partition("\n")[0].strip()
    found = REQUEST_LINE.fullmatch(line)
    note = note_understood("http", "The text of an HTTP request.")
    request = FoundRequest(
        kind="http",
        method=found[1].upper() if found and found[1] else None,
        url=found[2] if found else None,
        notes=(note,),
        rejected=problem.rejected,
    )
    return request, [TextSpan(start, len(part), "left out")]


def _read_request(part: str, start: int) -> tuple[FoundRequest, list[TextSpan]]:
    lines = part[start:].split("\n")
    method, target = _read_request_line(lines[0])
    at = 1
    # In request files a long query continues on indented lines.
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
    scripts = (each.span() for each in SCRIPT.finditer(part, body_start))
    left_out = [TextSpan(*each, "left out") for each in scripts]
    # Comments between the headers are gaps.
    comments = [each.span() for each in COMMENT_LINE.finditer(part, start, body_start)]
    ends = [start, *(end for _, end in comments)]
    starts = [*(begin for begin, _ in comments), len(part)]
    read = [TextSpan(*each, "read") for each in zip(ends, starts, strict=True)]
    return request, cover([left_out, read])


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
    # The body may be XML or HTML; any part of a multipart body may have a file.
    in_parts = MULTIPART_LINE.match(text.lstrip())
    file = (FILE_BODY.search if in_parts else FILE_BODY.match)(text.strip())
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
