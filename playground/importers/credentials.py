"""Credentials found in a pasted request, taken out; references stand in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from playground.importers.values import FoundSecret, Headers
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, Tree
from playground.jsontext.pointers import locate
from playground.jsontext.printing import quote

SECRET_KEYS = frozenset(
    [
        "apikey",
        "xapikey",
        "password",
        "passwd",
        "passphrase",
        "secret",
        "clientsecret",
        "accesstoken",
        "refreshtoken",
        "authtoken",
        "bearertoken",
        "privatekey",
        "sessiontoken",
        "sessionid",
        "authorization",
        "liat",
        "lia",
        "jsessionid",
        "credential",
        "credentials",
    ]
)
TOKEN_HOLDERS = frozenset({"", "/account", "/auth"})
SECRET_HEADERS = frozenset(
    [
        "xapikey",
        "apikey",
        "xauthtoken",
        "xaccesstoken",
        "xtoken",
        "token",
        "authtoken",
        "cookie",
        "proxyauthorization",
        "xcsrftoken",
        "xxsrftoken",
        "ocpapimsubscriptionkey",
        "privatetoken",
        "xvaulttoken",
    ]
)
SECRET_QUERY = SECRET_KEYS | {"token", "key", "sig", "signature", "auth"}
SCHEME = re.compile(r"\s*([A-Za-z][\w-]*)[ \t]+(\S.*)", re.S)
PLACEHOLDER = re.compile(
    r"\s*(?:\{\{.*\}\}|\$\{?\(?[\w:.{}()-]+|%\w+%|<[^<>]*>|\*+|…|\.\.\.)?\s*", re.S
)
USERINFO = re.compile(r"^([A-Za-z][\w+.-]*://)([^/?#@\s]+)@")
PAIR = re.compile(r"(?<=[?&])([^=&#]+)=([^&#]*)")
MOST = 50


@dataclass
class Collector:
    """The credentials found so far; one value has one name, names are unique."""

    found: list[FoundSecret] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def reference(self, name: str, place: str, value: str) -> str:
        """The reference that stands for a credential; it is noted with its place."""
        known = self.names.get(value)
        if known is None:
            known = self._fresh(re.sub(r"\W+", "_", name, flags=re.A).strip("_") or "secret")
            self.names[value] = known
        self.found.append(FoundSecret(known, place, value))
        return "{{secret:" + known + "}}"

    def _fresh(self, name: str) -> str:
        taken = set(self.names.values())
        number = 2
        fresh = name
        while fresh in taken:
            fresh = f"{name}_{number}"
            number += 1
        return fresh


@lru_cache(maxsize=1000)
def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_placeholder(value: str) -> bool:
    """Whether a value is empty, a variable or a mask rather than a credential."""
    return PLACEHOLDER.fullmatch(value[:300]) is not None


def mask_headers(headers: Headers, collector: Collector) -> Headers:
    """The headers with their credentials replaced by references."""
    return tuple((name, _mask_header(name, value, collector)) for name, value in headers)


def _mask_header(name: str, value: str, collector: Collector) -> str:
    place = f"header:{name}"
    bare = _bare(name)
    if bare not in ("authorization", "proxyauthorization"):
        secret = (bare in SECRET_HEADERS or bare in SECRET_KEYS) and not is_placeholder(value)
        label = {"xapikey": "api_key", "apikey": "api_key"}.get(bare, name.lower())
        return collector.reference(label, place, value) if secret else value
    parts = SCHEME.fullmatch(value)
    if parts is None:
        if is_placeholder(value):
            return value
        return collector.reference("authorization", place, value)
    scheme, token = parts[1], parts[2].rstrip()
    if is_placeholder(token):
        return value
    names = {"xapikey": "api_key", "bearer": "token", "basic": "basic", "apikey": "api_key"}
    label = names.get(_bare(scheme), _bare(scheme) or "authorization")
    return f"{scheme} {collector.reference(label, place, token)}"


def mask_url(url: str, collector: Collector) -> str:
    """The address with passwords and keys in it replaced by references."""

    def userinfo(found: re.Match[str]) -> str:
        if is_placeholder(found[2]):
            return found.group()
        return f"{found[1]}{collector.reference('login', 'url', found[2])}@"

    def pair(found: re.Match[str]) -> str:
        if _bare(found[1]) not in SECRET_QUERY or is_placeholder(found[2]):
            return found.group()
        return f"{found[1]}={collector.reference(found[1], f'query:{found[1]}', found[2])}"

    return PAIR.sub(pair, USERINFO.sub(userinfo, url))


def mask_document(text: str, tree: Tree, collector: Collector) -> str:
    """The JSON text with its credentials replaced by references; nothing else changes."""
    pieces = []
    for pointer, value in _secrets(tree):
        span = locate(text, pointer)
        if span is not None:
            pieces.append((span, pointer, value))
    masked = text
    names = {}
    for span, pointer, value in sorted(pieces):
        name = pointers.split(pointer)[-1]
        names[span] = collector.reference(name, f"body:{pointer}", value)
    for span, _, _ in sorted(pieces, reverse=True):
        masked = masked[: span.start] + quote(names[span]) + masked[span.end :]
    return masked


def _secrets(tree: Tree) -> list[tuple[str, str]]:
    """The pointers and values of credentials, at most `MOST` of them."""
    found: list[tuple[str, str]] = []
    for pointer, key, value, cookies in _strings(tree):
        secret = cookies or _bare(key) in SECRET_KEYS
        token = _bare(key) == "token" and pointers.parent(pointer) in TOKEN_HOLDERS
        if (secret or token) and not is_placeholder(value):
            found.append((pointer, value))
            if len(found) == MOST:
                break
    return found


def _strings(tree: Tree) -> Iterator[tuple[str, str, str, bool]]:
    """Every string under a key: pointer, key, value, and whether it stands under `cookies`."""
    waiting: list[tuple[str, str, Tree, bool]] = [("", "", tree, False)]
    while waiting:
        pointer, key, value, cookies = waiting.pop()
        if isinstance(value, dict):
            inside = cookies or _bare(key) in ("cookies", "cookie")
            below = [
                (pointers.child(pointer, name), name, each, inside) for name, each in value.items()
            ]
            waiting.extend(reversed(below))
        elif isinstance(value, list):
            items = [
                (pointers.child(pointer, str(index)), key, each, cookies)
                for index, each in enumerate(value)
                if isinstance(each, dict | list)
            ]
            waiting.extend(reversed(items))
        elif isinstance(value, str) and not isinstance(value, NumberToken) and key:
            yield pointer, key, value, cookies or _bare(key) == "cookies"
