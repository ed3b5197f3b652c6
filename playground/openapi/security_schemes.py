"""Read security schemes: what they add to a call, and the fields they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.openapi.credentials import CredentialField, CredentialScheme, OAuthToken

LONGEST_HELP, LONGEST_NAME = 300, 60
AUTHORIZATION = "Authorization"
# HTTP schemes (see the registry in RFC 9110) that need more than a text that people enter.
_UNSUPPORTED_HTTP = frozenset({
    "digest", "hoba", "mutual", "negotiate", "oauth", "scram-sha-1", "scram-sha-256", "vapid",
    "privatetoken", "dpop", "gnap",
})  # fmt: skip


@dataclass(frozen=True)
class SchemeVariant:
    """One way to use a security scheme: what it adds to a call, and the fields it needs."""

    scheme: CredentialScheme
    fields: tuple[CredentialField, ...] = ()


def list_scheme_variants(name: str, entry: Mapping[str, Any]) -> Iterator[SchemeVariant]:
    """The ways to use an entry of `securitySchemes`, the default first; empty if unusable."""
    name, help = _to_name(name), _read_help(entry)
    match entry.get("type"):
        case "apiKey":
            key = str(entry.get("name", ""))
            parts = {"header": "headers", "query": "query", "cookie": "cookies"}
            part = parts.get(str(entry.get("in")))
            if key and part:
                pairs: Any = {part: ((key, f"{{{name}}}"),)}
                scheme = CredentialScheme(name, f"API key {key}", **pairs)
                yield SchemeVariant(scheme, (CredentialField(name, f"API key {key}", help=help),))
        case "http":
            yield from _read_http(name, str(entry.get("scheme", "")), help)
        case "oauth2":
            fetched = list(_read_flows(name, entry.get("flows"), help))
            typed = _bearer(f"{name}.token", name, "Access token", help)
            # For flows with an interactive sign-in, most people have a token or nothing.
            is_usual = any(each.scheme.id == f"{name}.client" for each in fetched)
            yield from [*fetched, typed] if is_usual else [typed, *fetched]
        case "openIdConnect":
            yield _bearer(name, name, "Access token", help)


def _read_http(name: str, kind: str, help: str) -> Iterator[SchemeVariant]:
    if kind.lower() == "basic":
        user, password = f"{name}_user", f"{name}_password"
        template = ((AUTHORIZATION, f"Basic {{{user}:{password}}}"),)
        yield SchemeVariant(
            CredentialScheme(name, "User name and password", headers=template),
            (
                CredentialField(user, "User name", secret=False, help=help),
                # Some APIs take a key as the user name and no password.
                CredentialField(password, "Password", optional=True),
            ),
        )
    elif kind.lower() == "bearer":
        yield _bearer(name, name, "Bearer token", help)
    elif kind and kind.lower() not in _UNSUPPORTED_HTTP and re.fullmatch(r"[\w.+-]+", kind):
        yield _bearer(name, name, f"{kind} token", help, kind)


def _bearer(
    id: str, name: str, title: str, help: str, kind: str = "Bearer", token: OAuthToken | None = None
) -> SchemeVariant:
    template = ((AUTHORIZATION, f"{kind} {{{name}}}"),)
    scheme = CredentialScheme(id, title, headers=template, tokens=(token,) if token else ())
    return SchemeVariant(scheme, () if token else (CredentialField(name, title, help=help),))


def _read_flows(name: str, flows: Any, help: str) -> Iterator[SchemeVariant]:
    """The flows in which the product can fetch tokens: those without an interactive sign-in."""
    flows = flows if isinstance(flows, Mapping) else {}
    grants = {
        "clientCredentials": ("client", "Client credentials", False),
        "authorizationCode": ("refresh", "Refresh token", True),
        "password": ("refresh", "Refresh token", True),
    }
    seen: set[str] = set()
    for flow, (suffix, title, refreshes) in grants.items():
        entry = flows.get(flow)
        entry = entry if isinstance(entry, Mapping) else {}
        url = entry.get("refreshUrl", entry.get("tokenUrl")) if refreshes else entry.get("tokenUrl")
        if not isinstance(url, str) or not url or suffix in seen:
            continue
        seen.add(suffix)
        fields = {
            part: f"{name}_{part}" for part in _OAUTH_FIELDS if refreshes or part != "refresh_token"
        }
        token = OAuthToken(
            field=f"{name}_access_token",
            token_url=url,
            client_id=fields["client_id"],
            client_secret=fields["client_secret"],
            refresh_token=fields.get("refresh_token", ""),
            extra=(("scope", fields["scope"]), ("audience", fields["audience"])),
        )
        variant = _bearer(f"{name}.{suffix}", token.field, title, help, token=token)
        yield replace(variant, fields=tuple(_describe_fields(fields, entry, help)))


# Title, whether it is secret, and whether it may be empty.
_OAUTH_FIELDS: Mapping[str, tuple[str, bool, bool]] = {
    "client_id": ("Client ID", False, False),
    "client_secret": ("Client secret", True, True),
    "refresh_token": ("Refresh token", True, False),
    "scope": ("Scopes", False, True),
    "audience": ("Audience", False, True),
}


def _describe_fields(
    fields: Mapping[str, str], flow: Mapping[str, Any], help: str
) -> Iterator[CredentialField]:
    scopes = flow.get("scopes")
    known = " ".join(map(str, scopes)) if isinstance(scopes, Mapping) else ""
    helps = {
        "client_id": help,
        "scope": _shorten(f"Separated by spaces. Known scopes: {known}") if known else "",
        "audience": "Only for servers that require it.",
    }
    for part, name in fields.items():
        title, secret, optional = _OAUTH_FIELDS[part]
        # A public client refreshes without a secret; client credentials require one.
        optional = optional and (part != "client_secret" or "refresh_token" in fields)
        yield CredentialField(name, title, secret, helps.get(part, ""), optional)


def _to_name(name: str) -> str:
    """A valid name for templates and references: letters, digits and underscores."""
    clean = re.sub(r"\W+", "_", name).strip("_")[:LONGEST_NAME]
    # Connections store the chosen scheme under `way`.
    is_taken = not clean or clean[0].isdigit() or clean == "way"
    return f"key_{clean}" if is_taken else clean


def _read_help(entry: Mapping[str, Any]) -> str:
    description = entry.get("description", "")
    # Some documents put whole guides here, so only the first line is used.
    first = description.strip().split("\n")[0] if isinstance(description, str) else ""
    return _shorten(first)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_HELP else f"{text[: LONGEST_HELP - 1]}…"
