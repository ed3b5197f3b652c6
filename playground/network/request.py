"""Write the headers of a request, and reject requests that can't be written."""

from __future__ import annotations

import re

from playground.calls.headers import is_controlled
from playground.calls.values import Call, Headers
from playground.network.messages import SendError
from playground.network.targets import Target
from playground.network.unpacking import ENCODINGS

USER_AGENT = "API-Playground/1.0"
# RFC 9110, section 5.6.2 and 5.5: what a method, a header's name and its value consist of.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


def check_call(call: Call) -> None:
    """Raise SendError if the call can't be written as one well-formed request."""
    if not _TOKEN.fullmatch(call.method):
        raise SendError("method-unsafe")
    for name, value in call.headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            printable = "".join(each if each.isprintable() else "?" for each in name[:60])
            raise SendError("header-unsafe", name=printable)
        # Wrong framing would make the server read another request than the one shown.
        is_true = name.lower() == "host" or (
            name.lower() == "content-length" and value.strip() == str(len(call.body or b""))
        )
        is_repeated = [each.lower() for each, _ in call.headers].count(name.lower()) > 1
        if is_controlled(name) and (is_repeated or not is_true):
            raise SendError("header-framing", name=name)


def build_headers(call: Call, target: Target) -> Headers:
    """All headers in order; one of the call replaces a default of the same name."""
    given = {name.lower() for name, _ in call.headers}
    defaults = [
        ("Host", target.authority),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", ENCODINGS),
    ]
    # RFC 9110, section 8.6: a POST without a body says so, or some servers answer 411.
    if call.body is not None or call.method.upper() in _BODY_METHODS:
        defaults.append(("Content-Length", str(len(call.body or b""))))
    return tuple(each for each in defaults if each[0].lower() not in given) + call.headers
