"""Builds the request that source code would send from the literals it gives to its library."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from playground.importers.http_messages import (
    check_scheme,
    clean_headers,
    join_fields,
    note_fields,
    read_login,
)
from playground.importers.literals import FileText, JsonText, Literal, check_size, is_text
from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Note,
    Unreadable,
    note_ignored,
    note_understood,
)
from playground.jsontext.parsing import NumberToken
from playground.jsontext.printing import dump

REFERENCE = re.compile(r"\{\{\w{1,80}\}\}")
LANGUAGES = {
    "python": "Python",
    "javascript": "JavaScript",
    "powershell": "PowerShell",
    "php": "PHP",
}
# Libraries have a function for each of these.
HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
MAX_REFERENCES = 5


@dataclass
class RequestParts:
    """The arguments of one call to an HTTP library, as far as they are literals.

    `form` has the fields of a multipart body. `unread` names the arguments that can't be read,
    such as `files=…`; `notes` are those of the reader.
    """

    kind: str
    method: str
    url: str
    headers: Literal = None
    body: Literal = None
    form: Literal = None
    query: Literal = None
    cookies: Literal = None
    login: tuple[str, str] | None = None
    implied_type: str = ""
    unread: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def build_request(parts: RequestParts, outside: Sequence[str]) -> FoundRequest:
    """The request of a call; `outside` lists the references to values from elsewhere.

    Raises Unreadable if part of it is in a file, or can't be sent.
    """
    check_scheme(parts.url)
    headers, notes = list(text_pairs(parts.headers)), list(parts.notes)
    given = {name.lower() for name, _ in headers}
    body, document, content_type = _build_body(parts)
    if document is None and isinstance(parts.form, dict):
        document = dump(join_fields(_list_fields(parts.form)))
        notes.append(note_fields())
    if content_type and "content-type" not in given:
        headers.append(("Content-Type", content_type))
    if parts.login and "authorization" not in given:
        header, note = read_login(":".join(parts.login))
        headers += [("Authorization", header)] if header else []
        notes += [note] if note else []
    cookies = text_pairs(parts.cookies)
    if cookies:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    for name, value in (("headers", parts.headers), ("cookies", parts.cookies)):
        # A variable that the code gets from elsewhere.
        if is_text(value):
            parts.unread.append(f"the {name} {value}, which come from elsewhere")
    if REFERENCE.fullmatch(parts.method):
        parts.unread.append(f"the method {parts.method}, which comes from elsewhere")
        parts.method = "GET" if body is None and document is None else "POST"
    cleaned, more_notes = clean_headers(tuple(headers))
    used = _used(outside, [parts.url, body or "", document or "", str(headers)])
    return FoundRequest(
        kind=parts.kind,
        method=parts.method.upper(),
        url=_add_query(parts),
        headers=cleaned,
        body=body,
        document=document,
        in_program=True,
        notes=(*_list_notes(parts, used), *notes, *more_notes),
    )


def _used(outside: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The references of `outside` that are part of the request: code computes other things too."""
    known = set(outside)
    used = (each for text in texts for each in REFERENCE.findall(text))
    return [each for each in dict.fromkeys(used) if each in known]


def _build_body(parts: RequestParts) -> tuple[str | None, str | None, str]:
    """The body, the document where its literal is known, and the content type it implies."""
    body = check_size(parts.body)
    if body is None:
        return None, None, ""
    if isinstance(body, FileText):
        raise Unreadable("code-file", BODY_IN_FILE, file=body.file)
    # The document keeps the digits of the source, the body has those that are sent.
    if isinstance(body, JsonText):
        document = dump(body.tree) if isinstance(body.tree, dict | list) else None
        return str(body), document, parts.implied_type
    if is_text(body):
        return str(body), None, parts.implied_type
    # Libraries send a flat object as form fields; of others nobody knows what they would do.
    form = form_text(body)
    if form is None:
        return None, dump(body) if isinstance(body, dict | list) else None, ""
    return form, None, FORM_TYPE


def _list_fields(form: dict[str, Literal]) -> list[tuple[str, str]]:
    """The text fields of a multipart body; raises Unreadable for a file."""
    fields: list[tuple[str, str]] = []
    for name, value in form.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, FileText):
                raise Unreadable("code-file", BODY_IN_FILE, file=each.file)
            fields.append((name, _plain_text(each)))
    return fields


def _add_query(parts: RequestParts) -> str:
    query = str(parts.query) if is_text(parts.query) else form_text(parts.query)
    if not query:
        return parts.url
    return parts.url + ("&" if "?" in parts.url else "?") + query.lstrip("?")


def _list_notes(parts: RequestParts, used: Sequence[str]) -> list[Note]:
    message = "A request in {language}. The code was read, not run."
    notes = [note_understood("snippet", message, language=LANGUAGES[parts.kind])]
    message = "The code takes a value from elsewhere; {name} was put in its place."
    notes += [note_ignored("outside-value", message, name=each) for each in used[:MAX_REFERENCES]]
    if len(used) > MAX_REFERENCES:
        message = "The code takes {count} more values from elsewhere."
        count = len(used) - MAX_REFERENCES
        notes.append(note_ignored("outside-values", message, count=count))
    message = "Left out {name}."
    return notes + [note_ignored("unread-part", message, name=each) for each in parts.unread]


def text_pairs(value: Literal) -> tuple[tuple[str, str], ...]:
    """An object of plain values, or a list of pairs, as pairs of text; empty for all else."""
    if isinstance(value, list):
        pairs = [each for each in value if isinstance(each, list) and len(each) == 2]
        return tuple((_plain_text(key), _plain_text(each)) for key, each in pairs)
    if not isinstance(value, dict):
        return ()
    return tuple(
        (str(key), _plain_text(each))
        for key, each in value.items()
        if each is not None and not isinstance(each, dict | list)
    )


def _plain_text(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def form_text(value: Literal) -> str | None:
    """A flat object as `application/x-www-form-urlencoded`; None for anything deeper."""
    if not isinstance(value, dict):
        return None
    pairs: list[tuple[str, str]] = []
    for key, each in value.items():
        # A list is one field for each of its items.
        for one in each if isinstance(each, list) else [each]:
            if isinstance(one, dict | list):
                return None
            if one is not None:
                pairs.append((key, str(one)))
    return urlencode(pairs)


@dataclass(frozen=True)
class _JsonWriter:
    """Writes a literal as JSON exactly as a language does: the body is shown byte by byte."""

    number: Callable[[str], str]
    comma: str
    colon: str
    ascii_only: bool
    indent: str

    def write(self, value: Literal, depth: int = 0) -> str:
        if isinstance(value, NumberToken):
            return self.number(str(value))
        if isinstance(value, dict):
            members = [
                self._quote(str(key)) + self.colon + self.write(each, depth + 1)
                for key, each in value.items()
            ]
            return self._wrap("{", members, "}", depth)
        if isinstance(value, list):
            return self._wrap("[", [self.write(each, depth + 1) for each in value], "]", depth)
        return self._quote(value)

    def _quote(self, value: Literal) -> str:
        return json.dumps(value, ensure_ascii=self.ascii_only)

    def _wrap(self, start: str, parts: list[str], end: str, depth: int) -> str:
        if not parts or not self.indent:
            return start + self.comma.join(parts) + end
        line = "\n" + self.indent * (depth + 1)
        # As both languages do: no space at the end of a line.
        inner = (self.comma.rstrip() + line).join(parts)
        return f"{start}{line}{inner}\n{self.indent * depth}{end}"


def python_json(
    value: Literal,
    separators: tuple[str, str] | None = None,
    ascii_only: bool = True,
    indent: str = "",
) -> str:
    """The JSON that Python's `json.dumps` writes for a literal."""
    comma, colon = separators or (("," if indent else ", "), ": ")
    return _JsonWriter(_python_number, comma, colon, ascii_only, indent).write(value)


def javascript_json(value: Literal, indent: str = "") -> str:
    """The JSON that JavaScript's `JSON.stringify` writes for a literal."""
    colon = ": " if indent else ":"
    return _JsonWriter(_javascript_number, ",", colon, False, indent).write(value)


def _python_number(token: str) -> str:
    # Python's integers have no limit, its floats are doubles.
    if re.fullmatch(r"-?\d+", token):
        return "0" if token == "-0" else token
    value = float(token)
    return repr(value) if math.isfinite(value) else token


def _javascript_number(token: str) -> str:
    """A number as JavaScript prints it: a double, by `Number::toString` of ECMA-262."""
    value = float(token)
    if not math.isfinite(value):
        return "null"
    if value == 0:
        return "0"
    shortest = repr(value)
    if 1e-6 <= abs(value) < 1e21:
        # Decimal takes the digits from the text: the exact value of a double has more.
        return format(Decimal(shortest), "f").removesuffix(".0")
    digits, _, exponent = shortest.partition("e")
    return f"{digits}e{int(exponent):+d}"
