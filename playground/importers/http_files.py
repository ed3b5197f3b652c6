"""Reads the text of an HTTP request (RFC 9112) and files of requests (.http, .rest)."""

from __future__ import annotations

import re

from playground.importers.values import (
    IGNORED,
    UNDERSTOOD,
    Headers,
    Note,
    Request,
    Unreadable,
    note,
)
from playground.importers.variables import fill_request

METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
REQUEST_LINE = re.compile(rf"(?:({METHODS})[ \t]+)?(\S+?)(?:[ \t]+HTTP/[\d.]+)?[ \t]*", re.I)
SIGN = re.compile(
    rf"^(?:{METHODS})[ \t]+(?:https?://|/|\{{\{{|[\w.-]+[/.:])\S*(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?$",
    re.M,
)
PART = re.compile(r"^###[^\n]*$", re.M)
HEADER = re.compile(r"([!#$%&'*+.^_`|~\w-]+)[ \t]*:[ \t]*(.*)")
VARIABLE = re.compile(r"@([\w.-]+)[ \t]*=[ \t]*(.*)")
FILE_NAME = re.compile(r"\{\{[ \t]*([\w.-]+)[ \t]*\}\}")
SCRIPT = re.compile(r"[<>][ \t]*\{%.*?(?:%\}|\Z)", re.S)
FILE_BODY = re.compile(r"<@?\w*[ \t]+(\S[^\n]*)")
SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "transfer-encoding"})


def looks_like(text: str) -> bool:
    """Whether a line in it is a request line."""
    return SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """The requests of the text, parted by lines that begin with `###`."""
    text = text.replace("\r\n", "\n")
    requests = []
    refusal: Unreadable | None = None
    for part in PART.split(text) if PART.search(text) else [text]:
        if not SIGN.search(part):
            continue
        try:
            requests.append(_one(part))
        except Unreadable as problem:
            refusal = refusal or problem
    if not requests:
        raise refusal or Unreadable("no-request-line", "No request line can be read here.")
    return requests


def _one(part: str) -> Request:
    found = SIGN.search(part)
    start = found.start() if found else 0
    notes = [note(UNDERSTOOD, "http", "The text of an HTTP request.")]
    variables = _variables(part[:start])
    lines = part[start:].split("\n")
    method, target = _request_line(lines[0])
    target, at = _continued(target, lines)
    headers, at = _headers(lines, at)
    body, more = _body("\n".join(lines[at:]))
    host = next((value for name, value in headers if name.lower() == "host"), "")
    request = Request(
        kind="http",
        method=method,
        url=_address(target, host),
        headers=tuple(pair for pair in headers if pair[0].lower() not in SKIPPED_HEADERS),
        body=body,
        notes=(*notes, *more),
    )
    return fill_request(request, FILE_NAME, variables) if variables else request


def _request_line(line: str) -> tuple[str, str]:
    found = REQUEST_LINE.fullmatch(line.strip())
    if found is None:
        raise Unreadable(
            "no-request-line", "This request line cannot be read: {line}", line=line[:80]
        )
    return (found[1] or "GET").upper(), found[2]


def _continued(target: str, lines: list[str]) -> tuple[str, int]:
    """In files of requests a query may go on in indented lines."""
    at = 1
    parts = [target]
    while at < len(lines) and re.match(r"[ \t]+[?&]", lines[at]):
        parts.append(lines[at].strip())
        at += 1
    return "".join(parts), at


def _headers(lines: list[str], at: int) -> tuple[Headers, int]:
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
            return tuple(headers), at - 1
    return tuple(headers), at


def _body(text: str) -> tuple[str | None, list[Note]]:
    scripts = SCRIPT.search(text)
    notes = []
    if scripts:
        text = SCRIPT.sub("", text)
        notes.append(note(IGNORED, "script", "A script beside the request, which is not run."))
    file = FILE_BODY.match(text.strip())
    if file and not text.strip().startswith(("<?", "<!")):
        raise Unreadable(
            "http-file",
            "The body of this request is the file {file}; files named in a pasted text are never "
            "read. Paste the file's text instead.",
            file=file[1],
        )
    body = text.rstrip("\n") if text.strip() else None
    return body, notes


def _address(target: str, host: str) -> str:
    """A path and a Host header make an address; the scheme is not said there, so https."""
    if "://" in target or target.startswith("{{"):
        return target
    if target.startswith("/"):
        return f"https://{host}{target}" if host else target
    return f"https://{target}"


def _variables(text: str) -> dict[str, str]:
    found = (VARIABLE.fullmatch(line.strip()) for line in text.split("\n"))
    return {each[1]: each[2].strip() for each in found if each}
