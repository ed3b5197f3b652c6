"""One request of an Insomnia export: its URL, headers, body and login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from playground.importers.http_messages import read_login
from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Note,
    Rejected,
    Unreadable,
    note_ignored,
    note_understood,
)

# Placeholders and tags stay as they are.
SAFE = "{}%$ .'_"


def read_insomnia_request(item: Mapping[str, Any]) -> FoundRequest:
    """The request, placeholders included; rejected if its body is in a file."""
    off: list[str] = []
    name, url = str(item.get("name") or ""), str(item.get("url") or "")
    headers = [
        (key, value)
        for key, value in _list_pairs(item.get("headers"), off)
        if key.lower() != "content-length"
    ]
    for key, value in _list_pairs(item.get("pathParameters"), []):
        url = "/".join(value if part == f":{key}" else part for part in url.split("/"))
    query = [f"{key}={_quote(value)}" for key, value in _list_pairs(item.get("parameters"), off)]
    rejected: Rejected | None = None
    body, content_type = None, ""
    try:
        body, content_type = _read_body(item.get("body"), off)
    except Unreadable as problem:
        rejected = problem.rejected
    given = {key.lower() for key, _ in headers}
    if content_type == FORM_TYPE:
        headers = [each for each in headers if "multipart" not in each[1].lower()]
    if content_type and "content-type" not in given:
        headers.append(("Content-Type", content_type))
    notes: list[Note] = []
    login = item.get("authentication")
    if isinstance(login, dict) and login.get("type") and not login.get("disabled"):
        _add_login(login, headers, query, notes)
    if query:
        url += ("&" if "?" in url else "?") + "&".join(query)
    if off:
        message = "Left out items switched off in Insomnia: {names}."
        notes.append(note_ignored("disabled", message, names=", ".join(off)))
    understood = note_understood("insomnia", "An Insomnia request: {name}.", name=name or url)
    return FoundRequest(
        kind="insomnia",
        method=str(item.get("method") or "GET").upper(),
        url=url,
        headers=tuple(headers),
        body=body,
        notes=(understood, *notes),
        title=name,
        rejected=rejected,
    )


def _list_pairs(pairs: Any, off: list[str]) -> list[tuple[str, str]]:
    """The names and values of a list; those switched off are added to `off`."""
    listed = []
    for each in pairs if isinstance(pairs, list) else []:
        if not isinstance(each, dict) or not each.get("name"):
            continue
        if each.get("disabled"):
            off.append(str(each["name"]))
        else:
            value = each.get("value")
            listed.append((str(each["name"]), "" if value is None else str(value)))
    return listed


def _quote(value: str) -> str:
    # A tag or a placeholder isn't encoded before it has its value.
    return quote(value, safe=SAFE if "{" in value else "")


def _read_body(body: Any, off: list[str]) -> tuple[str | None, str]:
    """The body and its content type. Raises Unreadable for one in a file."""
    if not isinstance(body, dict):
        return None, ""
    kind = str(body.get("mimeType") or "")
    if body.get("fileName"):
        raise Unreadable("insomnia-file", BODY_IN_FILE, file=body["fileName"])
    if isinstance(body.get("text"), str):
        # GraphQL is kept as the JSON that is sent.
        kind = "application/json" if kind == "application/graphql" else kind
        return body["text"] or None, kind
    params = body.get("params")
    if not isinstance(params, list) or not params:
        return None, ""
    for each in params:
        if isinstance(each, dict) and each.get("type") == "file" and not each.get("disabled"):
            raise Unreadable("insomnia-file", BODY_IN_FILE, file=each.get("fileName") or "?")
    pairs = _list_pairs(params, off)
    text = "&".join(
        f"{quote_plus(name, safe='{}')}={quote_plus(value, safe='{}')}" for name, value in pairs
    )
    return text or None, FORM_TYPE


def _add_login(
    login: Mapping[str, Any],
    headers: list[tuple[str, str]],
    query: list[str],
    notes: list[Note],
) -> None:
    """Add what the Auth tab of Insomnia sends; a header typed by hand wins."""
    kind = login["type"]
    if kind == "none" or any(name.lower() == "authorization" for name, _ in headers):
        return
    if kind == "bearer":
        prefix = str(login.get("prefix") or "Bearer")
        headers.append(("Authorization", f"{prefix} {login.get('token', '')}"))
    elif kind == "basic":
        text = f"{login.get('username', '')}:{login.get('password', '')}"
        value, note = read_login(text)
        headers += [("Authorization", value)] if value else []
        notes += [note] if note else []
    elif kind == "apikey" and login.get("key"):
        key, value = str(login["key"]), str(login.get("value") or "")
        if login.get("addTo") == "queryParams":
            query.append(f"{key}={_quote(value)}")
        elif login.get("addTo") == "cookie":
            headers.append(("Cookie", f"{key}={value}"))
        else:
            headers.append((key, value))
    else:
        message = "Left out the login of type {kind}. Enter its token as a credential."
        notes.append(note_ignored("login-kind", message, kind=kind))
