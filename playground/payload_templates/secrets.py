"""Template secrets, and what is removed from a payload before other people see it.

A version refers to its secrets by name. Their values are stored apart from the document, are
never shown, shared or exported, and are available only to the person who entered them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from playground.calls import values
from playground.drafts.credentials import mask_credentials, mask_value
from playground.drafts.models import Draft
from playground.drafts.states import Edit, State
from playground.importers.credentials import Collector
from playground.importers.values import FoundSecret
from playground.jsontext import edits, pointers, splices
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.references import find_references
from playground.payload_templates.models import Version
from playground.payload_templates.variants import Variant
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.models import Connection
from playground.workspace.secrets import to_wire

# Not whether it is public and when it was last used: those belong to the original.
COPIED_FIELDS = ("name", "field", "value", "hosts", "created_by_id")
# How many schemas of a document are searched for a list of accounts.
MOST_SCHEMAS = 500

Schema = Mapping[str, Any]


def copy_secrets(
    version: Version, *sources: Draft | Version | None, owner: Person | None = None
) -> None:
    """Copy each secret the version refers to from the first source that has it.

    With `owner`, only secrets that this person entered are copied.
    """
    missing = secret_names_in(version.text, version.metadata, version.variants)
    for source in sources:
        if source is None or not missing:
            continue
        rows = source.secrets.filter(name__in=missing)
        for row in rows.filter(created_by=owner) if owner else rows:
            copy_secret(row, version=version)
            missing.discard(row.name)


def store_found_secrets(version: Version, found: Sequence[FoundSecret], hosts: str) -> None:
    """Store credentials found in an imported file, bound to these hosts."""
    # A name can be found twice, in the document and in a variant: the later value wins.
    for each in {each.name: each for each in found}.values():
        name = each.name[:100]
        version.secrets.create(
            name=name, field=name, value=each.value, hosts=hosts, created_by=version.person
        )


def copy_secrets_to_draft(person: Person, version: Version, draft: Draft) -> None:
    """Give the draft this person's secrets of the version, bound to the same hosts."""
    for row in version.secrets.filter(created_by=person):
        copy_secret(row, draft=draft)


def secrets_for(
    person: Person | None,
    version: Version | None,
    connection: Connection | None,
    origin: str,
    schedule_version: int | None = None,
) -> tuple[values.Secret, ...]:
    """The decrypted secrets that this person entered for the version, for sending.

    Those of the schedule's version come last: of two with one name the last one is used.
    """
    # Sorted here, because databases order names with accents differently.
    rows = sorted(
        _find_secrets(person, version, schedule_version),
        key=lambda row: (row.schedule_version_id is not None, row.name),
    )
    return to_wire(rows, connection, origin)


def secret_names_for(
    person: Person | None, version: Version | None, schedule_version: int | None = None
) -> frozenset[str]:
    """The names of the secrets that this person can send with the version."""
    return frozenset(
        _find_secrets(person, version, schedule_version).values_list("name", flat=True)
    )


def _find_secrets(
    person: Person | None, version: Version | None, schedule_version: int | None
) -> QuerySet[Secret]:
    if person is None or version is None:
        return Secret.objects.none()
    of_schedule = Q(schedule_version=schedule_version) if schedule_version else Q(pk=None)
    return Secret.objects.filter(Q(version=version) | of_schedule, created_by=person)


def secret_names_in(*texts: str) -> set[str]:
    """The names of the secrets that these texts refer to as `{{secret:NAME}}`."""
    return {
        each.name
        for text in texts
        if "{{" in text
        for each in find_references(text)
        if each.kind == "secret"
    }


def copy_secret(row: Secret, **owner: models.Model) -> None:
    """Give a secret to another owner: `draft`, `version` or `schedule_version`."""
    copied = {name: getattr(row, name) for name in COPIED_FIELDS}
    Secret.objects.create(**copied, **owner)


def mask_variant(variant: Variant, collector: Collector) -> Variant:
    """The variant with references in place of credentials, which go to the collector."""
    return replace(variant, edits=tuple(_mask_edit(each, collector) for each in variant.edits))


def _mask_edit(edit: Edit, collector: Collector) -> Edit:
    # Only these two kinds put JSON into the document.
    if edit.kind == "set":
        return replace(edit, value=mask_value(edit.pointer, edit.value, collector))
    if edit.kind == "replace":
        return replace(edit, value=mask_credentials(edit.value, collector))
    return edit


def strip_accounts(state: State, schema: Schema) -> State:
    """The state without account references, neither in the document nor in its metadata."""
    try:
        found = list(_account_pointers(schema, parse(state.text), ""))
    except JSONSyntaxError:
        # Incomplete JSON is not part of the document: it is dropped with `incomplete` below.
        found = []
    text = state.text
    for pointer in found:
        text = splices.apply(text, edits.set_value(text, pointer, "[]"))
    off = {p: value for p, value in state.metadata.off.items() if not names_accounts(schema, p)}
    away = {p: value for p, value in state.metadata.away.items() if not names_accounts(schema, p)}
    return replace(
        state, text=text, metadata=replace(state.metadata, off=off, away=away, incomplete={})
    )


def names_accounts(schema: Schema, pointer: str) -> bool:
    """Whether the pointer is, contains or lies within a list of accounts."""
    here: Any = schema
    for segment in pointers.split(pointer):
        if _is_account_list(here):
            return True
        inner = here.get("properties", {}).get(segment) if isinstance(here, Mapping) else None
        # The segment is an index where the schema has no such property.
        here = inner if inner is not None else _items_of(here)
    return _is_account_list(here) or _contains_account_list(here)


def _is_account_list(schema: Any) -> bool:
    # The API's schema doesn't mark accounts; our extension does (`x-widget` in the documents).
    return isinstance(schema, Mapping) and schema.get("x-widget") == "accounts"


def _items_of(schema: Any) -> Any:
    return schema.get("items", {}) if isinstance(schema, Mapping) else {}


def _contains_account_list(schema: Any) -> bool:
    # Schemas of imported documents may be recursive, and have no accounts.
    waiting, seen = [schema], set[int]()
    while waiting and len(seen) < MOST_SCHEMAS:
        each = waiting.pop()
        if not isinstance(each, Mapping) or id(each) in seen:
            continue
        if _is_account_list(each):
            return True
        seen.add(id(each))
        waiting += [*each.get("properties", {}).values(), each.get("items")]
    return False


def _account_pointers(schema: Any, tree: Any, at: str) -> Iterator[str]:
    if _is_account_list(schema):
        yield at
    elif isinstance(schema, Mapping) and isinstance(tree, dict):
        for key, inner in schema.get("properties", {}).items():
            if key in tree:
                yield from _account_pointers(inner, tree[key], pointers.child(at, key))
    elif isinstance(schema, Mapping) and isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from _account_pointers(schema.get("items"), item, pointers.child(at, index))
