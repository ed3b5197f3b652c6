"""Credentials as data: the fields that a connection stores, and how a call sends them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

# A field in a template: `{key}`, or `{user:password}` for both in Base64 as in HTTP Basic.
PLACEHOLDER = re.compile(r"\{(\w+(?::\w+)?)\}")


@dataclass(frozen=True)
class CredentialField:
    """One value that a connection stores: hidden if `secret`, else shown.

    An `optional` field may be empty, such as the password of an API that takes a key as the user
    name.
    """

    name: str
    title: str
    secret: bool = True
    help: str = ""
    optional: bool = False


@dataclass(frozen=True)
class OAuthToken:
    """A token that the product fetches and stores: OAuth 2 (RFC 6749, sections 4.4 and 6).

    `field` is the secret that the token is stored in; `token_url` may be relative to the
    connection's base URL. `client_id`, `client_secret` and `refresh_token` are the fields used in
    the token request; without a `refresh_token`, it uses the client credentials grant. `extra`
    maps further request parameters to fields; `scopes` is the default scope.
    """

    field: str
    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str = ""
    scopes: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields required to get a token."""
        return (self.refresh_token or self.client_secret, self.client_id)

    @property
    def sent_fields(self) -> tuple[str, ...]:
        """All fields that may be sent to the token URL."""
        known = (self.client_id, self.client_secret, self.refresh_token)
        return (*filter(None, known), *(field for _, field in self.extra))


@dataclass(frozen=True)
class CredentialScheme:
    """One way to add a credential to a call, possibly in several places at once.

    `headers`, `query` and `cookies` are pairs of a name and a template with placeholders such
    as `{key}` (see PLACEHOLDER). `body_key` is added as the first key of the body with the value of
    `body_field`, unless the document has it already. `tokens` provide values for the templates.
    """

    id: str
    title: str
    headers: tuple[tuple[str, str], ...] = ()
    body_key: str = ""
    body_field: str = ""
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    tokens: tuple[OAuthToken, ...] = ()

    def sends(self, name: str) -> bool:
        """Whether it uses the value of this field."""
        return name in self.sent_fields or any(name in each.needs for each in self.tokens)

    @cached_property
    def sent_fields(self) -> tuple[str, ...]:
        """The names of the fields whose values are sent with the call."""
        templates = (template for _, template in (*self.headers, *self.query, *self.cookies))
        joined = (pair for each in templates for pair in PLACEHOLDER.findall(each))
        found = [name for pair in joined for name in pair.split(":")]
        return tuple(dict.fromkeys([*found, *([self.body_field] if self.body_field else [])]))

    def is_complete(self, stored: Collection[str]) -> bool:
        """Whether the fields with these names are sufficient."""
        return self._needed_fields <= set(stored)

    @cached_property
    def _needed_fields(self) -> frozenset[str]:
        fetched = {each.field for each in self.tokens}
        needed = {name for each in self.tokens for name in each.needs}
        return frozenset(set(self.sent_fields) - fetched | needed)


# For public operations of an API with credentials.
NO_CREDENTIAL = CredentialScheme("none", "No credential")


@dataclass(frozen=True)
class Credential:
    """The fields of a connection, and the schemes that send them, the default first."""

    fields: tuple[CredentialField, ...]
    schemes: tuple[CredentialScheme, ...]

    def scheme(self, id: str = "", stored: Collection[str] = ()) -> CredentialScheme:
        """The scheme with that ID, else the first one that the `stored` fields satisfy."""
        # The connection may name a scheme that a newer version or this operation lacks.
        if named := next((each for each in self.schemes if each.id == id), None):
            return named
        optional = [each.name for each in self.fields if each.optional]
        complete = [each for each in self.schemes if each.is_complete([*stored, *optional])]
        # Even where a credential is optional, sending one may give more access.
        complete.sort(key=lambda each: not each.sent_fields)
        return complete[0] if complete else self.schemes[0]

    def needs(self, name: str) -> bool:
        """Whether every scheme sends this field, so every call needs it."""
        is_optional = any(each.name == name and each.optional for each in self.fields)
        return not is_optional and all(each.sends(name) for each in self.schemes)
