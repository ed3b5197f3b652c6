"""Reads Bruno requests (.bru): blocks such as `post { … }`, `headers { … }`, `body:json { … }`.

Source: the Bru language, https://docs.usebruno.com/bru-lang/overview.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent
from urllib.parse import quote_plus

from playground.importers.http_messages import read_login
from playground.importers.literals import fill_placeholders
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Note,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)
from playground.jsontext.parsing import Tree, try_parse
from playground.jsontext.printing import dump

METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "connect", "trace"}
)
SIGN = re.compile(rf"^(?:{'|'.join(sorted(METHODS))})[ \t]*\{{[ \t]*\r?\n[ \t]*\w+[ \t]*:", re.M)
OPENING = re.compile(r"^(?P<name>[\w-]+(?::[\w-]+)*)[ \t]*(?P<mark>[{\[])[ \t]*$", re.M)
CLOSING = {"{": re.compile(r"^\}[ \t]*$", re.M), "[": re.compile(r"^\][ \t]*$", re.M)}
PAIR = re.compile(
    r"^[ \t]*(?P<off>~?)(?P<name>\"(?:[^\"\\]|\\.)*\"|[^\s:~][^\n:]*?)[ \t]*:[ \t]*"
    r"(?:'''(?P<lines>.*?)'''|(?P<value>[^\n]*))[ \t]*$",
    re.M | re.S,
)
FILE = re.compile(r"@file\(([^)]*)\)")
PLACEHOLDER = re.compile(r"\{\{[ \t]*([\w.-]{1,100})[ \t]*\}\}")
LOGIN = ("token", "username", "password", "key", "value", "placement")
TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "text": "text/plain",
    "graphql": "application/json",
}


@dataclass(frozen=True)
class BrunoBlock:
    """A block such as `headers { … }`, and where it is in the text."""

    name: str
    text: str
    # The offsets of the block and of its text, and the one after its closing bracket.
    start: int
    inside: int
    end: int


@dataclass
class BrunoRequest:
    """The blocks of one request by their names, and what was read of them."""

    blocks: dict[str, BrunoBlock]
    spans: list[TextSpan] = field(default_factory=list)
    off: list[str] = field(default_factory=list)

    def take(self, name: str) -> str:
        """The text of a block, which is marked as read."""
        block = self.blocks.get(name)
        if block is None:
            return ""
        self.spans.append(TextSpan(block.start, block.end, "read"))
        return block.text

    def pairs(self, name: str, known: Collection[str] = ()) -> list[tuple[str, str]]:
        """The names and values of a block; those that are switched off are noted.

        If only some names are known, lines with other names stay unread.
        """
        block = self.blocks.get(name)
        if block is None:
            return []
        closing = block.inside + len(block.text)
        self.spans += [
            TextSpan(block.start, block.inside, "read"),
            TextSpan(closing, block.end, "read"),
        ]
        listed = []
        for each in PAIR.finditer(block.text):
            key = each["name"].strip('"')
            if known and key not in known:
                continue
            start, end = block.inside + each.start(), block.inside + each.end()
            if each["off"]:
                self.off.append(key)
                self.spans.append(TextSpan(start, end, "left out"))
                continue
            self.spans.append(TextSpan(start, end, "read"))
            lines = each["lines"]
            value = dedent(lines).strip("\n") if lines is not None else each["value"].strip()
            listed.append((key, value))
        return listed


def looks_like(pasted: Pasted) -> bool:
    """Whether the text has a block named after an HTTP method."""
    return SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests of one file, or of several that were pasted together."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate="read")
    requests = []
    for blocks in _split_requests(list(list_blocks(traced.text))):
        found = _read_request(BrunoRequest({each.name: each for each in blocks}))
        requests.append(replace(found, spans=tuple(traced.trace_inside(found.spans))))
    if not requests:
        raise Unreadable("bruno-empty", "This Bruno file has no request.")
    return requests


def list_blocks(text: str) -> Iterator[BrunoBlock]:
    """The blocks of a file in order. Raises Unreadable for one that isn't closed."""
    at = 0
    while opening := OPENING.search(text, at):
        closing = CLOSING[opening["mark"]].search(text, opening.end())
        if closing is None:
            line = text.count("\n", 0, opening.start()) + 1
            message = "The block {name} in line {line} is never closed. Paste the whole text."
            raise Unreadable("bruno-open", message, name=opening["name"], line=line)
        inside = opening.end()
        yield BrunoBlock(
            opening["name"], text[inside : closing.start()], opening.start(), inside, closing.end()
        )
        at = closing.end()


def _split_requests(blocks: Sequence[BrunoBlock]) -> Iterator[list[BrunoBlock]]:
    """The blocks of each request: a repeated block starts another request."""
    waiting: list[BrunoBlock] = []
    for each in blocks:
        names = {one.name for one in waiting}
        again = each.name in names or (each.name in METHODS and names & METHODS)
        if again and names & METHODS:
            yield waiting
            waiting = []
        waiting.append(each)
    if any(each.name in METHODS for each in waiting):
        yield waiting


def _read_request(request: BrunoRequest) -> FoundRequest:
    method = next(each for each in request.blocks if each in METHODS)
    line = dict(request.pairs(method, ("url", "body", "auth")))
    title = dict(request.pairs("meta", ("name", "type", "seq"))).get("name", "")
    headers = request.pairs("headers")
    mode = line.get("body") or "none"
    rejected, body, content_type = None, None, ""
    try:
        body, content_type = _read_body(request, mode)
    except Unreadable as problem:
        rejected = problem.rejected
    if content_type and "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("Content-Type", content_type))
    variables = dict([*request.pairs("vars"), *request.pairs("vars:pre-request")])
    url = _read_url(request, line.get("url", ""))
    extra, login = _read_auth(request, line.get("auth", ""), variables)
    if extra and extra[0] == "?":
        url += ("&" if "?" in url else "?") + extra[1]
    elif extra and extra[0].lower() not in {name.lower() for name, _ in headers}:
        headers.append(extra)
    notes = [*_list_notes(request, title or url), *login]
    found = FoundRequest(
        kind="bruno",
        method=method.upper(),
        url=url,
        headers=tuple(headers),
        body=body,
        notes=tuple(notes),
        title=title,
        spans=tuple(_list_spans(request)),
        rejected=rejected,
    )
    return fill_placeholders(found, PLACEHOLDER, variables)


def _read_url(request: BrunoRequest, url: str) -> str:
    for name, value in request.pairs("params:path"):
        parts = url.split("/")
        url = "/".join(value if part == f":{name}" else part for part in parts)
    query = [*request.pairs("params:query"), *request.pairs("query")]
    # The URL already has the parameters, unless it was written by hand.
    if query and "?" not in url:
        url += "?" + "&".join(f"{name}={value}" for name, value in query)
    return url


def _read_body(request: BrunoRequest, mode: str) -> tuple[str | None, str]:
    """The body of that mode, and its content type. Raises Unreadable for one in a file."""
    name = f"body:{mode}" if f"body:{mode}" in request.blocks else "body"
    if mode in ("json", "xml", "text", "sparql"):
        return dedent(request.take(name).strip("\n")) or None, TYPES.get(mode, "")
    if mode == "graphql":
        tree: dict[str, Tree] = {"query": dedent(request.take(name)).strip()}
        variables = request.take("body:graphql:vars").strip()
        if variables:
            parsed = try_parse(variables)
            tree["variables"] = parsed[0] if parsed else variables
        return dump(tree), TYPES[mode]
    if mode in ("formUrlEncoded", "multipartForm", "form-urlencoded", "multipart-form"):
        dashed = "form-urlencoded" if "rl" in mode else "multipart-form"
        pairs = request.pairs(f"body:{dashed}")
        for _, value in pairs:
            if file := FILE.match(value):
                raise Unreadable("bruno-file", BODY_IN_FILE, file=file[1] or "?")
        text = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)
        return text or None, FORM_TYPE
    if mode == "file":
        file = FILE.search(request.take("body:file"))
        raise Unreadable("bruno-file", BODY_IN_FILE, file=file[1] if file else "?")
    if mode != "none":
        message = "This Bruno request has an unknown type of body: {mode}."
        raise Unreadable("bruno-mode", message, mode=mode[:80])
    return None, ""


def _encode(text: str) -> str:
    # Braces stay, so that placeholders survive.
    return quote_plus(text, safe="{}")


def _read_auth(
    request: BrunoRequest, mode: str, variables: Mapping[str, str]
) -> tuple[tuple[str, str] | None, list[Note]]:
    """The header that the login adds, or `?` and part of the query, and a note."""
    # A login is encoded as a whole, so its placeholders are filled in before.
    values = {
        name: PLACEHOLDER.sub(lambda found: variables.get(found[1], found[0]), value)
        for name, value in (request.pairs(f"auth:{mode}", LOGIN) if mode else [])
    }
    if mode == "bearer" and values:
        return ("Authorization", f"Bearer {values.get('token', '')}"), []
    if mode == "basic" and values:
        login = f"{values.get('username', '')}:{values.get('password', '')}"
        header, note = read_login(login)
        return ("Authorization", header) if header else None, [note] if note else []
    if mode == "apikey" and values.get("key"):
        if values.get("placement") == "queryparams":
            return ("?", f"{_encode(values['key'])}={_encode(values.get('value', ''))}"), []
        return (values["key"], values.get("value", "")), []
    return None, []


def _list_notes(request: BrunoRequest, name: str) -> Iterator[Note]:
    yield note_understood("bruno", "A Bruno request: {name}.", name=name)
    if request.off:
        message = "Left out items switched off in Bruno: {names}."
        yield note_ignored("disabled", message, names=", ".join(request.off))
    read = {each.start for each in request.spans}
    others = [each.name for each in request.blocks.values() if each.start not in read]
    if others:
        message = "Left out blocks that aren't sent: {names}."
        yield note_ignored("bruno-blocks", message, names=", ".join(others))


def _list_spans(request: BrunoRequest) -> list[TextSpan]:
    # A line that isn't a pair stays a gap, even in a block that was read.
    read = {each.start for each in request.spans}
    others = [
        TextSpan(each.start, each.end, "left out")
        for each in request.blocks.values()
        if each.start not in read
    ]
    return cover([request.spans, others])
