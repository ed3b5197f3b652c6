"""The headers of a request, and the call that follows a redirect."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from playground.calls.masking import holds_secret
from playground.calls.values import Call, Headers, Reply
from playground.network.messages import SendError
from playground.network.response import ENCODINGS
from playground.network.targets import Target, read_target

USER_AGENT = "API-Playground/1.0"
# RFC 9110, section 5.6.2 and 5.5: what a method, a header's name and its value consist of.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# On the way to another origin any other header may be a credential, whatever its name.
_HARMLESS_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_BODY_HEADERS = frozenset(
    {"content-type", "content-length", "content-encoding", "content-language"}
)


def check_call(call: Call) -> None:
    """Raise SendError if the call can't be written as one well-formed request."""
    if not _TOKEN.fullmatch(call.method):
        raise SendError("method-unsafe")
    for name, value in call.headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            printable = "".join(each if each.isprintable() else "?" for each in name[:60])
            raise SendError("header-unsafe", name=printable)
        # Wrong framing would make the server read another request than the one shown.
        is_wrong_length = value.strip() != str(len(call.body or b""))
        if name.lower() in ("transfer-encoding", "trailer") or (
            name.lower() == "content-length" and is_wrong_length
        ):
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


def find_location(reply: Reply) -> str | None:
    """Where the answer redirects the call to, if it does."""
    if reply.status not in REDIRECTS:
        return None
    return next((value for name, value in reply.headers if name.lower() == "location"), None)


def redirect_call(call: Call, source: Target, location: str, status: int) -> tuple[Call, Target]:
    """The next call and its target. Raises GuardRefused, SendError.

    A call to another origin loses its secrets, and every header that may be a credential.
    """
    target = read_target(urldefrag(urljoin(source.url, location)).url)
    call = replace(_change_method(call, status), url=target.url, insertions=())
    if target.origin != source.origin:
        if call.body is not None and holds_secret(call.body, call.secrets):
            raise SendError("secret-redirect", host=target.host)
        headers = tuple(
            (name, value)
            for name, value in call.headers
            if name.lower() in _HARMLESS_HEADERS
            and not holds_secret(value.encode("latin-1"), call.secrets)
        )
        call = replace(call, headers=headers, secrets=())
    return call, target


def _change_method(call: Call, status: int) -> Call:
    """As browsers do: 303 asks for the result; 301 and 302 turn a POST into a GET."""
    becomes_get = status == 303 and call.method != "HEAD"
    becomes_get = becomes_get or (status in (301, 302) and call.method == "POST")
    if not becomes_get:
        return call
    headers = tuple(each for each in call.headers if each[0].lower() not in _BODY_HEADERS)
    return replace(call, method="GET", body=None, headers=headers)
