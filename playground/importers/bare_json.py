"""Reads a bare JSON payload, whole, broken or only a fragment."""

from __future__ import annotations

import re

from playground.importers.values import UNDERSTOOD, Request, Unreadable, note
from playground.jsontext.parsing import NumberToken, try_parse

BARE_VALUE = "This is valid JSON but no payload: a payload is an object in { }, this is a value."
SIGN = re.compile(r"[{\[]|[\"'“][^\"'”\n]{1,200}[\"'”][ \t]*:|^\w{1,80}[ \t]*:[ \t]*[\"'\d]", re.M)


def looks_like(text: str) -> bool:
    """Whether anything of JSON stands in the text."""
    return SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """The text as the body of a request that names neither method nor address."""
    body = _unwrap(text.strip())
    said = note(UNDERSTOOD, "json", "A JSON payload.")
    return [Request(kind="json", body=body, notes=(said,))]


def _unwrap(text: str) -> str:
    """The inside of a JSON string that holds JSON; every other text as it is."""
    found = try_parse(text)
    if found is None:
        return text
    tree = found[0]
    if isinstance(tree, NumberToken) or tree is None or isinstance(tree, bool):
        raise Unreadable("bare-value", BARE_VALUE)
    if isinstance(tree, str):
        if not tree.lstrip().startswith(("{", "[")):
            raise Unreadable("bare-value", BARE_VALUE)
        return tree
    return text
