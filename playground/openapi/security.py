"""Read a document's `security` and `securitySchemes` as credentials of connections.

A requirement is a list of alternatives, each a set of schemes that a call needs together. Each
alternative becomes a CredentialScheme, and its values become fields of a connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any

from playground.jsontext import pointers
from playground.openapi.credentials import (
    NO_CREDENTIAL,
    Credential,
    CredentialField,
    CredentialScheme,
)
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.security_schemes import SchemeVariant, list_scheme_variants

# An alternative with several OAuth schemes has a variant per combination of their flows.
MOST_VARIANTS = 12
UNDEFINED = "The security scheme {name} isn't defined."


@dataclass(frozen=True)
class SecurityReading:
    """What `security` requires; `faults` say what can't be understood or sent."""

    credential: Credential
    faults: tuple[str, ...] = ()


@dataclass
class SecurityReader:
    """Reads the requirements of one document, whose `securitySchemes` are `schemes`."""

    schemes: Mapping[str, Any]
    _variants: dict[str, list[SchemeVariant]] = field(default_factory=dict, repr=False)

    def read(self, requirement: Any) -> SecurityReading:
        """The credential of an operation, or of a document, by its `security`.

        An empty list and a missing one need no credential.
        """
        return self.read_all([requirement])

    def read_all(self, requirements: Sequence[Any]) -> SecurityReading:
        """The credential for an API whose operations have these requirements."""
        fields: dict[str, CredentialField] = {}
        found: dict[str, CredentialScheme] = {}
        faults: list[str] = []
        for requirement in requirements:
            for alternative in _list_alternatives(requirement):
                variants, wrong = self._read_alternative(alternative)
                faults += wrong
                for variant in variants:
                    id = variant.scheme.id
                    known = found.get(id, variant.scheme)
                    found[id] = _join_scopes(known, variant.scheme)
                    fields.update({each.name: each for each in variant.fields})
        # Only if no operation needs one: people choose a scheme for all operations at once.
        none = found.pop(NO_CREDENTIAL.id, None)
        if not found or all({} in _list_alternatives(each) for each in requirements):
            found[NO_CREDENTIAL.id] = none or NO_CREDENTIAL
        credential = Credential(tuple(fields.values()), tuple(found.values()))
        return SecurityReading(_tell_apart(credential), tuple(dict.fromkeys(faults)))

    def narrow(self, requirement: Any, api: Credential) -> Credential | None:
        """The part of the API's credential that an operation needs; None if it needs all of it."""
        ids = {each.id for each in self.read(requirement).credential.schemes}
        schemes = tuple(each for each in api.schemes if each.id in ids)
        if NO_CREDENTIAL not in schemes and (not schemes or {} in _list_alternatives(requirement)):
            schemes += (NO_CREDENTIAL,)
        if schemes == api.schemes:
            return None
        fields = tuple(f for f in api.fields if any(_has_field(each, f.name) for each in schemes))
        return Credential(fields, schemes)

    def list_undefined(self, requirement: Any) -> list[str]:
        """The schemes that it names but the document doesn't define."""
        sets = [each for each in _list_alternatives(requirement) if isinstance(each, Mapping)]
        names = dict.fromkeys(str(name) for each in sets for name in each)
        return [name for name in names if not isinstance(self.schemes.get(name), Mapping)]

    def _read_alternative(self, alternative: Any) -> tuple[list[SchemeVariant], list[str]]:
        if not isinstance(alternative, Mapping):
            return [], ["A security requirement isn't an object."]
        if not alternative:
            return [SchemeVariant(NO_CREDENTIAL)], []
        parts: list[list[SchemeVariant]] = []
        for name, scopes in alternative.items():
            variants = self._read_scheme(str(name))
            if not variants:
                return [], [self._explain(str(name))]
            wanted = tuple(map(str, scopes)) if isinstance(scopes, list) else ()
            parts.append([_with_scopes(each, wanted) for each in variants])
        return [_combine(each) for each in islice(product(*parts), MOST_VARIANTS)], []

    def _read_scheme(self, name: str) -> list[SchemeVariant]:
        if name not in self._variants:
            entry = self.schemes.get(name)
            known = entry if isinstance(entry, Mapping) else {}
            self._variants[name] = list(list_scheme_variants(name, known))
        return self._variants[name]

    def _explain(self, name: str) -> str:
        entry = self.schemes.get(name)
        if not isinstance(entry, Mapping):
            return UNDEFINED.format(name=name)
        kind = " ".join(str(entry[key]) for key in ("type", "scheme") if entry.get(key))
        return f"The security scheme {name} can't be used: {kind or 'it has no type'}."


def read_document_security(document: ApiDocument) -> tuple[SecurityReader, SecurityReading]:
    """The security reader for a document's operations, and the credential of its API."""
    pointer = "/components/securitySchemes"
    schemes = document.get(pointer)
    names = schemes if isinstance(schemes, Mapping) else {}
    reader = SecurityReader(
        {
            name: document.follow(part, pointers.child(pointer, name))[0]
            for name, part in names.items()
        }
    )
    usual = document.raw.get("security")
    requirements: list[Any] = []
    for entry in list_operation_entries(document):
        requirement = document.get(entry.pointer).get("security", usual)
        # Thousands of operations share the same few requirements.
        if requirement not in requirements:
            requirements.append(requirement)
    return reader, reader.read_all(requirements or [usual])


def _list_alternatives(requirement: Any) -> list[Any]:
    if isinstance(requirement, Mapping):
        return [requirement]  # a common mistake: a single alternative outside a list
    return list(requirement) if isinstance(requirement, list | tuple) and requirement else [{}]


def _with_scopes(variant: SchemeVariant, scopes: tuple[str, ...]) -> SchemeVariant:
    tokens = tuple(replace(each, scopes=scopes) for each in variant.scheme.tokens)
    return replace(variant, scheme=replace(variant.scheme, tokens=tokens))


def _join_scopes(one: CredentialScheme, other: CredentialScheme) -> CredentialScheme:
    """Combine scopes: one token serves all operations, so it needs all of them."""
    tokens = tuple(
        replace(left, scopes=tuple(dict.fromkeys([*left.scopes, *right.scopes])))
        for left, right in zip(one.tokens, other.tokens, strict=True)
    )
    return replace(one, tokens=tokens)


def _has_field(scheme: CredentialScheme, name: str) -> bool:
    return scheme.sends(name) or any(name in each.sent_fields for each in scheme.tokens)


def _combine(variants: Sequence[SchemeVariant]) -> SchemeVariant:
    """Combine several schemes that a call needs together."""
    if len(variants) == 1:
        return variants[0]
    schemes = [each.scheme for each in variants]
    return SchemeVariant(
        CredentialScheme(
            "+".join(each.id for each in schemes),
            " and ".join(each.title for each in schemes),
            headers=tuple(pair for each in schemes for pair in each.headers),
            query=tuple(pair for each in schemes for pair in each.query),
            cookies=tuple(pair for each in schemes for pair in each.cookies),
            tokens=tuple(token for each in schemes for token in each.tokens),
        ),
        tuple(field for each in variants for field in each.fields),
    )


def _tell_apart(credential: Credential) -> Credential:
    """The credential with duplicate titles made unique by the names of fields and schemes."""
    titles = [each.title for each in credential.fields]
    ways = [each.title for each in credential.schemes]
    return Credential(
        tuple(
            replace(each, title=f"{each.title} ({each.name})")
            if titles.count(each.title) > 1
            else each
            for each in credential.fields
        ),
        tuple(
            replace(each, title=f"{each.title} ({each.id})") if ways.count(each.title) > 1 else each
            for each in credential.schemes
        ),
    )
