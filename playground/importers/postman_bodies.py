"""Bodies of Postman requests, and lists of pairs, some of which are switched off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    Note,
    Unreadable,
    note_ignored,
)
from playground.jsontext.parsing import Tree, try_parse
from playground.jsontext.printing import dump


def read_postman_body(body: Any) -> tuple[str | None, str, list[Note]]:
    """The text of the body, the content type it implies, and notes.

    Raises Unreadable for a body in a file.
    """
    if not isinstance(body, dict) or body.get("disabled"):
        return None, "", []
    mode = body.get("mode")
    if mode == "raw" or (mode is None and isinstance(body.get("raw"), str)):
        options = body.get("options")
        raw = options.get("raw") if isinstance(options, dict) else None
        language = raw.get("language") if isinstance(raw, dict) else ""
        text = body.get("raw")
        content_type = "application/json" if language == "json" else ""
        return (text if isinstance(text, str) and text else None), content_type, []
    if mode in ("urlencoded", "formdata"):
        pairs = list_enabled(body.get(mode))
        if file := next((each for each in pairs if each.get("type") == "file"), None):
            name = join_parts(file.get("src"), ", ") or str(file["key"])
            raise Unreadable("postman-file", BODY_IN_FILE, file=name)
        text = "&".join(f"{encode(each['key'])}={encode(each.get('value'))}" for each in pairs)
        return text or None, FORM_TYPE, note_disabled(body.get(mode))
    if mode == "graphql":
        return _read_graphql(body.get("graphql")), "application/json", []
    if mode == "file":
        file = body.get("file")
        source = file.get("src") if isinstance(file, dict) else None
        raise Unreadable("postman-file", BODY_IN_FILE, file=source or "?")
    if not mode or mode == "none":
        return None, "", []
    message = "Left out the body: {mode} can't become JSON."
    return None, "", [note_ignored("body-mode", message, mode=mode)]


def _read_graphql(graphql: Any) -> str | None:
    """The JSON for a GraphQL server: the query and its variables, digits as typed."""
    if not isinstance(graphql, dict):
        return None
    body: dict[str, Tree] = {"query": str(graphql.get("query") or "")}
    variables = graphql.get("variables")
    if isinstance(variables, str) and variables.strip():
        parsed = try_parse(variables)
        # Broken JSON is kept as text.
        body["variables"] = parsed[0] if parsed else variables
    elif variables:
        body["variables"] = variables
    if graphql.get("operationName"):
        body["operationName"] = str(graphql["operationName"])
    return dump(body)


def note_disabled(pairs: Any) -> list[Note]:
    """A note that names the items switched off in a Postman list."""
    listed = pairs if isinstance(pairs, list) else []
    off = [
        str(each.get("key")) for each in listed if isinstance(each, dict) and each.get("disabled")
    ]
    if not off:
        return []
    message = "Left out items switched off in Postman: {names}."
    return [note_ignored("disabled", message, names=", ".join(off))]


def encode(value: Any) -> str:
    # Braces stay, so that placeholders survive.
    return quote_plus(str(value or ""), safe="{}")


def list_enabled(pairs: Any) -> list[Mapping[str, Any]]:
    if not isinstance(pairs, list):
        return []
    return [
        each
        for each in pairs
        if isinstance(each, dict) and each.get("key") and not each.get("disabled")
    ]


def join_parts(value: Any, by: str) -> str:
    if isinstance(value, list):
        return by.join(str(part) for part in value)
    return str(value or "")
