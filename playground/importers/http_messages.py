"""Headers, logins and forms of HTTP messages, as commands and code give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from playground.importers.credentials import is_placeholder
from playground.importers.values import (
    FORM_TYPE,
    Headers,
    Note,
    Unreadable,
    basic_auth,
    note_ignored,
    note_repaired,
)

MAX_FORM_FIELDS = 10_000
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# A folded header line, continued on the next, indented one (RFC 9112, 5.2).
FOLD = re.compile(r"[ \t]*\r?\n[ \t]+")
BOUNDARY = re.compile(r"boundary=\"?([^\";,\s]+)", re.I)
PART_NAME = re.compile(r"\bname=(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", re.I)
PART_FILE = re.compile(r"\bfilename\*?=(?:\"([^\"]*)\"|([^;\s]+))", re.I)
OTHER_SCHEME = re.compile(
    r"(?!https?:)(?:([a-z][\w+.-]*)://|(file|data|blob|mailto|javascript|about|tel):)", re.I
)
# cURL derives the scheme from such a host prefix.
GUESSED_SCHEME = re.compile(r"(ftp|dict|ldap|imap|smtp|pop3)\.", re.I)


def clean_headers(headers: Headers) -> tuple[Headers, list[Note]]:
    """The headers with folded lines joined. Raises Unreadable for any other line break."""
    cleaned: list[tuple[str, str]] = []
    notes: list[Note] = []
    for name, value in headers:
        text = FOLD.sub(" ", value.strip())
        if text != value.strip():
            message = "Joined the lines of the header {name}."
            notes.append(note_repaired("header-fold", message, name=name))
        if CONTROL.search(name + text):
            message = (
                "The header {name} has a line break or another control character in it. Remove it "
                "and paste the text again."
            )
            raise Unreadable("header-control", message, name=CONTROL.split(name)[0][:80])
        cleaned.append((name, text))
    return tuple(cleaned), notes


def check_scheme(url: str, guessed: bool = False) -> None:
    """Raise Unreadable for the URL of a protocol other than HTTP.

    `guessed` looks at the host, too, as cURL does for a URL without a scheme.
    """
    found = OTHER_SCHEME.match(url) or (guessed and GUESSED_SCHEME.match(url))
    if not found:
        return
    scheme = found.group().partition(":")[0].lower().rstrip(".")
    message = "This request uses {scheme}. Only http and https requests can be sent."
    raise Unreadable("other-scheme", message, scheme=scheme)


def read_login(login: str) -> tuple[str | None, Note | None]:
    """The Authorization header of `user:password`, or a note if part of it comes from elsewhere."""
    given = [part for part in login.split(":", 1) if part]
    if not any(is_placeholder(part) for part in given):
        return basic_auth(login), None
    message = "Left out the login {login}, which comes from elsewhere. Enter it as a credential."
    return None, note_ignored("login", message, login=login)


def read_form(body: str, content_type: str) -> tuple[list[tuple[str, str]], list[Note]] | None:
    """The fields of a form, encoded or multipart, with notes; None for other bodies."""
    kind = content_type.strip().lower()
    if kind.startswith(FORM_TYPE):
        try:
            pairs = parse_qsl(
                body, keep_blank_values=True, strict_parsing=True, max_num_fields=MAX_FORM_FIELDS
            )
        except ValueError:
            return None
        return pairs, []
    if kind.startswith("multipart/form-data"):
        boundary = BOUNDARY.search(content_type)
        return _read_multipart(body, boundary[1] if boundary else "")
    return None


def _read_multipart(body: str, boundary: str) -> tuple[list[tuple[str, str]], list[Note]] | None:
    """The text fields of a multipart body (RFC 7578), and a note for each file in it."""
    # Browsers copy the header without its boundary in some of their formats.
    text = body.replace("\r\n", "\n").lstrip("\n")
    mark = f"--{boundary}" if boundary else text.partition("\n")[0].rstrip()
    if not mark.startswith("--") or not text.startswith(mark):
        return None
    fields: list[tuple[str, str]] = []
    notes: list[Note] = []
    for part in f"\n{text}".split(f"\n{mark}")[1:]:
        head, _, content = part.partition("\n\n")
        name, file = PART_NAME.search(head), PART_FILE.search(head)
        if name and file:
            message = "Left out the form field {name}: it holds the file {file}."
            shown = file[1] or file[2] or ""
            notes.append(note_ignored("form-file", message, name=name[1] or name[2], file=shown))
        elif name:
            fields.append((name[1] if name[1] is not None else name[2], content))
    return (fields, notes) if fields or notes else None


def join_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """The fields as an object; a repeated field becomes a list."""
    joined: dict[str, str | list[str]] = {}
    for name, value in pairs:
        known = joined.get(name)
        if known is None:
            joined[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            joined[name] = [known, value]
    return joined


def note_fields() -> Note:
    """The note about form fields that became the document."""
    message = "Converted the form fields of the body to JSON strings."
    return note_repaired("form-fields", message)


def is_url(word: str) -> bool:
    """Whether a positional argument of a command is a URL."""
    if "://" in word or word.startswith(("{{", "$", "%")):
        return True
    try:
        host = urlsplit(f"//{word}").hostname or ""
    except ValueError:
        return False
    return host == "localhost" or re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) is not None


def choose_urls(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that are URLs, at least one, and the remaining words."""
    # Without a URL, a variable is taken for it: `"${HEADERS[@]}"` may be anything.
    certain = [each for each in words if "://" in each]
    urls = certain or [each for each in words if is_url(each)] or list(words[:1])
    rest = list(words)
    for each in urls:
        rest.remove(each)
    return urls, rest


def add_query(url: str, query: str) -> str:
    """The URL with more parameters after its own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url}?{query}"
    joined = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit(parts._replace(query=joined))
