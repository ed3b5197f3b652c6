"""Imported operations for `playground.openapi.operations`: found by id and parsed on demand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from playground.apis.models import ImportedApi, ImportedOperation, StoredDocument
from playground.apis.rules import OperationRules, apply_rules, read_rules
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import OperationEntry, list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.operations import Api, Operation, add_catalog, list_operations
from playground.openapi.security import read_document_security

# Parsed documents cached per process: a large one takes tens of megabytes. Older versions have
# their own cache, so that repairing outdated payloads doesn't evict the current ones.
MOST_PARSED, MOST_FORMER = 8, 2


@dataclass(frozen=True, eq=False)
class ParsedApi:
    """The document of an API, and the operations read from it so far."""

    api: Api
    reader: OperationReader
    entries: dict[str, OperationEntry]
    operations: dict[str, Operation] = field(default_factory=dict)
    ruled: dict[str, tuple[OperationRules, Operation]] = field(default_factory=dict)

    def get(self, key: str) -> Operation | None:
        """The operation with that key; always the same object."""
        if key not in self.entries:
            return None
        found = self.operations.get(key)
        # Two threads may read it at once: the first result wins.
        return found or self.operations.setdefault(key, self.reader.read(self.entries[key]))

    def get_ruled(self, key: str, rules: OperationRules) -> Operation | None:
        """The operation with that key and these rules; the same object until they change."""
        operation = self.get(key)
        if operation is None or rules == OperationRules():
            return operation
        kept = self.ruled.get(key)
        if kept is None or kept[0] != rules:
            kept = self.ruled[key] = (rules, apply_rules(operation, rules))
        return kept[1]


class ImportedCatalog:
    """Looks up ids with a colon for `playground.openapi.operations`.

    The current document is looked up in the database each time, since another process may have
    imported a newer one.
    """

    def find_operation(self, id: str) -> Operation | None:
        api_id, _colon, key = id.partition(":")
        found = ImportedApi.objects.filter(pk=api_id).values_list("document", "url", "rules")
        for digest, url, rules in found:
            return parse_api(api_id, digest, url).get_ruled(key, read_rules(rules, key))
        return None

    def find_title(self, id: str) -> str | None:
        api_id, _colon, key = id.partition(":")
        found = ImportedOperation.objects.filter(api=api_id, key=key)
        return found.values_list("title", flat=True).first()

    def find_api(self, id: str) -> Api | None:
        parsed = _find_parsed(id)
        return parsed.api if parsed else None

    def list_api_titles(self) -> dict[str, str]:
        return dict(ImportedApi.objects.values_list("id", "title"))


def _find_parsed(api_id: str) -> ParsedApi | None:
    current = ImportedApi.objects.filter(pk=api_id).values_list("document", "url").first()
    return parse_api(api_id, *current) if current else None


@lru_cache(maxsize=MOST_PARSED)
def parse_api(api_id: str, digest: str, url: str) -> ParsedApi:
    """The API of a stored document; relative server URLs are resolved against `url`."""
    return _parse(api_id, digest, url)


@lru_cache(maxsize=MOST_FORMER)
def parse_other(api_id: str, digest: str, url: str) -> ParsedApi:
    """The same for a document that isn't the current one."""
    return _parse(api_id, digest, url)


def _parse(api_id: str, digest: str, url: str) -> ParsedApi:
    text = StoredDocument.objects.values_list("text", flat=True).get(pk=digest)
    document = ApiDocument(json.loads(text))
    security, reading = read_document_security(document)
    api = read_api(document, api_id, reading.credential, url)
    reader = OperationReader(document, api, f"{api_id}:", security)
    return ParsedApi(api, reader, {each.id: each for each in list_operation_entries(document)})


def find_titles(ids: Iterable[str]) -> dict[str, str]:
    """The titles of these operations, built-in or imported; deleted ones are left out.

    For lists: a single query for any number.
    """
    wanted = set(ids)
    built_in = {each.id: each.title for each in list_operations()}
    titles = {id: built_in[id] for id in wanted if id in built_in}
    pairs = [id.partition(":") for id in wanted if ":" in id]
    if not pairs:
        return titles
    # May match a few more, if two APIs have operations with the same key.
    found = ImportedOperation.objects.filter(
        api__in={api for api, _colon, _key in pairs}, key__in={key for _api, _colon, key in pairs}
    )
    rows = found.values_list("api", "key", "title")
    imported = {f"{api}:{key}": title for api, key, title in rows}
    return titles | {id: imported[id] for id in wanted if id in imported}


add_catalog(ImportedCatalog())
