"""Follow redirects: derive the next call, and strip what it must not carry."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from playground.calls.masking import holds_secret, mask_url_text
from playground.calls.values import Call, Redirect, Reply, Secret
from playground.network.messages import GuardRefused, SendError
from playground.network.targets import Target, read_target

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# For another origin, treat any other header as a possible credential, whatever its name.
_HARMLESS_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_BODY_HEADERS = frozenset(
    {"content-type", "content-length", "content-encoding", "content-language"}
)
_USER = re.compile(r"//[^/?#@]*@")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LONGEST_SHOWN = 500


class Trail:
    """Follows the redirects of one call, and records each before anything is refused."""

    def __init__(self, call: Call, redirects: list[Redirect]) -> None:
        self.redirects = redirects
        self._first = call
        self._secrets = call.secrets
        self._origin = ""
        self._visited: set[tuple[str, str]] = set()

    def follow(self, reply: Reply, call: Call, source: Target) -> tuple[Call, Target] | None:
        """The next call and its target; None if the reply isn't a redirect.

        A call to another origin loses every header that may be a credential. A secret is sent
        on only in the body, and only to a host that it is bound to. Raises GuardRefused,
        SendError.
        """
        locations = {v.strip() for n, v in reply.headers if n.lower() == "location"}
        if reply.status not in REDIRECTS or not locations:
            return None
        self._origin = self._origin or source.origin
        self._visited.add((call.method, source.url))
        location = _decode(min(locations))
        moved = _change_method(call, reply.status)
        noted = Redirect(
            reply.status,
            self._show(source.url),
            self._show(location),
            method=moved.method,
            drops_body=bool(call.body) and moved.body is None,
        )
        self.redirects.append(noted)
        target = _read_location(source, location, len(locations))
        moved = replace(moved, url=target.url, insertions=())
        if target.origin != source.origin:
            headers = tuple(each for each in moved.headers if self._is_harmless(*each))
            noted = replace(noted, drops_headers=len(headers) < len(moved.headers))
            moved = replace(moved, headers=headers, secrets=())
        self.redirects[-1] = replace(noted, target=self._show(target.url))
        if target.origin != source.origin:
            self._check(moved, source, target)
        if (moved.method, target.url) in self._visited:
            raise SendError("redirect-loop", host=target.authority)
        return moved, target

    def _is_harmless(self, name: str, value: str) -> bool:
        data = value.encode("latin-1")
        return name.lower() in _HARMLESS_HEADERS and not holds_secret(data, self._secrets)

    def _check(self, call: Call, source: Target, target: Target) -> None:
        if source.scheme == "https" and target.scheme == "http":
            raise SendError("redirect-downgrade", host=target.authority)
        if target.origin == self._origin:
            return
        foreign = [each for each in self._secrets if not _was_given_for(each, target)]
        # The redirecting server knows what it was sent, and may put it into the URL.
        for part, data in (("URL", target.url.encode()), ("body", call.body or b"")):
            if holds_secret(data, foreign):
                raise SendError("secret-redirect", host=target.authority, part=part)

    def _show(self, url: str) -> str:
        # Mask before truncating: half a secret would no longer be found.
        text = hide_user(mask_url_text(url, self._first, self._secrets))
        text = "".join(each if each.isprintable() else "�" for each in text)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def hide_user(url: str) -> str:
    """The URL without the user name and password before its host."""
    return _USER.sub("//…@", url)


def _was_given_for(secret: Secret, target: Target) -> bool:
    # A secret without hosts is for the call's first host only.
    return bool(secret.hosts) and secret.may_go_to(target.host, target.port)


def _decode(location: str) -> str:
    """The header as servers intend it: the bytes of a path are UTF-8, not Latin-1."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _read_location(source: Target, location: str, number: int) -> Target:
    # Several are ambiguous; browsers reject them as well.
    if number > 1:
        raise SendError("redirect-several")
    try:
        if not location:
            raise ValueError
        # `urljoin` takes "http://" for the page itself, and hides what is wrong with it.
        url = urldefrag(location if _ABSOLUTE.match(location) else urljoin(source.url, location))[0]
    except ValueError:
        raise SendError("redirect-invalid") from None
    try:
        return read_target(url)
    except GuardRefused as refused:
        # The reader didn't write this URL, so advice on writing it is no help.
        if refused.code == "url-user":
            raise SendError("redirect-user") from None
        raise


def _change_method(call: Call, status: int) -> Call:
    """As browsers do: 303 asks for the result; 301 and 302 turn a POST into a GET."""
    becomes_get = status == 303 and call.method != "HEAD"
    becomes_get = becomes_get or (status in (301, 302) and call.method == "POST")
    if not becomes_get:
        return call
    headers = tuple(each for each in call.headers if each[0].lower() not in _BODY_HEADERS)
    return replace(call, method="GET", body=None, headers=headers)
