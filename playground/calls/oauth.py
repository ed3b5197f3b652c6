"""OAuth 2 token requests and their replies (RFC 6749, sections 4.4, 5 and 6)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin

from playground.calls.assembling import Endpoint, check_secret_hosts
from playground.calls.content import decode_reply
from playground.calls.fields import shorten
from playground.calls.substitution import (
    AssemblyError,
    BasicPair,
    PartWriter,
    Piece,
    escape_pieces,
)
from playground.calls.values import Call, Reply, Secret
from playground.openapi.credentials import Credential, OAuthToken

# How long a token is assumed to be valid if the reply doesn't say.
USUAL_LIFETIME = timedelta(minutes=15)
# How long before it expires a token is renewed: a send that starts then may take a while.
LONGEST_MARGIN = timedelta(minutes=2)
LONGEST_LIFETIME = timedelta(days=365)
LONGEST_TOKEN = 50_000


@dataclass(frozen=True)
class FetchedToken:
    """A token as received. `refresh_token` replaces the previous one unless it is empty."""

    value: str = field(repr=False)
    expires_at: datetime
    renew_at: datetime
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class TokenRefusal:
    """Why there is no token, as the end of a sentence.

    `code` is the OAuth error, such as `invalid_client`, else the status, or empty.
    """

    message: str
    code: str = ""

    @property
    def concerns_client(self) -> bool:
        """Whether the server may have ignored the header and expect the client in the body."""
        return self.code in ("invalid_client", "unauthorized_client", "401")


def find_token_url(token: OAuthToken, base_url: str) -> str:
    """The absolute URL of the token server; some documents give only a path."""
    return urljoin(f"{base_url.rstrip('/')}/", token.token_url)


def write_token_call(
    token: OAuthToken,
    credential: Credential,
    endpoint: Endpoint,
    in_body: bool = False,
) -> Call:
    """The token request; `in_body` sends the client secret as a form field.

    Servers must accept it in the header (RFC 6749, section 2.3.1), but not all do. Raises
    AssemblyError for a missing value and for a secret that isn't bound to the server's host.
    """
    stored, url = endpoint.credentials, find_token_url(token, endpoint.base_url)
    titles = {each.name: each.title for each in credential.fields}
    for name in token.needs:
        if not _text(stored.get(name, "")):
            raise AssemblyError("credential-missing", title=titles.get(name, name))
    client_id, secret = stored[token.client_id], stored.get(token.client_secret, "")
    authorization = PartWriter("header 0", "raw")
    if _text(secret) and not in_body:
        authorization.write(["Basic ", BasicPair(client_id, secret, form=True)])
    body = PartWriter("body", "raw")
    body.write(_write_fields(token, stored, client_id, secret if in_body else ""))
    headers = [("Authorization", authorization.data.decode())] if authorization.data else []
    used = tuple(dict.fromkeys([*authorization.secrets, *body.secrets]))
    check_secret_hosts(url, used)
    return Call(
        method="POST",
        url=url,
        headers=(
            *headers,
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ),
        body=bytes(body.data),
        secrets=used,
        insertions=(*authorization.insertions, *body.insertions),
    )


def _write_fields(
    token: OAuthToken,
    stored: Mapping[str, Secret | str],
    client_id: Secret | str,
    secret: Secret | str,
) -> Iterator[Piece]:
    fields: dict[str, Secret | str] = {"grant_type": "client_credentials"}
    if token.refresh_token:
        fields = {"grant_type": "refresh_token", "refresh_token": stored[token.refresh_token]}
    elif token.scopes:
        # A refresh token keeps the scopes it was issued for.
        fields["scope"] = " ".join(token.scopes)
    for parameter, name in token.extra:
        if _text(stored.get(name, "")):
            fields[parameter] = stored[name]
    if _text(secret) or not _text(stored.get(token.client_secret, "")):
        # A public client has no secret but still sends its ID.
        fields["client_id"] = client_id
    if _text(secret):
        fields["client_secret"] = secret
    for number, (name, value) in enumerate(fields.items()):
        yield f"{'&' if number else ''}{name}="
        yield from escape_pieces([value], "url")


def _text(value: Secret | str) -> str:
    return value.value if isinstance(value, Secret) else value


def read_token_reply(reply: Reply, now: datetime) -> FetchedToken | TokenRefusal:
    """The token in a reply that arrived at `now`, or why there is none. Never raises."""
    try:
        fields = json.loads(decode_reply(reply).text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return TokenRefusal(
            f"the token server answered {reply.status} without JSON.", str(reply.status)
        )
    token = fields.get("access_token")
    if not 200 <= reply.status < 300 or "error" in fields or not isinstance(token, str):
        return _read_refusal(fields, reply.status)
    if not token or len(token) > LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        return TokenRefusal("the token server sent a token that isn't valid in a header.")
    kind = fields.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return TokenRefusal(f"the token server sent a token of an unsupported type: {_show(kind)}.")
    lifetime = _read_lifetime(fields.get("expires_in"))
    renewed = fields.get("refresh_token")
    return FetchedToken(
        token,
        now + lifetime,
        now + lifetime - min(LONGEST_MARGIN, lifetime / 4),
        renewed if isinstance(renewed, str) else "",
    )


def _read_refusal(fields: Mapping[str, object], status: int) -> TokenRefusal:
    code = fields.get("error")
    code = code if isinstance(code, str) else ""
    said = fields.get("error_description") or code
    if not said:
        return TokenRefusal(f"the token server answered {status} without a token.", str(status))
    shown = _show(said)
    end = "" if shown[-1:] in ".!?" else "."
    return TokenRefusal(f"the token server refused: {shown}{end}", code or str(status))


def _show(value: object) -> str:
    return shorten(value if isinstance(value, str) else json.dumps(value))


def _read_lifetime(given: object) -> timedelta:
    """`expires_in` in seconds; some servers send it as text."""
    try:
        seconds = float(given) if isinstance(given, int | float | str) else -1.0
    except (ValueError, OverflowError):
        seconds = -1.0
    # Comparisons with NaN are false.
    if not seconds >= 0:
        return USUAL_LIFETIME
    return min(LONGEST_LIFETIME, timedelta(seconds=min(seconds, 1e9)))
