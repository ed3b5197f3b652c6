"""Credentials as data: the fields that a connection stores, and how a call sends them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CredentialField:
    """One value that a connection stores: hidden if `secret`, else shown."""

    name: str
    title: str
    secret: bool = True
    help: str = ""


@dataclass(frozen=True)
class CredentialScheme:
    """One way to add a credential to a call: in headers, or as the first key of the body.

    `headers` are pairs of a name and a template with placeholders such as `{key}`; `body_key`
    is the key that takes the value of `body_field`, unless the document has it already.
    """

    id: str
    title: str
    headers: tuple[tuple[str, str], ...] = ()
    body_key: str = ""
    body_field: str = ""

    def sends(self, name: str) -> bool:
        """Whether it takes the value of this field."""
        return self.body_field == name or any(f"{{{name}}}" in each for _, each in self.headers)


@dataclass(frozen=True)
class Credential:
    """The fields of a connection, and the schemes to send them with, the usual one first."""

    fields: tuple[CredentialField, ...]
    schemes: tuple[CredentialScheme, ...]

    def scheme(self, id: str = "") -> CredentialScheme:
        """The scheme with that ID, else the usual one."""
        # A connection may name a scheme that a newer version doesn't have.
        return next((each for each in self.schemes if each.id == id), self.schemes[0])

    def needs(self, name: str) -> bool:
        """Whether every scheme sends this field, so that every call needs it."""
        return all(each.sends(name) for each in self.schemes)
