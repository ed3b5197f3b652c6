"""Titles of many operations at once, for lists: a single query for any number."""

from __future__ import annotations

from collections.abc import Iterable

from playground.apis.models import ImportedOperation
from playground.openapi.operations import list_operations


def find_titles(ids: Iterable[str]) -> dict[str, str]:
    """The titles of these operations, built-in or imported; deleted ones are left out."""
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
