"""Add a connection's credential to a call: in headers, the query, cookies or the body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote as percent_encode

from playground.calls.parameters import check_raw
from playground.calls.substitution import AssemblyError, BasicPair, Piece, escape_pieces
from playground.calls.values import Secret
from playground.openapi.credentials import PLACEHOLDER, Credential, CredentialScheme

Pairs = Sequence[tuple[str, list[Piece]]]


@dataclass(frozen=True)
class CredentialParts:
    """What a scheme adds to a call: names and values, escaped for their places."""

    headers: Pairs = field(default=(), repr=False)
    query: Pairs = field(default=(), repr=False)
    cookies: Pairs = field(default=(), repr=False)
    body: tuple[str, Piece] | None = field(default=None, repr=False)


NOTHING = CredentialParts()


def write_credential(
    credential: Credential,
    scheme: CredentialScheme,
    stored: Mapping[str, Secret | str],
    replaced: Sequence[str] = (),
) -> CredentialParts:
    """The parts that `scheme` adds, without the headers in `replaced` (lower case).

    Raises AssemblyError for a value that is missing or not allowed in its place.
    """
    known = _Values(credential, stored)
    headers = [(n, known.fill(t)) for n, t in scheme.headers if n.lower() not in replaced]
    query = [(name, known.fill(template)) for name, template in scheme.query]
    cookies = [(name, known.fill(template)) for name, template in scheme.cookies]
    for name, value in cookies:
        check_raw(value, name, "cookie")
    return CredentialParts(
        headers=headers,
        query=[(percent_encode(n, safe=""), list(escape_pieces(v, "url"))) for n, v in query],
        cookies=cookies,
        body=(scheme.body_key, known.get(scheme.body_field)) if scheme.body_key else None,
    )


class _Values:
    """The values of a connection by field name."""

    def __init__(self, credential: Credential, stored: Mapping[str, Secret | str]) -> None:
        self.fields = {each.name: each for each in credential.fields}
        self.stored = stored

    def fill(self, template: str) -> list[Piece]:
        return list(self._fill(template))

    def _fill(self, template: str) -> Iterator[Piece]:
        for number, piece in enumerate(PLACEHOLDER.split(template)):
            if number % 2 == 0:
                yield piece
            elif ":" not in piece:
                yield self.get(piece)
            else:
                user, password = map(self.get, piece.split(":"))
                # RFC 7617, section 2: the first colon ends the name.
                if ":" in (user.value if isinstance(user, Secret) else user):
                    raise AssemblyError("user-colon", title=self.title(piece.split(":")[0]))
                yield BasicPair(user, password)

    def get(self, name: str) -> Secret | str:
        found = self.stored.get(name, "")
        is_optional = name in self.fields and self.fields[name].optional
        if not (found.value if isinstance(found, Secret) else found) and not is_optional:
            raise AssemblyError("credential-missing", title=self.title(name))
        return found

    def title(self, name: str) -> str:
        return self.fields[name].title if name in self.fields else name
