"""The header lines of a request: those of the call, and the few that every call needs."""

from __future__ import annotations

import re

from playground.calls.values import Call, Failure, Headers
from playground.network.sentences import fail
from playground.network.targets import Target
from playground.network.unpacking import ACCEPTED

USER_AGENT = "API-Playground/1.0"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


def find_unsafe(call: Call) -> Failure | None:
    """Why this call cannot be written as a request at all, if so."""
    if not _TOKEN.fullmatch(call.method):
        return fail("method-unsafe", False)
    for name, value in call.headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            return fail("header-unsafe", False, name=_tame(name))
        if not _fits_body(name.lower(), value.strip(), len(call.body or b"")):
            return fail("header-framing", False, name=name)
    return None


def build_head(call: Call, target: Target) -> Headers:
    """All header lines in order; a line of the call replaces ours of the same name."""
    given = {name.lower() for name, _ in call.headers}
    ours = [
        ("Host", target.authority),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", ACCEPTED),
    ]
    if call.body is not None or call.method.upper() in _BODY_METHODS:
        ours.append(("Content-Length", str(len(call.body or b""))))
    return tuple(line for line in ours if line[0].lower() not in given) + call.headers


def find_host_header(call: Call) -> str | None:
    """The call's own Host header, which may name another host than its URL."""
    return next((value for name, value in call.headers if name.lower() == "host"), None)


def _fits_body(name: str, value: str, length: int) -> bool:
    """A wrong frame would make the server read another request than the one that is shown."""
    if name == "content-length":
        return value == str(length)
    return name not in ("transfer-encoding", "trailer")


def _tame(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:60])
