"""Reads a Postman collection or one item of it.

Source: Postman Collection Format 2.1.0; older exports differ little in what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from playground.importers.literals import fill_placeholders
from playground.importers.postman_bodies import (
    encode,
    join_parts,
    list_enabled,
    note_disabled,
    read_postman_body,
)
from playground.importers.values import (
    FORM_TYPE,
    FoundRequest,
    Headers,
    Pasted,
    Unreadable,
    basic_auth,
    note_understood,
)

USED_KEYS = (
    "method", "header", "auth", "url", "url/raw", "url/protocol", "url/host", "url/port",
    "url/path", "url/query", "url/hash", "url/variable", "body", "body/mode", "body/raw",
    "body/urlencoded", "body/formdata", "body/graphql", "body/file", "body/options",
    "body/disabled",
)  # fmt: skip
MAX_ITEMS = 5000
PLACEHOLDER = re.compile(r"\{\{([\w.-]{1,100})\}\}")


def looks_like(pasted: Pasted) -> bool:
    """Whether the JSON is a collection, an item or a request of Postman."""
    tree: Any = pasted.tree
    if not isinstance(tree, dict):
        return False
    # The API of Postman wraps the collection in one more object.
    if isinstance(tree.get("collection"), dict):
        tree = tree["collection"]
    if isinstance(tree.get("item"), list):
        return True
    request = tree.get("request", tree)
    # A request may consist of just its URL.
    if isinstance(request, str):
        return "://" in request and "name" in tree
    if not isinstance(request, dict) or "url" not in request or "httpVersion" in request:
        return False
    body = request.get("body")
    return (
        isinstance(request.get("header"), list | str)
        or isinstance(request["url"], dict)
        or (isinstance(body, dict) and "mode" in body)
    )


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the collection, in order, those in folders included."""
    tree: Any = pasted.tree
    root = tree["collection"] if isinstance(tree.get("collection"), dict) else tree
    variables = _read_variables(root.get("variable"))
    above = "/collection" if root is not tree else ""
    requests = []
    for request, name, auth, used in _walk_items(root, above):
        read = _read_request(request, name, _fill_login(auth, variables))
        found = fill_placeholders(read, PLACEHOLDER, variables)
        requests.append(replace(found, pointers=(f"{above}/variable", *used)))
    if not requests:
        raise Unreadable("postman-empty", "This Postman collection has no requests.")
    return requests


def _fill_login(auth: Any, variables: Mapping[str, str]) -> Any:
    """The login with the collection's values, since it is encoded as a whole."""
    kind = auth.get("type") if isinstance(auth, dict) else None
    if kind != "basic":
        return auth
    filled = {
        name: PLACEHOLDER.sub(lambda found: variables.get(found[1], found[0]), value)
        for name, value in _auth_values(auth.get(kind)).items()
    }
    return {"type": kind, kind: filled}


def _read_variables(listed: Any) -> dict[str, str]:
    """The variables of the collection; those of an environment are not in the file."""
    return {
        str(each["key"]): str(each["value"])
        for each in list_enabled(listed)
        if isinstance(each.get("value"), str | int | float) and each["value"] != ""
    }


def _walk_items(
    root: Mapping[str, Any], above: str
) -> Iterator[tuple[Mapping[str, Any], str, Any, list[str]]]:
    """The requests below an item.

    With their names, the authentication they inherit, and the pointers of the values read.
    """
    # A list instead of recursion: folders may be nested deeper than the stack.
    waiting: list[tuple[str, Any, Any, str]] = [(above, root, None, "")]
    seen = 0
    while waiting and seen < MAX_ITEMS:
        pointer, item, inherited, inherited_at = waiting.pop()
        if not isinstance(item, dict):
            continue
        seen += 1
        auth = item.get("auth") or inherited
        auth_at = f"{pointer}/auth" if item.get("auth") else inherited_at
        if isinstance(item.get("item"), list):
            below = [
                (f"{pointer}/item/{index}", each, auth, auth_at)
                for index, each in enumerate(item["item"])
            ]
            waiting.extend(reversed(below))
            continue
        request = item.get("request", item if "url" in item else None)
        inner = f"{pointer}/request" if "request" in item else pointer
        if isinstance(request, dict):
            used = [f"{inner}/{key}" for key in USED_KEYS]
        else:
            # A request may consist of just its URL.
            used = [inner]
            request = {"url": request, "method": "GET"} if isinstance(request, str) else None
        if request:
            name = str(item.get("name") or "")
            own = [] if request.get("auth") or not auth_at else [auth_at]
            yield request, name, request.get("auth") or auth, [f"{pointer}/name", *used, *own]


def _read_request(request: Mapping[str, Any], name: str, auth: Any) -> FoundRequest:
    method = str(request.get("method") or "GET").upper()
    url = _read_url(request.get("url"))
    try:
        body, content_type, notes = read_postman_body(request.get("body"))
    except Unreadable as problem:
        note = note_understood("postman", "A Postman request: {name}.", name=name or url)
        return FoundRequest(
            kind="postman",
            method=method,
            url=url,
            title=name,
            notes=(note,),
            rejected=problem.rejected,
        )
    typed = request.get("url")
    pairs = typed.get("query") if isinstance(typed, dict) else None
    notes += [*note_disabled(request.get("header")), *note_disabled(pairs)]
    headers = _read_headers(request.get("header"))
    if content_type == FORM_TYPE:
        # The fields are the body, whatever boundary a header has for them.
        headers = tuple(each for each in headers if "multipart" not in each[1].lower())
    names = {each.lower() for each, _ in headers}
    if content_type and "content-type" not in names:
        headers = (*headers, ("Content-Type", content_type))
    headers, query = _authenticate(headers, auth)
    if query:
        url += ("&" if "?" in url else "?") + query
    understood = note_understood("postman", "A Postman request: {name}.", name=name or url)
    return FoundRequest(
        kind="postman",
        method=method,
        url=url,
        headers=headers,
        body=body,
        notes=(understood, *notes),
        title=name,
    )


def _read_url(url: Any) -> str:
    if isinstance(url, str):
        return url
    if not isinstance(url, dict):
        return ""
    if isinstance(url.get("raw"), str) and url["raw"]:
        raw = str(url["raw"])
    else:
        # The format doesn't require `raw`.
        host, path = join_parts(url.get("host"), "."), join_parts(url.get("path"), "/")
        scheme = f"{url['protocol']}://" if url.get("protocol") else ""
        raw = f"{scheme}{host}/{path}"
        raw += f"?{_join_query(url.get('query'))}" if url.get("query") else ""
    return _fill_path(_drop_disabled(raw, url.get("query")), url.get("variable"))


def _drop_disabled(raw: str, query: Any) -> str:
    """The URL without the parameters that are switched off."""
    pairs = query if isinstance(query, list) else []
    if "?" not in raw or not any(isinstance(each, dict) and each.get("disabled") for each in pairs):
        return raw
    joined = _join_query(query)
    return raw.partition("?")[0] + (f"?{joined}" if joined else "")


def _join_query(query: Any) -> str:
    return "&".join(
        f"{each['key']}={each['value']}" if each.get("value") is not None else str(each["key"])
        for each in list_enabled(query)
    )


def _fill_path(raw: str, variables: Any) -> str:
    """Put in the values that an item has for path variables such as `/:uid/`."""
    for each in variables if isinstance(variables, list) else []:
        if isinstance(each, dict) and each.get("key") and each.get("value"):
            key, value = str(each["key"]), str(each["value"])
            parts = raw.split("/")
            raw = "/".join(value if part == f":{key}" else part for part in parts)
    return raw


def _read_headers(header: Any) -> Headers:
    if isinstance(header, str):
        pairs = (line.partition(":") for line in header.splitlines())
        return tuple((name.strip(), value.strip()) for name, _, value in pairs if name.strip())
    return tuple(
        (str(each["key"]), str(each.get("value") or ""))
        for each in list_enabled(header)
        if str(each["key"]).lower() != "content-length"
    )


def _authenticate(headers: Headers, auth: Any) -> tuple[Headers, str]:
    """The headers, and a part of the query, with what the Authorization tab of Postman adds."""
    kind = auth.get("type") if isinstance(auth, dict) else None
    values = _auth_values(auth.get(kind)) if kind else {}
    # A header typed by hand wins over the tab, as it does in Postman.
    if any(name.lower() == "authorization" for name, _ in headers):
        return headers, ""
    if kind == "bearer":
        return (*headers, ("Authorization", f"Bearer {values.get('token', '')}")), ""
    if kind == "basic":
        login = f"{values.get('username', '')}:{values.get('password', '')}"
        # A login can't be encoded without the values of its placeholders: it becomes a single
        # placeholder, to be set as a credential.
        encoded = "Basic {{login}}" if PLACEHOLDER.search(login) else basic_auth(login)
        return (*headers, ("Authorization", encoded)), ""
    if kind == "apikey" and values.get("key"):
        if values.get("in") == "query":
            return headers, f"{encode(values['key'])}={encode(values.get('value'))}"
        return (*headers, (values["key"], values.get("value", ""))), ""
    return headers, ""


def _auth_values(pairs: Any) -> dict[str, str]:
    # Format 2.0 has an object where 2.1 has a list.
    if isinstance(pairs, dict):
        return {str(key): str(value) for key, value in pairs.items()}
    return {str(each["key"]): str(each.get("value") or "") for each in list_enabled(pairs)}
