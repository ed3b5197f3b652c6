"""What a call becomes when the answer sends it on."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from playground.calls.masking import holds_secret
from playground.calls.values import Call, Headers
from playground.network.reading import Answer
from playground.network.targets import Target, read_target

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# On the way to another origin everything else may be a credential, whatever its name.
_NEUTRAL = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_OF_BODY = frozenset({"content-type", "content-length", "content-encoding", "content-language"})


class SecretStays(Exception):
    """The body holds a secret and would go to another origin."""


def find_location(answer: Answer) -> str | None:
    """Where the answer sends the call on, if it does."""
    if answer.status not in REDIRECTS:
        return None
    return next((value for name, value in answer.headers if name.lower() == "location"), None)


def send_on(call: Call, source: Target, location: str, status: int) -> tuple[Call, Target]:
    """The next call and its target, read by the same reader as the first.

    Raises Refused for an address the reader refuses, SecretStays.
    """
    target = read_target(urldefrag(urljoin(source.url, location)).url)
    call = replace(_change_method(call, status), url=target.url, insertions=())
    if target.origin != source.origin:
        if call.body is not None and holds_secret(call.body, call.secrets):
            raise SecretStays
        call = replace(call, headers=_keep(call, _NEUTRAL), secrets=())
    return call, target


def _change_method(call: Call, status: int) -> Call:
    """As browsers do: 303 asks for the result; 301 and 302 turn a POST into a GET."""
    turned = status == 303 and call.method != "HEAD"
    turned = turned or (status in (301, 302) and call.method == "POST")
    if not turned:
        return call
    lines = tuple(line for line in call.headers if line[0].lower() not in _OF_BODY)
    return replace(call, method="GET", body=None, headers=lines)


def _keep(call: Call, names: frozenset[str]) -> Headers:
    return tuple(
        (name, value)
        for name, value in call.headers
        if name.lower() in names and not holds_secret(value.encode("latin-1"), call.secrets)
    )
