"""Finds credentials in requests and documents, and replaces them with references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from playground.importers.values import FoundSecret, Headers
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, Tree
from playground.jsontext.pointers import locate
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references

# Names are compared without case and punctuation: `x-api-key` and `X_API_KEY` are `xapikey`.
SECRET_KEYS = frozenset({
    "apikey", "xapikey", "password", "passwd", "passphrase", "secret", "clientsecret",
    "accesstoken", "refreshtoken", "authtoken", "bearertoken", "privatekey", "sessiontoken",
    "sessionid", "authorization", "liat", "lia", "jsessionid", "credential", "credentials",
})  # fmt: skip
SECRET_HEADERS = frozenset({
    "xapikey", "apikey", "xauthtoken", "xaccesstoken", "xtoken", "token", "authtoken", "cookie",
    "proxyauthorization", "xcsrftoken", "xxsrftoken", "ocpapimsubscriptionkey", "privatetoken",
    "xvaulttoken",
})  # fmt: skip
SECRET_QUERY = SECRET_KEYS | {"token", "key", "sig", "signature", "auth"}
# "token" is too common a key to be a credential everywhere: a row may hold a token of any kind.
TOKEN_PARENTS = frozenset({"", "/account", "/auth"})

AUTH_SCHEME = re.compile(r"\s*([A-Za-z][\w-]*)[ \t]+(\S.*)", re.S)
# Variables of our own, of shells and of templates, and what documentation puts for a value.
REFERENCE = (
    r"\$?\{\{[^{}]*\}\}|[$#]\{[^{}]*\}|\$\([^()]*\)|`[^`]+`|\$env:\w++|\$\(?[A-Za-z_][\w.{}()]*+"
    r"|%\w+%|<[^<>]*>|\*++|…|\.\.\."
)
# Several in a row, as in `$USER:$PASSWORD`, aren't a credential either.
PLACEHOLDER = re.compile(rf"\s*(?:(?:{REFERENCE})[\s:;,.&/_-]*+)*")
USERINFO = re.compile(r"^([A-Za-z][\w+.-]*://)([^/?#@\s]+)@")
QUERY_PAIR = re.compile(r"(?<=[?&])([^=&#]+)=([^&#]*)")
# Each value is located by a search of the text: thousands of them would take minutes.
MAX_SECRETS = 50
# How many schemas of a large document are searched for secrets in a list.
MOST_SCHEMAS = 500

Schema = Mapping[str, Any]
BRANCHES = ("allOf", "anyOf", "oneOf")


@dataclass
class Collector:
    """The credentials found so far; equal values share one name, and names are unique."""

    found: list[FoundSecret] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def reference(self, name: str, location: str, value: str) -> str:
        """Record a credential and return the reference that replaces it."""
        known = self.names.get(value)
        if known is None:
            known = self._unused(re.sub(r"\W+", "_", name, flags=re.A).strip("_") or "secret")
            self.names[value] = known
        self.found.append(FoundSecret(known, location, value))
        return "{{secret:" + known + "}}"

    def _unused(self, name: str) -> str:
        taken = set(self.names.values())
        number, unused = 2, name
        while unused in taken:
            unused = f"{name}_{number}"
            number += 1
        return unused


# The same few keys come back in each of thousands of rows.
@lru_cache(maxsize=1000)
def _normalize(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a credential."""
    return _normalize(name) in SECRET_KEYS | SECRET_HEADERS


def is_placeholder(value: str) -> bool:
    """Whether a value is empty, a variable or a mask rather than a credential."""
    return PLACEHOLDER.fullmatch(value[:300]) is not None


def mask_headers(headers: Headers, collector: Collector) -> Headers:
    """The headers with their credentials replaced by references."""
    return tuple((name, _mask_header(name, value, collector)) for name, value in headers)


def _mask_header(name: str, value: str, collector: Collector) -> str:
    location = f"header:{name}"
    plain = _normalize(name)
    if plain not in ("authorization", "proxyauthorization"):
        # The names of cookies aren't secret.
        values = [each.partition("=")[2] for each in value.split(";")] if plain == "cookie" else []
        known = all(map(is_placeholder, values)) if values else is_placeholder(value)
        secret = (plain in SECRET_HEADERS or plain in SECRET_KEYS) and not known
        label = "api_key" if plain in ("xapikey", "apikey") else name.lower()
        return collector.reference(label, location, value) if secret else value
    parts = AUTH_SCHEME.fullmatch(value)
    if parts is None:
        if is_placeholder(value):
            return value
        return collector.reference("authorization", location, value)
    # Only the token is the secret: the scheme before it stays readable.
    scheme, token = parts[1], parts[2].rstrip()
    if is_placeholder(token):
        return value
    labels = {"xapikey": "api_key", "bearer": "token", "basic": "basic", "apikey": "api_key"}
    label = labels.get(_normalize(scheme), _normalize(scheme) or "authorization")
    return f"{scheme} {collector.reference(label, location, token)}"


def mask_url(url: str, collector: Collector) -> str:
    """The URL with its login and the keys of its query replaced by references."""

    def mask_login(found: re.Match[str]) -> str:
        if is_placeholder(found[2]):
            return found.group()
        return f"{found[1]}{collector.reference('login', 'url', found[2])}@"

    def mask_pair(found: re.Match[str]) -> str:
        if _normalize(found[1]) not in SECRET_QUERY or is_placeholder(found[2]):
            return found.group()
        return f"{found[1]}={collector.reference(found[1], f'query:{found[1]}', found[2])}"

    return QUERY_PAIR.sub(mask_pair, USERINFO.sub(mask_login, url))


def mask_document(text: str, tree: Tree, collector: Collector) -> str:
    """The JSON text with its credentials replaced by references; nothing else changes.

    Replaces `MAX_SECRETS` at a time: call it again for the rest.
    """
    located = []
    for pointer, value in _find_named_secrets(tree):
        span = locate(text, pointer)
        if span is not None:
            located.append((span, pointer, value))
    located.sort()
    # Names are given in reading order, values replaced from the end: spans stay valid.
    references = [
        collector.reference(pointers.split(pointer)[-1], f"body:{pointer}", value)
        for _, pointer, value in located
    ]
    masked = text
    for (span, _, _), reference in zip(reversed(located), reversed(references), strict=True):
        masked = masked[: span.start] + quote(reference) + masked[span.end :]
    return masked


def _find_named_secrets(tree: Tree) -> list[tuple[str, str]]:
    """The pointers and values of credentials by their keys, at most `MAX_SECRETS`."""
    found: list[tuple[str, str]] = []
    for pointer, key, value, in_cookies in _walk_strings(tree):
        secret = in_cookies or _normalize(key) in SECRET_KEYS
        token = _normalize(key) == "token" and pointers.parent(pointer) in TOKEN_PARENTS
        if (secret or token) and not is_placeholder(value):
            found.append((pointer, value))
            if len(found) == MAX_SECRETS:
                break
    return found


def _walk_strings(tree: Tree) -> Iterator[tuple[str, str, str, bool]]:
    """Every string under a key: pointer, key, value, and whether it is a cookie."""
    waiting: list[tuple[str, str, Tree, bool]] = [("", "", tree, False)]
    while waiting:
        pointer, key, value, in_cookies = waiting.pop()
        if isinstance(value, dict):
            inside = in_cookies or _normalize(key) in ("cookies", "cookie")
            members = [(pointers.child(pointer, k), k, each, inside) for k, each in value.items()]
            waiting.extend(reversed(members))
        elif isinstance(value, list):
            items = [
                (pointers.child(pointer, str(index)), key, each, in_cookies)
                for index, each in enumerate(value)
                if isinstance(each, dict | list)
            ]
            waiting.extend(reversed(items))
        elif isinstance(value, str) and not isinstance(value, NumberToken) and key:
            yield pointer, key, value, in_cookies or _normalize(key) == "cookies"


def find_typed_secrets(tree: Tree, schema: Schema) -> list[tuple[str, str]]:
    """Pointer and value of every string at or below the schema of a secret that is a literal:
    neither empty, nor a placeholder, nor a reference."""
    return [
        (pointer, value)
        for pointer, value in _walk_secret_schemas(tree, [schema], "", False)
        if not find_references(value) and not is_placeholder(value)
    ]


def is_secret_pointer(schema: Schema, pointer: str) -> bool:
    """Whether the schema marks the value at this pointer, or one above it, as a secret."""
    schemas = list(_expand(schema))
    for segment in pointers.split(pointer):
        items = _item_schemas(schemas) if segment.isdecimal() else []
        below = [*_member_schemas(schemas, segment), *items]
        schemas = [each for one in below for each in _expand(one)]
        if any(map(_is_secret, schemas)):
            return True
    return False


def _walk_secret_schemas(
    tree: Tree, schemas: list[Schema], pointer: str, secret: bool
) -> Iterator[tuple[str, str]]:
    schemas = [each for schema in schemas for each in _expand(schema)]
    secret = secret or any(map(_is_secret, schemas))
    if isinstance(tree, dict):
        for key, value in tree.items():
            below = _member_schemas(schemas, key)
            if below or secret:
                yield from _walk_secret_schemas(value, below, pointers.child(pointer, key), secret)
    elif isinstance(tree, list):
        items = _item_schemas(schemas)
        # Payloads have thousands of rows: skip them where their schema holds no secret at all.
        if secret or any(_may_hold_secret(each) for each in items):
            for index, value in enumerate(tree):
                inner = pointers.child(pointer, index)
                yield from _walk_secret_schemas(value, items, inner, secret)
    elif secret and isinstance(tree, str) and not isinstance(tree, NumberToken):
        yield pointer, tree


def _is_secret(schema: Schema) -> bool:
    if schema.get("x-secret") or schema.get("format") == "password":
        return True
    # A string that an API accepts but never returns.
    types = schema.get("type")
    is_text = types == "string" or (isinstance(types, list) and {*types} == {"string", "null"})
    return schema.get("writeOnly") is True and is_text and "enum" not in schema


def _expand(schema: Schema) -> Iterator[Schema]:
    """The schema and the subschemas that may apply to the same value."""
    # A schema in an imported document may contain itself as a branch.
    waiting, seen = [schema], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = [part for name in BRANCHES for part in each.get(name, ())]
        inner += [each.get("then"), each.get("else")]
        waiting += [part for part in inner if isinstance(part, Mapping)]


def _member_schemas(schemas: list[Schema], key: str) -> list[Schema]:
    found = []
    for schema in schemas:
        properties = schema.get("properties", {})
        known = properties[key] if key in properties else schema.get("additionalProperties")
        if isinstance(known, Mapping):
            found.append(known)
    return found


def _item_schemas(schemas: list[Schema]) -> list[Schema]:
    return [each["items"] for each in schemas if isinstance(each.get("items"), Mapping)]


def _may_hold_secret(schema: Schema) -> bool:
    """Whether a value of the schema may contain a secret, judged by a limited search."""
    waiting, seen = [schema], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if _is_secret(each) or len(seen) > MOST_SCHEMAS:
            return True
        inner = [*each.get("properties", {}).values(), each.get("items")]
        inner += [each.get("additionalProperties"), each.get("then"), each.get("else")]
        inner += [part for name in BRANCHES for part in each.get(name, ())]
        waiting += [part for part in inner if isinstance(part, Mapping)]
    return False
