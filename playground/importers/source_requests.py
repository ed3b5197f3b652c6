"""A request put together from what source code hands to its HTTP library."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.importers.literals import JsonText, Literal, bounded, form_text, is_text, text_pairs
from playground.importers.values import IGNORED, UNDERSTOOD, Note, Request, note
from playground.jsontext.printing import dump

REFERENCE = re.compile(r"\{\{\w{1,80}\}\}")
FORM = "application/x-www-form-urlencoded"
LANGUAGES = {"python": "Python", "javascript": "JavaScript", "powershell": "PowerShell"}


@dataclass
class Parts:
    """What one call of an HTTP library says: literal values, as far as they are literal."""

    kind: str
    method: str
    url: str
    headers: Literal = None
    body: Literal = None
    query: Literal = None
    cookies: Literal = None
    login: tuple[str, str] | None = None
    implied_type: str = ""
    unread: list[str] = field(default_factory=list)


def request_of(parts: Parts, outside: Sequence[str]) -> Request:
    """The request; `outside` names what the source takes from elsewhere."""
    headers = list(text_pairs(parts.headers))
    given = {name.lower() for name, _ in headers}
    body, document, kind = _body(parts)
    if kind and "content-type" not in given:
        headers.append(("Content-Type", kind))
    if parts.login and "authorization" not in given:
        pair = ":".join(parts.login).encode("utf-8", "replace")
        headers.append(("Authorization", "Basic " + base64.b64encode(pair).decode("ascii")))
    cookies = text_pairs(parts.cookies)
    if cookies:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    return Request(
        kind=parts.kind,
        method=parts.method.upper(),
        url=_with_query(parts),
        headers=tuple(headers),
        body=body,
        document=document,
        notes=tuple(_notes(parts, _used(outside, [parts.url, body or "", str(headers)]))),
    )


def _used(outside: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Those references to outside values that really stand in the request."""
    known = set(outside)
    standing = (each for text in texts for each in REFERENCE.findall(text))
    return [each for each in dict.fromkeys(standing) if each in known]


def _body(parts: Parts) -> tuple[str | None, str | None, str]:
    """The body's text, the document where its literal is known, and the type it implies."""
    body = bounded(parts.body)
    if body is None:
        return None, None, ""
    if isinstance(body, JsonText):
        tree = body.tree
        document = dump(tree) if isinstance(tree, dict | list) else None
        return str.__str__(body), document, parts.implied_type
    if is_text(body):
        return str(body), None, parts.implied_type
    form = form_text(body)
    if form is None:
        return None, dump(body) if isinstance(body, dict | list) else None, ""
    return form, None, FORM


def _with_query(parts: Parts) -> str:
    query = str(parts.query) if is_text(parts.query) else form_text(parts.query)
    if not query:
        return parts.url
    return parts.url + ("&" if "?" in parts.url else "?") + query.lstrip("?")


def _notes(parts: Parts, used: Sequence[str]) -> list[Note]:
    language = LANGUAGES[parts.kind]
    notes = [
        note(
            UNDERSTOOD,
            "snippet",
            "A request written in {language}; the code was read, not run.",
            language=language,
        )
    ]
    for name in used[:5]:
        notes.append(
            note(
                IGNORED,
                "outside-value",
                "The code takes a value from elsewhere; {name} stands in its place.",
                name=name,
            )
        )
    for name in parts.unread:
        notes.append(note(IGNORED, "unread-part", "{name} is left out.", name=name))
    return notes
